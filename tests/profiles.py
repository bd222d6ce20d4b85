"""On how many examples a property is tried: 25, at night a thousand, six in brief; a third where each takes long."""

from __future__ import annotations

import os

from hypothesis import settings

# Machines differ in speed, and a slow one must not fail a property that holds. `HYPOTHESIS_PROFILE=nightly pytest` looks
# for rare faults; `--hypothesis-profile=nightly` does the same.
settings.register_profile("sahelgeo", deadline=None, max_examples=25)
settings.register_profile("nightly", deadline=None, max_examples=1_000)
settings.register_profile("brief", deadline=None, max_examples=6)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "sahelgeo")
settings.load_profile(PROFILE)


def few() -> settings:
    """For a property whose single example takes half a second: a third of the profile's examples."""
    return settings(max_examples=settings.default.max_examples // 3)
