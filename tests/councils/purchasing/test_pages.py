"""The pages of purchasing, as an officer without JavaScript uses them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from councils.finance.models import BudgetPosition
from councils.purchasing import services
from councils.purchasing.models import PurchaseOrder, Requisition
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Task
from shared_services.workflow.services import complete_task
from tests.councils.books import CHAIRS, DESKS, FURNITURE, STATIONERY, one_line, three_lines

pytestmark = pytest.mark.django_db
NEW = reverse("purchasing:start_requisition")


@pytest.fixture
def browser(books, client_for):
    return client_for(books.requester)


def filled_in(books, **changes) -> dict[str, str]:
    """The form as a browser sends it: two lines, the second split."""
    day = books.needed_by_on
    return {
        "title": "Desks for the reading room",
        "justification": "The old desks are broken.",
        "needed_by_on_day": str(day.day), "needed_by_on_month": str(day.month), "needed_by_on_year": str(day.year),
        "delivery_location": "Central library", "supplier_name": "Invented Furniture Limited", "supplier_email": "",
        "lines-count": "2",
        "lines-0-description": "Desk 1600 mm", "lines-0-cpv": DESKS, "lines-0-quantity": "4", "lines-0-unit": "each",
        "lines-0-unit_price": "£150.00", "lines-0-vat_code": "S", "lines-0-codings-count": "1",
        "lines-0-codings-0-cost_centre": books.library, "lines-0-codings-0-subjective": FURNITURE,
        "lines-0-codings-0-share": "",
        "lines-1-description": "Chair", "lines-1-cpv": CHAIRS, "lines-1-quantity": "10", "lines-1-unit": "each",
        "lines-1-unit_price": "33.3333", "lines-1-vat_code": "S", "lines-1-codings-count": "2",
        "lines-1-codings-0-cost_centre": books.library, "lines-1-codings-0-subjective": FURNITURE,
        "lines-1-codings-0-share": "60%",
        "lines-1-codings-1-cost_centre": books.museum, "lines-1-codings-1-subjective": FURNITURE,
        "lines-1-codings-1-share": "40%",
        **changes,
    }  # fmt: skip


def token(response) -> str:
    return re.search(r'name="form_token" value="([^"]+)"', response.content.decode())[1]


def the_requisition(books) -> Requisition:
    with inside_council(books.council):
        return Requisition.objects.get()


def started(books, draft=None) -> Requisition:
    with inside_council(books.council):
        return services.start_requisition(actor=books.requester, draft=draft or three_lines(books))


def ordered(books) -> PurchaseOrder:
    requisition = started(books)
    with inside_council(books.council):
        services.submit_requisition(actor=books.requester, requisition_id=requisition.pk)
        task = Task.objects.of_this_room().to_do().get(case__subject_id=requisition.pk)
        complete_task(actor=books.holder, task_id=task.pk, outcome="approve")
        return PurchaseOrder.objects.get(requisition=requisition)


def test_from_empty_form_to_submitted_without_javascript(books, browser):
    page = browser.get(NEW)
    saved = browser.post(NEW, {**filled_in(books), "form_token": token(page)})
    requisition = the_requisition(books)
    check_url = reverse("purchasing:check_requisition", args=[requisition.reference])
    assert saved.headers["Location"] == check_url
    check = browser.get(check_url)
    sent = browser.post(check_url, {"form_token": token(check), "version": requisition.version})

    assert sent.status_code == 302
    page = browser.get(sent.headers["Location"]).content.decode()
    assert "Waiting for approval" in page
    assert "sent for approval" in page
    assert (requisition.net_amount, requisition.lines.model) == (Decimal("933.33"), requisition.lines.model)


def test_the_same_form_sent_twice_starts_one_requisition(books, browser):
    data = {**filled_in(books), "form_token": token(browser.get(NEW))}

    first, second = browser.post(NEW, data), browser.post(NEW, data)

    assert first.headers["Location"] == second.headers["Location"]
    with inside_council(books.council):
        assert Requisition.objects.count() == 1


def test_a_line_and_a_split_are_added_and_removed_with_plain_buttons(books, browser):
    added = browser.post(NEW, {**filled_in(books), "edit_lines": "add:lines"}).content.decode()
    assert 'name="lines-2-description"' in added
    assert 'value="Desk 1600 mm"' in added
    split = browser.post(NEW, {**filled_in(books), "edit_lines": "add:lines-0-codings"}).content.decode()
    assert 'name="lines-0-codings-1-cost_centre"' in split
    removed = browser.post(NEW, {**filled_in(books), "edit_lines": "remove:lines-0"}).content.decode()
    assert 'value="Desk 1600 mm"' not in removed
    assert 'value="Chair"' in removed
    assert "There is a problem" not in removed


def test_a_code_is_found_by_words_and_chosen_with_a_radio_button(books, browser):
    asked = {**filled_in(books), "lines-0-cpv": "office desks", "edit_lines": "find:lines-0"}
    found = browser.post(NEW, asked).content.decode()
    choice = re.search(r'name="lines-0-cpv_choice"[^>]*value="(\d{8}-\d)"', found)

    data = {**filled_in(books), "lines-0-cpv": "office desks", "lines-0-cpv_choice": choice[1]}
    browser.post(NEW, {**data, "form_token": token(browser.get(NEW))})

    with inside_council(books.council):
        assert Requisition.objects.get().lines.get(position=1).cpv_id == choice[1]


def test_words_alone_are_no_code_and_the_officer_is_shown_some(books, browser):
    response = browser.post(
        NEW, {**filled_in(books), "lines-0-cpv": "office desks", "form_token": token(browser.get(NEW))}
    )

    page = response.content.decode()
    assert response.status_code == 422
    assert "Line 1: Find the CPV code and choose one" in page
    assert 'name="lines-0-cpv_choice"' in page


def test_eight_digits_are_completed_with_their_check_digit(books, browser):
    browser.post(NEW, {**filled_in(books), "lines-0-cpv": DESKS[:8], "form_token": token(browser.get(NEW))})

    with inside_council(books.council):
        assert Requisition.objects.get().lines.get(position=1).cpv_id == DESKS


def test_errors_say_which_line_and_keep_what_was_typed(books, browser):
    changes = {
        "lines-0-quantity": "a few", "lines-1-unit_price": "", "lines-1-codings-0-share": "most of it",
        "lines-1-codings-1-subjective": "", "needed_by_on_month": "13",
    }  # fmt: skip
    response = browser.post(NEW, {**filled_in(books), **changes, "form_token": token(browser.get(NEW))})

    page = response.content.decode()
    assert response.status_code == 422
    for words in (
        "There is a problem", "Line 1: Enter the quantity as a number", "Line 2: Enter the price for one",
        "Enter a share like 60% or £125.50", "Choose a subjective code", "Enter a real date", 'value="most of it"',
    ):  # fmt: skip
        assert words in page
    with inside_council(books.council):
        assert not Requisition.objects.exists()


def test_a_split_that_does_not_add_up_is_refused_and_kept(books, browser):
    data = {**filled_in(books), "lines-1-codings-1-share": "30%", "form_token": token(browser.get(NEW))}
    response = browser.post(NEW, data)

    page = response.content.decode()
    assert response.status_code == 409
    assert "Line 2: the shares add up to 90%" in page
    assert 'value="30%"' in page


def test_the_balance_is_shown_beside_each_code(books, browser):
    page = browser.post(NEW, {**filled_in(books), "edit_lines": "balances"}).content.decode()

    assert page.count("£10,000 available in") == 3


def test_small_answers_for_the_script(books, browser):
    head = {"cost_centre": books.library, "subjective": STATIONERY}
    balance = browser.get(reverse("purchasing:show_balance"), head).content.decode()
    codes = browser.get(reverse("purchasing:suggest_cpv"), {"q": "desks"}).content.decode()

    assert balance.startswith("£10,000 available in")
    assert 'data-code="39121100-7"' in codes


def test_an_overspend_is_an_error_summary_with_the_balance_and_who_may_vire(books, browser):
    requisition = started(books, one_line(books, "10000.01"))
    url = reverse("purchasing:check_requisition", args=[requisition.reference])
    page = browser.get(url)
    assert "Not enough" in page.content.decode()

    refused = browser.post(url, {"form_token": token(page), "version": requisition.version})

    assert refused.status_code == 409
    for words in ("There is a problem", "£10,000 available", "Bola Budget", "Finn Finance"):
        assert words in refused.content.decode()


def test_a_stale_page_is_told_and_changes_nothing(books, browser):
    requisition = started(books)
    url = reverse("purchasing:edit_requisition", args=[requisition.reference])
    page = browser.get(url)
    with inside_council(books.council):
        services.save_draft(actor=books.requester, requisition_id=requisition.pk, draft=one_line(books, "50.00"))

    response = browser.post(url, {**filled_in(books), "version": "1", "form_token": token(page)})

    assert response.status_code == 409
    assert "Someone else changed this" in response.content.decode()
    assert the_requisition(books).net_amount == Decimal("50.00")


def test_a_saved_requisition_comes_back_as_it_was_typed(books, browser):
    requisition = started(books)

    page = browser.get(reverse("purchasing:edit_requisition", args=[requisition.reference])).content.decode()

    for words in ('value="60%"', 'value="£30.00"', 'value="2.5"', 'value="33.33"', "Desk 1600 mm"):
        assert words in page


def test_files_are_added_and_removed(books, browser):
    requisition = started(books)
    url = reverse("purchasing:files", args=[requisition.reference])
    upload = SimpleUploadedFile("quote.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    added = browser.post(url, {"upload": upload, "form_token": token(browser.get(url))})
    assert added.status_code == 302
    page = browser.get(url).content.decode()
    assert "quote.pdf" in page
    remove = re.search(r'href="([^"]+/remove/)"', page)[1]
    browser.post(remove, {"form_token": token(browser.get(remove))})

    assert "No files yet" in browser.get(url).content.decode()


def test_an_order_page_and_its_pdf(books, browser):
    order = ordered(books)

    page = browser.get(order.get_absolute_url()).content.decode()
    pdf = browser.get(reverse("purchasing:download_order", args=[order.reference]))

    assert "Northmoor City Council" in page
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert order.reference in pdf.headers["Content-Disposition"]
    assert pdf.content.startswith(b"%PDF-")
    assert b"/Lang (en-GB)" in pdf.content
    assert browser.get(reverse("purchasing:print_order", args=[order.reference])).status_code == 200


def test_a_finance_officer_cancels_an_order_with_a_reason(books, client_for):
    order = ordered(books)
    finance = client_for(books.finance)
    url = reverse("purchasing:cancel_order", args=[order.reference])
    page = finance.get(url)
    assert finance.post(url, {"form_token": token(page), "reason": "", "version": 1}).status_code == 422

    finance.post(url, {"form_token": token(page), "reason": "Ordered twice.", "version": 1})

    assert "Cancelled" in finance.get(order.get_absolute_url()).content.decode()
    with inside_council(books.council):
        assert not BudgetPosition.objects.filter(committed_amount__gt=0).exists()


def test_withdraw_copy_and_their_pages(books, browser):
    requisition = started(books)
    withdraw = reverse("purchasing:withdraw_requisition", args=[requisition.reference])
    copy = reverse("purchasing:copy_requisition", args=[requisition.reference])
    browser.post(withdraw, {"form_token": token(browser.get(withdraw)), "version": 1, "note": "Not needed."})
    copied = browser.post(copy, {"form_token": token(browser.get(copy))})

    assert "Withdrawn" in browser.get(requisition.get_absolute_url()).content.decode()
    assert browser.get(copied.headers["Location"]).status_code == 200


def test_cpv_codes_are_searched_on_a_page_of_their_own(books, browser):
    url = reverse("purchasing:search_cpv")

    assert "39121100-7" in browser.get(url, {"q": "desks"}).content.decode()
    assert "39121100-7" in browser.get(url, {"q": "391211"}).content.decode()
    assert "No code fits" in browser.get(url, {"q": "zzzzzz"}).content.decode()


def test_colleagues_do_not_see_each_others_requisitions_but_finance_and_the_budget_holder_do(
    books, client_for, officer_in
):
    requisition = started(books)
    url = requisition.get_absolute_url()
    colleague = client_for(officer_in(books.council, "requisitioner"))

    assert colleague.get(url).status_code == 404
    assert requisition.reference not in colleague.get(reverse("purchasing:list_requisitions")).content.decode()
    for card in (books.finance, books.holder, books.s151):
        assert client_for(card).get(url).status_code == 200


def test_a_requisition_is_not_found_next_door(books, eastvale, officer_in, client_for):
    requisition, order = started(books), ordered(books)
    neighbour = client_for(officer_in(eastvale, "requisitioner", "finance_officer"))

    for url in (requisition.get_absolute_url(), order.get_absolute_url()):
        assert neighbour.get(url).status_code == 404


def test_lists_filter_sort_and_export(books, browser):
    first, second = started(books), started(books, one_line(books, "12.00"))
    url = reverse("purchasing:list_requisitions")

    both = browser.get(url).content.decode()
    small = browser.get(url, {"at_most": "20", "mine": "on", "cost_centre": books.library}).content.decode()
    csv = b"".join(browser.get(url, {"export": "csv"}).streaming_content).decode()

    assert first.reference in both
    assert first.reference not in small
    assert second.reference in small
    assert second.reference in csv
    assert browser.get(reverse("purchasing:list_orders"), {"supplier": "Invented"}).status_code == 200
