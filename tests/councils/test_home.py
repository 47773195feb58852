"""What each role finds on its home page, and that every count is the count of the list behind it."""

from __future__ import annotations

import html
import re
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from councils.finance.models import BudgetPosition
from councils.organisation.services import appoint, create_post
from councils.people.models import LeaveScheme
from councils.people.services import record_employment
from councils.purchasing import services as purchasing
from councils.purchasing.choices import RequisitionStatus
from councils.purchasing.models import Requisition
from shared_services.tenancy.door import inside_council
from tests.councils.books import STATIONERY, one_line, three_lines

CARD = re.compile(
    r'<li class="gh-card[^"]*">(?:<span class="gh-card__count">([\d,]+)</span>)?'
    r'<h3 class="gh-card__title"><a [^>]*href="([^"]+)">([^<]+)</a>'
)
SET_UP = "/set-up/"
"""A list of tasks, not of records."""
BUTTON = re.compile(r'role="button"[^>]*class="govuk-button[^>]*>([^<]+)</a>')


def cards(browser) -> dict[str, tuple[int, str]]:
    """Title -> (count, address) of the cards that count something."""
    found = CARD.findall(browser.get("/").text)
    return {title: (int(count.replace(",", "")), html.unescape(url)) for count, url, title in found if count}


def buttons(browser) -> list[str]:
    return BUTTON.findall(browser.get("/").text)


def counted_on(browser, url: str) -> int:
    """How many records a list says it has."""
    return int(re.search(r'<p class="gh-total"><strong>([\d,]+) ', browser.get(url).text)[1].replace(",", ""))


def test_a_requisitioner_starts_a_requisition_or_asks_for_leave_and_sees_how_his_requests_stand(books, client_for):
    with inside_council(books.council):
        sent = purchasing.start_requisition(actor=books.requester, draft=one_line(books, "100.00"))
        purchasing.submit_requisition(actor=books.requester, requisition_id=sent.pk)
        purchasing.start_requisition(actor=books.requester, draft=three_lines(books))
    browser = client_for(books.requester)

    page = browser.get("/").text

    assert buttons(browser) == ["New requisition", "Request leave"]
    assert cards(browser)["Requisitions to finish"][0] == 1
    latest = page.split("Your latest requests")[1]
    assert f">{sent.reference}</a>" in latest
    assert "Waiting for approval" in latest
    assert "Draft" in latest


def test_finance_sees_what_runs_out_and_what_is_to_be_sent(books, client_for):
    with inside_council(books.council):
        BudgetPosition.objects.filter(subjective__code=STATIONERY).update(committed_amount=Decimal("9500.00"))
    browser = client_for(books.finance)

    found = cards(browser)

    assert buttons(browser)[:2] == ["Set a budget", "Move budget"]
    assert found["Budgets running out"][0] == 2
    with inside_council(books.council):
        BudgetPosition.objects.filter(subjective__code=STATIONERY).update(committed_amount=Decimal("10000.00"))
    assert "2 of them with nothing left" in browser.get("/").text


def test_a_budget_holder_sees_only_what_runs_out_on_his_own_cost_centres(books, client_for, officer_in):
    with inside_council(books.council):
        BudgetPosition.objects.filter(subjective__code=STATIONERY).update(committed_amount=Decimal("9500.00"))
    other = officer_in(books.council, "budget_holder")

    assert cards(client_for(books.holder))["Budgets running out"][0] == 2
    assert "Budgets running out" not in cards(client_for(other))


def test_a_cost_centre_whose_post_is_vacant_is_named_to_finance(books, client_for, officer_in):
    from councils.finance.models import CostCentre

    with inside_council(books.council):
        post = create_post(
            actor=officer_in(books.council, "council_administrator"), number="V1", title="Vacant",
            department=CostCentre.objects.first().department,
        )  # fmt: skip
        CostCentre.objects.filter(code=books.museum).update(budget_holder_id=None, budget_holder_post_id=post.pk)

    assert cards(client_for(books.finance))["Cost centres without a budget holder"][0] == 1


def test_an_administrator_sees_officers_without_a_post_and_without_a_role(books, client_for, officer_in):
    browser = client_for(officer_in(books.council, "council_administrator"))
    before = cards(browser)
    officer_in(books.council)

    found = cards(browser)

    assert found["Officers without a manager"][0] == before["Officers without a manager"][0] + 1
    assert found["Officers without a role"][0] == before.get("Officers without a role", (0, ""))[0] + 1
    assert "Add an officer" in buttons(browser)


def test_finance_sees_what_is_approved_and_has_no_order(books, client_for):
    with inside_council(books.council):
        stuck = purchasing.start_requisition(actor=books.requester, draft=one_line(books, "100.00"))
    browser = client_for(books.finance)
    assert "Approved without an order" not in cards(browser)
    with inside_council(books.council):
        Requisition.objects.filter(pk=stuck.pk).update(status=RequisitionStatus.APPROVED)

    count, url = cards(browser)["Approved without an order"]

    assert (count, counted_on(browser, url)) == (1, 1)
    assert stuck.reference in browser.get(url).text
    assert "Approved without an order" not in cards(client_for(books.requester))


def test_hr_sees_employments_without_hours(books, client_for, officer_in):
    from councils.people.models import WorkingPattern

    hr = officer_in(books.council, "hr_adviser")
    employ(books, hr, officer_in)
    assert "Employments without hours" not in cards(client_for(hr))
    with inside_council(books.council):
        WorkingPattern.objects.update(from_on="2099-01-01")

    assert cards(client_for(hr))["Employments without hours"][0] == 1


def test_every_count_on_the_home_page_is_the_count_of_its_list(books, client_for, officer_in):
    hr, administrator = officer_in(books.council, "hr_adviser"), officer_in(books.council, "council_administrator")
    employ(books, hr, officer_in)
    with inside_council(books.council):
        sent = purchasing.start_requisition(actor=books.requester, draft=one_line(books, "100.00"))
        purchasing.submit_requisition(actor=books.requester, requisition_id=sent.pk)
        purchasing.start_requisition(actor=books.requester, draft=three_lines(books))
        BudgetPosition.objects.filter(subjective__code=STATIONERY).update(committed_amount=Decimal("9500.00"))

    seen = 0
    for card in (books.requester, books.holder, books.finance, books.s151, hr, administrator):
        browser = client_for(card)
        for title, (count, url) in cards(browser).items():
            if url == SET_UP:
                continue
            assert counted_on(browser, url) == count, (card, title, url)
            seen += 1
    assert seen >= 8


def test_the_home_page_asks_the_same_number_of_questions_however_much_there_is(books, client_for, officer_in):
    everything = officer_in(
        books.council, "requisitioner", "budget_holder", "finance_officer", "hr_adviser", "council_administrator"
    )
    browser = client_for(everything)
    employ(books, officer_in(books.council, "hr_adviser"), officer_in, card=everything)
    one = draft_and_count(books, everything, browser, drafts=1)

    for _ in range(3):
        employ(books, officer_in(books.council, "hr_adviser"), officer_in)
    many = draft_and_count(books, everything, browser, drafts=8)

    assert many == one
    assert many <= 40


def draft_and_count(books, card, browser, *, drafts: int) -> int:
    with inside_council(books.council):
        for _ in range(drafts):
            purchasing.start_requisition(actor=card, draft=three_lines(books))
    with CaptureQueriesContext(connection) as asked:
        browser.get("/")
    return len(
        [one for one in asked if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "SET ", "SELECT set_config"))]
    )


def employ(books, hr, officer_in, *, card=None) -> None:
    """An officer in a post, employed full time."""
    from councils.organisation.models import Department

    administrator = officer_in(books.council, "council_administrator")
    card = card or officer_in(books.council)
    number = f"N{card.pk.hex[-6:]}"
    with inside_council(books.council):
        post = create_post(actor=administrator, number=number, title="Librarian", department=Department.objects.first())
        appoint(actor=administrator, post=post, card_id=card.pk)
        record_employment(
            actor=hr, number=number, card_id=card.pk, post_id=post.pk,
            scheme=LeaveScheme.objects.get(name="Green Book"), start_on=post.opened_on,
            week_one=[Decimal("7.40")] * 5 + [Decimal("0.00")] * 2,
        )  # fmt: skip


def test_the_shared_service_has_no_buttons_of_a_councils_pages(shared_service, officer_in, client_for):
    browser = client_for(officer_in(shared_service, "category_manager"))

    assert buttons(browser) == []
