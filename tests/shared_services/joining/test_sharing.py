"""Suppliers of partners' orders count for a visitor only as the partners share them, and never one council alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from shared_services.insight import sharing, sources
from shared_services.insight.models import SupplierFigure
from shared_services.insight.sources import SupplierRow
from shared_services.joining.selectors import known_suppliers
from shared_services.joining.services.sharing import share_under_terms, sharing_terms
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

BOTH, ALONE = "HERON OFFICE SUPPLIES", "TEAL CATERING"


@pytest.fixture(autouse=True)
def orders(monkeypatch):
    rows = [
        SupplierRow("Heron Office Supplies Ltd", 3, Decimal("900.00")),
        SupplierRow("Teal Catering", 1, Decimal("5.00")),
    ]
    later = [SupplierRow("HERON OFFICE SUPPLIES LIMITED", 1, Decimal("149.00"))]
    given = iter([rows, later, later])
    monkeypatch.setattr(sources, "_supplier_sources", [lambda _since: next(given)])


def share(council, officer_in, *, least: int = 2, days: int = 30):
    with inside_council(council):
        return sharing.share_suppliers(
            actor=officer_in(council, "section_151_officer"), agreement="Data sharing agreement, version 2", digest="a" * 64,
            least_councils=least, expires_on=timezone.localdate() + timedelta(days=days),
        )  # fmt: skip


def seen(shared_service) -> dict:
    with inside_council(shared_service):
        return known_suppliers()


def test_a_supplier_is_shown_once_enough_councils_order_from_it_and_no_council_is_named(
    shared_service, northmoor, eastvale, officer_in
):
    share(northmoor, officer_in)
    assert BOTH not in seen(shared_service)

    share(eastvale, officer_in)

    found = seen(shared_service)
    (supplier,) = found[BOTH]
    assert (supplier.partners, supplier.councils, supplier.lines) == (2, (), 4)
    assert supplier.net_amount == Decimal("1000.00"), "of 1,049.00: no council’s part can be taken away from it"
    assert ALONE not in found


def test_the_strictest_of_the_councils_terms_counts(shared_service, northmoor, eastvale, officer_in):
    share(northmoor, officer_in, least=2)
    share(eastvale, officer_in, least=3)

    assert BOTH not in seen(shared_service)


def test_what_is_no_longer_shared_is_gone_at_once_and_what_ran_out_is_not_shown(
    shared_service, northmoor, eastvale, officer_in
):
    share(northmoor, officer_in)
    share(eastvale, officer_in)
    with inside_council(eastvale):
        sharing.stop_sharing(actor=officer_in(eastvale, "section_151_officer"))
        sharing.replace_supplier_figures(timezone.localdate())

        assert not SupplierFigure.objects.filter(owner_id=eastvale.number).exists()
    assert BOTH not in seen(shared_service)

    share(eastvale, officer_in, days=-1)
    assert BOTH not in seen(shared_service)

    share(eastvale, officer_in)
    assert BOTH in seen(shared_service)

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "UPDATE public.tenancy_council SET leaves_on = CURRENT_DATE WHERE number = %s", [eastvale.number]
        )
    assert BOTH not in seen(shared_service), "its room is closed, so nobody of it can switch it off"


def test_the_section_151_officer_shares_under_the_agreement_in_force_and_under_no_other(
    northmoor, officer_in, client_for
):
    officer = officer_in(northmoor, "section_151_officer")
    browser = client_for(officer)
    with inside_council(northmoor):
        digest = sharing_terms().agreement.digest
        with pytest.raises(NotAllowed, match="has changed"):
            share_under_terms(actor=officer, digest="b" * 64)

    assert "at least 3 councils" in browser.get("/joining/votes/sharing/").content.decode()
    assert browser.post("/joining/votes/sharing/", {"digest": digest}).status_code == 302

    with inside_council(northmoor):
        kept = sharing.live_sharing()
        assert (kept.agreement, kept.least_councils) == ("Data sharing agreement, version 2", 3)
    assert browser.post("/joining/votes/sharing/stop/").status_code == 302
    with inside_council(northmoor):
        assert sharing.live_sharing() is None
    assert client_for(officer_in(northmoor, "requisitioner")).get("/joining/votes/sharing/").status_code == 403
