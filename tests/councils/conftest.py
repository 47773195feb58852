"""What the tests of councils' apps share."""

from __future__ import annotations

import pytest

from tests.councils.books import Books, open_books


@pytest.fixture
def books(northmoor, officer_in) -> Books:
    """Northmoor's books: two cost centres with £10,000 on each of two codes."""
    return open_books(northmoor, officer_in)
