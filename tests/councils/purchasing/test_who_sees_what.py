"""Requisitions, orders, budgets and cases show the same officer the same things."""

from __future__ import annotations

import pytest
from django.urls import reverse

from councils.finance.selectors import positions_visible_to
from councils.organisation.models import Department
from councils.organisation.services import appoint, create_post, set_department_leads
from councils.purchasing import services
from councils.purchasing.models import PurchaseOrder
from councils.purchasing.selectors import orders_visible_to, requisitions_visible_to
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Task
from shared_services.workflow.selectors import cases_for
from shared_services.workflow.services import complete_task
from tests.councils.books import one_line

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(books) -> PurchaseOrder:
    with inside_council(books.council):
        draft = one_line(books, "40.00")
        requisition = services.start_requisition(actor=books.requester, draft=draft)
        services.submit_requisition(actor=books.requester, requisition_id=requisition.pk)
        task = Task.objects.of_this_room().to_do().get(case__subject_id=requisition.pk)
        complete_task(actor=books.holder, task_id=task.pk, outcome="approve")
        return PurchaseOrder.objects.get(requisition=requisition)


def seen_by(actor, order) -> tuple[bool, bool]:
    return (
        requisitions_visible_to(actor).filter(pk=order.requisition_id).exists(),
        orders_visible_to(actor).filter(pk=order.pk).exists(),
    )


def test_a_head_sees_what_her_departments_cost_centres_pay(books, order):
    with inside_council(books.council):
        assert seen_by(books.head, order) == (True, True)
        assert positions_visible_to(books.head).exists()


def test_a_director_sees_the_departments_below_hers_and_no_others(books, order, officer_in):
    director = officer_in(books.council, "director", name="Dora Director")
    elsewhere = officer_in(books.council, "director", name="Else Where")
    administrator = officer_in(books.council, "council_administrator")
    with inside_council(books.council):
        top = Department.objects.create(code="CULT", name="Culture")
        other = Department.objects.create(code="ROAD", name="Roads")
        Department.objects.filter(code="LIBS").update(parent=top)
        for place, department, card in (("D1", top, director), ("D2", other, elsewhere)):
            post = create_post(actor=administrator, number=place, title="Director", department=department)
            appoint(actor=administrator, post=post, card_id=card.pk)
            set_department_leads(actor=administrator, department=department, head_post=None, director_post=post)

        assert seen_by(director, order) == (True, True)
        assert positions_visible_to(director).exists()
        assert seen_by(elsewhere, order) == (False, False)
        assert not positions_visible_to(elsewhere).exists()


def test_an_officer_sees_what_he_decided_also_among_cases(books, order, client_for):
    with inside_council(books.council):
        mine = [case.reference for case in cases_for(books.holder)]
        assert order.requisition.reference in mine
        assert not cases_for(books.head).exists()

        reference = order.requisition.reference

    page = client_for(books.holder).get(reverse("workflow:list_cases"), {"decided": "yes"}).content.decode()

    assert reference in page


def test_who_never_sees_a_requisition_is_not_shown_the_way_to_them(books, client_for, officer_in):
    adviser = officer_in(books.council, "hr_adviser")
    address = f'href="{reverse("purchasing:list_requisitions")}"'

    assert address not in client_for(adviser).get("/").content.decode()
    assert address in client_for(books.holder).get("/").content.decode()


def test_an_ordered_requisition_shows_its_commitment_once(books, order, client_for):
    with inside_council(books.council):
        case_id = order.requisition.case_id

    page = client_for(books.holder).get(reverse("workflow:case", args=[case_id])).content.decode()

    assert "Committed by the order" in page
    assert "Left after" not in page
