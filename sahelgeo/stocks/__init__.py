"""Displaced people in a place on a day: sums, changes, rates and series that count nobody twice."""
