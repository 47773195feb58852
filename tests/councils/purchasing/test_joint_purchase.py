"""Two councils' requisitions bought together: from submission to an order in each council's own room."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from councils.finance.models import BudgetPosition
from councils.purchasing import joint_words
from councils.purchasing import services as purchasing
from councils.purchasing.choices import RequisitionStatus
from councils.purchasing.figures import demand_by_month, spend_by_month
from councils.purchasing.models import PurchaseOrder, Requisition
from shared_services.insight import services as insight
from shared_services.insight.models import CategoryFigure
from shared_services.messaging.running import run_waiting
from shared_services.procurement import selectors, services
from shared_services.procurement.choices import DemandStatus, ProposalStatus, ShareStatus
from shared_services.procurement.models import DemandLine, JointProposal, ProposalShare
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Case, Task
from shared_services.workflow.services import complete_task
from shared_services.workflow.tasks import catch_up_cases
from tests.councils.books import FURNITURE, one_line, open_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(northmoor, eastvale, officer_in):
    return [open_books(northmoor, officer_in), open_books(eastvale, officer_in)]


@pytest.fixture
def category_manager(shared_service, officer_in):
    return officer_in(shared_service, "category_manager", name="Cato Category")


def ask(books, amount="1000.00"):
    """Raise, submit and approve a requisition that wants to be bought together; returns its key."""
    with inside_council(books.council):
        started = purchasing.start_requisition(
            actor=books.requester, draft=one_line(books, amount, wants_joint_buying=True)
        )
        purchasing.submit_requisition(actor=books.requester, requisition_id=started.pk)
        decide(books.holder, case__subject_id=started.pk)
        return started.pk


def decide(officer, outcome="approve", **case):
    task = Task.objects.of_this_room().to_do().get(**case)
    complete_task(actor=officer, task_id=task.pk, outcome=outcome, note="Agreed" if outcome == "approve" else "No")


def do_jobs(shared_service):
    """What workers and the schedule would do until nothing is left."""
    run_waiting()
    with inside_council(shared_service):
        catch_up_cases()
    run_waiting()


@pytest.fixture
def agreed(both, shared_service, category_manager):
    """agreed(price) -> the key of a proposal that both councils' managers agreed, orders not yet raised."""

    def make(price):
        requisitions = [ask(books) for books in both]
        with inside_council(shared_service):
            keys = list(DemandLine.objects.of_councils([1, 2]).values_list("pk", flat=True))
            draft = services.draft_proposal(actor=category_manager, line_ids=keys)
            draft = services.change_proposal(
                actor=category_manager,
                proposal_id=draft.pk,
                version=draft.version,
                title="Shelving together",
                category=draft.category_id,
                supplier_name="Shared Shelving Limited",
                justification="One price",
                show_totals_to_councils=True,
                prices={line.pk: Decimal(price) for line in selectors.lines_of(draft)},
            )
            proposal = services.submit_proposal(actor=category_manager, proposal_id=draft.pk)
        do_jobs(shared_service)
        for books in both:
            with inside_council(books.council):
                decide(books.head, case_id=proposal.case_id)
        return proposal.pk, requisitions

    return make


def furniture(books) -> BudgetPosition:
    return BudgetPosition.objects.get(cost_centre__code=books.library, subjective__code=FURNITURE)


def test_each_council_raises_its_own_order_at_the_agreed_price(both, shared_service, agreed):
    proposal, requisitions = agreed("800.00")
    do_jobs(shared_service)
    do_jobs(shared_service)

    for books, requisition_id in zip(both, requisitions, strict=True):
        with inside_council(books.council):
            order = PurchaseOrder.objects.get()
            assert (order.requisition_id, order.net_amount) == (requisition_id, Decimal("800.00"))
            assert order.supplier_name == "Shared Shelving Limited"
            assert Requisition.objects.get(pk=requisition_id).status == RequisitionStatus.ORDERED
            assert Case.objects.get(subject_id=requisition_id).status == "completed"
            position = furniture(books)
            assert (position.reserved_amount, position.committed_amount) == (Decimal("0.00"), Decimal("800.00"))
    with inside_council(shared_service):
        found = JointProposal.objects.get(pk=proposal)
        assert (found.status, found.orders_outstanding) == (ProposalStatus.ORDERED, 0)
        assert Case.objects.get(pk=found.case_id).outcome == "ordered"
        references = ProposalShare.objects.values_list("order_references", flat=True)
        assert sorted(reference[:6] for reference in references) == ["EVL-PO", "NMR-PO"]


def test_a_council_without_the_budget_does_not_stop_the_other_and_can_be_asked_again(
    both, shared_service, agreed, category_manager
):
    proposal, _ = agreed("9000.00")
    poor = both[0]
    with inside_council(poor.council):
        BudgetPosition.objects.filter(cost_centre__code=poor.library).update(budget_amount=Decimal("2000.00"))
    do_jobs(shared_service)
    do_jobs(shared_service)

    with inside_council(shared_service):
        shares = {share.council_id: share for share in ProposalShare.objects.filter(proposal=proposal)}
        assert (shares[1].status, shares[2].status) == (ShareStatus.FAILED, ShareStatus.ORDERED)
        assert "LIB01" in shares[1].failure
    with inside_council(poor.council):
        assert not PurchaseOrder.objects.exists()
        BudgetPosition.objects.filter(cost_centre__code=poor.library).update(budget_amount=Decimal("20000.00"))

    with inside_council(shared_service):
        services.ask_for_order_again(actor=category_manager, proposal_id=proposal, share_id=shares[1].pk)
    do_jobs(shared_service)

    with inside_council(shared_service):
        assert JointProposal.objects.get(pk=proposal).status == ProposalStatus.ORDERED
    with inside_council(poor.council):
        assert PurchaseOrder.objects.get().net_amount == Decimal("9000.00")


def test_demand_that_is_handed_back_is_bought_by_the_council_itself(both, shared_service, category_manager):
    books = both[0]
    requisition_id = ask(books)
    with inside_council(shared_service):
        keys = list(DemandLine.objects.of_councils([1]).values_list("pk", flat=True))
        services.return_demand(actor=category_manager, line_ids=keys, reason="Nobody else wants shelving")
    do_jobs(shared_service)

    with inside_council(books.council):
        order = PurchaseOrder.objects.get(requisition_id=requisition_id)
        assert (order.net_amount, order.supplier_name) == (Decimal("1000.00"), "Invented Furniture Limited")
        assert DemandLine.objects.get().status == DemandStatus.RETURNED


def test_when_a_council_refuses_the_demand_is_open_again_and_nothing_is_ordered(both, shared_service, category_manager):
    for books in both:
        ask(books)
    with inside_council(shared_service):
        keys = list(DemandLine.objects.of_councils([1, 2]).values_list("pk", flat=True))
        draft = services.draft_proposal(actor=category_manager, line_ids=keys)
        JointProposal.objects.filter(pk=draft.pk).update(supplier_name="Someone", justification="Because")
        proposal = services.submit_proposal(actor=category_manager, proposal_id=draft.pk)
    do_jobs(shared_service)
    with inside_council(both[1].council):
        decide(both[1].head, "reject", case_id=proposal.case_id)
    do_jobs(shared_service)

    with inside_council(shared_service):
        assert JointProposal.objects.get(pk=proposal.pk).status == ProposalStatus.NOT_AGREED
        assert set(DemandLine.objects.of_councils([1, 2]).values_list("status", flat=True)) == {DemandStatus.OPEN}
    for books in both:
        with inside_council(books.council):
            assert not PurchaseOrder.objects.exists()
            assert Requisition.objects.get().status == RequisitionStatus.HANDED_OVER


def test_orders_and_requisitions_add_up_to_the_councils_figures(both, shared_service):
    books = both[0]
    with inside_council(books.council):
        for amount in ("100.00", "250.50"):
            started = purchasing.start_requisition(actor=books.requester, draft=one_line(books, amount))
            purchasing.submit_requisition(actor=books.requester, requisition_id=started.pk)
            if amount == "100.00":
                decide(books.holder, case__subject_id=started.pk)

        spend, demand = list(spend_by_month(date(2020, 1, 1))), list(demand_by_month(date(2020, 1, 1)))
        assert [(row.division, row.lines, row.net_amount) for row in spend] == [("39", 1, Decimal("100.00"))]
        assert [(row.division, row.lines, row.net_amount) for row in demand] == [("39", 2, Decimal("350.50"))]
        assert spend[0].month_on.day == 1
        assert list(spend_by_month(date(2099, 1, 1))) == []

    with inside_council(shared_service):
        insight.start_consolidation(actor=None)
    do_jobs(shared_service)
    with inside_council(shared_service):
        figures = CategoryFigure.objects.of_councils([1]).values_list("kind", "net_amount")
        assert sorted(figures) == [("demand", Decimal("350.50")), ("spend", Decimal("100.00"))]


@pytest.mark.parametrize(("status", "waits"), [("submitted", True), ("handed_over", True), ("ordered", False)])
def test_a_requisition_with_its_order_no_longer_says_that_the_order_waits(monkeypatch, status, waits):
    monkeypatch.setattr(joint_words, "always_together", lambda _lines: True)

    said = joint_words.joint_buying_in_words(Requisition(status=status), [])

    assert said.startswith("Yes. Your council always buys this category together")
    assert ("no order is raised until" in said) is waits
