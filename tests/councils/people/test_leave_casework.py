"""Leave in the inbox: what its waiting puts at risk, and refused leave that is opened again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from councils.people import services
from councils.people.choices import LeaveStatus
from shared_services.workflow import delays, going_back
from shared_services.workflow.models import Case, TaskCandidate

pytestmark = pytest.mark.usefixtures("inside")
MONDAY, FRIDAY = date(2026, 7, 6), date(2026, 7, 10)


def test_leave_that_waits_puts_its_first_day_at_risk_and_no_money(ask):
    leave = ask(MONDAY, FRIDAY)

    row = TaskCandidate.objects.get(task__case_id=leave.case_id)

    assert (row.at_risk_on, row.at_risk_amount) == (MONDAY, 0)
    assert delays.at_risk(Case.objects.get(pk=leave.case_id)).why == "The leave begins on 6 July 2026."


def test_refused_leave_is_opened_again_changed_and_approved(ask, decide, team, balance):
    leave = decide(ask(MONDAY, FRIDAY), "reject")

    going_back.reopen_case(actor=team.administrator, case_id=leave.case_id, reason="The other leave was cancelled.")

    leave.refresh_from_db()
    assert leave.status == LeaveStatus.RETURNED
    services.change_leave(actor=team.officer, request=leave, leave_type=team.annual, first_on=MONDAY, last_on=MONDAY)
    decide(leave)
    assert leave.status == LeaveStatus.APPROVED
    assert balance() == Decimal("177.60")
