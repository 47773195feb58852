from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.programs import Program, program_of


@pytest.fixture
def program_for() -> Callable[..., Program]:
    """program_for(card, *scopes) -> a program with a token of that officer's, by default for all of accounts."""

    def make(card, *scopes: str, host: str | None = None) -> Program:
        return program_of(card, *(scopes or ("accounts:write",)), host=host)

    return make


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")
