"""Single sign-on: the council's identity provider says who somebody is, the portal whether that is an officer."""

from __future__ import annotations

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialApp

from shared_services.accounts.models import Account
from shared_services.accounts.services import deactivate_officer, reactivate_officer
from shared_services.accounts.single_sign_on import check_reachable, remove_provider, save_provider
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

from .identity_provider import CLIENT, SECRET, provider_served

LOGIN = "/account/single-sign-on/council/login/"


@pytest.fixture
def provider(settings):
    settings.SINGLE_SIGN_ON_MAY_BE_LOCAL = True
    with provider_served() as served:
        yield served


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


@pytest.fixture
def configured(northmoor, administrator, provider):
    with inside_council(northmoor):
        save_provider(
            actor=administrator, name="Northmoor account", issuer=provider.issuer, client_id=CLIENT, client_secret=SECRET
        )  # fmt: skip
    return provider


def round_trip(browser, start=LOGIN):
    """To the identity provider and back, as a browser goes; gives the portal's answer to the way back."""
    away = browser.get(start)
    if away.headers["Location"].startswith("/"):
        away = browser.get(away.headers["Location"])
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    return browser.get(back.partition(".test")[2])


def test_an_officer_signs_in_with_the_identity_provider(northmoor, officer_in, visitor, configured):
    card = officer_in(northmoor, email="pearl@northmoor.test", name="Pearl Avocet")
    configured.claims = {"sub": "1", "email": "Pearl@northmoor.test", "email_verified": True}
    browser = visitor(northmoor)

    assert b"Sign in with Northmoor account" in browser.get("/account/login/").content
    answer = round_trip(browser)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert card.work_name in browser.get("/").content.decode()


def test_the_second_factor_is_asked_for_after_single_sign_on_too(northmoor, officer_in, visitor, configured):
    card = officer_in(northmoor, email="pearl@northmoor.test")
    with inside_council(northmoor):
        TOTP.activate(Account.objects.get(card_id=card.pk), generate_totp_secret())
    configured.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    browser = visitor(northmoor)

    answer = round_trip(browser)

    assert answer.headers["Location"].startswith("/account/second-factor/authenticate/")
    assert browser.get("/").headers["Location"].startswith("/account/login/")


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"sub": "1", "email": "stranger@northmoor.test"}, "There is no active officer"),
        ({"sub": "1", "email": "pearl@northmoor.test", "email_verified": False}, "vouches for"),
        ({"sub": "1", "email": "pearl@northmoor.test", "email_verified": "false"}, "vouches for"),
        ({"sub": "1"}, "vouches for"),
    ],
    ids=["not an officer", "address not verified", "not verified, in words", "no address"],
)
def test_who_is_no_officer_is_not_let_in_and_no_account_is_made(
    northmoor, officer_in, visitor, configured, claims, says
):
    officer_in(northmoor, email="pearl@northmoor.test")
    configured.claims = claims
    with inside_council(northmoor):
        before = Account.objects.count()

    answer = round_trip(visitor(northmoor))

    assert answer.status_code == 403 and says in answer.content.decode()
    with inside_council(northmoor):
        assert Account.objects.count() == before


def test_an_officer_who_left_is_not_let_in(northmoor, administrator, officer_in, visitor, configured):
    card = officer_in(northmoor, email="pearl@northmoor.test")
    configured.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    round_trip(visitor(northmoor))
    with inside_council(northmoor):
        deactivate_officer(actor=administrator, card_id=card.pk)

    answer = round_trip(visitor(northmoor))

    assert answer.status_code == 403


def test_an_address_that_changed_hands_does_not_open_the_former_owners_account(
    northmoor, officer_in, visitor, configured
):
    officer_in(northmoor, email="pearl@northmoor.test", name="Pearl Avocet")
    officer_in(northmoor, email="sepia@northmoor.test", name="Sepia Teasel")
    configured.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    round_trip(visitor(northmoor))
    configured.claims = {"sub": "1", "email": "sepia@northmoor.test"}

    assert round_trip(visitor(northmoor)).status_code == 403


def test_somebody_else_under_the_same_address_is_not_let_in_until_an_administrator_says_so(
    northmoor, administrator, officer_in, visitor, configured
):
    card = officer_in(northmoor, email="pearl@northmoor.test")
    configured.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    round_trip(visitor(northmoor))
    configured.claims = {"sub": "2", "email": "pearl@northmoor.test"}

    answer = round_trip(visitor(northmoor))

    assert answer.status_code == 403 and b"another key than before" in answer.content
    with inside_council(northmoor):
        deactivate_officer(actor=administrator, card_id=card.pk)
        reactivate_officer(actor=administrator, card_id=card.pk)
    assert round_trip(visitor(northmoor)).status_code == 302


def test_another_provider_does_not_inherit_the_keys_of_the_former(
    northmoor, administrator, officer_in, visitor, configured
):
    officer_in(northmoor, email="pearl@northmoor.test")
    configured.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    round_trip(visitor(northmoor))

    with inside_council(northmoor):
        save_provider(
            actor=administrator, name="Another", issuer="http://127.0.0.1:9", client_id=CLIENT, client_secret=SECRET
        )
        assert not SocialAccount.objects.exists()


def test_a_provider_that_refuses_says_so_on_a_page(northmoor, visitor, configured):
    configured.fails = True

    answer = round_trip(visitor(northmoor))

    assert answer.status_code == 403
    assert b"did not confirm who you are" in answer.content


def test_a_provider_that_is_away_says_so_on_a_page(northmoor, administrator, visitor, configured):
    with inside_council(northmoor):
        save_provider(
            actor=administrator, name="Gone", issuer="http://127.0.0.1:9", client_id=CLIENT, client_secret=SECRET
        )

    answer = visitor(northmoor).get(LOGIN)

    assert answer.status_code == 403
    assert b"did not confirm who you are" in answer.content


def test_a_way_back_that_nobody_asked_for_is_refused(northmoor, visitor, configured):
    answer = visitor(northmoor).get(f"{LOGIN}callback/?code=a-code&state=forged")

    assert answer.status_code == 403


def test_the_test_button_shows_what_the_provider_says_and_keeps_the_administrator_signed_in(
    northmoor, administrator, client_for, configured
):
    browser = client_for(administrator)
    configured.claims = {"sub": "9", "email": administrator.work_email}

    answer = round_trip(browser, "/set-up/single-sign-on/test/")
    page = browser.get("/set-up/single-sign-on/").content.decode()

    assert answer.headers["Location"] == "/set-up/single-sign-on/"
    assert "worked: the identity provider named" in page
    configured.claims = {"sub": "9", "email": "nobody@northmoor.test"}
    round_trip(browser, "/set-up/single-sign-on/test/")
    assert "There is no active officer" in browser.get("/set-up/single-sign-on/").content.decode()


def test_the_secret_is_kept_sealed_and_never_shown(northmoor, administrator, client_for, configured):
    with inside_council(northmoor):
        kept = SocialApp.objects.get()
        assert SECRET not in f"{kept.secret}{kept.settings}"

    assert SECRET not in client_for(administrator).get("/set-up/single-sign-on/").content.decode()


def test_one_councils_provider_is_unknown_next_door(eastvale, visitor, configured):
    assert visitor(eastvale).get(LOGIN).status_code == 404
    assert b"Northmoor account" not in visitor(eastvale).get("/account/login/").content


def test_without_a_provider_officers_sign_in_with_passwords(northmoor, administrator, visitor, configured):
    with inside_council(northmoor):
        remove_provider(actor=administrator)

    assert visitor(northmoor).get(LOGIN).status_code == 404


def test_an_officer_of_another_domain_is_not_let_in(northmoor, officer_in, visitor, configured, monkeypatch):
    import dataclasses

    officer_in(northmoor, email="pearl@elsewhere.example")
    configured.claims = {"sub": "1", "email": "pearl@elsewhere.example"}
    with_domain = dataclasses.replace(northmoor, domain="northmoor.test")
    monkeypatch.setattr(directory, "_by_host", {northmoor.host: with_domain})

    answer = round_trip(visitor(northmoor))

    assert answer.status_code == 403 and b"not at northmoor.test" in answer.content


@pytest.mark.parametrize("address", ["http://login.example.gov.uk", "https://127.0.0.1", "https://169.254.169.254/x"])
def test_the_portal_is_not_sent_round_its_own_network(settings, address):
    settings.SINGLE_SIGN_ON_MAY_BE_LOCAL = False

    with pytest.raises(NotAllowed):
        check_reachable(address)
