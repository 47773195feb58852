"""The check page finds whatever submitting would refuse, and says who will decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from councils.organisation.models import CouncilSettings
from councils.purchasing import services
from shared_services.tenancy.door import inside_council
from tests.councils.books import DESKS, one_line
from tests.councils.purchasing.test_pages import filled_in, token

pytestmark = pytest.mark.django_db
SUBMIT = "Submit for approval"


def check_page(books, client_for, **changes) -> str:
    with inside_council(books.council):
        draft = replace(one_line(books, "40.00"), **changes)
        requisition = services.start_requisition(actor=books.requester, draft=draft)
    url = reverse("purchasing:check_requisition", args=[requisition.reference])
    return client_for(books.requester).get(url).content.decode()


def test_a_complete_requisition_may_be_submitted_and_names_its_approvers(books, client_for):
    page = check_page(books, client_for)

    assert SUBMIT in page
    assert "Who will approve it" in page
    assert "Bola Budget" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"supplier_name": ""}, "Name the supplier"),
        ({"justification": ""}, "Say why this is needed"),
        ({"needed_by_on": localdate() - timedelta(days=400)}, "has passed"),
        ({"lines": ()}, "Add at least one line"),
    ],
)
def test_what_submitting_would_refuse_is_said_and_submit_is_not_offered(books, client_for, changes, words):
    page = check_page(books, client_for, **changes)

    assert words in page
    assert SUBMIT not in page


def test_a_budget_that_is_not_enough_blocks_where_the_council_stops(books, client_for):
    dear = replace(one_line(books, "999999.00"))

    page = check_page(books, client_for, lines=dear.lines)

    assert SUBMIT not in page
    assert "There is not enough left" in page


def test_a_category_always_bought_together_says_so_and_needs_no_supplier(books, client_for):
    with inside_council(books.council):
        CouncilSettings.objects.update(joint_buying_categories=[DESKS[:3]])

    page = check_page(books, client_for, supplier_name="")

    assert "Your council always buys this category together" in page
    assert SUBMIT in page


def test_the_form_refuses_a_day_that_has_passed(books, client_for):
    browser = client_for(books.requester)
    new = reverse("purchasing:start_requisition")

    answer = browser.post(new, filled_in(books, needed_by_on_year="2020", form_token=token(browser.get(new))))

    assert answer.status_code == 422
    assert "must be today or in the future" in answer.content.decode()
