"""A requisition from draft to order, back, and out again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils.timezone import localdate

from councils.finance.choices import CommitmentKind
from councils.finance.models import BudgetPosition, Commitment, CostCentre
from councils.finance.services import set_budgets
from councils.organisation.models import CouncilSettings
from councils.purchasing import services
from councils.purchasing.choices import OrderStatus, RequisitionStatus
from councils.purchasing.drafts import CodingDraft, LineDraft, RequisitionDraft
from councils.purchasing.joint_terms import AgreedTerms
from councils.purchasing.models import LineCoding, PurchaseOrder, Requisition
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow.models import Case, Task
from shared_services.workflow.services import complete_task
from tests.councils.books import DESKS, FURNITURE, one_line, three_lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(books):
    with inside_council(books.council):
        yield books


def start(books, draft=None):
    return services.start_requisition(actor=books.requester, draft=draft or three_lines(books))


def submitted(books, draft=None):
    requisition = start(books, draft)
    return services.submit_requisition(actor=books.requester, requisition_id=requisition.pk)


def decide(books, requisition, outcome="approve", note="", actor=None):
    task = Task.objects.of_this_room().to_do().get(case__subject_id=requisition.pk)
    return complete_task(actor=actor or books.holder, task_id=task.pk, outcome=outcome, note=note)


def now(subject):
    return type(subject).objects.get(pk=subject.pk)


def library_furniture(books) -> BudgetPosition:
    return BudgetPosition.objects.get(
        cost_centre__code=books.library, subjective__code=FURNITURE, financial_year=books.financial_year
    )


def test_a_draft_keeps_its_lines_and_splits_to_the_penny(room):
    requisition = start(room)

    assert requisition.reference.startswith("NMR-REQ-")
    assert requisition.net_amount == Decimal("983.30")
    assert requisition.vat_amount == Decimal("186.66")
    assert requisition.gross_amount == Decimal("1169.96")
    shares = LineCoding.objects.filter(line__requisition=requisition, line__position=2)
    assert [share.amount for share in shares] == [Decimal("199.98"), Decimal("133.32")]
    for line in requisition.lines.annotate(shared=Sum("codings__amount")):
        assert line.shared == line.net_amount


def test_an_unfinished_draft_may_be_saved_but_not_submitted(room):
    requisition = start(room, RequisitionDraft(title="Something for the museum"))

    with pytest.raises(NotAllowed, match="Add at least one line"):
        services.submit_requisition(actor=room.requester, requisition_id=requisition.pk)

    assert now(requisition).status == RequisitionStatus.DRAFT


def test_saving_writes_the_whole_form_anew(room):
    requisition = start(room)

    saved = services.save_draft(
        actor=room.requester, requisition_id=requisition.pk, draft=one_line(room, "50.00"), version=requisition.version
    )

    assert saved.version == 2
    assert [line.description for line in saved.lines.all()] == ["Shelving"]
    assert now(saved).net_amount == Decimal("50.00")


def test_the_second_of_two_savers_is_told_and_overwrites_nothing(room):
    requisition = start(room)
    services.save_draft(actor=room.requester, requisition_id=requisition.pk, draft=one_line(room, "50.00"), version=1)

    with pytest.raises(Stale):
        services.save_draft(actor=room.requester, requisition_id=requisition.pk, draft=three_lines(room), version=1)

    assert now(requisition).net_amount == Decimal("50.00")


def test_submitting_reserves_the_budget_and_opens_a_case(room):
    requisition = submitted(room)

    position = library_furniture(room)
    assert requisition.status == RequisitionStatus.SUBMITTED
    assert position.reserved_amount == Decimal("799.98")
    assert position.available_amount == Decimal("9200.02")
    case = Case.objects.get(pk=requisition.case_id)
    assert (case.subject_id, case.amount, case.category) == (requisition.pk, Decimal("983.30"), DESKS)
    assert case.facts["cost_centre"] == room.library


def test_submitting_twice_does_nothing_twice(room):
    requisition = submitted(room)

    services.submit_requisition(actor=room.requester, requisition_id=requisition.pk)

    assert Case.objects.filter(subject_id=requisition.pk).count() == 1
    assert library_furniture(room).reserved_amount == Decimal("799.98")


def test_approval_raises_one_order_and_commits_the_budget(room):
    requisition = submitted(room)

    decide(room, requisition)

    order = PurchaseOrder.objects.get(requisition=requisition)
    assert now(requisition).status == RequisitionStatus.ORDERED
    assert order.reference.startswith("NMR-PO-")
    assert order.lines.count() == 3
    assert (order.net_amount, order.issued_by_id) == (requisition.net_amount, room.holder.pk)
    position = library_furniture(room)
    assert (position.reserved_amount, position.committed_amount) == (Decimal("0.00"), Decimal("799.98"))
    assert services.raise_order(actor=room.holder, requisition_id=requisition.pk) == order
    live = Commitment.objects.live().filter(source_id=order.pk)
    assert live.aggregate(sum=Sum("amount"))["sum"] == order.net_amount
    assert not Commitment.objects.live().filter(kind=CommitmentKind.PRE_COMMITMENT).exists()


def test_nobody_approves_their_own_requisition(room, officer_in):
    requisition = submitted(room)

    with pytest.raises(NotAllowed):
        decide(room, requisition, actor=room.requester)

    assert not PurchaseOrder.objects.filter(requisition=requisition).exists()


def test_an_overspend_is_refused_with_the_balance_and_who_may_vire(room):
    requisition = start(room, one_line(room, "10000.01"))

    with pytest.raises(NotAllowed) as refusal:
        services.submit_requisition(actor=room.requester, requisition_id=requisition.pk)

    for words in ("LIB01", "4000", "£10,000 available", "£10,000.01", "Bola Budget", "Finn Finance"):
        assert words in refusal.value.message


def test_a_council_may_let_the_budget_holder_decide_but_an_order_never_overspends(room):
    CouncilSettings.objects.update(budget_check_mode="warn")
    requisition = submitted(room, one_line(room, "4000.00"))
    assert library_furniture(room).reserved_amount == 0
    set_budgets(
        actor=room.finance, financial_year=room.financial_year, amounts={(room.library, FURNITURE): Decimal("100.00")}
    )

    with pytest.raises(NotAllowed, match="£100 available"):
        decide(room, requisition)

    assert not PurchaseOrder.objects.filter(requisition=requisition).exists()


def test_a_rejection_frees_the_budget(room):
    requisition = submitted(room)

    decide(room, requisition, "reject", "Not this year.")

    assert now(requisition).status == RequisitionStatus.REJECTED
    assert library_furniture(room).available_amount == Decimal("10000.00")


def test_sent_back_changed_and_sent_again_is_one_case(room):
    requisition = submitted(room)
    decide(room, requisition, "send_back", "Three desks will do.")
    returned = now(requisition)
    assert returned.status == RequisitionStatus.RETURNED
    assert library_furniture(room).available_amount == Decimal("10000.00")

    services.save_draft(
        actor=room.requester, requisition_id=returned.pk, draft=one_line(room, "450.00"), version=returned.version
    )
    services.submit_requisition(actor=room.requester, requisition_id=returned.pk)

    assert now(requisition).status == RequisitionStatus.SUBMITTED
    assert library_furniture(room).reserved_amount == Decimal("450.00")
    case = Case.objects.get(subject_id=requisition.pk)
    assert case.amount == Decimal("450.00")
    decide(room, requisition)
    assert PurchaseOrder.objects.get(requisition=requisition).net_amount == Decimal("450.00")


@pytest.mark.parametrize("state", ["draft", "submitted", "returned"])
def test_withdrawing_ends_the_case_and_frees_the_budget(room, state):
    requisition = start(room) if state == "draft" else submitted(room)
    if state == "returned":
        decide(room, requisition, "send_back", "Three desks will do.")

    services.withdraw_requisition(actor=room.requester, requisition_id=requisition.pk)
    services.withdraw_requisition(actor=room.requester, requisition_id=requisition.pk)

    assert now(requisition).status == RequisitionStatus.WITHDRAWN
    assert library_furniture(room).available_amount == Decimal("10000.00")
    assert not Task.objects.of_this_room().to_do().filter(case__subject_id=requisition.pk).exists()


def test_an_order_is_cancelled_once_and_its_money_comes_back(room):
    requisition = submitted(room)
    decide(room, requisition)
    order = PurchaseOrder.objects.get(requisition=requisition)

    services.cancel_order(actor=room.finance, order_id=order.pk, reason="Ordered twice by phone.", version=1)
    services.cancel_order(actor=room.finance, order_id=order.pk, reason="Ordered twice by phone.", version=1)

    assert now(order).status == OrderStatus.CANCELLED
    assert library_furniture(room).available_amount == Decimal("10000.00")


def test_only_finance_officers_cancel_orders(room):
    requisition = submitted(room)
    decide(room, requisition)
    order = PurchaseOrder.objects.get(requisition=requisition)

    with pytest.raises(NotAllowed, match="Finance officer"):
        services.cancel_order(actor=room.requester, order_id=order.pk, reason="I changed my mind.")


def test_a_copy_starts_anew_with_the_same_lines(room):
    requisition = submitted(room)

    copy = services.copy_requisition(actor=room.requester, requisition_id=requisition.pk)

    assert copy.status == RequisitionStatus.DRAFT
    assert copy.net_amount == requisition.net_amount
    assert copy.needed_by_on is None
    assert LineCoding.objects.filter(line__requisition=copy).count() == 5


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"quantity": Decimal(0)}, "Line 1: enter a quantity above zero"),
        ({"unit_price": Decimal("-1")}, "Line 1: enter a unit price"),
        ({"cpv": "99999999-9"}, "Line 1: 99999999-9 is not a CPV code"),
        ({"vat_code": "Q"}, "Line 1: choose a VAT code"),
        ({"codings": (CodingDraft("NOWHERE", FURNITURE),)}, "Line 1: cost centre NOWHERE is unknown or closed"),
        ({"codings": (CodingDraft("LIB01", "0000"),)}, "Line 1: subjective code 0000 is unknown or closed"),
        ({"description": " "}, "Line 1: enter what you need"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(room, line, words):
    values = {"description": "Desk", "quantity": Decimal(1), "unit_price": Decimal(10), **line}

    with pytest.raises(NotAllowed, match=words):
        start(room, RequisitionDraft(title="Desk", lines=(LineDraft(**values),)))

    assert not Requisition.objects.exists()


def test_a_date_that_has_passed_cannot_be_submitted(room):
    draft = three_lines(room, needed_by_on=localdate() - timedelta(days=1))
    requisition = start(room, draft)

    with pytest.raises(NotAllowed, match="has passed"):
        services.submit_requisition(actor=room.requester, requisition_id=requisition.pk)


def test_the_year_that_pays_is_the_year_of_delivery(room):
    assert start(room, three_lines(room, needed_by_on=date(2027, 3, 31))).financial_year == 2026
    assert start(room, three_lines(room, needed_by_on=date(2027, 4, 1))).financial_year == 2027


def test_another_officer_cannot_change_or_submit_it(room, officer_in):
    requisition = start(room)
    other = officer_in(room.council, "requisitioner")

    with pytest.raises(NotAllowed, match="Only the officer who raised"):
        services.submit_requisition(actor=other, requisition_id=requisition.pk)


def test_agreed_prices_change_the_order_and_its_heads_and_leave_the_requisition_as_it_was(room):
    requisition = submitted(room)
    services.requisition_approved(actor=None, requisition_id=requisition.pk)
    services.requisition_handed_over(actor=None, requisition_id=requisition.pk, case_id=now(requisition).case_id)
    lines = list(requisition.lines.all())

    order = services.raise_agreed_order(
        requisition_id=requisition.pk,
        terms=AgreedTerms(
            supplier_name="Shared Seating Limited",
            unit_prices={line.pk: Decimal("30.01") if line.position == 2 else line.unit_price for line in lines},
            quantities={line.pk: line.quantity for line in lines},
            net_amount=Decimal("950.10"),
            vat_amount=Decimal("180.02"),
        ),
    )

    assert order.supplier_name == "Shared Seating Limited"
    assert order.lines.get(position=2).net_amount == Decimal("300.10")
    assert order.net_amount == Decimal("950.10")
    assert library_furniture(room).committed_amount == Decimal("600.00") + Decimal("180.06")
    assert now(requisition).net_amount == Decimal("983.30")


@pytest.mark.parametrize("status", ["draft", "submitted", "handed_over"])
def test_only_an_approved_requisition_becomes_an_order_without_a_consent(room, status):
    requisition = submitted(room)
    type(requisition).objects.filter(pk=requisition.pk).update(status=status)

    with pytest.raises(NotAllowed, match="only an approved requisition"):
        services.raise_order(actor=None, requisition_id=requisition.pk)


def test_a_category_the_council_always_buys_together_is_offered_without_being_asked(room):
    CouncilSettings.objects.update(joint_buying_categories=["391"])

    requisition = submitted(room)

    assert now(requisition).wants_joint_buying
    assert Case.objects.get(pk=requisition.case_id).facts["wants_joint_buying"] is True


def test_every_cost_centre_that_pays_has_its_budget_holder_asked(room, officer_in):
    other = officer_in(room.council, "budget_holder", name="Mo Museum")
    CostCentre.objects.filter(code=room.museum).update(budget_holder_id=other.pk)
    requisition = submitted(room)

    decide(room, requisition)
    assert now(requisition).status == RequisitionStatus.SUBMITTED
    with pytest.raises(NotAllowed, match="not budget holder of MUS01"):
        decide(room, requisition, actor=room.head)
    decide(room, requisition, actor=other)
    assert now(requisition).status == RequisitionStatus.ORDERED


def test_whoever_holds_a_budget_without_the_role_decides_nothing(room, officer_in):
    finance = officer_in(room.council, "finance_officer", name="Fay Finance")
    CostCentre.objects.filter(code__in=(room.library, room.museum)).update(budget_holder_id=finance.pk)
    requisition = submitted(room)

    with pytest.raises(NotAllowed):
        decide(room, requisition, actor=finance)
    assert Task.objects.of_this_room().get(case__subject_id=requisition.pk).status == "parked"
