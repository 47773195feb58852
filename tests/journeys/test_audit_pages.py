"""The auditor's pages, looked at: axe finds nothing, and nothing is wider than the screen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from councils.finance.models import CostCentre
from councils.finance.services import change_virement_limits
from shared_services.accounts.services import change_officer
from shared_services.assurance import heads
from shared_services.audit.models import AuditEntry
from shared_services.audit.sealing import seal
from shared_services.messaging.running import run_waiting
from shared_services.tenancy import clock
from shared_services.tenancy.door import inside_council
from tests.councils.books import open_books
from tests.shared_services.audit.tampering import tamper

pytestmark = pytest.mark.browser


@pytest.fixture
def auditor(portal, northmoor, eastvale, shared_service, officer_in):
    """A council's books, a changed officer, and heads handed round. After `portal`: its database is put back."""
    books = open_books(northmoor, officer_in)
    administrator = officer_in(northmoor, "council_administrator", name="Ada Ministrator")
    treasurer = officer_in(northmoor, "section_151_officer", name="Tess Treasurer")
    with inside_council(northmoor):
        change_officer(
            actor=administrator, card_id=books.requester.pk, version=1, work_name="Robin Requester-Green",
            work_email=books.requester.work_email, job_title="Senior librarian",
        )  # fmt: skip
        change_virement_limits(actor=treasurer, budget_holder_amount=2500, finance_officer_amount=75000)
        assert CostCentre.objects.exists()
    with clock.at(timezone.now() + timedelta(days=1)):
        for room in (northmoor, eastvale, shared_service):
            with inside_council(room):
                heads.hand_out_head()
        for room in (eastvale, shared_service):
            with inside_council(room):
                heads.witness_heads()
    return officer_in(northmoor, "auditor", name="Ivy Inspector")


def test_an_auditor_searches_reads_a_line_and_has_the_record_checked(auditor, northmoor, portal, sign_in, page, look):
    sign_in(page, auditor, northmoor)
    page.click("nav a:has-text('Audit')")
    look(page, "audit")
    page.fill("#list-search", "librarian")
    page.click("main button:has-text('Search')")
    look(page, "audit-search")
    page.click("main table tbody a")
    page.wait_for_selector("text=Old and new values")
    look(page, "audit-line")
    page.click("text=Everything done to this record")
    look(page, "audit-history")

    page.goto(portal(northmoor, "/audit/record/"))
    look(page, "audit-record")
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=links checked")
    look(page, "audit-check-running")
    run_waiting()
    page.wait_for_selector("text=Every line is as it was written")
    look(page, "audit-check-sound")


def test_a_flipped_byte_is_shown_with_its_line(auditor, northmoor, portal, sign_in, page, look):
    with inside_council(northmoor):
        seal()
        line = AuditEntry.objects.get(event="accounts.officer.changed")
    tamper(northmoor, f"UPDATE audit_auditentry SET actor_name = 'Nobody' WHERE id = '{line.pk}'")
    sign_in(page, auditor, northmoor)

    page.goto(portal(northmoor, "/audit/record/"))
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=links checked")
    run_waiting()
    page.wait_for_selector("text=The line was changed after it was written")
    look(page, "audit-check-broken")
    page.goto(portal(northmoor, "/audit/record/"))
    look(page, "audit-record-broken")
