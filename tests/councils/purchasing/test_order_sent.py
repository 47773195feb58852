"""A supplier before an order, and an order that is "Sent" only when somebody has said so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from councils.purchasing import services
from councils.purchasing.choices import OrderStatus, RequisitionStatus
from councils.purchasing.models import PurchaseOrder
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.models import Task
from shared_services.workflow.services import complete_task
from tests.councils.books import one_line
from tests.programs import program_of

pytestmark = pytest.mark.django_db


def submitted(books, **changes):
    draft = one_line(books, "40.00", **changes)
    requisition = services.start_requisition(actor=books.requester, draft=draft)
    return services.submit_requisition(actor=books.requester, requisition_id=requisition.pk)


@pytest.fixture
def order(books) -> PurchaseOrder:
    with inside_council(books.council):
        requisition = submitted(books)
        task = Task.objects.of_this_room().to_do().get(case__subject_id=requisition.pk)
        complete_task(actor=books.holder, task_id=task.pk, outcome="approve")
        return PurchaseOrder.objects.get(requisition=requisition)


def recorded(books, order, **changes) -> PurchaseOrder:
    values = {"sent_on": localdate(), "sent_by": "email", **changes}
    return services.record_order_sent(actor=changes.pop("actor", books.finance), order_id=order.pk, **values)


def test_a_requisition_names_its_supplier_or_is_offered_to_joint_buying(books):
    with inside_council(books.council):
        with pytest.raises(NotAllowed, match="Name the supplier"):
            submitted(books, supplier_name="")

        offered = submitted(books, supplier_name="", wants_joint_buying=True)

        assert offered.status == RequisitionStatus.SUBMITTED


def test_an_order_is_raised_until_somebody_records_that_it_was_sent(books, order):
    assert order.get_status_display() == "Raised"

    with inside_council(books.council):
        sent = recorded(books, order)
        again = recorded(books, order)

    assert (sent.get_status_display(), sent.sent_by, sent.sent_recorded_by_id) == ("Sent", "email", books.finance.pk)
    assert again.version == sent.version


def test_only_those_who_issue_orders_record_sending(books, order):
    with inside_council(books.council), pytest.raises(NotAllowed):
        services.record_order_sent(actor=books.requester, order_id=order.pk, sent_on=localdate(), sent_by="post")


@pytest.mark.parametrize("days", [-1, 1])
def test_an_order_is_not_sent_before_it_was_raised_nor_in_the_future(books, order, days):
    with inside_council(books.council), pytest.raises(NotAllowed, match="when it was raised, to today"):
        recorded(books, order, sent_on=localdate() + timedelta(days=days))


def test_an_order_without_a_supplier_asks_for_one_when_it_is_sent(books, order):
    with inside_council(books.council):
        PurchaseOrder.objects.filter(pk=order.pk).update(supplier_name="")
        with pytest.raises(NotAllowed, match="Name the supplier"):
            recorded(books, order)

        sent = recorded(books, order, supplier_name="Invented Shelves Limited")

    assert sent.supplier_name == "Invented Shelves Limited"


def test_a_sent_order_may_still_be_cancelled(books, order):
    with inside_council(books.council):
        recorded(books, order)
        cancelled = services.cancel_order(actor=books.finance, order_id=order.pk, reason="The supplier cannot deliver")

    assert cancelled.status == OrderStatus.CANCELLED


def test_finance_records_sending_on_the_order_page(books, order, client_for):
    browser = client_for(books.finance)
    url = reverse("purchasing:record_sent", args=[order.reference])
    assert url in browser.get(order.get_absolute_url()).content.decode()
    today = localdate()

    answer = browser.post(
        url,
        {
            "sent_on_day": today.day, "sent_on_month": today.month, "sent_on_year": today.year,
            "sent_by": "post", "version": order.version,
        },
    )  # fmt: skip

    assert answer.status_code == 302
    page = browser.get(order.get_absolute_url()).content.decode()
    assert "by post" in page
    assert url not in page


def test_the_requester_is_not_offered_to_record_sending(books, order, client_for):
    page = client_for(books.requester).get(order.get_absolute_url()).content.decode()

    assert reverse("purchasing:record_sent", args=[order.reference]) not in page


def test_a_program_records_sending(books, order):
    program = program_of(books.finance, "purchasing:write")
    read = program.get(f"orders/{order.pk}/")

    answer = program.post(
        f"orders/{order.pk}/sent/",
        {"sent_on": localdate().isoformat(), "sent_by": "website"},
        if_match=read["ETag"],
        idempotency_key="sent-1",
    )

    assert (answer.status_code, answer.json()["status"], answer.json()["sent_by"]) == (200, "sent", "website")


def test_whoever_gives_roles_sends_out_no_order(books, order, officer_in):
    both = officer_in(books.council, "council_administrator", "finance_officer")

    with inside_council(books.council), pytest.raises(NotAllowed, match="Separated duties"):
        services.record_order_sent(actor=both, order_id=order.pk, sent_on=localdate(), sent_by="email")
