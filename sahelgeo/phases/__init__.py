"""Phases of food insecurity: classes, the 20 % rule, people by phase, and which analysis speaks for a date."""
