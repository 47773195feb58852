"""Help for each role: its own guide first, and every link in it opens for an officer of the role."""

from __future__ import annotations

import html
import re

import pytest

from shared_services.govuk.guides import GUIDES

COUNCIL = [guide for guide in GUIDES if guide.in_councils]
POOLED = [guide for guide in GUIDES if guide.in_shared_service]


def own_part(page: str) -> str:
    """The help page's main part up to what is for other roles."""
    return page.split("<main")[1].split("What other roles can do")[0]


def headings(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'<h2 class="govuk-heading-m"[^>]*>([^<]+)</h2>', page)]


def assert_links_open(browser, page: str) -> None:
    links = {html.unescape(url) for url in re.findall(r'href="(/[^"]*)"', own_part(page))}
    assert len(links) > 3
    for url in links:
        assert browser.get(url).status_code == 200, url


@pytest.mark.parametrize("guide", COUNCIL, ids=lambda guide: guide.key)
def test_an_officer_of_a_council_reads_his_own_role_first_and_can_open_what_it_names(
    guide, books, officer_in, client_for
):
    from councils.finance.models import CostCentre
    from shared_services.tenancy.door import inside_council

    role = next(role for role in sorted(guide.roles) if not role.startswith("shared_"))
    officer = officer_in(books.council, role)
    with inside_council(books.council):
        CostCentre.objects.update(budget_holder_id=officer.pk)
    employ(books, officer_in, officer)
    browser = client_for(officer)

    page = browser.get("/help/").text

    assert headings(page)[:2] == [guide.title, "For everybody"]
    assert_links_open(browser, page)


@pytest.mark.parametrize("guide", POOLED, ids=lambda guide: guide.key)
def test_an_officer_of_the_shared_service_reads_his_own_role_and_can_open_what_it_names(
    guide, shared_service, northmoor, officer_in, client_for
):
    role = next(role for role in sorted(guide.roles, reverse=True) if role != "auditor")
    browser = client_for(officer_in(shared_service, role))

    page = browser.get("/help/").text

    assert guide.title in headings(page)
    assert headings(page)[len([one for one in POOLED if role in one.roles])] == "For everybody"
    assert_links_open(browser, page)


def test_help_before_signing_in_says_how_to_sign_in_and_names_no_page_of_the_room(northmoor, visitor):
    page = visitor(northmoor).get("/help/").text

    assert "If you cannot sign in" in page
    assert "/inbox/" not in page


def test_the_guides_of_other_roles_of_the_room_can_be_read_and_those_of_the_other_kind_of_room_are_not_there(
    northmoor, shared_service, officer_in, client_for
):
    officer, pooled = client_for(officer_in(northmoor)), client_for(officer_in(shared_service))

    for guide in GUIDES:
        assert officer.get(f"/help/{guide.key}/").status_code == (200 if guide.in_councils else 404)
        assert pooled.get(f"/help/{guide.key}/").status_code == (200 if guide.in_shared_service else 404)


def employ(books, officer_in, officer) -> None:
    """Who asks for leave has an employment."""
    from tests.councils.test_home import employ as employ_officer

    employ_officer(books, officer_in(books.council, "hr_adviser"), officer_in, card=officer)
