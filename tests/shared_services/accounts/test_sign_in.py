"""Signing in: by email and password, without telling strangers who has an account."""

from __future__ import annotations

import pytest

from shared_services.accounts import tasks
from shared_services.accounts.models import Account
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council

from .conftest import PASSWORD


def test_an_officer_signs_in_with_email_and_password(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")

    browser, response = sign_in(northmoor, "ada@northmoor.test")

    assert response.status_code == 302
    assert browser.get("/account/").status_code == 200


def test_capitals_in_the_email_address_do_not_matter(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")

    _, response = sign_in(northmoor, "Ada@Northmoor.test")

    assert response.status_code == 302


def test_wrong_password_unknown_address_and_leaver_are_told_the_same(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")
    leaver = officer_in(northmoor, email="left@northmoor.test")
    with inside_council(northmoor):
        Account.objects.filter(card_id=leaver.pk).update(is_active=False)

    answers = []
    for email, password in (
        ("ada@northmoor.test", "wrong-password"),
        ("nobody@northmoor.test", "wrong-password"),
        ("left@northmoor.test", "wrong-password"),
    ):
        _, response = sign_in(northmoor, email, password)
        answers.append((response.status_code, response.context["form"].non_field_errors()))

    assert answers[0] == answers[1] == answers[2]


def test_a_leaver_with_the_right_password_does_not_get_in(northmoor, officer_in, sign_in):
    leaver = officer_in(northmoor, email="left@northmoor.test")
    with inside_council(northmoor):
        Account.objects.filter(card_id=leaver.pk).update(is_active=False)

    browser, response = sign_in(northmoor, "left@northmoor.test")

    assert browser.get("/account/").status_code == 302
    assert b"not active" not in response.content


def test_five_failures_lock_the_account_for_a_while_and_only_in_that_room(northmoor, eastvale, officer_in, sign_in):
    for council in (northmoor, eastvale):
        officer_in(council, email="ada@example.test")
    for _ in range(5):
        sign_in(northmoor, "ada@example.test", "wrong-password")

    _, locked = sign_in(northmoor, "ada@example.test", PASSWORD)
    _, elsewhere = sign_in(eastvale, "ada@example.test", PASSWORD)

    assert locked.status_code == 200
    assert "too many failed attempts" in str(locked.context["form"].errors)
    assert elsewhere.status_code == 302


def test_the_lock_also_hides_whether_the_account_exists(northmoor, sign_in):
    for _ in range(5):
        sign_in(northmoor, "nobody@northmoor.test", "wrong-password")

    _, locked = sign_in(northmoor, "nobody@northmoor.test", "wrong-password")

    assert "too many failed attempts" in str(locked.context["form"].errors)


def test_sign_ins_and_failures_are_recorded(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")

    sign_in(northmoor, "ada@northmoor.test", "wrong-password")
    sign_in(northmoor, "ada@northmoor.test")

    with inside_council(northmoor):
        events = list(AuditEntry.objects.order_by("at").values_list("event", flat=True))
    assert events[-2:] == ["accounts.sign_in.failed", "accounts.signed_in"]


def test_nobody_signs_up(northmoor, visitor):
    browser = visitor(northmoor)

    response = browser.post("/account/signup/", {"email": "new@northmoor.test", "password1": PASSWORD})

    assert b"cannot make an account yourself" in response.content
    with inside_council(northmoor):
        assert not Account.objects.filter(email="new@northmoor.test").exists()


def test_a_session_of_one_council_is_void_at_another(northmoor, eastvale, officer_in, sign_in, visitor):
    officer_in(northmoor, email="ada@northmoor.test")
    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    neighbour = visitor(eastvale)
    neighbour.cookies = browser.cookies

    response = neighbour.get("/account/")

    assert response.status_code == 302
    assert "/account/login/" in response["Location"]


def test_cookies_belong_to_one_host(northmoor, officer_in, sign_in):
    officer_in(northmoor, email="ada@northmoor.test")

    browser, _ = sign_in(northmoor, "ada@northmoor.test")

    assert all(not cookie["domain"] for cookie in browser.cookies.values())


@pytest.mark.parametrize("target", ["https://eastvale.test/", "//eastvale.test/", "https://evil.example/"])
def test_sign_in_never_leads_to_another_host(northmoor, officer_in, visitor, target):
    officer_in(northmoor, email="ada@northmoor.test")

    response = visitor(northmoor).post(
        "/account/login/", {"login": "ada@northmoor.test", "password": PASSWORD, "next": target}
    )

    assert response["Location"] == "/"


def test_a_forgotten_password_is_reset_by_a_link_that_works_once(
    northmoor, officer_in, visitor, sign_in, promised, last_link
):
    card = officer_in(northmoor, email="ada@northmoor.test")
    browser = visitor(northmoor)

    asked = browser.post("/account/password/reset/", {"email": "ada@northmoor.test"})
    assert asked["Location"] == "/account/password/reset/done/"
    assert "accounts.send_password_reset" in promised(northmoor)
    with inside_council(northmoor):
        tasks.send_password_reset(account_id=str(Account.objects.get(card_id=card.pk).pk))
    link = last_link()

    page = browser.get(link, follow=True)
    chosen = {"password1": "three random words", "password2": "three random words"}
    done = browser.post(page.request["PATH_INFO"], chosen)

    assert done.status_code == 302
    assert sign_in(northmoor, "ada@northmoor.test", "three random words")[1].status_code == 302
    assert b"no longer works" in visitor(northmoor).get(link, follow=True).content


def test_a_reset_for_an_unknown_address_looks_the_same_and_sends_nothing(northmoor, visitor, promised):
    before = promised(northmoor)

    asked = visitor(northmoor).post("/account/password/reset/", {"email": "nobody@northmoor.test"})

    assert asked["Location"] == "/account/password/reset/done/"
    assert promised(northmoor) == before


@pytest.mark.parametrize("password", ["short", "password", "12345678"])
def test_short_and_common_passwords_are_refused(northmoor, officer_in, client_for, password):
    browser = client_for(officer_in(northmoor))

    response = browser.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )

    assert response.status_code == 200
    assert response.context["form"].errors


def test_a_long_password_without_digits_or_signs_is_welcome(northmoor, officer_in, client_for):
    browser = client_for(officer_in(northmoor))
    chosen = "coffee tram pebble " * 20

    response = browser.post(
        "/account/password/change/", {"oldpassword": PASSWORD, "password1": chosen, "password2": chosen}
    )

    assert response.status_code == 302


def test_a_new_password_keeps_this_browser_and_tells_the_officer(northmoor, officer_in, client_for, promised):
    browser = client_for(officer_in(northmoor))

    browser.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "three random words", "password2": "three random words"},
    )

    assert browser.get("/account/").status_code == 200
    assert "accounts.send_security_notice" in promised(northmoor)


@pytest.mark.parametrize("email", ["ada@northmoor.test", "nobody@northmoor.test"])
def test_asking_for_links_again_and_again_is_slowed_down_for_known_and_unknown_alike(
    northmoor, officer_in, visitor, email
):
    officer_in(northmoor, email="ada@northmoor.test")
    browser = visitor(northmoor)

    answers = [browser.post("/account/password/reset/", {"email": email}).status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert b"Wait a few minutes" in browser.post("/account/password/reset/", {"email": email}).content
