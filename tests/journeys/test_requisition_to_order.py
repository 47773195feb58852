"""The main job, in a browser: a requisition is raised, approved through the pooled process and ordered, and stays in its council."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from councils.finance.models import BudgetPosition
from councils.purchasing.models import PurchaseOrder, Requisition
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from tests.councils.books import CHAIRS, DESKS, FURNITURE, open_books

from .browser import PATIENCE_MS

pytestmark = pytest.mark.browser


@pytest.fixture
def books(portal, northmoor, officer_in):
    return open_books(northmoor, officer_in)


@pytest.fixture
def window(browser, sign_in):
    """window(card, council) -> the officer's own browser window, signed in."""

    def open_window(card, council):
        opened = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        opened.set_default_timeout(PATIENCE_MS)
        sign_in(opened, card, council)
        return opened

    return open_window


def fill_in(page, books, *, prices: tuple[str, str]) -> None:
    day = books.needed_by_on
    page.get_by_label("What is this requisition for?").fill("Desks for the reading room")
    page.get_by_label("Why is it needed?").fill("The old desks are broken.")
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.fill(f"[name=needed_by_on_{part}]", str(value))
    page.get_by_label("Where should it be delivered?").fill("Central library, High Street")
    page.get_by_label("Supplier", exact=False).first.fill("Invented Furniture Limited")
    page.get_by_role("button", name="Add another line").click()
    page.wait_for_selector("[name=lines-1-description]")
    page.wait_for_load_state()
    for number, (what, cpv, price) in enumerate((("Desk 1600 mm", DESKS, prices[0]), ("Chair", CHAIRS, prices[1]))):
        page.fill(f"[name=lines-{number}-description]", what)
        page.fill(f"[name=lines-{number}-cpv]", cpv)
        page.fill(f"[name=lines-{number}-quantity]", "4")
        page.fill(f"[name=lines-{number}-unit_price]", price)
        page.select_option(f"[name=lines-{number}-codings-0-cost_centre]", books.library)
        page.select_option(f"[name=lines-{number}-codings-0-subjective]", FURNITURE)


def fetched(page, address: str) -> dict[str, object]:
    """What the officer's own window gets from an address: the status, and the first letters of what came."""
    script = "address => fetch(address).then(async got => ({status: got.status, kind: (await got.text()).slice(0, 4)}))"
    return page.evaluate(script, address)


def decide(page, portal, council, reference: str, decision: str, reason: str = "") -> None:
    page.goto(portal(council, reverse("workflow:inbox")))
    page.get_by_role("link", name=reference, exact=False).first.click()
    page.get_by_label(decision, exact=True).check()
    if reason:
        page.get_by_label("Reason", exact=False).fill(reason)
    page.get_by_role("button", name="Confirm your decision").click()
    page.wait_for_url(portal(council, reverse("workflow:inbox")))


def test_a_requisition_becomes_an_order_and_stays_in_its_council(
    books, northmoor, eastvale, officer_in, portal, page, sign_in, window, look
):
    sign_in(page, books.requester, northmoor)
    page.goto(portal(northmoor, reverse("purchasing:start_requisition")))
    fill_in(page, books, prices=("1150.00", "250.00"))
    page.get_by_role("button", name="Save and check").click()
    look(page, "journey-check")
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_text("Waiting for approval").first.wait_for()
    look(page, "journey-submitted")
    with inside_council(northmoor):
        reference = Requisition.objects.get().reference

    holder = window(books.holder, northmoor)
    decide(holder, portal, northmoor, reference, "Approve")
    look(holder, "journey-after-first-approval")
    head = window(books.head, northmoor)
    head.goto(portal(northmoor, reverse("workflow:inbox")))
    look(head, "journey-inbox")
    head.get_by_role("link", name=reference, exact=False).first.click()
    look(head, "journey-task")
    head.get_by_label("Approve", exact=True).check()
    head.get_by_role("button", name="Confirm your decision").click()
    head.wait_for_url(portal(northmoor, reverse("workflow:inbox")))

    with inside_council(northmoor):
        order = PurchaseOrder.objects.get()
        position = BudgetPosition.objects.get(cost_centre__code=books.library, subjective__code=FURNITURE)
        assert order.net_amount == position.committed_amount == Decimal("5600.00")
        events = set(AuditEntry.objects.values_list("event", flat=True))
    assert {"purchasing.requisition.submitted", "purchasing.order.raised"} <= events
    page.goto(portal(northmoor, reverse("purchasing:requisition", args=[reference])))
    page.get_by_role("link", name="Open Purchase order").click()
    look(page, "journey-order")
    assert fetched(page, reverse("purchasing:download_order", args=[order.reference])) == {
        "status": 200,
        "kind": "%PDF",
    }

    stranger = window(officer_in(eastvale, "requisitioner", "budget_holder", "finance_officer"), eastvale)
    for address in (
        reverse("purchasing:requisition", args=[reference]),
        reverse("purchasing:order", args=[order.reference]),
        reverse("purchasing:download_order", args=[order.reference]),
    ):
        assert fetched(stranger, address)["status"] == 404


def test_the_requester_may_not_approve_and_two_approvers_do_not_decide_twice(
    books, northmoor, officer_in, portal, page, sign_in, window
):
    both = officer_in(northmoor, "requisitioner", "budget_holder", name="Robin Both")
    sign_in(page, both, northmoor)
    page.goto(portal(northmoor, reverse("purchasing:start_requisition")))
    fill_in(page, books, prices=("10.00", "5.00"))
    page.get_by_role("button", name="Save and check").click()
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_text("Waiting for approval").first.wait_for()
    with inside_council(northmoor):
        reference = Requisition.objects.get().reference
    page.goto(portal(northmoor, reverse("workflow:inbox")))
    assert page.get_by_role("link", name=reference).count() == 0

    first, second = window(books.holder, northmoor), window(books.holder, northmoor)
    for late, answer in ((first, "Approve"), (second, "Reject")):
        late.goto(portal(northmoor, reverse("workflow:inbox")))
        late.get_by_role("link", name=reference, exact=False).first.click()
        late.get_by_label(answer, exact=True).check()
    second.get_by_label("Reason", exact=False).fill("Too dear.")
    first.get_by_role("button", name="Confirm your decision").click()
    first.wait_for_url(portal(northmoor, reverse("workflow:inbox")))
    second.get_by_role("button", name="Confirm your decision").click()

    second.get_by_text("has already dealt with this", exact=False).first.wait_for()
    with inside_council(northmoor):
        assert PurchaseOrder.objects.count() == 1


def test_the_whole_journey_works_without_javascript_on_a_narrow_screen(
    books, northmoor, portal, browser, sign_in, window
):
    narrow = {"java_script_enabled": False, "viewport": {"width": 320, "height": 700}}
    page = browser.new_context(**narrow).new_page()
    page.set_default_timeout(PATIENCE_MS)
    sign_in(page, books.requester, northmoor)
    page.goto(portal(northmoor, reverse("purchasing:start_requisition")))
    fill_in(page, books, prices=("10.00", "5.00"))
    page.get_by_role("button", name="Save and check").click()
    page.get_by_role("button", name="Submit for approval").click()
    page.get_by_text("Waiting for approval").first.wait_for()
    with inside_council(northmoor):
        reference = Requisition.objects.get().reference

    approver = browser.new_context(**narrow).new_page()
    approver.set_default_timeout(PATIENCE_MS)
    sign_in(approver, books.holder, northmoor)
    decide(approver, portal, northmoor, reference, "Send back for changes", "Say which room they are for.")

    page.goto(portal(northmoor, reverse("purchasing:requisition", args=[reference])))
    expect(page.get_by_text("Say which room they are for.").first).to_be_visible()
