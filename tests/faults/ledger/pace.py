"""Work that takes its time until a test has seen what it came for."""

from __future__ import annotations

import time

from django.conf import settings


def take_a_while(milliseconds: int) -> None:
    """Take that long, or only until the test says that it may hurry (`Portal.hurry`)."""
    deadline = time.monotonic() + milliseconds / 1000
    while time.monotonic() < deadline and not (settings.VAR_DIR / "hurry").exists():
        time.sleep(min(0.02, milliseconds / 1000))
