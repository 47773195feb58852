from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache

from shared_services.messaging.models import OutboxMessage
from shared_services.tenancy.door import inside_council

PASSWORD = "a-long-test-password"


@pytest.fixture(autouse=True)
def fresh_limits(northmoor, eastvale):
    """Failed attempts are counted in the cache, which outlives a test."""
    for council in (northmoor, eastvale):
        with inside_council(council):
            cache.clear()


@pytest.fixture
def sign_in(visitor) -> Callable:
    """sign_in(council, email, password) -> (browser, response of the sign-in form)."""

    def make(council, email: str, password: str = PASSWORD):
        browser = visitor(council)
        return browser, browser.post("/account/login/", {"login": email, "password": password})

    return make


@pytest.fixture
def promised() -> Callable:
    """promised(council) -> names of the jobs that this council's room has promised."""

    def read(council) -> list[str]:
        with inside_council(council):
            return list(OutboxMessage.objects.filter(owner_id=council.number).values_list("task", flat=True))

    return read


@pytest.fixture
def last_link() -> Callable:
    """last_link() -> the path of the link in the newest mail."""

    def read() -> str:
        return re.search(r"https?://[^/]+(/\S+)", mail.outbox[-1].body)[1]

    return read
