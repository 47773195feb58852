"""Addresses of many records of one kind: the pattern is worked out once, not once a row."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

STAND_IN = "00000000-0000-0000-0000-000000000000"
"""Passes for a key of every converter that takes text or a UUID."""


def addresses_of(url_name: str, keys: Iterable[object]) -> list[str]:
    """`reverse(url_name, args=[key])` of each key, about ten times as fast."""
    before, after = _pattern(url_name, get_urlconf(), get_script_prefix())
    # A UUID has nothing to quote.
    return [f"{before}{key if type(key) is UUID else quote(str(key), safe='')}{after}" for key in keys]


@lru_cache(maxsize=256)
def _pattern(url_name: str, urlconf: str | None, prefix: str) -> tuple[str, str]:
    before, _, after = reverse(url_name, urlconf=urlconf, args=[STAND_IN]).partition(STAND_IN)
    return before, after
