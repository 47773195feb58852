"""What every endpoint does: problems, pages, versions, repetition, protection of sessions."""

from __future__ import annotations

import json
import threading

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, SIGNED_IN
from shared_services.accounts.models import Account
from shared_services.api.models import StoredAnswer
from shared_services.api.routing import COUNCIL, SHARED, router_for
from shared_services.api.services import create_token
from shared_services.tenancy.door import inside_council

NEW = {"work_name": "Ada Example", "work_email": "ada@northmoor.test", "job_title": "Clerk"}


@pytest.fixture
def program(administrator, program_for):
    return program_for(administrator)


def listed(northmoor, email: str) -> int:
    with inside_council(northmoor):
        return OfficerCard.objects.filter(work_email=email).count()


# -- Problems ------------------------------------------------------------------------------------


def test_an_unknown_record_is_a_404_problem(program):
    response = program.get("officers/019a9999-0000-7000-8000-000000000000/")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_another_councils_record_is_not_found(program, eastvale, officer_in):
    stranger = officer_in(eastvale)

    assert program.get(f"officers/{stranger.pk}/").status_code == 404
    assert program.post(f"officers/{stranger.pk}/deactivate/").status_code == 404


def test_errors_of_a_body_say_where_they_are(program):
    response = program.post("officers/", {"work_name": "", "roles": ["emperor"], "colour": "red"})

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"pointer": "#/colour", "code": "invalid", "detail": "There is no such field."}
    ]
    pointers = {error["pointer"] for error in program.post("officers/", {"roles": ["emperor"]}).json()["errors"]}
    assert pointers == {"#/work_name", "#/work_email", "#/roles/0"}


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "null"])
def test_a_body_that_is_no_json_object_is_400(program, body):
    response = program.client.generic("POST", "/api/v1/officers/", body, content_type="application/json")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_another_kind_of_body_is_415(program):
    response = program.client.post("/api/v1/officers/", {"work_name": "Ada"})

    assert response.status_code == 415


def test_a_rule_of_the_business_is_409_and_speaks_plainly(program, administrator):
    response = program.post(f"officers/{administrator.pk}/grant-role/", {"role": "director"})

    assert response.status_code == 409
    assert response.json()["code"] == "own_record"
    assert response.json()["detail"].startswith("You cannot change your own roles")


def test_a_method_that_is_not_there_is_405(program):
    assert program.send("DELETE", "officers/").status_code == 405


# -- Pages, filters, order -----------------------------------------------------------------------


def test_lists_come_in_pages_with_neighbours_and_a_total_on_demand(northmoor, program, officer_in):
    for number in range(4):
        officer_in(northmoor, name=f"Person {number}")

    first = program.get("officers/?page_size=2&name=Person&total=true").json()
    second = program.get("officers/?page_size=2&name=Person&page=2").json()

    assert [row["work_name"] for row in first["results"] + second["results"]] == [f"Person {n}" for n in range(4)]
    assert (first["total"], first["total_is_exact"]) == (4, True)
    assert first["previous"] is None and "page=2" in first["next"]
    assert second["next"] is None and "page=1" in second["previous"]
    assert "total" not in second


def test_order_and_filters_do_what_they_say(northmoor, program, officer_in):
    officer_in(northmoor, "director", name="Zoe")
    officer_in(northmoor, "director", name="Bea")

    rows = program.get("officers/?role=director&ordering=-work_name").json()["results"]

    assert [row["work_name"] for row in rows] == ["Zoe", "Bea"]


@pytest.mark.parametrize(
    "query", ["colour=red", "page=0", "page=x", "page_size=9999", "ordering=password", "role=emperor"]
)
def test_a_parameter_that_makes_no_sense_is_an_error_and_not_ignored(program, query):
    assert program.get(f"officers/?{query}").status_code == 400


# -- Versions ------------------------------------------------------------------------------------


def test_a_change_without_a_version_is_428_and_with_an_old_one_412(northmoor, program, officer_in):
    officer = officer_in(northmoor)
    path = f"officers/{officer.pk}/"
    tag = program.get(path)["ETag"]

    missing = program.put(path, NEW)
    changed = program.put(path, NEW, if_match=tag)
    late = program.put(path, {**NEW, "work_name": "Too Late"}, if_match=tag)

    assert missing.status_code == 428
    assert (changed.status_code, changed["ETag"], changed.json()["work_name"]) == (200, '"2"', "Ada Example")
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    with inside_council(northmoor):
        assert OfficerCard.objects.get(pk=officer.pk).work_name == "Ada Example"


def test_a_reader_who_has_the_version_gets_304(northmoor, program, officer_in):
    path = f"officers/{officer_in(northmoor).pk}/"
    tag = program.get(path)["ETag"]

    again = program.get(path, **{"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("tag", ['"x"', "rubbish", '"-1"', '""'])
def test_a_version_that_is_none_is_412(northmoor, program, officer_in, tag):
    assert program.put(f"officers/{officer_in(northmoor).pk}/", NEW, if_match=tag).status_code == 412


# -- Repetition ----------------------------------------------------------------------------------


def test_the_same_key_gives_the_first_answer_and_does_nothing_twice(northmoor, program):
    first = program.post("officers/", NEW, idempotency_key="abc")
    again = program.post("officers/", NEW, idempotency_key="abc")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (first["ETag"], first["Location"]) == (again["ETag"], again["Location"])
    assert again["Idempotent-Replayed"] == "true"
    assert listed(northmoor, NEW["work_email"]) == 1


def test_the_same_key_for_another_request_is_422(program):
    program.post("officers/", NEW, idempotency_key="abc")

    other = program.post("officers/", {**NEW, "work_email": "eve@northmoor.test"}, idempotency_key="abc")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_refused_request_leaves_its_key_free(northmoor, program):
    program.post("officers/", {"work_name": ""}, idempotency_key="abc")
    with inside_council(northmoor):
        assert not StoredAnswer.objects.exists()

    assert program.post("officers/", NEW, idempotency_key="abc").status_code == 201


def test_two_officers_may_use_the_same_key(northmoor, program, program_for, officer_in):
    other = program_for(officer_in(northmoor, "council_administrator"))
    program.post("officers/", NEW, idempotency_key="abc")

    response = other.post("officers/", {**NEW, "work_email": "eve@northmoor.test"}, idempotency_key="abc")

    assert response.status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_has_1_to_200_characters(program, key):
    assert program.post("officers/", NEW, idempotency_key=key).status_code == 400


def test_two_requests_at_once_with_one_key_act_once(walled, northmoor, officer_in):
    administrator = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor):
        account = Account.objects.get(card_id=administrator.pk)
        _, secret = create_token(actor=administrator, account=account, name="T", scopes=["accounts:write"], days=1)
    together, answers = threading.Barrier(4), []

    def send() -> None:
        client = Client(headers={"host": northmoor.host, "authorization": f"Bearer {secret}", "idempotency-key": "k"})
        together.wait()
        answers.append(client.post("/api/v1/officers/", json.dumps(NEW), content_type="application/json"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum(answer.has_header("Idempotent-Replayed") for answer in answers) == 3
    assert listed(northmoor, NEW["work_email"]) == 1


# -- Sessions ------------------------------------------------------------------------------------


def test_a_signed_in_browser_reads_and_changes_only_with_its_csrf_token(northmoor, administrator, client_for):
    signed_in = client_for(administrator)
    browser = Client(enforce_csrf_checks=True, headers={"host": northmoor.host})
    browser.cookies = signed_in.cookies
    body = json.dumps(NEW)

    assert browser.get("/api/v1/me/").status_code == 200
    assert browser.post("/api/v1/officers/", body, content_type="application/json").status_code == 403
    browser.get("/account/")
    token = browser.cookies[settings.CSRF_COOKIE_NAME].value
    accepted = browser.post("/api/v1/officers/", body, content_type="application/json", headers={"x-csrftoken": token})
    assert accepted.status_code == 201


def test_a_signed_in_browser_repeats_a_change_without_doing_it_twice(northmoor, administrator, client_for):
    browser = Client(enforce_csrf_checks=True, headers={"host": northmoor.host})
    browser.cookies = client_for(administrator).cookies
    browser.get("/account/")
    headers = {"x-csrftoken": browser.cookies[settings.CSRF_COOKIE_NAME].value, "idempotency-key": "once"}

    for _ in range(2):
        sent = browser.post("/api/v1/officers/", json.dumps(NEW), content_type="application/json", headers=headers)
        assert sent.status_code == 201
    assert listed(northmoor, NEW["work_email"]) == 1


# -- The document --------------------------------------------------------------------------------


def test_the_document_describes_every_endpoint_of_the_room(program):
    document = program.get("schema/").json()

    assert document["openapi"].startswith("3.")
    assert {"/api/v1/me/", "/api/v1/requisitions/", "/api/v1/inbox/", "/api/v1/leave-requests/"} <= set(
        document["paths"]
    )
    assert "/api/v1/demand/" not in document["paths"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert "Permission: `" in operation["description"], f"{method} {path}"


def test_the_shared_services_document_has_its_own_endpoints(shared_service, officer_in, program_for):
    program = program_for(officer_in(shared_service, "category_manager"), "procurement:read")

    paths = set(program.get("schema/").json()["paths"])

    assert {"/api/v1/demand/", "/api/v1/proposals/", "/api/v1/figures/", "/api/v1/inbox/"} <= paths
    assert "/api/v1/requisitions/" not in paths


def test_the_documentation_page_opens_without_inline_script(northmoor, officer_in, client_for):
    page = client_for(officer_in(northmoor)).get("/api/v1/docs/")

    assert page.status_code == 200
    assert b"<script>" not in page.content


@pytest.mark.parametrize("room", [COUNCIL, SHARED])
def test_every_action_of_every_endpoint_names_a_known_permission(room):
    views = {pattern.callback.cls for pattern in router_for(room).urls}

    for view in views:
        assert view.permissions, view
        assert set(view.permissions.values()) <= {*PERMISSIONS, SIGNED_IN}, view
        extra = {action.__name__ for action in getattr(view, "get_extra_actions", list)()}
        assert extra <= set(view.permissions), view
