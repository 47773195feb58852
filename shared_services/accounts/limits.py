"""How often somebody without an account may ask for something, counted in the room's cache."""

from __future__ import annotations

import hashlib
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from shared_services.tenancy.errors import NotAllowed


class TooMany(NotAllowed):
    """The same address asked too often."""

    status = 429

    def __init__(self) -> None:
        super().__init__("There were too many requests from your network. Wait a while, then try again.", code="limit")


def count_use(request: HttpRequest, action: str, *, times: int, seconds: int, key: str = "") -> None:
    """Count one use by this visitor (or of this key), at most so many in so many seconds. Raises TooMany."""
    whose = key or get_adapter(request).get_client_ip(request) or "unknown"
    window = int(time.time()) // seconds
    name = f"limit:{action}:{hashlib.sha256(whose.encode()).hexdigest()[:32]}:{window}"
    cache.add(name, 0, timeout=seconds)
    if cache.incr(name) > times:
        raise TooMany
