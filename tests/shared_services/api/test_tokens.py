"""Tokens: made once, hashed, scoped, expiring, and worth nothing next door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shared_services.accounts.models import Account
from shared_services.api.models import ApiToken
from shared_services.api.services import create_token, revoke_token
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed


def test_the_page_shows_a_new_token_once_and_keeps_a_hash(northmoor, officer_in, client_for):
    browser = client_for(officer_in(northmoor, "requisitioner"))
    token = browser.get("/account/tokens/add/").context["form_token"]

    made = browser.post(
        "/account/tokens/add/",
        {"form_token": token, "name": "Sheet", "scopes": ["purchasing:read"], "days": "30"},
    )

    secret = made.context["secret"]
    assert secret.encode() in made.content
    assert secret.encode() not in browser.get("/account/tokens/").content
    with inside_council(northmoor):
        stored = ApiToken.objects.get(name="Sheet")
    assert secret not in {stored.secret_hash, stored.prefix}
    assert secret.startswith(stored.prefix)


def test_sending_the_form_again_makes_no_second_token(northmoor, officer_in, client_for):
    browser = client_for(officer_in(northmoor, "requisitioner"))
    token = browser.get("/account/tokens/add/").context["form_token"]
    filled = {"form_token": token, "name": "Sheet", "scopes": ["purchasing:read"], "days": "30"}

    browser.post("/account/tokens/add/", filled)
    browser.post("/account/tokens/add/", filled)

    with inside_council(northmoor):
        assert ApiToken.objects.filter(name="Sheet").count() == 1


def test_a_token_acts_as_its_officer(northmoor, administrator, program_for):
    me = program_for(administrator).get("me/").json()

    assert me["officer"]["id"] == str(administrator.pk)
    assert me["council"] == {"code": "NMR", "name": "Northmoor City Council"}
    assert me["scopes"] == ["accounts:write"]


def test_a_token_of_one_council_is_void_at_another(northmoor, eastvale, administrator, program_for):
    program = program_for(administrator, host=eastvale.host)

    response = program.get("me/")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"


def test_no_token_and_no_session_is_401(northmoor, visitor):
    response = visitor(northmoor).get("/api/v1/me/")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("secret", ["", "guildhall_", "guildhall_made-up", "rubbish"])
def test_a_made_up_token_is_401(northmoor, secret):
    browser = Client(headers={"host": northmoor.host, "authorization": f"Bearer {secret}"})

    assert browser.get("/api/v1/me/").status_code == 401


def test_a_reading_scope_reads_and_changes_nothing(northmoor, administrator, officer_in, program_for):
    officer = officer_in(northmoor)
    program = program_for(administrator, "accounts:read")

    assert program.get("officers/").status_code == 200
    refused = program.post(f"officers/{officer.pk}/deactivate/")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope")


def test_a_scope_of_one_area_does_not_reach_another(northmoor, officer_in, program_for):
    program = program_for(officer_in(northmoor, "requisitioner"), "purchasing:write")

    assert program.get("requisitions/").status_code == 200
    assert program.get("inbox/").json()["code"] == "scope"


def test_a_single_permission_can_be_the_scope(northmoor, administrator, officer_in, program_for):
    program = program_for(administrator, "accounts.view_officers")

    assert program.get("officers/").status_code == 200
    assert program.post("officers/", {}).json()["code"] == "scope"


def test_a_token_loses_what_its_officer_loses(northmoor, administrator, officer_in, program_for):
    from shared_services.accounts.services import end_role

    officer = officer_in(northmoor, "requisitioner")
    program = program_for(officer, "purchasing:write")
    with inside_council(northmoor):
        end_role(actor=administrator, card_id=officer.pk, role="requisitioner")

    refused = program.post("requisitions/", {"title": "Desks"})

    assert (refused.status_code, refused.json()["code"]) == (403, "permission")
    assert "Requisitioner" in refused.json()["detail"]


def test_a_token_cannot_be_given_more_than_its_officer_has(northmoor, officer_in):
    officer = officer_in(northmoor)
    with inside_council(northmoor):
        account = Account.objects.get(card_id=officer.pk)
        with pytest.raises(NotAllowed):
            create_token(actor=officer, account=account, name="X", scopes=["accounts.manage_roles"], days=30)
        with pytest.raises(NotAllowed):
            create_token(actor=officer, account=account, name="X", scopes=[], days=30)


@pytest.mark.parametrize("days", [0, 366])
def test_every_token_expires_within_a_year(northmoor, officer_in, days):
    officer = officer_in(northmoor)
    with inside_council(northmoor), pytest.raises(NotAllowed):
        account = Account.objects.get(card_id=officer.pk)
        create_token(actor=officer, account=account, name="X", scopes=["people:read"], days=days)


def test_nobody_makes_or_revokes_a_token_for_somebody_else(northmoor, administrator, officer_in):
    officer = officer_in(northmoor)
    with inside_council(northmoor):
        account = Account.objects.get(card_id=officer.pk)
        with pytest.raises(NotAllowed):
            create_token(actor=administrator, account=account, name="X", scopes=["people:read"], days=30)
        token, _ = create_token(actor=officer, account=account, name="X", scopes=["people:read"], days=30)
        with pytest.raises(NotAllowed):
            revoke_token(actor=administrator, token=token)


def test_an_expired_or_revoked_token_is_401(northmoor, administrator, program_for):
    expired, revoked = program_for(administrator), program_for(administrator)
    with inside_council(northmoor):
        first, second = ApiToken.objects.order_by("created_at")
        ApiToken.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
        revoke_token(actor=administrator, token=second)

    assert expired.get("me/").status_code == 401
    assert revoked.get("me/").status_code == 401


def test_only_the_day_of_last_use_is_kept_and_written_once(northmoor, administrator, program_for):
    program = program_for(administrator)
    program.get("me/")
    with inside_council(northmoor):
        assert ApiToken.objects.get().last_used_on == timezone.localdate()

    with CaptureQueriesContext(connection) as queries:
        program.get("me/")

    assert [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]] == ["SELECT"]
