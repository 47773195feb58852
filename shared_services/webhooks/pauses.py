"""How long to wait before a delivery is tried again: over three days in all, never many at the same moment."""

from __future__ import annotations

import random
from datetime import timedelta

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
"""The schedule that Standard Webhooks proposes, after the first attempt at once."""
SPREAD = 0.2
FAILING_TOO_LONG = timedelta(days=5)
"""An endpoint none of whose calls got through for so long is turned off."""


def pause_after(tries: int) -> timedelta | None:
    """The pause after so many attempts, spread by a fifth to either side; None when it is time to give up."""
    if tries > len(PAUSES):
        return None
    return PAUSES[tries - 1] * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - spreads load, keeps no secret
