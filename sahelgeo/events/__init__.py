"""Violent events: sums by area and period, parts of years, actors, the timeline, and checks that describe."""
