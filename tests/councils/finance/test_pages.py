"""The pages of finance."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from councils.finance.models import BudgetPosition, CostCentre, SubjectiveCode, Virement
from councils.finance.years import financial_year_of
from councils.purchasing import services as purchasing
from shared_services.tenancy.door import inside_council
from tests.councils.books import FURNITURE, STATIONERY, three_lines

pytestmark = pytest.mark.django_db


def token(response) -> str:
    return re.search(r'name="form_token" value="([^"]+)"', response.content.decode())[1]


def send(browser, url, **data):
    return browser.post(url, {**data, "form_token": token(browser.get(url))})


@pytest.fixture
def finance(books, client_for):
    return client_for(books.finance)


def vire_form(books, **changes):
    return {
        "financial_year": str(books.financial_year),
        "from_cost_centre": books.museum, "from_subjective": FURNITURE,
        "to_cost_centre": books.library, "to_subjective": FURNITURE,
        "amount": "1,000.50", "reason": "The library needs desks.", "move": "yes", **changes,
    }  # fmt: skip


def test_the_list_shows_what_is_left(books, finance):
    with inside_council(books.council):
        started = purchasing.start_requisition(actor=books.requester, draft=three_lines(books))
        purchasing.submit_requisition(actor=books.requester, requisition_id=started.pk)

    page = finance.get(reverse("finance:list_budgets"), {"year": books.financial_year}).content.decode()

    assert "£799.98" in page
    assert "£9,200.02" in page


def test_the_list_names_its_year_and_starts_with_the_filter_closed(books, finance):
    url = reverse("finance:list_budgets")

    plain, other = finance.get(url).text, finance.get(url, {"year": books.financial_year + 1}).text

    assert '<details class="govuk-details gh-panel">' in plain
    assert "Remove filter" not in plain
    assert re.search(r"Financial year <strong>20\d\d to 20\d\d</strong>", plain)
    assert '<details class="govuk-details gh-panel" open>' in other
    assert "Remove filter" in other


def test_the_list_filters_and_exports(books, finance):
    url = reverse("finance:list_budgets")

    page = finance.get(url, {"cost_centre": books.museum, "year": books.financial_year}).content.decode()
    csv = b"".join(finance.get(url, {"export": "csv", "year": books.financial_year}).streaming_content).decode()

    assert "City museum" in page
    assert "2 budget lines" in page
    assert csv.count("10000.00") == 8


def test_from_a_cost_centre_to_the_requisition_behind_a_commitment(books, finance):
    with inside_council(books.council):
        started = purchasing.start_requisition(actor=books.requester, draft=three_lines(books))
        purchasing.submit_requisition(actor=books.requester, requisition_id=started.pk)
    year = {"year": books.financial_year}

    centre = finance.get(reverse("finance:cost_centre", args=[books.library]), year).content.decode()
    drill = finance.get(reverse("finance:list_commitments", args=[books.library]), year).content.decode()

    assert "Bola Budget" in centre
    assert f'href="{started.get_absolute_url()}"' in drill


def test_a_virement_by_a_finance_officer(books, finance):
    done = send(finance, reverse("finance:vire"), **vire_form(books))

    page = finance.get(done.headers["Location"]).content.decode()
    assert "£1,000.50" in page
    assert "The library needs desks." in page
    assert "NMR-VIR-" in finance.get(reverse("finance:list_virements"), {"year": books.financial_year}).content.decode()


def test_both_codes_are_shown_before_and_after_and_nothing_moves_until_it_is_confirmed(books, finance):
    with inside_council(books.council):
        started = purchasing.start_requisition(actor=books.requester, draft=three_lines(books))
        purchasing.submit_requisition(actor=books.requester, requisition_id=started.pk)
    url = reverse("finance:vire")
    answers = vire_form(books)
    del answers["move"]

    check = send(finance, url, **answers)

    assert check.status_code == 200
    assert "Check before you move this budget" in check.text
    cells = re.findall(r'<td class="govuk-table__cell[^>]*>\s*<span class="gh-cell__value">([^<]*)</span>', check.text)
    rows = [cells[start : start + 7] for start in range(0, len(cells), 7)]
    assert [row[:3] + row[-1:] for row in rows] == [
        ["MUS01 / 4000", "Before", "£10,000.00", "£9,866.68"],
        ["MUS01 / 4000", "After", "£8,999.50", "£8,866.18"],
        ["LIB01 / 4000", "Before", "£10,000.00", "£9,200.02"],
        ["LIB01 / 4000", "After", "£11,000.50", "£10,200.52"],
    ]
    with inside_council(books.council):
        assert not Virement.objects.exists()
    back = finance.post(url, {**answers, "change": "yes"})
    assert "The library needs desks." in back.text
    assert "Who may move budget" in back.text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', check.text))
    done = finance.post(url, {**hidden, "move": "yes"})
    twice = finance.post(url, {**hidden, "move": "yes"})
    assert done.status_code == 302
    assert twice.headers["Location"] == done.headers["Location"]
    with inside_council(books.council):
        assert Virement.objects.get().amount == Decimal("1000.50")


def test_an_empty_virement_is_answered_in_plain_english(books, finance):
    page = send(finance, reverse("finance:vire"))

    assert page.status_code == 422
    for words in (
        "Choose the cost centre to take it from",
        "Choose the subjective code to give it to",
        "Enter the amount to move, like 125.50",
        "Enter why the money is moved",
    ):
        assert words in page.text


def test_more_than_there_is_is_refused_before_the_check_page_with_what_may_be_moved(books, finance):
    answers = vire_form(books, amount="10000.01")
    del answers["move"]

    refused = send(finance, reverse("finance:vire"), **answers)

    assert refused.status_code == 409
    assert "MUS01 City museum, 4000 Furniture" in refused.text
    assert "£10,000 available" in refused.text
    assert "Move £10,000 or less" in refused.text
    assert 'value="10000.01"' in refused.text


def test_a_balance_that_shrank_since_the_check_page_moves_nothing(books, finance):
    with inside_council(books.council):
        BudgetPosition.objects.filter(cost_centre__code=books.museum).update(committed_amount=Decimal("9500.00"))

    refused = send(finance, reverse("finance:vire"), **vire_form(books))

    assert refused.status_code == 409
    assert "Move £500 or less" in refused.text
    with inside_council(books.council):
        assert not Virement.objects.exists()


def test_a_budget_holder_is_offered_only_the_cost_centres_he_holds(books, client_for):
    with inside_council(books.council):
        CostCentre.objects.filter(code=books.museum).update(budget_holder_id=books.finance.pk)

    page = client_for(books.holder).get(reverse("finance:vire")).text

    assert "LIB01 Central library" in page
    assert "MUS01 City museum" not in page


def test_who_holds_no_budget_is_told_whom_to_ask_to_move_it(books, client_for):
    refused = client_for(books.head).get(reverse("finance:vire"))

    assert refused.status_code == 409
    assert "Ask Finn Finance to move it" in refused.text
    centre = reverse("finance:cost_centre", args=[books.library])
    assert "Move budget here" not in client_for(books.head).get(centre).text
    assert "Move budget here" in client_for(books.holder).get(centre).text


def test_a_virement_above_the_limit_is_an_error_summary_with_values_kept(books, client_for):
    holder = client_for(books.holder)

    refused = send(holder, reverse("finance:vire"), **vire_form(books, amount="5000.01"))

    page = refused.content.decode()
    assert refused.status_code == 409
    assert "up to £5,000" in page
    assert 'value="5000.01"' in page
    with inside_council(books.council):
        assert not Virement.objects.exists()


def test_a_cost_centre_is_added_and_changed(books, finance):
    with inside_council(books.council):
        department = CostCentre.objects.get(code=books.library).department_id
    fields = {
        "code": "lib02", "name": "Branch library", "department_id": str(department),
        "budget_holder_id": str(books.holder.pk), "budget_holder_post_id": "",
        "valid_from_day": "1", "valid_from_month": "4", "valid_from_year": "2026",
    }  # fmt: skip

    send(finance, reverse("finance:add_cost_centre"), **fields)
    change = reverse("finance:change_cost_centre", args=["LIB02"])
    send(finance, change, **{**fields, "name": "Toxteth library", "version": "1"})
    stale = send(finance, change, **{**fields, "name": "Too late", "version": "1"})

    assert stale.status_code == 409
    with inside_council(books.council):
        assert CostCentre.objects.get(code="LIB02").name == "Toxteth library"


def test_a_code_in_use_is_refused(books, finance):
    response = send(
        finance, reverse("finance:add_subjective_code"), code=FURNITURE, name="Chairs", group="supplies",
        valid_from_day="1", valid_from_month="4", valid_from_year="2026",
    )  # fmt: skip

    assert response.status_code == 409
    assert "4000 is already in use" in response.content.decode()


def test_a_subjective_code_is_changed(books, finance):
    url = reverse("finance:change_subjective_code", args=[STATIONERY])
    send(finance, url, code=STATIONERY, name="Paper and pens", group="supplies", version="1",
         valid_from_day="1", valid_from_month="4", valid_from_year="2020")  # fmt: skip

    with inside_council(books.council):
        assert SubjectiveCode.objects.get(code=STATIONERY).name == "Paper and pens"


def test_a_budget_is_set(books, finance):
    send(finance, reverse("finance:set_budget"), financial_year=str(books.financial_year),
         cost_centre=books.library, subjective="4100", amount="2500")  # fmt: skip

    with inside_council(books.council):
        assert BudgetPosition.objects.get(subjective__code="4100").available_amount == Decimal("2500.00")


def test_the_section_151_officer_sets_the_limits(books, client_for):
    url = reverse("finance:virement_limits")
    send(client_for(books.s151), url, budget_holder_amount="100", finance_officer_amount="200", version="1")

    assert client_for(books.finance).get(url).status_code == 403
    assert "£100" in client_for(books.holder).get(reverse("finance:vire")).content.decode()


def test_officers_see_only_the_cost_centres_that_concern_them(books, officer_in, client_for):
    url = reverse("finance:cost_centre", args=[books.library])

    assert client_for(books.holder).get(url).status_code == 200
    assert client_for(officer_in(books.council, "budget_holder")).get(url).status_code == 404


def test_a_cost_centre_is_not_found_next_door(books, eastvale, officer_in, client_for):
    neighbour = client_for(officer_in(eastvale, "finance_officer"))

    assert neighbour.get(reverse("finance:cost_centre", args=[books.library])).status_code == 404


@pytest.mark.parametrize(
    "name", ["list_cost_centres", "list_subjective_codes", "list_virements", "add_cost_centre", "add_subjective_code"]
)
def test_every_other_page_opens(books, finance, name):
    assert finance.get(reverse(f"finance:{name}")).status_code == 200


def test_financial_years_are_offered_newest_first_with_this_one_chosen(finance):
    for name in ("finance:set_budget", "finance:list_budgets", "finance:vire"):
        page = finance.get(reverse(name), {"year": ""}).text
        select = re.search(r'<select[^>]* name="(?:financial_)?year".*?</select>', page, re.DOTALL)[0]
        offered = [int(year) for year in re.findall(r'<option value="(20[0-9]{2})"', select)]

        assert offered == sorted(offered, reverse=True)
        assert len(offered) == 5
        assert re.search(rf'<option value="{financial_year_of(localdate())}" selected', select)
