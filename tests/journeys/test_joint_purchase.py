"""Two councils buy together, in a browser: from the demand list to an order in each council's own room."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from councils.purchasing import services as purchasing
from councils.purchasing.models import PurchaseOrder
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Task
from shared_services.workflow.services import complete_task
from shared_services.workflow.tasks import catch_up_cases
from tests.councils.books import one_line, open_books

pytestmark = pytest.mark.browser


def ask(books, amount):
    """A requisition that wants to be bought together, approved by its budget holder."""
    with inside_council(books.council):
        started = purchasing.start_requisition(
            actor=books.requester, draft=one_line(books, amount, wants_joint_buying=True)
        )
        purchasing.submit_requisition(actor=books.requester, requisition_id=started.pk)
        task = Task.objects.of_this_room().to_do().get(case__subject_id=started.pk)
        complete_task(actor=books.holder, task_id=task.pk, outcome="approve")


def do_jobs(shared_service):
    """What workers and the schedule would do."""
    run_waiting()
    with inside_council(shared_service):
        catch_up_cases()
    run_waiting()


@pytest.fixture
def both(walled, northmoor, eastvale, officer_in):
    books = [open_books(northmoor, officer_in), open_books(eastvale, officer_in)]
    for one, amount in zip(books, ("1000.00", "1450.50"), strict=True):
        ask(one, amount)
        ask(one, "600.00")
    return books


def test_two_councils_buy_together(both, page, browser, portal, sign_in, look, shared_service, officer_in):
    manager = officer_in(shared_service, "category_manager", "shared_service_manager", name="Cato Category")
    northmoor, eastvale = both
    sign_in(page, manager, shared_service)
    look(page, "shared-home")

    page.get_by_role("link", name="Demand", exact=True).click()
    look(page, "demand")
    page.get_by_role("link", name="See demand by category, councils side by side").click()
    look(page, "demand-by-category")
    page.get_by_role("link", name="Furniture", exact=False).first.click()
    look(page, "demand-in-division")
    page.goto(portal(shared_service, "/codes/?q=laptops"))
    look(page, "find-cpv")

    page.goto(portal(shared_service, "/demand/?amount_from=900&status=open"))
    for box in page.locator('input[name="selected"]').all():
        box.check()
    page.get_by_role("button", name="Group into a joint proposal").click()
    look(page, "group-demand")
    page.get_by_label("Title of the new proposal").fill("Shelving together")
    page.get_by_role("button", name="Group this demand").click()

    page.wait_for_url("**/proposals/*/change/")
    page.get_by_label("Supplier").fill("Shared Shelving Limited")
    page.get_by_label("Why should the councils buy this together?").fill("One price for both councils.")
    for box in page.locator('input[name^="price_"]').all():
        box.fill("900")
    look(page, "change-proposal")
    page.get_by_role("button", name="Save proposal").click()
    look(page, "proposal-draft")
    page.get_by_role("link", name="Take out", exact=False).first.click()
    look(page, "remove-demand")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("button", name="Send to the councils").click()
    look(page, "submit-proposal")
    page.get_by_role("button", name="Send to the councils").click()
    expect(page.get_by_text("Waiting for an answer").first).to_be_visible()
    proposal = page.url
    look(page, "proposal-sent")
    do_jobs(shared_service)

    council = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(council, northmoor.head, northmoor.council)
    council.goto(portal(northmoor.council, "/inbox/"))
    council.get_by_role("link", name="JP-2026", exact=False).first.click()
    expect(council.get_by_text("Your council’s lines")).to_be_visible()
    look(council, "joint-purchase-task")
    assert council.get_by_text("EVL-REQ").count() == 0
    with inside_council(eastvale.council):
        task = Task.objects.of_this_room().to_do().get(process="joint_purchase")
        complete_task(actor=eastvale.head, task_id=task.pk, outcome="approve")
    with inside_council(northmoor.council):
        task = Task.objects.of_this_room().to_do().get(process="joint_purchase")
        complete_task(actor=northmoor.head, task_id=task.pk, outcome="approve")
    do_jobs(shared_service)
    do_jobs(shared_service)

    page.goto(proposal)
    expect(page.get_by_text("NMR-PO-")).to_be_visible()
    expect(page.get_by_text("EVL-PO-")).to_be_visible()
    look(page, "proposal-ordered")
    page.goto(portal(shared_service, "/proposals/"))
    look(page, "proposals")
    with inside_council(eastvale.council):
        assert str(PurchaseOrder.objects.get().net_amount) == "900.00"

    page.goto(portal(shared_service, "/demand/?status=open"))
    page.get_by_role("link", name="NMR-REQ", exact=False).first.click()
    look(page, "demand-requisition")
    page.get_by_role("button", name="Hand back to the council").click()
    page.get_by_role("button", name="Hand back to the council").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look(page, "hand-back-error")


def test_the_figures_are_brought_up_to_date_and_read(both, page, portal, sign_in, look, shared_service, officer_in):
    manager = officer_in(shared_service, "shared_service_manager", name="Mina Manager")
    sign_in(page, manager, shared_service)

    page.get_by_role("link", name="Figures", exact=True).click()
    look(page, "figures-empty")
    page.get_by_role("button", name="Bring the figures up to date").click()
    expect(page.get_by_text("Waiting").first).to_be_visible()
    look(page, "consolidation-waiting")
    run_waiting()
    # The page asks by itself every two seconds.
    page.get_by_text("2 of 2 councils reported").wait_for()
    look(page, "consolidation-done")

    page.get_by_role("link", name="See the figures").click()
    page.get_by_text("largest categories as bars").click()
    look(page, "figures-spend")
    page.get_by_role("link", name="Requisitions", exact=True).click()
    expect(page.get_by_text("£2,050.50").first).to_be_visible()
    look(page, "figures-requisitions")
    for name, path in (
        ("figures-division", "/figures/categories/80/"),
        ("published-spend", "/figures/published/"),
        ("consolidations", "/figures/runs/"),
    ):
        page.goto(portal(shared_service, path))
        look(page, name)
