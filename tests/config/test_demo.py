"""The demo: invented people, real codes, and something to do for everyone who signs in."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from config.demo import year
from config.demo.management.commands.load_demo import fill_in_a_year
from config.demo.officers import names
from config.demo.purchases import PURCHASES
from config.demo.structure import SERVICES, duties
from config.serving.sign_in_table import COUNCIL_ACCOUNTS
from councils.finance.models import BudgetPosition
from councils.purchasing.choices import RequisitionStatus
from councils.purchasing.models import Requisition
from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.audit.models import AuditEntry
from shared_services.tenancy import clock
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import TaskCandidate


def test_no_two_officers_of_the_demo_share_a_name():
    everyone = [name for part in range(3) for name in names(part)]

    assert len(set(everyone)) == len(everyone) == 180


def test_everything_the_demo_buys_has_a_real_code():
    with (settings.DATA_DIR / "cpv.csv").open(newline="", encoding="utf-8") as rows:
        known = {row["code"] for row in csv.DictReader(rows)}

    used = {item.cpv for purchases in PURCHASES.values() for purchase in purchases for item in purchase.items}

    assert used <= known
    assert set(PURCHASES) == {service.code for service in SERVICES}


def test_a_council_of_the_demo_has_sixty_officers_and_every_account_of_the_sign_in_table():
    assert len(duties()) == 60
    assert {duty.account for duty in duties() if duty.account} == {account for account, _does in COUNCIL_ACCOUNTS}


def test_inside_the_clock_services_are_told_another_day_and_afterwards_the_true_one():
    with clock.at(datetime(2025, 4, 1, 12, tzinfo=UTC)):
        assert timezone.localdate() == date(2025, 4, 1)

    assert timezone.localdate() > date(2025, 4, 1)


@pytest.fixture
def filled(northmoor, monkeypatch):
    monkeypatch.setattr(year, "LEAVE_A_YEAR", 0)
    with inside_council(northmoor):
        fill_in_a_year(northmoor, count=20)
        yield {card.work_email.split("@")[0]: card for card in OfficerCard.objects.of_council(northmoor.number)}


def test_every_demo_account_can_sign_in_and_finds_something_to_do(filled, northmoor):
    for account, _does in COUNCIL_ACCOUNTS:
        assert Account.objects.get(card=filled[account]).check_password("guildhall-demo")

    waiting = {
        account: TaskCandidate.objects.filter(owner_id=northmoor.number, card=filled[account]).count()
        for account in ("requester", "budget", "head", "director")
    }
    assert all(waiting.values()), waiting
    drafts = Requisition.objects.filter(requester=filled["requester"], status=RequisitionStatus.DRAFT)
    assert drafts.count() >= 3


def test_the_demos_year_is_dated_when_it_happened_and_within_its_budgets(filled):
    assert Requisition.objects.count() == 20
    assert AuditEntry.objects.earliest("at").at < timezone.now() - timedelta(days=300)
    assert AuditEntry.objects.latest("at").at <= timezone.now()
    assert not BudgetPosition.objects.filter(available_amount__lt=0).exists()
