"""A small team to ask for leave in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine

from councils.organisation import services as organisation
from councils.people import services
from councils.people.choices import ANNUAL_LEAVE
from councils.people.models import Employment, LeaveLedgerEntry, LeaveScheme, LeaveType
from shared_services.tenancy.door import inside_council

STARTED = date(2025, 3, 3)
FULL_TIME = [Decimal("7.40")] * 5 + [Decimal("0.00")] * 2
THIS_YEAR = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def _a_monday_in_june():
    """All of these tests happen on Monday 1 June 2026."""
    with time_machine.travel("2026-06-01T10:00:00Z", tick=True):
        yield


@pytest.fixture
def hr(northmoor, officer_in):
    return officer_in(northmoor, "hr_adviser", name="Hera Adviser")


@pytest.fixture
def team(northmoor, officer_in, hr) -> SimpleNamespace:
    """A manager with two officers, employed full time since March 2025: 185 hours a year."""
    administrator = officer_in(northmoor, "council_administrator")
    cards = {name: officer_in(northmoor, name=name) for name in ("Manager", "Officer", "Colleague")}
    jobs: dict[str, Employment] = {}
    with inside_council(northmoor):
        department = organisation.create_department(actor=administrator, code="LIB", name="Libraries")
        above = None
        for number, (name, card) in enumerate(cards.items(), 1):
            post = organisation.create_post(
                actor=administrator, number=f"P{number}", title=name, department=department, reports_to=above,
                opened_on=STARTED,
            )  # fmt: skip
            organisation.appoint(actor=administrator, post=post, card_id=card.pk, from_on=STARTED)
            above = above or post
            jobs[name] = services.record_employment(
                actor=hr, number=f"E{number}", card_id=card.pk, post_id=post.pk,
                scheme=LeaveScheme.objects.get(name="Green Book"), start_on=STARTED, week_one=FULL_TIME,
            )  # fmt: skip
        annual = LeaveType.objects.get(key=ANNUAL_LEAVE)
        unpaid = LeaveType.objects.get(key="unpaid")
    return SimpleNamespace(
        manager=cards["Manager"], officer=cards["Officer"], colleague=cards["Colleague"], jobs=jobs,
        job=jobs["Officer"], department=department, annual=annual, unpaid=unpaid, administrator=administrator,
    )  # fmt: skip


@pytest.fixture
def inside(northmoor, team):
    with inside_council(northmoor):
        yield northmoor


@pytest.fixture
def ask(team) -> Callable:
    """ask(first, last, **more) -> the officer's request for annual leave."""

    def make(first_on: date, last_on: date | None = None, **more):
        answers = {"actor": team.officer, "employment": team.job, "leave_type": team.annual, **more}
        return services.request_leave(first_on=first_on, last_on=last_on or first_on, **answers)

    return make


@pytest.fixture
def balance(team) -> Callable[..., Decimal]:
    """balance() -> what the officer's ledger of this leave year sums to."""

    def read(job: Employment | None = None, year_on: date = THIS_YEAR) -> Decimal:
        return LeaveLedgerEntry.objects.of_year(job or team.job, team.annual.pk, year_on).balance()

    return read


@pytest.fixture
def decide(team) -> Callable:
    """decide(request, outcome) -> the manager's decision, through the inbox's own service."""
    from shared_services.workflow.selectors import open_task_for
    from shared_services.workflow.services import complete_task

    def act(request, outcome: str = "approve", *, actor=None, note: str = "Because"):
        task_id = open_task_for(case_id=request.case_id, outcome=outcome)
        complete_task(actor=actor or team.manager, task_id=task_id, outcome=outcome, note=note)
        request.refresh_from_db()
        return request

    return act
