from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_services.audit.models import AuditEntry
from shared_services.govuk.models import SavedView
from shared_services.tenancy.door import inside_council


def shown(response) -> list[str]:
    """The names in the rows, in order."""
    return re.findall(r'data-label="Name"><span class="gh-cell__value">([^<]*)', response.content.decode())


def headings(response) -> list[str]:
    table = response.content.decode().split("<thead")[1].split("</thead>")[0]
    return [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<th .*?</th>", table, re.S)]


@pytest.fixture
def three(saved):
    return [saved("Beech", path="/b/"), saved("Ash", path="/a/", is_shared=True), saved("Cedar", path="/c/")]


def test_rows_come_in_the_lists_own_order_with_their_number(portal, three):
    response = portal.get("/sample/list/")

    assert shown(response) == ["Ash", "Beech", "Cedar"]
    assert "<strong>3 views</strong>" in response.content.decode()


def test_a_heading_sorts_and_says_so(portal, three):
    response = portal.get("/sample/list/?sort=-path")

    assert shown(response) == ["Cedar", "Beech", "Ash"]
    assert 'aria-sort="descending"' in response.content.decode()


@pytest.mark.parametrize("sort", ["nonsense", "account__password", "-", "query"])
def test_nothing_but_a_sortable_column_sorts(portal, three, sort):
    assert len(shown(portal.get("/sample/list/", {"sort": sort}))) == 3


def test_a_filter_narrows_the_list_and_can_be_taken_off(portal, three):
    response = portal.get("/sample/list/?is_shared=True")

    html = response.content.decode()
    assert shown(response) == ["Ash"]
    assert re.search(r"Shared: Shared</a>", html)
    assert 'value="True" checked' in html


def test_the_panel_of_an_unfiltered_list_offers_every_filter_with_nothing_chosen(portal, three):
    for _ in range(2):
        html = portal.get("/sample/list/?sort=-path").content.decode()
        assert 'name="is_shared"' in html
        assert 'value="True" checked' not in html

    assert 'value="True" checked' in portal.get("/sample/list/?is_shared=True").content.decode()
    assert 'value="True" checked' not in portal.get("/sample/list/").content.decode()


def test_a_filter_that_is_no_answer_is_explained_and_breaks_nothing(portal, three):
    response = portal.get("/sample/list/?saved_from_day=99&saved_from_month=1&saved_from_year=2026")

    assert response.status_code == 200
    assert "Enter a real date" in response.content.decode()


def test_search_finds_words_and_an_empty_result_says_what_to_do(portal, three):
    assert shown(portal.get("/sample/list/?q=eec")) == ["Beech"]
    assert "Nothing matches" in portal.get("/sample/list/?q=zebra").content.decode()


def test_an_empty_list_is_not_a_failed_search(portal):
    html = portal.get("/sample/list/").content.decode()

    assert "There are no views yet." in html
    assert "Nothing matches" not in html


def test_pages_carry_the_filters_along(portal, saved):
    for number in range(60):
        saved(f"View {number:02}")

    response = portal.get("/sample/list/?q=View&page=2")

    assert shown(response)[0] == "View 25"
    assert "?q=View&amp;page=3" in response.content.decode()
    assert len(shown(portal.get("/sample/list/?size=50"))) == 50


def test_the_number_of_queries_does_not_grow_with_the_list(portal, saved):
    saved("One")
    portal.get("/sample/list/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        portal.get("/sample/list/")
    for number in range(24):
        saved(f"View {number:02}")

    with CaptureQueriesContext(connection) as many:
        portal.get("/sample/list/")

    assert len(many) == len(few)


def test_columns_are_chosen_and_kept(portal, three):
    portal.post("/sample/list/", {"choose_columns": "yes", "columns": ["query", "name", "password"]})

    assert headings(portal.get("/sample/list/")) == ["Name", "Query"]


def test_choosing_no_column_goes_back_to_the_usual_ones(portal, three):
    portal.post("/sample/list/", {"choose_columns": "yes", "columns": ["name"]})
    portal.post("/sample/list/", {"choose_columns": "yes"})

    assert headings(portal.get("/sample/list/")) == ["Name", "Path", "Shared", "Saved"]


def test_a_view_is_saved_and_opens_the_list_from_then_on(portal, three, northmoor):
    address = "/saved-views/new/?path=/sample/list/&query=is_shared%3DTrue%26sort%3D-name"
    portal.post(address, {"name": "Shared ones", "is_default": "on"})

    assert shown(portal.get("/sample/list/")) == ["Ash"]
    assert "This is your saved view" in portal.get("/sample/list/").content.decode()
    assert len(shown(portal.get("/sample/list/?view=all"))) == 4
    with inside_council(northmoor):
        assert AuditEntry.objects.filter(event="govuk.saved_view.saved").exists()


def test_a_shared_view_is_offered_to_colleagues_and_only_the_owner_changes_it(
    portal, sample_pages, northmoor, officer_in, client_for
):
    portal.post("/saved-views/new/?path=/sample/list/&query=q%3Dx", {"name": "For all", "is_shared": "on"})
    with inside_council(northmoor):
        view = SavedView.objects.get()
    colleague = client_for(officer_in(northmoor))

    assert "For all" in colleague.get("/sample/list/").content.decode()
    assert colleague.get(f"/saved-views/{view.pk}/").status_code == 404
    assert colleague.post(f"/saved-views/{view.pk}/delete/").status_code == 404
    assert portal.post(f"/saved-views/{view.pk}/delete/").status_code == 302


def test_a_view_of_another_sites_address_is_refused(portal):
    response = portal.get("/saved-views/new/?path=https://evil.example/&query=")

    assert response.status_code == 409


def test_a_bulk_action_is_confirmed_and_its_exceptions_are_named(portal, saved, three, northmoor):
    kept = saved("Kept")
    keys = [str(one.pk) for one in (*three, kept)]

    asked = portal.post("/sample/list/", {"bulk_action": "delete", "selected": keys})
    html = asked.content.decode()
    token = re.search(r'name="form_token" value="([^"]+)"', html)[1]
    sent = {"bulk_action": "delete", "confirmed": "yes", "form_token": token, "selected": keys}
    sent["selected"] = re.findall(r'name="selected" value="([^"]+)"', html)
    answer = portal.post("/sample/list/", sent, follow=True).content.decode()
    again = portal.post("/sample/list/", sent, follow=True).content.decode()

    assert "Others use it. Stop sharing it first." in html
    assert "Delete 3 views" in html
    assert "2 views deleted." in answer
    assert "Kept: It is kept for good." in answer
    assert "already done" in again
    with inside_council(northmoor):
        assert sorted(SavedView.objects.values_list("name", flat=True)) == ["Ash", "Kept"]


def test_a_bulk_action_that_skips_its_check_is_checked_all_the_same(portal, three, northmoor):
    shared = three[1]

    portal.post("/sample/list/", {"bulk_action": "delete", "confirmed": "yes", "selected": [str(shared.pk)]})

    with inside_council(northmoor):
        assert SavedView.objects.filter(pk=shared.pk).exists()


def test_a_bulk_action_that_fits_nothing_chosen_says_so_and_offers_no_button(portal, three):
    shared = three[1]

    html = portal.post("/sample/list/", {"bulk_action": "delete", "selected": [str(shared.pk)]}).content.decode()

    assert "Nothing to delete" in html
    assert "Others use it. Stop sharing it first." in html
    assert 'name="confirmed"' not in html


@pytest.mark.parametrize("keys", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000"]])
def test_a_bulk_action_on_nothing_says_so(portal, three, keys):
    response = portal.post("/sample/list/", {"bulk_action": "delete", "selected": keys}, follow=True)

    assert "Choose at least one view first." in response.content.decode()


def test_the_list_is_downloaded_whole_safe_and_on_record(portal, saved, northmoor):
    for number in range(30):
        saved(f"View {number:02}")
    saved("=HYPERLINK(1)")

    response = portal.get("/sample/list/?export=csv&sort=name")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Name,Path,Shared,Saved"
    assert len(lines) == 32
    assert lines[1].startswith("'=HYPERLINK(1),")
    with inside_council(northmoor):
        entry = AuditEntry.objects.get(event="list.exported")
    assert entry.facts["rows"] == 31


def test_what_rows_and_headings_hold_is_escaped_and_braces_are_only_text(portal, saved):
    saved("<script>alert(1)</script> {0} {name}")

    html = portal.get("/sample/list/").content.decode()

    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {0} {name}" in html
