"""Second factors: authenticator app, passkeys, recovery codes, and rooms that insist on one."""

from __future__ import annotations

import json

import pyotp
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache

from shared_services.accounts.models import Account
from shared_services.tenancy.door import inside_council

from .conftest import PASSWORD


@pytest.fixture
def with_app(northmoor, officer_in):
    """An officer with an authenticator app: (card, secret)."""
    card = officer_in(northmoor, email="ada@northmoor.test")
    secret = pyotp.random_base32()
    with inside_council(northmoor):
        TOTP.activate(Account.objects.get(card_id=card.pk), secret)
    return card, secret


def test_an_officer_adds_an_authenticator_app_and_gets_recovery_codes(northmoor, officer_in, sign_in):
    card = officer_in(northmoor, email="ada@northmoor.test")
    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    page = browser.get("/account/second-factor/totp/activate/")
    picture = browser.get("/account/second-factor/totp/picture.svg")

    done = browser.post(
        "/account/second-factor/totp/activate/", {"code": pyotp.TOTP(page.context["form"].secret).now()}, follow=True
    )

    assert picture["Content-Type"] == "image/svg+xml"
    assert len(done.context["unused_codes"]) == 10
    with inside_council(northmoor):
        kinds = set(Authenticator.objects.filter(user__card_id=card.pk).values_list("type", flat=True))
    assert kinds == {"totp", "recovery_codes"}


def test_the_secret_rests_sealed_and_opens_only_in_its_own_room(northmoor, eastvale, with_app):
    from cryptography.fernet import InvalidToken

    from shared_services.accounts.seal import unseal

    card, secret = with_app
    with inside_council(northmoor):
        stored = Authenticator.objects.get(user__card_id=card.pk).data["secret"]
        assert unseal(stored) == secret
    assert secret not in stored
    with inside_council(eastvale), pytest.raises(InvalidToken):
        unseal(stored)


def test_the_password_alone_does_not_let_an_officer_with_an_app_in(northmoor, with_app, sign_in):
    _, secret = with_app
    browser, response = sign_in(northmoor, "ada@northmoor.test")

    assert response["Location"] == "/account/second-factor/authenticate/"
    assert browser.get("/account/").status_code == 302

    browser.post("/account/second-factor/authenticate/", {"code": pyotp.TOTP(secret).now()})
    assert browser.get("/account/").status_code == 200


def test_a_code_works_once(northmoor, with_app, sign_in):
    _, secret = with_app
    code = pyotp.TOTP(secret).now()
    first, _ = sign_in(northmoor, "ada@northmoor.test")
    first.post("/account/second-factor/authenticate/", {"code": code})
    second, _ = sign_in(northmoor, "ada@northmoor.test")

    second.post("/account/second-factor/authenticate/", {"code": code})

    assert second.get("/account/").status_code == 302


def test_wrong_codes_are_slowed_down(northmoor, with_app, sign_in):
    _, secret = with_app
    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    for _ in range(6):
        refused = browser.post("/account/second-factor/authenticate/", {"code": "000000"})

    right = browser.post("/account/second-factor/authenticate/", {"code": pyotp.TOTP(secret).now()})

    assert b"Error:" in refused.content
    assert right.status_code == 200


def test_a_room_that_insists_sends_officers_without_one_to_set_it_up(
    settings, northmoor, officer_in, client_for, with_app
):
    settings.SECOND_FACTOR_REQUIRED = True
    without = client_for(officer_in(northmoor))
    with_one = client_for(with_app[0])

    for path in ("/", "/account/", "/account/tokens/add/", "/account/officers/"):
        assert without.get(path)["Location"] == "/account/second-factor/set-up/"
    assert without.get("/account/second-factor/set-up/").status_code == 200
    assert without.get("/api/v1/me/").json()["code"] == "second_factor_missing"
    assert with_one.get("/account/second-factor/set-up/").status_code == 302
    assert with_one.get("/api/v1/me/").status_code == 200


def test_the_last_second_factor_stays_where_the_room_insists(settings, northmoor, with_app, sign_in):
    settings.SECOND_FACTOR_REQUIRED = True
    card, secret = with_app
    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    browser.post("/account/second-factor/authenticate/", {"code": pyotp.TOTP(secret).now()})

    response = browser.post("/account/second-factor/totp/deactivate/")

    assert b"only second factor" in response.content
    with inside_council(northmoor):
        assert Authenticator.objects.filter(user__card_id=card.pk, type="totp").exists()


def test_a_recovery_code_lets_in_once(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")
    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    page = browser.get("/account/second-factor/totp/activate/")
    code = pyotp.TOTP(page.context["form"].secret).now()
    shown = browser.post("/account/second-factor/totp/activate/", {"code": code}, follow=True)
    spare = shown.context["unused_codes"][0]

    first, _ = sign_in(northmoor, "ada@northmoor.test")
    first.post("/account/second-factor/authenticate/", {"code": spare})
    second, _ = sign_in(northmoor, "ada@northmoor.test")
    second.post("/account/second-factor/authenticate/", {"code": spare})

    assert first.get("/account/").status_code == 200
    assert second.get("/account/").status_code == 302


def test_recovery_codes_are_shown_once(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")
    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    page = browser.get("/account/second-factor/totp/activate/")
    code = pyotp.TOTP(page.context["form"].secret).now()
    shown = browser.post("/account/second-factor/totp/activate/", {"code": code}, follow=True)

    again = browser.get("/account/second-factor/recovery-codes/")

    assert shown.context["can_view_codes"]
    assert not again.context["can_view_codes"]
    assert shown.context["unused_codes"][0].encode() not in again.content


def test_adding_a_factor_asks_for_the_password_again_after_a_while(northmoor, officer_in, client_for):
    # A session without a fresh sign-in, as after 15 minutes.
    browser = client_for(officer_in(northmoor))

    response = browser.get("/account/second-factor/totp/activate/")

    assert response["Location"].startswith("/account/reauthenticate/")
    asked = {"password": PASSWORD, "next": "/account/second-factor/totp/activate/"}
    confirmed = browser.post("/account/reauthenticate/", asked, follow=True)
    assert b"Scan this picture" in confirmed.content


def test_passkeys_are_bound_to_the_rooms_own_host(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")
    browser, _ = sign_in(northmoor, "ada@northmoor.test")

    page = browser.get("/account/second-factor/passkeys/add/")

    options = page.context["js_data"]["creation_options"]["publicKey"]
    assert options["rp"] == {"id": "northmoor.test", "name": "Northmoor City Council"}


def test_signing_in_with_a_passkey_asks_for_a_fresh_challenge(northmoor, visitor):
    browser = visitor(northmoor)
    with inside_council(northmoor):
        cache.clear()

    first, second = (
        browser.get("/account/second-factor/passkeys/login/", headers={"accept": "application/json"}).json()
        for _ in range(2)
    )

    challenges = {one["request_options"]["publicKey"]["challenge"] for one in (first, second)}
    assert len(challenges) == 2


def test_a_made_up_passkey_is_refused(northmoor, visitor):
    browser = visitor(northmoor)
    browser.get("/account/second-factor/passkeys/login/", headers={"accept": "application/json"})
    forged = {"type": "public-key", "id": "AAAA", "rawId": "AAAA", "response": {}}

    response = browser.post("/account/second-factor/passkeys/login/", {"credential": json.dumps(forged)})

    assert response["Location"] == "/account/login/"
    assert browser.get("/account/").status_code == 302


def test_a_new_secret_of_the_portal_keeps_every_second_factor(settings, northmoor, with_app, sign_in):
    from shared_services.accounts.tasks import forget_what_expired

    _, secret = with_app
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new secret for the portal, long enough to be one"
    with inside_council(northmoor):
        forget_what_expired()
    settings.SECRET_KEY_FALLBACKS = []

    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    browser.post("/account/second-factor/authenticate/", {"code": pyotp.TOTP(secret).now()})

    assert browser.get("/account/").status_code == 200
