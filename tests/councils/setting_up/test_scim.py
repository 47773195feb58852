"""SCIM 2.0: the council's identity provider keeps its officers, with the council's own key."""

from __future__ import annotations

import json

import pytest
from django.core import mail
from django.test import Client

from councils.setting_up.scim.keys import make_key, revoke_key
from shared_services.access.models import OfficerCard
from shared_services.accounts.services import create_officer, deactivate_officer, end_role, reactivate_officer
from shared_services.audit.models import AuditEntry
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council

USERS = "/scim/v2/Users"
PEARL = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "pearl.avocet@northmoor.test",
    "externalId": "00u1", "name": {"givenName": "Pearl", "familyName": "Avocet"}, "title": "Librarian", "active": True,
}  # fmt: skip


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


class Provider:
    """An identity provider that speaks SCIM to one council."""

    def __init__(self, council, key):
        self.client = Client(headers={"host": council.host, "authorization": f"Bearer {key}"})

    def ask(self, verb, path=USERS, body=None):
        answer = getattr(self.client, verb)(
            path, *([json.dumps(body)] if body is not None else []), content_type="application/scim+json"
        ) if verb != "get" else self.client.get(path)  # fmt: skip
        return answer.status_code, json.loads(answer.content) if answer.content else {}


@pytest.fixture
def provider(northmoor, administrator):
    with inside_council(northmoor):
        key = make_key(actor=administrator)
    return Provider(northmoor, key)


def active(value: bool) -> dict:
    return {"Operations": [{"op": "replace", "path": "active", "value": value}]}


def card(northmoor, email="pearl.avocet@northmoor.test"):
    with inside_council(northmoor):
        return OfficerCard.objects.get(owner_id=northmoor.number, work_email=email)


def test_who_joins_is_added_and_sent_a_link(northmoor, provider):
    status, user = provider.ask("post", body=PEARL)

    run_waiting()
    assert status == 201
    assert (user["userName"], user["externalId"], user["active"]) == (PEARL["userName"], "00u1", True)
    assert (card(northmoor).work_name, card(northmoor).roles) == ("Pearl Avocet", [])
    assert mail.outbox[-1].to == [PEARL["userName"]]


def test_who_is_there_already_is_a_conflict(provider):
    provider.ask("post", body=PEARL)

    status, fault = provider.ask("post", body=PEARL)

    assert (status, fault["scimType"]) == (409, "uniqueness")


def test_an_officer_is_found_by_user_name_whatever_its_case(provider):
    _, user = provider.ask("post", body=PEARL)

    _, found = provider.ask("get", f'{USERS}?filter=userName eq "PEARL.AVOCET@northmoor.test"')
    _, by_external = provider.ask("get", f'{USERS}?filter=externalId eq "00u1"')
    _, nobody = provider.ask("get", f'{USERS}?filter=userName eq "nobody@northmoor.test"')

    assert [one["id"] for one in found["Resources"]] == [user["id"]] == [one["id"] for one in by_external["Resources"]]
    assert (nobody["totalResults"], nobody["Resources"]) == (0, [])


def test_lists_come_in_pages(provider):
    for number in range(5):
        provider.ask("post", body=PEARL | {"userName": f"p{number}@northmoor.test", "externalId": str(number)})

    _, page = provider.ask("get", f"{USERS}?startIndex=3&count=2")

    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (6, 3, 2)


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "replace", "path": "active", "value": False}],
        [{"op": "Replace", "path": "active", "value": "False"}],
        [{"op": "replace", "value": {"active": False}}],
    ],
    ids=["by path", "as Entra ID sends it", "as Okta sends it"],
)
def test_who_leaves_is_deactivated_at_once(northmoor, provider, operations):
    _, user = provider.ask("post", body=PEARL)

    status, changed = provider.ask("patch", f"{USERS}/{user['id']}", {"Operations": operations})

    assert (status, changed["active"]) == (200, False)
    assert not card(northmoor).active


def test_name_title_and_address_are_changed(northmoor, provider):
    _, user = provider.ask("post", body=PEARL)

    provider.ask("patch", f"{USERS}/{user['id']}", {"Operations": [
        {"op": "replace", "path": "name.familyName", "value": "Avocet-Heron"},
        {"op": "add", "path": "title", "value": "Library manager"},
    ]})  # fmt: skip
    provider.ask("put", f"{USERS}/{user['id']}", PEARL | {"userName": "pearl.heron@northmoor.test"})

    assert card(northmoor, "pearl.heron@northmoor.test").job_title == "Librarian"


def test_who_is_removed_is_found_no_more_and_comes_back_when_added_again(northmoor, provider):
    _, user = provider.ask("post", body=PEARL)

    assert provider.ask("delete", f"{USERS}/{user['id']}")[0] == 204
    assert provider.ask("get", f"{USERS}/{user['id']}")[0] == 404
    assert not card(northmoor).active

    status, back = provider.ask("post", body=PEARL)
    assert (status, back["id"]) == (201, user["id"])
    assert card(northmoor).active


def test_whom_the_provider_closed_it_opens_again(northmoor, provider):
    _, user = provider.ask("post", body=PEARL)
    provider.ask("patch", f"{USERS}/{user['id']}", active(False))
    provider.ask("put", f"{USERS}/{user['id']}", PEARL | {"title": "Head of libraries", "active": False})

    status, back = provider.ask("patch", f"{USERS}/{user['id']}", active(True))

    assert (status, back["active"]) == (200, True)
    assert card(northmoor).active


@pytest.mark.parametrize("way", ["patch", "put", "delete and post"])
def test_whom_an_administrator_closed_the_provider_does_not_open_again(northmoor, administrator, provider, way):
    _, user = provider.ask("post", body=PEARL)
    address = f"{USERS}/{user['id']}"
    provider.ask("patch", address, active(False))
    with inside_council(northmoor):
        reactivate_officer(actor=administrator, card_id=user["id"])
        deactivate_officer(actor=administrator, card_id=user["id"])
    if way == "delete and post":
        provider.ask("delete", address)
    sent = {"patch": ("patch", address, active(True)), "put": ("put", address, PEARL)}

    status, fault = provider.ask(*sent.get(way, ("post", USERS, PEARL)))

    assert (status, fault["scimType"]) == (400, "mutability")
    assert "Reactivate the officer in the portal" in fault["detail"]
    assert not card(northmoor).active


def test_an_address_that_the_provider_changes_leaves_its_trace_and_the_former_one_is_told(northmoor, provider):
    _, user = provider.ask("post", body=PEARL)
    run_waiting()
    mail.outbox.clear()

    provider.ask("put", f"{USERS}/{user['id']}", PEARL | {"userName": "mallory@northmoor.test"})
    run_waiting()

    assert PEARL["userName"] in [to for letter in mail.outbox for to in letter.to]
    with inside_council(northmoor):
        entry = AuditEntry.objects.filter(event="accounts.officer.changed").latest("pk")
        assert "mallory@northmoor.test" in str(entry.facts)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PEARL | {"userName": "pearl@elsewhere.example", "active": "perhaps"}, "invalidValue"),
        (PEARL | {"userName": "not an address"}, "invalidValue"),
        ({"userName": "x@northmoor.test"}, "invalidValue"),
    ],
)
def test_what_cannot_be_an_officer_is_refused_and_nothing_is_kept(northmoor, provider, body, kind):
    status, fault = provider.ask("post", body=body)

    assert (status, fault["scimType"]) == (400, kind)
    assert fault["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert provider.ask("get")[1]["totalResults"] == 1


def test_an_unknown_filter_and_a_broken_body_are_refused(provider):
    assert provider.ask("get", f'{USERS}?filter=title co "x"')[1]["scimType"] == "invalidFilter"
    answer = provider.client.post(USERS, b"{not json", content_type="application/scim+json")
    assert answer.status_code == 400 and json.loads(answer.content)["scimType"] == "invalidSyntax"


def test_the_key_of_one_council_opens_nothing_next_door(northmoor, eastvale, administrator):
    with inside_council(northmoor):
        key = make_key(actor=administrator)

    assert Provider(eastvale, key).ask("get")[0] == 401


def test_without_a_key_or_with_a_revoked_one_nothing_is_answered(northmoor, administrator, provider):
    assert Client(headers={"host": northmoor.host}).get(USERS).status_code == 401

    with inside_council(northmoor):
        revoke_key(actor=administrator)

    assert provider.ask("get")[0] == 401


def test_a_key_stops_when_its_maker_is_an_administrator_no_more(northmoor, administrator, provider):
    with inside_council(northmoor):
        other = create_officer(
            actor=None, work_name="Other", work_email="other@northmoor.test", job_title="", roles=["council_administrator"]
        )  # fmt: skip
        end_role(actor=other, card_id=administrator.pk, role="council_administrator")

    assert provider.ask("get")[0] == 401


def test_a_key_is_shown_once_and_kept_as_a_digest(northmoor, administrator, client_for):
    from councils.setting_up.models import ScimKey

    shown = client_for(administrator).post("/set-up/identity-provider/").content.decode()

    key = shown.split("guildhall_scim_")[1].split("<")[0].strip()
    with inside_council(northmoor):
        assert key not in ScimKey.objects.get().digest
    assert key not in client_for(administrator).get("/set-up/identity-provider/").content.decode()


@pytest.mark.parametrize("page", ["ServiceProviderConfig", "ResourceTypes", "Schemas"])
def test_the_provider_reads_what_is_supported(provider, page):
    assert provider.ask("get", f"/scim/v2/{page}")[0] == 200
