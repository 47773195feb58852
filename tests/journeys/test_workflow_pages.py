"""Inbox, task, case and authority matrix, looked at: axe finds nothing, and nothing is wider than the screen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from councils.purchasing import services
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Case, Task
from tests.councils.books import open_books, three_lines

from .browser import says

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(portal, northmoor, officer_in):
    """Two requisitions that wait for the budget holder. After `portal`: its database is put back."""
    books = open_books(northmoor, officer_in)
    with inside_council(northmoor):
        for title in ("Chairs for the museum", "Paper for both"):
            draft = services.start_requisition(actor=books.requester, draft=three_lines(books, title=title))
            services.submit_requisition(actor=books.requester, requisition_id=draft.pk)
    return books


def test_an_approver_reads_the_facts_sends_one_back_and_approves_another(shop, northmoor, portal, sign_in, page, look):
    sign_in(page, shop.holder, northmoor)
    page.goto(portal(northmoor, "/inbox/"))
    look(page, "inbox")
    with inside_council(northmoor):
        first, second = Case.objects.of_this_room().order_by("reference")

    page.click(f"main a:has-text('{first.reference}')")
    look(page, "task")
    page.check("input[value=send_back]")
    page.click("text=Confirm your decision")
    look(page, "task-without-reason")
    page.fill("textarea[name=note]", "Ask the museum for its own.")
    page.click("text=Confirm your decision")
    page.wait_for_url(portal(northmoor, "/inbox/"))

    page.check(f"tr:has-text('{second.reference}') input[type=checkbox]")
    page.click("button[value=approve]")
    look(page, "inbox-approve-several")
    page.click("main form button[type=submit]")
    says(page, "Nothing is waiting for you")
    assert page.url == portal(northmoor, "/inbox/")
    with inside_council(northmoor):
        assert Case.objects.get(pk=second.pk).outcome == "ordered"
        assert Task.objects.of_this_room().to_do().get(case_id=first.pk).step == "revise_requisition"


def test_the_requester_sees_where_a_case_is_and_who_can_act(shop, northmoor, portal, sign_in, page, look):
    sign_in(page, shop.requester, northmoor)
    with inside_council(northmoor):
        case = Case.objects.of_this_room().earliest("reference")
    page.goto(portal(northmoor, "/cases/"))
    look(page, "cases")
    page.goto(portal(northmoor, reverse("workflow:case", args=[case.pk])))
    look(page, "case")
    picture = page.locator(".gh-diagram img")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 500")
    says(page, shop.holder.work_name)

    page.goto(portal(northmoor, "/authority/"))
    look(page, "authority-matrix")
    page.goto(portal(northmoor, "/authority/who/"))
    page.select_option("select[name=decision_type]", "requisition_approval")
    page.fill("input[name=amount]", "6000")
    page.click("text=Find out")
    look(page, "who-would-approve")


def test_the_section_151_officer_changes_the_matrix(portal, northmoor, officer_in, sign_in, page, look):
    chief = officer_in(northmoor, "section_151_officer")
    sign_in(page, chief, northmoor)
    page.goto(portal(northmoor, "/authority/add/"))
    look(page, "authority-add")
    page.goto(portal(northmoor, "/authority/"))
    page.click("a:has-text('End') >> nth=0")
    look(page, "authority-end")
    page.goto(portal(northmoor, "/cases/nobody-can-act/"))
    look(page, "nobody-can-act")
