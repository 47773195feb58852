from __future__ import annotations

import re
import uuid

import pytest
from django.core.exceptions import ImproperlyConfigured

from shared_services.access.permissions import ROLES
from shared_services.govuk.models import FormReceipt, SavedView
from shared_services.govuk.views import Page
from shared_services.tenancy.door import inside_council


def names(council) -> list[str]:
    with inside_council(council):
        return list(SavedView.objects.order_by("name").values_list("name", flat=True))


def token_in(response) -> str:
    return re.search(r'name="form_token" value="([^"]+)"', response.content.decode())[1]


def test_a_view_without_a_permission_is_no_view():
    class Careless(Page):
        pass

    with pytest.raises(ImproperlyConfigured, match="Careless"):
        Careless.as_view()


def test_who_is_not_signed_in_is_asked_to(sample_pages, northmoor, visitor):
    response = visitor(northmoor).get("/sample/notice/")

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/?next=/sample/notice/")


def test_a_page_names_the_council_the_officer_and_the_way_back(portal, northmoor):
    html = portal.get("/sample/notice/").content.decode()

    assert northmoor.name in html
    assert "Signed in as Rosalind Example" in html
    assert "Skip to main content" in html
    assert 'aria-label="Breadcrumb"' in html
    assert re.search(r'<form[^>]*method="post"[^>]*action="/account/logout/"', html)


def test_a_page_needs_no_inline_style_or_script(portal):
    for address in ("/sample/notice/", "/sample/raise/", "/sample/list/", "/", "/search/?q=x", "/help/"):
        html = portal.get(address).content.decode()

        assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", html), address
        assert not re.search(r"<script(?![^>]*\ssrc=)", html), address


def test_who_lacks_a_permission_reads_which_and_who_can_give_it(portal, northmoor, officer_in):
    officer_in(northmoor, "council_administrator", name="Ada Lock")

    response = portal.get("/sample/guarded/")

    html = response.content.decode()
    assert response.status_code == 403
    assert "change departments and posts" in html
    assert ROLES["hr_adviser"].label in html
    assert "Ada Lock" in html


def test_the_roles_named_are_those_that_the_room_can_give(northmoor, shared_service, officer_in, client_for):
    council = client_for(officer_in(northmoor)).get("/audit/").content.decode()
    pooled = client_for(officer_in(shared_service)).get("/audit/").content.decode()

    assert ROLES["auditor"].label in council
    assert ROLES["partnership_administrator"].label not in council
    assert ROLES["partnership_administrator"].label in pooled
    assert ROLES["council_administrator"].label not in pooled


def test_a_record_of_next_door_is_not_found(sample_pages, eastvale, officer_in, client_for, saved):
    mine = saved("Mine")

    response = client_for(officer_in(eastvale)).get(f"/sample/rename/{mine.pk}/")

    assert response.status_code == 404
    assert "Northmoor" not in response.content.decode()


def test_a_form_is_done_and_says_so(portal, northmoor, saved):
    mine = saved("Mine")

    response = portal.post(f"/sample/rename/{mine.pk}/", {"name": "Yours"}, follow=True)

    assert names(northmoor) == ["Yours"]
    assert "Renamed to Yours" in response.content.decode()


def test_a_form_sent_twice_is_done_once_and_shows_the_first_result(portal, northmoor, saved):
    mine = saved("Mine")
    address = f"/sample/rename/{mine.pk}/"
    token = token_in(portal.get(address))

    first = portal.post(address, {"name": "Yours", "form_token": token})
    second = portal.post(address, {"name": "Theirs", "form_token": token}, follow=True)

    assert second.redirect_chain[0][0] == first["Location"]
    assert "This was already done. Renamed to Yours" in second.content.decode()
    with inside_council(northmoor):
        assert SavedView.objects.get().name == "Yours"
        assert FormReceipt.objects.count() == 1


def test_a_colleagues_token_tells_nothing(portal, sample_pages, northmoor, officer_in, client_for, saved):
    mine = saved("Mine")
    address = f"/sample/rename/{mine.pk}/"
    token = token_in(portal.get(address))
    portal.post(address, {"name": "Yours", "form_token": token})

    response = client_for(officer_in(northmoor)).post(address, {"name": "Theirs", "form_token": token}, follow=True)

    assert "Renamed to Yours" not in response.content.decode()


def test_what_a_rule_refuses_is_taken_back_and_what_was_typed_is_kept(portal, northmoor, saved):
    mine = saved("Mine")

    response = portal.post(f"/sample/rename/{mine.pk}/", {"name": "Forbidden", "form_token": str(uuid.uuid4())})

    html = response.content.decode()
    assert response.status_code == 409
    assert "You cannot call it that. Choose another name." in html
    assert 'value="Forbidden"' in html
    assert "<title>Error:" in html
    with inside_council(northmoor):
        assert SavedView.objects.get().name == "Mine"
        assert not FormReceipt.objects.exists()


def test_the_same_token_works_after_a_refusal(portal, northmoor, saved):
    mine = saved("Mine")
    address, token = f"/sample/rename/{mine.pk}/", str(uuid.uuid4())
    portal.post(address, {"name": "Forbidden", "form_token": token})

    portal.post(address, {"name": "Allowed", "form_token": token})

    assert names(northmoor) == ["Allowed"]


def test_a_stale_page_leads_to_the_latest_version(portal, northmoor, saved):
    mine = saved("Mine")

    response = portal.post(f"/sample/rename/{mine.pk}/", {"name": "Stale"})

    assert response.status_code == 409
    assert "Load the latest version" in response.content.decode()
    assert names(northmoor) == ["Mine"]


def test_errors_of_a_form_are_listed_with_links_to_the_questions(portal):
    response = portal.post("/sample/raise/", {"title": "Chairs", "lines-count": "1"})

    html = response.content.decode()
    assert response.status_code == 422
    assert '<a href="#id_total_amount">Enter the amount</a>' in html
    assert "Line 1: Enter the description" in html
    assert 'value="Chairs"' in html


def test_a_line_is_added_without_a_script_and_nothing_typed_is_lost(portal):
    sent = {"title": "Chairs", "lines-count": "1", "lines-0-description": "Oak", "edit_lines": "add:lines"}

    html = portal.post("/sample/raise/", sent).content.decode()

    assert 'value="Chairs"' in html
    assert 'value="Oak"' in html
    assert 'name="lines-1-description"' in html
    assert "There is a problem" not in html


def test_a_form_without_its_csrf_token_reads_what_to_do(sample_pages, officer, client_for):
    strict = client_for(officer)
    strict.handler.enforce_csrf_checks = True

    response = strict.post("/sample/raise/", {"title": "Chairs"})

    assert response.status_code == 403
    assert "load the page again" in response.content.decode()
