"""The administrator's pages and the API of webhooks."""

from __future__ import annotations

import uuid

import pytest

from shared_services.api.models import StoredAnswer
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from shared_services.webhooks.models import Endpoint
from tests.programs import program_of


def token() -> dict[str, str]:
    return {"form_token": str(uuid.uuid4())}


@pytest.fixture
def client(administrator, client_for):
    return client_for(administrator)


def test_a_webhook_is_added_and_its_secret_shown_once(northmoor, client, receiver):
    answer = client.post("/webhooks/add/", {"name": "Case tracker", "url": receiver.url, "events": ["case.started"], **token()})  # fmt: skip

    assert "whsec_" in answer.content.decode()
    with inside_council(northmoor):
        one = Endpoint.objects.get()
    assert "whsec_" not in client.get(f"/webhooks/{one.pk}/").content.decode()
    listed = client.get("/webhooks/").content.decode()
    assert "A case was started" in listed
    assert "case.started" not in listed


def test_a_wrong_address_is_said_beside_its_field_and_what_was_typed_stays(client):
    answer = client.post("/webhooks/add/", {"name": "Tracker", "url": "http://10.0.0.1/x", "events": ["case.started"], **token()})  # fmt: skip

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "must begin with https://" in page and "http://10.0.0.1/x" in page


def test_a_test_is_sent_and_its_answer_is_in_the_log(client, endpoint, receiver):
    receiver.answers.append((202, b"<b>taken</b>", {}))
    sent = client.post(f"/webhooks/{endpoint.pk}/test/", token())
    run_waiting()

    page = client.get(sent["Location"]).content.decode()
    assert "webhook.test" in page and "202" in page and "&lt;b&gt;taken" in page
    assert "A test" in client.get(f"/webhooks/{endpoint.pk}/").content.decode()


def test_a_delivery_and_a_period_are_sent_again_from_the_page(client, endpoint, receiver):
    from django.utils import timezone

    delivery = client.post(f"/webhooks/{endpoint.pk}/test/", token())["Location"]
    run_waiting()
    client.post(f"{delivery}again/", token())
    run_waiting()
    today = timezone.localdate()
    day = {f"{name}_{part}": getattr(today, part) for name in ("first", "last") for part in ("day", "month", "year")}
    client.post(f"/webhooks/{endpoint.pk}/again/", {**day, "which": "everything", **token()})
    run_waiting()

    assert len(receiver.calls) == 3
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


def test_a_webhook_is_changed_turned_off_and_on_given_a_new_secret_and_removed(northmoor, client, endpoint, receiver):
    address = f"/webhooks/{endpoint.pk}/"
    client.post(f"{address}change/", {"name": "Tracker", "url": receiver.url, "events": ["task.created"], "version": 1, **token()})  # fmt: skip
    stale = client.post(f"{address}change/", {"name": "Other", "url": receiver.url, "events": ["task.created"], "version": 1, **token()})  # fmt: skip
    assert stale.status_code == 409
    client.post(f"{address}off/", token())
    assert "Turned off by Ada Ministrator" in client.get(address).content.decode()
    assert client.post(f"{address}test/", token()).status_code == 409
    client.post(f"{address}on/", token())
    assert "whsec_" in client.post(f"{address}secret/", token()).content.decode()
    client.post(f"{address}remove/", token())

    with inside_council(northmoor):
        assert not Endpoint.objects.exists()
    assert client.get(address).status_code == 404


def test_nobody_else_and_no_neighbour_sees_a_webhook(eastvale, northmoor, officer_in, client_for, endpoint):
    assert client_for(officer_in(northmoor)).get("/webhooks/").status_code == 403
    neighbour = client_for(officer_in(eastvale, "council_administrator"))
    assert "Case tracker" not in neighbour.get("/webhooks/").content.decode()
    assert neighbour.get(f"/webhooks/{endpoint.pk}/").status_code == 404
    assert neighbour.get(f"/api/v1/webhook-endpoints/{endpoint.pk}/").status_code == 404


def test_programs_do_what_the_pages_do(client, receiver):
    made = client.post(
        "/api/v1/webhook-endpoints/",
        {"name": "Tracker", "url": receiver.url, "events": ["case.started"]},
        "application/json",
    )
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    one = made["Location"]
    assert "secret" not in client.get(one).json()

    test = client.post(f"{one}test/", {}, "application/json").json()
    run_waiting()
    seen = client.get(f"/api/v1/webhook-deliveries/{test['id']}/").json()
    assert (seen["status"], seen["attempts"][0]["response_status"]) == ("delivered", 200)
    assert client.post(f"/api/v1/webhook-deliveries/{test['id']}/replay/", {}, "application/json").status_code == 200
    assert client.post(f"{one}rotate-secret/", {}, "application/json").json()["secret"].startswith("whsec_")
    replayed = client.post(
        f"{one}replay/",
        {"since": "2020-01-01T00:00:00Z", "until": "2099-01-01T00:00:00Z", "everything": True},
        "application/json",
    )
    assert replayed.status_code == 200
    bad = client.post(
        "/api/v1/webhook-endpoints/",
        {"name": "Bad", "url": "https://user@example.org", "events": ["case.started"]},
        "application/json",
    )
    assert bad.status_code in (400, 409, 422) and "user name" in bad.content.decode()
    assert client.delete(one, headers={"If-Match": client.get(one)["ETag"]}).status_code == 204


def test_a_request_sent_again_is_not_shown_the_secret_and_none_is_kept(northmoor, administrator, receiver):
    program = program_of(administrator, "webhooks:write")
    body = {"name": "Tracker", "url": receiver.url, "events": ["case.started"]}

    first = program.post("webhook-endpoints/", body, idempotency_key="once")
    again = program.post("webhook-endpoints/", body, idempotency_key="once")

    assert first.status_code == again.status_code == 201
    assert again.json() == {**first.json(), "secret": None}
    with inside_council(northmoor):
        kept = bytes(StoredAnswer.objects.get(key="once").body).decode()
    assert first.json()["secret"].startswith("whsec_") and "whsec_" not in kept
