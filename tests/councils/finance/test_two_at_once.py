"""Two officers at once never spend the same money: real connections, logged in as the council."""

from __future__ import annotations

import threading
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections

from councils.finance import services
from councils.finance.heads import HeadAmount
from councils.finance.models import BudgetPosition, Commitment
from councils.purchasing import services as purchasing
from councils.purchasing.models import PurchaseOrder, Requisition
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.models import Task
from shared_services.workflow.services import complete_task
from tests.councils.books import FURNITURE, one_line, open_books

pytestmark = pytest.mark.usefixtures("walled")


@pytest.fixture
def shop(northmoor, officer_in):
    return open_books(northmoor, officer_in, budget="1000.00")


def at_once(shop, *jobs):
    """Run each job in a thread of its own inside the council, all let go together; what each said."""
    gate, said = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place, job):
        try:
            with inside_council(shop.council):
                gate.wait(timeout=20)
                job()
            said[place] = "done"
        except NotAllowed as refusal:
            said[place] = refusal.message
        except Exception as fault:
            said[place] = repr(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return said


def position(shop, subjective=FURNITURE) -> BudgetPosition:
    return BudgetPosition.objects.get(
        cost_centre__code=shop.library, subjective__code=subjective, financial_year=shop.financial_year
    )


def test_eight_reservations_at_once_never_overspend(shop):
    with inside_council(shop.council):
        head = position(shop)

    def take():
        services.reserve(
            actor=shop.requester, source_id=uuid4(), source_reference="R", financial_year=shop.financial_year,
            heads=[HeadAmount(head.cost_centre_id, head.subjective_id, Decimal("300.00"))],
        )  # fmt: skip

    said = at_once(shop, *[take] * 8)

    assert said.count("done") == 3
    assert all("£100 available" in words for words in said if words != "done")
    with inside_council(shop.council):
        assert position(shop).reserved_amount == Decimal("900.00")
        assert Commitment.objects.count() == 3


def test_charging_the_same_heads_in_another_order_never_deadlocks(shop):
    with inside_council(shop.council):
        first, second = position(shop), position(shop, "4020")
    heads = [HeadAmount(one.cost_centre_id, one.subjective_id, Decimal("10.00")) for one in (first, second)]

    def take(ordered):
        for _ in range(5):
            services.reserve(
                actor=shop.requester, source_id=uuid4(), source_reference="R", financial_year=shop.financial_year,
                heads=ordered,
            )  # fmt: skip

    said = at_once(shop, *[lambda: take(heads), lambda: take(heads[::-1])] * 2)

    assert said == ["done"] * 4
    with inside_council(shop.council):
        assert position(shop).reserved_amount == position(shop, "4020").reserved_amount == Decimal("200.00")


def test_two_approvals_at_once_order_only_what_there_is(shop):
    """The council lets budget holders decide, so nothing is reserved before: the order itself is the guard."""
    from councils.organisation.models import CouncilSettings

    with inside_council(shop.council):
        CouncilSettings.objects.update(budget_check_mode="warn")
        tasks = []
        for _ in range(2):
            started = purchasing.start_requisition(actor=shop.requester, draft=one_line(shop, "600.00"))
            purchasing.submit_requisition(actor=shop.requester, requisition_id=started.pk)
            tasks.append(Task.objects.of_this_room().to_do().get(case__subject_id=started.pk).pk)

    said = at_once(
        shop,
        *[lambda task=task: complete_task(actor=shop.holder, task_id=task, outcome="approve") for task in tasks],
    )

    assert sorted(words == "done" for words in said) == [False, True]
    assert any("£400 available" in words for words in said)
    with inside_council(shop.council):
        assert PurchaseOrder.objects.count() == 1
        assert position(shop).committed_amount == Decimal("600.00")


def test_the_same_requisition_submitted_twice_at_once_is_one_case(shop):
    with inside_council(shop.council):
        started = purchasing.start_requisition(actor=shop.requester, draft=one_line(shop, "400.00"))

    said = at_once(shop, *[lambda: purchasing.submit_requisition(actor=shop.requester, requisition_id=started.pk)] * 2)

    assert said == ["done", "done"]
    with inside_council(shop.council):
        assert Task.objects.of_this_room().to_do().filter(case__subject_id=started.pk).count() == 1
        assert position(shop).reserved_amount == Decimal("400.00")


def test_the_same_order_raised_twice_at_once_is_one_order(shop):
    with inside_council(shop.council):
        started = purchasing.start_requisition(actor=shop.requester, draft=one_line(shop, "400.00"))
        purchasing.submit_requisition(actor=shop.requester, requisition_id=started.pk)
        purchasing.requisition_approved(actor=shop.holder, requisition_id=started.pk)

    said = at_once(shop, *[lambda: purchasing.raise_order(actor=shop.holder, requisition_id=started.pk)] * 3)

    assert said == ["done"] * 3
    with inside_council(shop.council):
        assert PurchaseOrder.objects.count() == 1
        assert Requisition.objects.get().status == "ordered"
        assert position(shop).committed_amount == Decimal("400.00")
