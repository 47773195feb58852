"""Every page of finance and purchasing, looked at: axe finds nothing, and nothing is wider than the screen."""

from __future__ import annotations

import pytest
from django.urls import reverse

from councils.finance.models import CostCentre, SubjectiveCode
from councils.finance.services import vire
from councils.purchasing import services
from councils.purchasing.models import PurchaseOrder
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Task
from shared_services.workflow.services import complete_task
from tests.councils.books import FURNITURE, STATIONERY, one_line, open_books, three_lines

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(portal, northmoor, officer_in):
    """Books with a draft, a requisition under way, an order and a virement. After `portal`: its database is put back."""
    books = open_books(northmoor, officer_in)
    with inside_council(northmoor):
        start = services.start_requisition
        draft = start(actor=books.requester, draft=three_lines(books))
        dear = start(actor=books.requester, draft=one_line(books, "10000.01"))
        sent = start(actor=books.requester, draft=three_lines(books, title="Chairs for the museum"))
        services.submit_requisition(actor=books.requester, requisition_id=sent.pk)
        bought = start(actor=books.requester, draft=three_lines(books, title="Paper for both"))
        services.submit_requisition(actor=books.requester, requisition_id=bought.pk)
        task = Task.objects.of_this_room().to_do().get(case__subject_id=bought.pk)
        complete_task(actor=books.holder, task_id=task.pk, outcome="approve", note="Agreed.")
        order = PurchaseOrder.objects.get(requisition=bought)
        virement = vire(
            actor=books.finance, financial_year=books.financial_year,
            from_cost_centre=CostCentre.objects.get(code=books.museum),
            from_subjective=SubjectiveCode.objects.get(code=STATIONERY),
            to_cost_centre=CostCentre.objects.get(code=books.library),
            to_subjective=SubjectiveCode.objects.get(code=FURNITURE), amount=1000, reason="More desks are needed.",
        )  # fmt: skip
        return books, {
            "draft": draft,
            "dear": dear,
            "sent": sent,
            "bought": bought,
            "order": order,
            "virement": virement,
        }


def test_the_pages_of_a_requester(shop, northmoor, portal, sign_in, page, look):
    books, made = shop
    sign_in(page, books.requester, northmoor)
    draft = [made["draft"].reference]
    for name, address in {
        "home-requester": reverse("govuk:home"),
        "help-requester": reverse("govuk:help"),
        "requisitions": reverse("purchasing:list_requisitions"),
        "requisition-new": reverse("purchasing:start_requisition"),
        "requisition-edit": reverse("purchasing:edit_requisition", args=draft),
        "requisition-check": reverse("purchasing:check_requisition", args=draft),
        "requisition-too-dear": reverse("purchasing:check_requisition", args=[made["dear"].reference]),
        "requisition-files": reverse("purchasing:files", args=draft),
        "requisition-withdraw": reverse("purchasing:withdraw_requisition", args=draft),
        "requisition-copy": reverse("purchasing:copy_requisition", args=draft),
        "requisition-draft": made["draft"].get_absolute_url(),
        "requisition-sent": made["sent"].get_absolute_url(),
        "requisition-bought": made["bought"].get_absolute_url(),
        "cpv": reverse("purchasing:search_cpv") + "?q=office desks",
        "orders": reverse("purchasing:list_orders"),
        "order": made["order"].get_absolute_url(),
        "order-print": reverse("purchasing:print_order", args=[made["order"].reference]),
    }.items():
        page.goto(portal(northmoor, address))
        look(page, name)


def test_the_form_with_errors_and_codes_to_choose_from(shop, northmoor, portal, sign_in, page, look):
    books, made = shop
    sign_in(page, books.requester, northmoor)
    page.goto(portal(northmoor, reverse("purchasing:edit_requisition", args=[made["draft"].reference])))
    page.fill("[name=lines-0-cpv]", "office desks")
    page.fill("[name=lines-1-quantity]", "a few")

    page.locator("button:has-text('Save and check')").last.click()

    page.wait_for_selector(".govuk-error-summary")
    look(page, "requisition-errors")


def test_a_code_is_suggested_while_typing_and_the_balance_follows_the_choice(shop, northmoor, portal, sign_in, page):
    books, _made = shop
    sign_in(page, books.requester, northmoor)
    page.goto(portal(northmoor, reverse("purchasing:start_requisition")))

    # At one go: on a slow machine single letters are asked about one by one, and each answer makes a new list.
    page.fill("[name=lines-0-cpv]", "office desk")
    page.wait_for_selector(".gh-suggestions__item")
    page.press("[name=lines-0-cpv]", "ArrowDown")
    page.wait_for_selector(".gh-suggestions__item[aria-selected=true]")
    page.press("[name=lines-0-cpv]", "Enter")
    page.select_option("[name=lines-0-codings-0-cost_centre]", books.library)
    page.select_option("[name=lines-0-codings-0-subjective]", FURNITURE)
    page.wait_for_selector("[data-balance-text]:has-text('available in')")

    assert page.input_value("[name=lines-0-cpv]")[8] == "-"


def test_the_list_of_codes_closes_when_a_code_is_chosen_when_it_is_left_and_when_it_is_given_up(
    shop, northmoor, portal, sign_in, page, look
):
    books, _made = shop
    sign_in(page, books.requester, northmoor)
    page.goto(portal(northmoor, reverse("purchasing:start_requisition")))
    box, codes = page.locator("[name=lines-0-cpv]"), page.locator("#id_lines-0-cpv_suggestions")

    def open_codes() -> None:
        box.fill("")
        box.press_sequentially("office desk")
        page.wait_for_selector(".gh-suggestions__item")
        assert box.get_attribute("aria-expanded") == "true"

    def assert_closed() -> None:
        codes.wait_for(state="hidden")
        assert box.get_attribute("aria-expanded") == "false"
        assert box.get_attribute("aria-activedescendant") is None

    open_codes()
    look(page, "cpv-suggestions")
    page.keyboard.press("Escape")
    assert_closed()
    assert box.input_value() == "office desk"

    open_codes()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert_closed()

    open_codes()
    page.locator(".gh-suggestions__item").first.click()
    assert_closed()
    assert box.input_value()[8] == "-"

    # An answer that comes after the box was left opens nothing.
    held = []
    page.route("**/cpv/suggest/**", lambda route: held.append(route))
    box.fill("")
    with page.expect_request("**/cpv/suggest/**"):
        box.press_sequentially("chair")
    page.locator("[name=lines-0-description]").click()
    with page.expect_response("**/cpv/suggest/**"):
        held[0].continue_()
    page.wait_for_timeout(100)
    assert_closed()


def test_the_pages_of_a_finance_officer(shop, northmoor, portal, sign_in, page, look):
    books, made = shop
    sign_in(page, books.finance, northmoor)
    for name, address in {
        "home-finance": reverse("govuk:home"),
        "help-finance": reverse("govuk:help"),
        "budgets": reverse("finance:list_budgets"),
        "budget-set": reverse("finance:set_budget"),
        "cost-centres": reverse("finance:list_cost_centres"),
        "cost-centre-new": reverse("finance:add_cost_centre"),
        "cost-centre": reverse("finance:cost_centre", args=[books.library]) + f"?year={books.financial_year}",
        "cost-centre-change": reverse("finance:change_cost_centre", args=[books.library]),
        "commitments": reverse("finance:list_commitments", args=[books.library]) + f"?year={books.financial_year}",
        "subjective-codes": reverse("finance:list_subjective_codes"),
        "subjective-code-new": reverse("finance:add_subjective_code"),
        "subjective-code-change": reverse("finance:change_subjective_code", args=[FURNITURE]),
        "virements": reverse("finance:list_virements") + f"?year={books.financial_year}",
        "virement": made["virement"].get_absolute_url(),
        "virement-new": reverse("finance:vire"),
        "order-cancel": reverse("purchasing:cancel_order", args=[made["order"].reference]),
    }.items():
        page.goto(portal(northmoor, address))
        look(page, name)


def test_budget_is_moved_in_two_steps(shop, northmoor, portal, sign_in, page, look):
    books, _made = shop
    sign_in(page, books.finance, northmoor)
    page.goto(portal(northmoor, reverse("finance:vire")))
    for name, value in {
        "financial_year": str(books.financial_year),
        "from_cost_centre": books.museum,
        "from_subjective": FURNITURE,
        "to_cost_centre": books.library,
        "to_subjective": FURNITURE,
    }.items():
        page.select_option(f"[name={name}]", value)
    page.fill("[name=amount]", "10.50")
    page.fill("[name=reason]", "More desks are needed.")

    page.click("main button:has-text('Continue')")
    look(page, "virement-check")
    page.click("main button:has-text('Change the answers')")
    assert page.input_value("[name=amount]") == "10.50"
    page.click("main button:has-text('Continue')")
    page.click("main button:has-text('Move budget')")

    page.wait_for_selector("h1:has-text('Virement NMR-VIR-')")


def test_the_limits_page_of_the_section_151_officer(shop, northmoor, portal, sign_in, page, look):
    books, _made = shop
    sign_in(page, books.s151, northmoor)
    page.goto(portal(northmoor, reverse("finance:virement_limits")))
    look(page, "virement-limits")
