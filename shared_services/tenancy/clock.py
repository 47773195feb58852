"""The one place where the portal's time can be set: for demo data that has happened over a year."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils import timezone


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside the block every service is told that it is `moment`, in the whole process.

    Services ask `timezone.now()` and `localdate()`, which both ask the function replaced here. Web and job
    processes never enter it: a clock that can be set is for setting up a demo, not for officers.
    """
    before = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = before
