"""Single sign-on: the council's identity provider says who somebody is, the portal whether that is an officer."""

from __future__ import annotations

import re
import socket
import uuid

import pytest
import requests
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialApp

from shared_services.accounts import single_sign_on_views
from shared_services.accounts.models import Account
from shared_services.accounts.services import deactivate_officer, reactivate_officer
from shared_services.accounts.single_sign_on import (
    RoomSocialAdapter,
    check_reachable,
    confirm_provider,
    kept_provider,
    proposed_provider,
    remove_provider,
    save_provider,
    withdraw_provider,
)
from shared_services.audit.models import AuditEntry
from shared_services.messaging import public_addresses
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .identity_provider import CLIENT, SECRET, as_tested, provider_served

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
def section_151(northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer")


def propose(actor, name="Another", issuer="http://127.0.0.1:9"):
    return save_provider(actor=actor, name=name, issuer=issuer, client_id=CLIENT, client_secret=SECRET)


@pytest.fixture
def configured(northmoor, administrator, section_151, provider):
    with inside_council(northmoor):
        proposed = propose(administrator, "Northmoor account", provider.issuer)
        confirm_provider(actor=section_151, proposal=as_tested(proposed).pk)
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
        ({"sub": "1", "email": "\N{KELVIN SIGN}ay@northmoor.test"}, "letters that are not plain"),
        ({"sub": "1"}, "vouches for"),
    ],
    ids=["not an officer", "address not verified", "not verified, in words", "a sign for a letter", "no address"],
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
    with inside_council(northmoor):
        failed = AuditEntry.objects.filter(event="accounts.sign_in.failed").get()
        assert "no active officer" in failed.facts["why"]


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
    northmoor, administrator, section_151, officer_in, visitor, configured
):
    officer_in(northmoor, email="pearl@northmoor.test")
    configured.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    round_trip(visitor(northmoor))

    with inside_council(northmoor):
        confirm_provider(actor=section_151, proposal=as_tested(propose(administrator)).pk)
        assert not SocialAccount.objects.exists()


def test_another_provider_signs_nobody_in_until_a_second_officer_confirms_it(
    northmoor, administrator, section_151, officer_in, visitor, provider
):
    officer_in(northmoor, email="pearl@northmoor.test")
    provider.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    with inside_council(northmoor):
        proposal = as_tested(propose(administrator, "Northmoor account", provider.issuer)).pk

        with pytest.raises(NotAllowed, match="Somebody else must confirm"):
            confirm_provider(actor=administrator, proposal=proposal)
    assert visitor(northmoor).get(LOGIN).status_code == 404
    assert visitor(northmoor).get(LOGIN.replace("council", "proposed")).status_code == 404
    assert b"Northmoor account" not in visitor(northmoor).get("/account/login/").content

    with inside_council(northmoor):
        confirm_provider(actor=section_151, proposal=proposal)
    assert round_trip(visitor(northmoor)).status_code == 302


def test_the_provider_in_use_stays_until_another_is_confirmed(
    northmoor, administrator, section_151, officer_in, visitor, configured
):
    officer_in(northmoor, email="pearl@northmoor.test")
    configured.claims = {"sub": "1", "email": "pearl@northmoor.test"}
    round_trip(visitor(northmoor))
    with inside_council(northmoor):
        propose(administrator)

    assert round_trip(visitor(northmoor)).status_code == 302
    with inside_council(northmoor):
        withdraw_provider(actor=section_151)
        assert (kept_provider().name, proposed_provider()) == ("Northmoor account", None)


def test_what_has_not_passed_a_test_is_not_confirmed(northmoor, administrator, section_151, provider):
    with inside_council(northmoor):
        proposal = propose(administrator)

        with pytest.raises(NotAllowed, match="not passed a test"):
            confirm_provider(actor=section_151, proposal=proposal.pk)
        with pytest.raises(NotAllowed, match="not passed a test"):
            confirm_provider(actor=section_151, proposal=as_tested(proposal, "It failed.").pk)
        assert kept_provider() is None


def test_what_is_confirmed_is_what_was_read(northmoor, administrator, section_151, provider):
    with inside_council(northmoor):
        read = propose(administrator).pk
        propose(administrator, issuer="http://127.0.0.1:10")

        with pytest.raises(Stale):
            confirm_provider(actor=section_151, proposal=read)
        assert kept_provider() is None


def test_a_name_or_a_secret_changes_without_a_second_officer(northmoor, administrator, configured):
    with inside_council(northmoor):
        propose(administrator, "Your council account", configured.issuer)

        assert (kept_provider().name, proposed_provider()) == ("Your council account", None)


def test_a_proposal_is_tested_and_confirmed_on_its_page(northmoor, administrator, section_151, client_for, provider):
    provider.claims = {"sub": "9", "email": administrator.work_email}
    browser, other = client_for(administrator), client_for(section_151)
    answers = {"name": "Northmoor account", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
    browser.post("/set-up/single-sign-on/openid-connect/", {"form_token": str(uuid.uuid4()), **answers})
    round_trip(browser, "/set-up/single-sign-on/test/")

    own = browser.get("/set-up/single-sign-on/confirm/").text
    assert "You proposed it" in own and "Confirm this identity provider" not in own
    assert "Single sign-on to confirm" in other.get("/").text
    page = other.get("/set-up/single-sign-on/confirm/").text
    assert provider.issuer in page and f"Worked: named {administrator.work_email}" in page
    hidden = re.search(r'<input[^>]*name="proposal"[^>]*>', page)[0]
    proposal = re.search(r'value="(\d+)"', hidden)[1]
    other.post("/set-up/single-sign-on/confirm/", {"form_token": str(uuid.uuid4()), "proposal": proposal})

    with inside_council(northmoor):
        assert kept_provider().settings["test_email"] == administrator.work_email
    assert "Single sign-on to confirm" not in other.get("/").text


def test_a_proposal_is_taken_back_by_who_made_it_and_turned_down_by_another(
    northmoor, administrator, section_151, client_for, provider
):
    place, browser, other = "/set-up/single-sign-on/turn-down/", client_for(administrator), client_for(section_151)
    with inside_council(northmoor):
        propose(administrator)

    assert "Take back the proposed identity provider" in browser.get(place).text
    assert "Turn down the proposed identity provider" in other.get(place).text
    done = other.post(place, {"form_token": str(uuid.uuid4())}, follow=True).text

    assert "was turned down" in done
    assert "No identity provider waits" in browser.get(place).text
    with inside_council(northmoor):
        assert proposed_provider() is None


def test_nobody_makes_the_portal_ask_the_provider_without_end(northmoor, visitor, configured, monkeypatch):
    monkeypatch.setattr(single_sign_on_views, "PER_VISITOR", 2)
    browser = visitor(northmoor)

    answers = [browser.get(LOGIN).status_code for _ in range(3)]

    assert answers[:2] == [302, 302]
    assert answers[2] == 429


def test_the_provider_is_called_under_the_address_that_was_checked(settings, monkeypatch):
    settings.SINGLE_SIGN_ON_MAY_BE_LOCAL = False
    answers, reached = [["93.184.216.34"], ["127.0.0.1"]], []

    def look_up(host, port, *_, **__):
        found = answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    def connect(address, *_, **__):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(public_addresses.socket, "getaddrinfo", look_up)
    monkeypatch.setattr("urllib3.connection.connection.create_connection", connect)
    with pytest.raises(requests.ConnectionError):
        RoomSocialAdapter().get_requests_session().get("https://rebinding.example/.well-known/openid-configuration")
    assert reached == [("93.184.216.34", 443)]

    with pytest.raises(NotAllowed, match="not a public address"):
        RoomSocialAdapter().get_requests_session().get("https://rebinding.example/")
    assert len(reached) == 1


def test_a_provider_that_refuses_says_so_on_a_page(northmoor, visitor, configured):
    configured.fails = True

    answer = round_trip(visitor(northmoor))

    assert answer.status_code == 403
    assert b"did not confirm who you are" in answer.content


def test_a_provider_that_is_away_says_so_on_a_page(northmoor, administrator, section_151, visitor, configured):
    with inside_council(northmoor):
        confirm_provider(actor=section_151, proposal=as_tested(propose(administrator, "Gone")).pk)

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
