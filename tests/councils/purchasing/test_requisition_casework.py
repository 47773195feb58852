"""Requisitions in the inbox: what their waiting puts at risk, and rejected ones that are opened again."""

from __future__ import annotations

import pytest

from councils.organisation.models import ClosureDay
from councils.purchasing import services
from councils.purchasing.choices import RequisitionStatus
from councils.purchasing.models import PurchaseOrder, Requisition
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import calendars, delays, going_back
from shared_services.workflow.models import Case, Task, TaskCandidate
from shared_services.workflow.services import complete_task
from tests.councils.books import three_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Mina Manager")


def submitted(books):
    requisition = services.start_requisition(actor=books.requester, draft=three_lines(books))
    return services.submit_requisition(actor=books.requester, requisition_id=requisition.pk)


def decide(books, requisition, outcome="approve", note=""):
    task = Task.objects.of_this_room().to_do().get(case__subject_id=requisition.pk)
    return complete_task(actor=books.holder, task_id=task.pk, outcome=outcome, note=note)


def test_the_net_amount_is_at_risk_from_the_day_it_is_needed(books):
    with inside_council(books.council):
        requisition = submitted(books)
        row = TaskCandidate.objects.get(task__case__subject_id=requisition.pk)

        assert (row.at_risk_on, row.at_risk_amount) == (requisition.needed_by_on, requisition.net_amount)
        assert delays.at_risk(Case.objects.get(subject_id=requisition.pk)).why.startswith("£983.30 of goods")


def test_the_due_day_skips_the_councils_closure_days(books):
    with inside_council(books.council):
        due_on = Task.objects.get(case__subject_id=submitted(books).pk).due_on
        ClosureDay.objects.create(on=due_on, title="Moving house")
        calendars.forget()

        assert Task.objects.get(case__subject_id=submitted(books).pk).due_on > due_on


def test_a_rejected_requisition_is_opened_again_and_ordered_once(books, manager):
    with inside_council(books.council):
        requisition = submitted(books)
        case = decide(books, requisition, "reject", "Not this year.")
        going_back.reopen_case(actor=manager, case_id=case.pk, reason="There is money now.")
        assert Requisition.objects.get(pk=requisition.pk).status == RequisitionStatus.RETURNED

        services.submit_requisition(actor=books.requester, requisition_id=requisition.pk)
        decide(books, requisition)

        assert PurchaseOrder.objects.filter(requisition_id=requisition.pk).count() == 1


def test_an_ordered_requisition_is_never_gone_behind(books, manager):
    with inside_council(books.council):
        case = decide(books, submitted(books))
        with pytest.raises(NotAllowed, match="no way back"):
            going_back.reopen_case(actor=manager, case_id=case.pk, reason="Oops.")
