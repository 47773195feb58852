"""Signing in by SAML, there and back: once, by the browser that asked, at the council that it asked for."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.utils import timezone
from lxml import etree

from councils.setting_up.readiness import checks
from shared_services.accounts.models import Account, SignOnQuestion
from shared_services.accounts.saml.documents import NAMES
from shared_services.accounts.saml.metadata import provider_from_metadata
from shared_services.accounts.services import deactivate_officer
from shared_services.accounts.single_sign_on import (
    confirm_provider,
    fingerprints_of,
    kept_provider,
    proposed_provider,
    save_saml_provider,
    withdraw_provider,
)
from shared_services.accounts.tasks import forget_what_expired
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .identity_provider import as_tested
from .saml_provider import answer_to, armoured, as_posted, metadata, question_in

LOGIN = "/account/single-sign-on/saml/login/"
CONSUME = "/account/single-sign-on/saml/consume/"
SETTINGS = "/set-up/single-sign-on/saml/"
PEARL = "pearl@northmoor.test"


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


@pytest.fixture
def section_151(northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer")


def propose(actor, *keys, name="Northmoor account", **other):
    described = provider_from_metadata(metadata(*keys, **other).encode(), now=timezone.now())
    return save_saml_provider(actor=actor, name=name, described=described)


@pytest.fixture
def configured(northmoor, administrator, section_151):
    with inside_council(northmoor):
        confirm_provider(actor=section_151, proposal=as_tested(propose(administrator)).pk)


@pytest.fixture
def pearl(northmoor, officer_in):
    return officer_in(northmoor, email=PEARL, name="Pearl Avocet")


def asked(browser, start=LOGIN):
    """To the identity provider: the question that the browser carries there."""
    away = browser.get(start)
    if away.headers["Location"].startswith("/"):
        away = browser.get(away.headers["Location"])
    return question_in(away.headers["Location"])


def brought(council, answer):
    """The provider's page posts its answer: from another site, so without cookie and token. Gives the portal's answer."""
    stranger = Client(headers={"host": council.host}, enforce_csrf_checks=True)
    return stranger.post(CONSUME, as_posted(answer.as_bytes()))


def round_trip(browser, council, start=LOGIN, **says):
    """To the identity provider and back, as a browser goes; gives the portal's last answer."""
    back = brought(council, answer_to(asked(browser, start), **says))
    return browser.get(back.headers["Location"]) if back.status_code == 303 else back


def test_an_officer_signs_in_and_goes_on_where_they_wanted_to(northmoor, pearl, visitor, configured):
    browser = visitor(northmoor)

    page = browser.get("/account/login/?next=/inbox/").text
    assert "Sign in with Northmoor account" in page and f"{LOGIN}?next=%2Finbox%2F" in page
    question = asked(browser, f"{LOGIN}?next=/inbox/")
    before = browser.session.session_key
    answer = browser.get(brought(northmoor, answer_to(question)).headers["Location"])

    assert (answer.status_code, answer.headers["Location"]) == (302, "/inbox/")
    assert browser.session.session_key != before, "a session that somebody planted is worth nothing"
    assert pearl.work_name in browser.get("/").text


def test_nothing_that_comes_back_says_where_to_go_on(northmoor, pearl, visitor, configured):
    answer = round_trip(visitor(northmoor), northmoor, f"{LOGIN}?next=https://elsewhere.example/")

    assert answer.headers["Location"] == "/"


def test_the_second_factor_is_asked_for_after_saml_too(northmoor, pearl, visitor, configured):
    with inside_council(northmoor):
        TOTP.activate(Account.objects.get(card_id=pearl.pk), generate_totp_secret())
    browser = visitor(northmoor)

    answer = round_trip(browser, northmoor)

    assert answer.headers["Location"].startswith("/account/second-factor/authenticate/")
    assert browser.get("/").headers["Location"].startswith("/account/login/")


def test_another_browser_cannot_take_the_answer(northmoor, pearl, visitor, configured):
    """Neither does an attacker sign a victim in as somebody else, nor whoever sees the address sign in."""
    browser, other = visitor(northmoor), visitor(northmoor)
    asked(other)

    answer = other.get(brought(northmoor, answer_to(asked(browser))).headers["Location"])

    assert answer.status_code == 403 and "Nobody asked for this sign-in here" in answer.text
    back = brought(northmoor, answer_to(asked(browser), assertion_id="_2"))
    assert browser.get(back.headers["Location"]).status_code == 302
    assert browser.get(back.headers["Location"]).status_code == 403


@pytest.mark.parametrize("victim_goes_on", [True, False])
def test_an_officer_lured_into_a_strangers_question_does_not_sign_the_stranger_in(
    northmoor, pearl, visitor, configured, victim_goes_on
):
    """The stranger asks and sends Pearl the link to her own provider, which answers at once as she is signed in there."""
    stranger, victim = visitor(northmoor), visitor(northmoor)
    question = asked(stranger)
    ticket = brought(northmoor, answer_to(question)).headers["Location"]
    if victim_goes_on:
        assert victim.get(ticket).status_code == 403

    finish = ticket.partition("_")[0]
    tried = [f"{finish}{question.reference}/", f"{finish}{question.reference}:x/"]
    again = brought(northmoor, answer_to(question))
    if victim_goes_on:
        tried.append(ticket)

    assert again.status_code == 403 and "Location" not in again.headers
    assert {stranger.get(address).status_code for address in tried} == {403}
    assert stranger.get("/").headers["Location"].startswith("/account/login/")


def test_an_answer_counts_once(northmoor, pearl, visitor, configured):
    browser = visitor(northmoor)
    answer = answer_to(asked(browser))
    brought(northmoor, answer)

    again = brought(northmoor, answer)

    assert again.status_code == 403 and "used before" in again.text


def test_an_assertion_counts_once_whatever_it_answers(northmoor, pearl, visitor, configured):
    round_trip(visitor(northmoor), northmoor, assertion_id="_once")

    answer = round_trip(visitor(northmoor), northmoor, assertion_id="_once")

    assert answer.status_code == 403 and "used before" in answer.text


def test_a_sign_in_that_the_provider_begins_is_refused(northmoor, pearl, visitor, configured):
    question = asked(visitor(northmoor))

    for reference in ("", "_made-up"):
        answer = brought(northmoor, answer_to(question).saying(in_response_to=reference))
        assert answer.status_code == 403 and "Nobody asked for this sign-in here" in answer.text
    assert "Nobody asked" in visitor(northmoor).get(CONSUME).text


def test_an_answer_that_comes_too_late_is_refused(northmoor, pearl, visitor, configured):
    question = asked(visitor(northmoor))
    with inside_council(northmoor):
        SignOnQuestion.objects.update(asked_at=timezone.now() - timedelta(minutes=11))

    assert "took too long" in brought(northmoor, answer_to(question)).text


def test_an_answer_that_is_not_believed_says_why_to_who_asked(northmoor, pearl, visitor, configured):
    answer = round_trip(visitor(northmoor), northmoor, key="stranger")

    assert answer.status_code == 403 and "signature is not the identity provider" in answer.text


@pytest.mark.parametrize("sent", ["", "%%%", "PHI+"], ids=["nothing", "no base64", "no XML"])
def test_what_is_no_answer_is_refused_on_a_page(northmoor, configured, sent):
    answer = Client(headers={"host": northmoor.host}).post(CONSUME, {"SAMLResponse": sent})

    assert answer.status_code == 403 and "You could not be signed in" in answer.text


def test_one_councils_provider_signs_nobody_in_next_door(northmoor, eastvale, officer_in, pearl, visitor, configured):
    """Not by an answer to Northmoor's question, and not with Eastvale's own provider of the same name and another key."""
    administrator, other = officer_in(eastvale, "council_administrator"), officer_in(eastvale, "section_151_officer")
    officer_in(eastvale, email=PEARL)
    assert visitor(eastvale).get(LOGIN).status_code == 404
    with inside_council(eastvale):
        confirm_provider(actor=other, proposal=as_tested(propose(administrator, "eastvale")).pk)

    assert "Nobody asked" in brought(eastvale, answer_to(asked(visitor(northmoor)))).text
    assert "signature is not" in round_trip(visitor(eastvale), eastvale, key="main").text
    assert round_trip(visitor(eastvale), eastvale, key="eastvale").status_code == 302


@pytest.mark.parametrize("email", ["stranger@northmoor.test", "pearl@northmoor.test.evil.example"])
def test_who_is_no_officer_is_not_let_in(northmoor, pearl, visitor, configured, email):
    answer = round_trip(visitor(northmoor), northmoor, email=email)

    assert answer.status_code == 403 and "There is no active officer" in answer.text


def test_an_officer_who_left_is_not_let_in(northmoor, administrator, pearl, visitor, configured):
    with inside_council(northmoor):
        deactivate_officer(actor=administrator, card_id=pearl.pk)

    assert round_trip(visitor(northmoor), northmoor).status_code == 403
    with inside_council(northmoor):
        failed = AuditEntry.objects.filter(event="accounts.sign_in.failed").get()
        assert "no active officer" in failed.facts["why"]


def test_an_address_that_changed_hands_does_not_open_the_former_owners_account(
    northmoor, officer_in, pearl, visitor, configured
):
    officer_in(northmoor, email="sepia@northmoor.test")
    round_trip(visitor(northmoor), northmoor, provider_key="1", assertion_id="_1")

    other_address = round_trip(
        visitor(northmoor), northmoor, provider_key="1", email="sepia@northmoor.test", assertion_id="_2"
    )
    other_key = round_trip(visitor(northmoor), northmoor, provider_key="2", assertion_id="_3")
    no_key = round_trip(visitor(northmoor), northmoor, assertion_id="_4")
    same = round_trip(visitor(northmoor), northmoor, provider_key="1", assertion_id="_5")

    assert [one.status_code for one in (other_address, other_key, no_key, same)] == [403, 403, 403, 302]
    assert "another key than before" in other_key.text


def test_an_address_that_was_just_changed_does_not_open_the_account_to_who_changed_it(
    northmoor, pearl, visitor, configured
):
    with inside_council(northmoor):
        now = timezone.now()
        Account.objects.filter(card_id=pearl.pk).update(email_changed_at=now, last_login=now)

    answer = round_trip(visitor(northmoor), northmoor)

    assert answer.status_code == 403 and "less than a day ago" in answer.text


def test_nobody_signs_in_with_what_is_only_proposed_and_its_test_does_not_either(
    northmoor, administrator, section_151, client_for, visitor, pearl
):
    browser, other = client_for(administrator), client_for(section_151)
    sent = {"form_token": str(uuid.uuid4()), "name": "Northmoor account", "metadata_text": metadata()}
    assert "Test it, then ask" in browser.post(SETTINGS, sent, follow=True).text
    assert visitor(northmoor).get(LOGIN).status_code == 404

    assert "not passed a test" in other.get("/set-up/single-sign-on/confirm/").text
    round_trip(browser, northmoor, "/set-up/single-sign-on/test/", email="nobody@northmoor.test")
    assert "There is no active officer" in browser.get("/set-up/single-sign-on/").text
    round_trip(browser, northmoor, "/set-up/single-sign-on/test/", email=administrator.work_email, assertion_id="_2")
    page = browser.get("/set-up/single-sign-on/").text
    assert f"worked: the identity provider named {administrator.work_email}" in page

    with inside_council(northmoor):
        proposed = proposed_provider()
        with pytest.raises(NotAllowed, match="Somebody else must confirm"):
            confirm_provider(actor=administrator, proposal=proposed.pk)
    page = other.get("/set-up/single-sign-on/confirm/").text
    assert "SHA-256" in page and "https://login.northmoor.test/saml" in page
    other.post("/set-up/single-sign-on/confirm/", {"form_token": str(uuid.uuid4()), "proposal": proposed.pk})
    assert round_trip(visitor(northmoor), northmoor, assertion_id="_3").status_code == 302
    with inside_council(northmoor):
        assert next(check for check in checks() if check.title == "Single sign-on is tested").ok


def test_another_certificate_or_address_is_a_proposal_and_another_name_is_not(northmoor, administrator, configured):
    with inside_council(northmoor):
        propose(administrator, name="Your council account")
        assert (kept_provider().name, proposed_provider()) == ("Your council account", None)
        assert kept_provider().settings["test_problem"] == ""

        for changed in (propose(administrator, "main", "next"), propose(administrator, sign_on="https://other.test/")):
            assert changed.provider_id == "proposed"
        assert kept_provider().name == "Your council account"
        withdraw_provider(actor=administrator)


def test_what_was_changed_since_it_was_read_is_not_confirmed(northmoor, administrator, section_151):
    with inside_council(northmoor):
        read = as_tested(propose(administrator))
        changed = as_tested(propose(administrator, "next"))

        with pytest.raises(Stale):
            confirm_provider(actor=section_151, proposal=read.pk)
        confirm_provider(actor=section_151, proposal=changed.pk)
        told = AuditEntry.objects.get(event="accounts.single_sign_on.confirmed")
        assert told.facts["certificates"] == fingerprints_of(kept_provider())


def test_a_new_certificate_of_the_same_provider_keeps_what_it_knows_officers_by(
    northmoor, administrator, section_151, pearl, visitor, configured
):
    round_trip(visitor(northmoor), northmoor, provider_key="1", assertion_id="_1")
    with inside_council(northmoor):
        confirm_provider(actor=section_151, proposal=as_tested(propose(administrator, "next")).pk)

    old = round_trip(visitor(northmoor), northmoor, provider_key="1", assertion_id="_2")
    other_key = round_trip(visitor(northmoor), northmoor, provider_key="2", key="next", assertion_id="_3")
    same = round_trip(visitor(northmoor), northmoor, provider_key="1", key="next", assertion_id="_4")

    assert [one.status_code for one in (old, other_key, same)] == [403, 403, 302]


def test_a_certificate_that_expires_is_said_on_the_home_page_and_before_going_live(
    northmoor, administrator, client_for, configured, monkeypatch
):
    monkeypatch.setattr("shared_services.accounts.single_sign_on.WARN_BEFORE", timedelta(days=400))

    assert "Single sign-on certificate" in client_for(administrator).get("/").text
    assert "certificate expires soon" in client_for(administrator).get("/set-up/single-sign-on/").text
    with inside_council(northmoor):
        found = next(check for check in checks() if check.title == "Single sign-on is tested").found
    assert any("certificate expires on" in one for one in found)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({}, "Choose the metadata file, paste it, or enter the three details"),
        ({"entity_id": "x"}, "Enter the sign-on address"),
        ({"metadata_text": "<html/>"}, "describes no identity provider"),
        ({"entity_id": "x", "sign_on_url": "https://x.test", "certificates": "no"}, "cannot be read"),
        ({"entity_id": "x", "sign_on_url": "https://x.test", "certificates": armoured("weak", bits=1024)}, "2048 bits"),
        ({"entity_id": "x", "sign_on_url": "https://x.test", "certificates": armoured("old", days=-1)}, "has expired"),
        ({"entity_id": "x", "sign_on_url": "http://x.test", "certificates": armoured("main")}, "begins with https"),
    ],
    ids=["nothing", "half", "a page", "no certificate", "weak", "expired", "not encrypted"],
)
def test_settings_that_will_not_do_say_why_and_keep_what_was_typed(
    northmoor, administrator, client_for, settings, answers, says
):
    settings.SINGLE_SIGN_ON_MAY_BE_LOCAL = False
    sent = {"form_token": str(uuid.uuid4()), "name": "Northmoor account", **answers}

    answer = client_for(administrator).post(SETTINGS, sent)

    assert answer.status_code == 422 and says in answer.text and "Northmoor account" in answer.text
    with inside_council(northmoor):
        assert proposed_provider() is None


def test_metadata_takes_the_place_of_whatever_was_typed_beside_it(northmoor, administrator, client_for):
    sent = {"form_token": str(uuid.uuid4()), "name": "Northmoor account", "metadata_text": metadata()}

    answer = client_for(administrator).post(SETTINGS, {**sent, "sign_on_url": "no address"}, follow=True)

    assert "Test it, then ask" in answer.text


def test_details_without_metadata_are_kept_as_they_are_shown_again(northmoor, administrator, client_for):
    browser = client_for(administrator)
    browser.post(SETTINGS, {
        "form_token": str(uuid.uuid4()), "name": "Northmoor account", "entity_id": "urn:northmoor",
        "sign_on_url": "https://login.northmoor.test/", "certificates": armoured("main", "next"),
    })  # fmt: skip

    page = browser.get(SETTINGS).text

    assert "urn:northmoor" in page and page.count("BEGIN CERTIFICATE") == 2


def test_the_portal_tells_the_provider_its_addresses_and_nothing_else(northmoor, visitor):
    answer = visitor(northmoor).get("/account/single-sign-on/saml/metadata/")
    root = etree.fromstring(answer.content)

    assert root.get("entityID") == f"http://{northmoor.host}/account/single-sign-on/saml/metadata/"
    service = root.find("md:SPSSODescriptor/md:AssertionConsumerService", NAMES)
    assert service.get("Location") == f"http://{northmoor.host}{CONSUME}"
    assert root.find("md:SPSSODescriptor", NAMES).get("WantAssertionsSigned") == "true"


def test_questions_that_came_to_nothing_do_not_pile_up(northmoor, pearl, visitor, configured):
    """Anybody may ask, a thousand times a minute. What was believed is remembered, so that it counts once."""
    round_trip(visitor(northmoor), northmoor, assertion_id="_believed")
    round_trip(visitor(northmoor), northmoor, key="stranger")
    asked(visitor(northmoor))
    with inside_council(northmoor):
        SignOnQuestion.objects.update(asked_at=timezone.now() - timedelta(minutes=11))

    asked(visitor(northmoor))

    with inside_council(northmoor):
        assert {one.assertion_id for one in SignOnQuestion.objects.all()} == {"_believed", ""}
        assert SignOnQuestion.objects.count() == 2


def test_questions_are_forgotten_after_a_day(northmoor, visitor, configured):
    asked(visitor(northmoor))
    with inside_council(northmoor):
        SignOnQuestion.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    asked(visitor(northmoor))

    with inside_council(northmoor):
        forget_what_expired()
        assert SignOnQuestion.objects.count() == 1
