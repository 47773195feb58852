from __future__ import annotations

from collections.abc import Callable

import pytest

from shared_services.accounts.models import Account
from shared_services.govuk.models import SavedView
from shared_services.tenancy.door import inside_council


@pytest.fixture
def sample_pages(settings) -> None:
    """Councils' hosts serve the pages of sample_pages.py as well."""
    settings.ROOT_URLCONF = "tests.shared_services.govuk.sample_pages"


@pytest.fixture
def officer(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Rosalind Example")


@pytest.fixture
def portal(sample_pages, officer, client_for):
    return client_for(officer)


@pytest.fixture
def saved(northmoor, officer) -> Callable[..., SavedView]:
    """saved("Mine", is_shared=True) -> a saved view of the officer; its list is not one of the samples."""

    def make(name: str, **fields) -> SavedView:
        with inside_council(northmoor):
            account = Account.objects.get(card_id=officer.pk)
            fields = {"page": "sample", "path": "/sample/other/", **fields}
            return SavedView.objects.create(account=account, name=name, **fields)

    return make
