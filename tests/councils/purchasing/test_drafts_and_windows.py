"""Drafts thrown away, buttons that return to their line, a second window, and who has a requisition now."""

from __future__ import annotations

import pytest
from django.urls import reverse

from councils.organisation.models import CouncilSettings
from councils.purchasing import services
from councils.purchasing.models import Requisition
from shared_services.govuk.words import spoken_size
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.models import Task
from shared_services.workflow.services import complete_task
from tests.councils.books import DESKS, one_line
from tests.councils.purchasing.test_pages import NEW, filled_in, token

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(books) -> Requisition:
    with inside_council(books.council):
        return services.start_requisition(actor=books.requester, draft=one_line(books, "40.00"))


def submit(books, draft):
    with inside_council(books.council):
        return services.submit_requisition(actor=books.requester, requisition_id=draft.pk)


def show(client_for, officer, draft) -> str:
    return client_for(officer).get(draft.get_absolute_url()).content.decode()


def test_a_draft_is_deleted_on_a_page_that_asks_first(books, draft, client_for):
    url = reverse("purchasing:delete_draft", args=[draft.reference])
    assert url in show(client_for, books.requester, draft)
    browser = client_for(books.requester)

    browser.post(url, {"form_token": token(browser.get(url))})

    with inside_council(books.council):
        assert not Requisition.objects.exists()


def test_what_was_ever_submitted_is_kept(books, draft):
    submit(books, draft)

    with inside_council(books.council), pytest.raises(NotAllowed, match="was submitted before"):
        services.delete_draft(actor=books.requester, requisition_id=draft.pk)


def test_another_officer_deletes_no_draft(books, draft):
    with inside_council(books.council), pytest.raises(NotAllowed):
        services.delete_draft(actor=books.finance, requisition_id=draft.pk)


def test_a_second_window_is_told_that_it_was_submitted_and_when(books, draft, client_for):
    browser = client_for(books.requester)
    url = reverse("purchasing:check_requisition", args=[draft.reference])
    second = token(browser.get(url))
    submit(books, draft)

    answer = browser.post(url, {"form_token": second, "version": draft.version}).content.decode()

    assert "was already submitted by Rita Requester on" in answer
    assert "sent for approval" not in answer


def test_plain_buttons_return_to_the_line_they_change(books, client_for):
    page = client_for(books.requester).post(NEW, {**filled_in(books), "edit_lines": "add:lines"}).content.decode()

    assert 'id="lines-2"' in page
    assert 'formaction="#lines-3"' in page
    assert 'formaction="#lines-1-codings-2"' in page
    assert 'formaction="#id_lines-0-cpv"' in page


def test_enter_saves_nothing_because_the_first_button_only_shows_balances(books, client_for):
    page = client_for(books.requester).get(NEW).content.decode()
    first = page.index('<button type="submit"', page.index('name="form_token"'))

    assert 'value="balances"' in page[first : page.index(">", first)]


def test_the_page_says_who_has_it_and_links_to_the_case(books, draft, client_for):
    case_id = submit(books, draft).case_id

    page = show(client_for, books.requester, draft)

    assert "Bola Budget" in page
    assert "since" in page
    assert reverse("workflow:case", args=[case_id]) in page


def test_what_was_sent_back_says_why_on_top_with_the_way_to_change_it(books, draft, client_for):
    submit(books, draft)
    with inside_council(books.council):
        task = Task.objects.of_this_room().to_do().get(case__subject_id=draft.pk)
        complete_task(actor=books.holder, task_id=task.pk, outcome="send_back", note="Ask for two quotes.")

    page = show(client_for, books.requester, draft)

    assert "Bola Budget sent this back on" in page
    assert page.index("Ask for two quotes.") < page.index("Lines</h2>")
    assert "Change this requisition" in page


def test_the_task_says_whose_wish_joint_buying_is(books, draft, client_for):
    with inside_council(books.council):
        CouncilSettings.objects.update(joint_buying_categories=[DESKS[:3]])
    submit(books, draft)
    with inside_council(books.council):
        task = Task.objects.of_this_room().to_do().get(case__subject_id=draft.pk)

    page = client_for(books.holder).get(reverse("workflow:task", args=[task.pk])).content.decode()

    assert "Your council always buys this category together" in page


@pytest.mark.parametrize(
    ("size", "words"), [(1, "1 byte"), (300, "300 bytes"), (12_288, "12 KB"), (1_500_000, "1.4 MB")]
)
def test_a_size_is_never_nothing(size, words):
    assert spoken_size(size) == words
