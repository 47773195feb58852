from __future__ import annotations

import psycopg.errors
import pytest
import redis.exceptions
from django.db import OperationalError
from django.test import Client, RequestFactory

from shared_services.access.permissions import SIGNED_IN
from shared_services.govuk import home, search
from shared_services.govuk.errors import page_for_fault
from shared_services.govuk.navigation import links_for


@pytest.fixture
def own_registries(monkeypatch):
    for registry in ("_makers", "_actions", "_finders"):
        monkeypatch.setattr(home, registry, [])
    monkeypatch.setattr(search, "_providers", [])


def test_the_home_page_tells_each_role_what_needs_doing(own_registries, portal):
    home.home_card(SIGNED_IN)(lambda actor: home.HomeCard("Tasks", 3, "Waiting for you", "/inbox/"))
    home.home_card("organisation.manage_structure")(lambda actor: home.HomeCard("Departments", 1))
    home.home_card(SIGNED_IN)(lambda actor: None)

    html = portal.get("/").content.decode()

    assert "Waiting for you" in html
    assert 'href="/inbox/"' in html
    assert "Departments" not in html


def test_search_asks_only_what_the_officer_may_see(own_registries, portal):
    search.search_provider(SIGNED_IN)(lambda query, actor: [search.SearchHit(f"Found {query}", "/x/", kind="Things")])
    search.search_provider("audit.view_records")(lambda query, actor: [search.SearchHit("Secret", "/y/")])

    html = portal.get("/search/?q=chairs").content.decode()

    assert "Found chairs" in html
    assert "1 result<" in html
    assert "Secret" not in html


def test_what_is_searched_for_is_escaped(own_registries, portal):
    assert "<script>alert" not in portal.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()


def test_the_navigation_marks_the_place_and_asks_the_database_nothing(officer, django_assert_num_queries):
    with django_assert_num_queries(0):
        links = links_for(officer, "/", "config.urls.council")

    assert links[0].label == "Home"
    assert links[0].current


def test_the_navigation_follows_the_roles_and_is_empty_for_who_has_left(northmoor, officer_in):
    requester, administrator = officer_in(northmoor, "requisitioner"), officer_in(northmoor, "council_administrator")

    labels = {link.label for link in links_for(administrator, "/", "config.urls.council")}

    assert labels != {link.label for link in links_for(requester, "/", "config.urls.council")}
    administrator.active = False
    assert links_for(administrator, "/", "config.urls.council") == []


def test_the_frame_of_one_council_has_nothing_of_another(northmoor, eastvale, visitor):
    for council, other in ((northmoor, eastvale), (eastvale, northmoor), (northmoor, eastvale)):
        html = visitor(council).get("/help/").content.decode()
        assert f"Guildhall for {council.name}" in html
        assert other.name not in html


def test_the_portal_speaks_english_whatever_the_browser_prefers(northmoor, visitor):
    answer = visitor(northmoor).post("/account/login/", {}, headers={"accept-language": "fr"})

    assert "Ce champ est obligatoire" not in answer.content.decode()
    assert "Enter" in answer.content.decode()


def test_pages_about_the_service_are_open_to_all(northmoor, visitor):
    for address in ("/accessibility/", "/cookies/", "/help/", "/room.css"):
        assert visitor(northmoor).get(address).status_code == 200, address


def test_the_councils_colour_comes_as_a_style_sheet(northmoor, visitor):
    response = visitor(northmoor).get("/room.css")

    assert response["Content-Type"] == "text/css"
    assert f"--council-colour:{northmoor.colour}" in response.content.decode()
    assert "private" in response["Cache-Control"]


def test_the_accessibility_statement_has_what_the_regulations_ask(northmoor, visitor):
    html = visitor(northmoor).get("/accessibility/").content.decode()

    for words in (
        f"{northmoor.name} is committed to making its website accessible, in accordance with the Public Sector Bodies",
        "Compliance status",
        "Non-accessible content",
        "Preparation of this accessibility statement",
        "Feedback and contact information",
        "Equality and Human Rights Commission (EHRC)",
    ):
        assert words in html


def test_pages_allow_no_inline_script_or_style(northmoor, visitor):
    response = visitor(northmoor).get("/help/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert "camera=()" in response["Permissions-Policy"]
    assert response["Cache-Control"] == "no-store"


def test_a_wrong_host_gets_a_page_that_names_nobody(northmoor, eastvale, settings):
    response = Client(headers={"host": "nobody.test"}).get("/")

    html = response.content.decode()
    assert response.status_code == 404
    assert northmoor.name not in html
    assert eastvale.name not in html
    assert 'href="/' not in html.replace('href="/static/', "")


def fault_of(cause: Exception) -> OperationalError:
    fault = OperationalError("the server said so")
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    "fault",
    [
        fault_of(psycopg.OperationalError("connection refused")),
        fault_of(psycopg.errors.AdminShutdown("terminating")),
        fault_of(psycopg.errors.CannotConnectNow("starting up")),
        fault_of(psycopg.errors.TooManyConnections("full")),
        redis.exceptions.ConnectionError("refused"),
    ],
)
def test_while_a_server_is_away_the_page_says_so(northmoor, fault):
    page = page_for_fault(RequestFactory().get("/"), fault)

    assert page.status_code == 503
    assert "restarting" in page.content.decode()
    assert page["Retry-After"] == "15"


@pytest.mark.parametrize("cause", [psycopg.errors.DeadlockDetected("x"), psycopg.errors.LockNotAvailable("x")])
def test_a_lost_race_is_not_called_a_fault(northmoor, cause):
    page = page_for_fault(RequestFactory().get("/"), fault_of(cause))

    assert page.status_code == 503
    assert "at the same moment" in page.content.decode()


def test_a_fault_of_our_own_is_not_blamed_on_a_server(northmoor):
    assert page_for_fault(RequestFactory().get("/"), ValueError("ours")) is None
    assert page_for_fault(RequestFactory().get("/"), fault_of(psycopg.errors.UndefinedTable("x"))) is None


def test_programs_get_the_fault_as_problem_json(northmoor):
    page = page_for_fault(RequestFactory().get("/api/v1/tasks/"), redis.exceptions.ConnectionError("refused"))

    assert page["Content-Type"] == "application/problem+json"


def test_an_unknown_page_leads_home(portal):
    response = portal.get("/nowhere/")

    assert response.status_code == 404
    assert "Go to your home page" in response.content.decode()


def test_the_shared_services_pages_do_not_name_it_twice(shared_service, officer_in, client_for):
    html = client_for(officer_in(shared_service, "category_manager")).get("/").text

    assert "Guildhall for" not in html
