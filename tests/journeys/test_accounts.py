"""Signing in, the second factor, one's own account, tokens and officers, as an officer sees them."""

from __future__ import annotations

import re

import pyotp
import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from shared_services.accounts import mail
from shared_services.accounts.models import Account
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.owner import owner_connection

from .browser import LOOKS, says, sign_out

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def fresh_limits(northmoor):
    with inside_council(northmoor):
        cache.clear()


def test_signing_in_is_clear_about_what_is_wrong_and_nothing_else(page, portal, northmoor, officer_in, look):
    card = officer_in(northmoor)
    page.goto(portal(northmoor, "/account/login/"))
    look(page, "sign-in")

    page.click("main button[type=submit]")
    look(page, "sign-in-empty")
    expect(page).to_have_title(re.compile(r"^Error: "))

    page.fill("input[name=login]", card.work_email)
    page.fill("input[name=password]", "wrong-password")
    page.click("main button[type=submit]")

    look(page, "sign-in-refused")
    says(page, "The email address or password is not correct", within=".govuk-error-summary")


def test_a_forgotten_password_is_chosen_anew(page, portal, northmoor, officer_in, look, settings):
    card = officer_in(northmoor)
    page.goto(portal(northmoor, "/account/password/reset/"))
    look(page, "forgotten-password")
    page.fill("input[name=email]", card.work_email)
    page.click("main button[type=submit]")
    look(page, "forgotten-password-sent")

    with inside_council(northmoor):
        link = mail.password_link(Account.objects.select_related("card").get(card_id=card.pk))
    page.goto(portal(northmoor, re.search(r"test(?::\d+)?(/.*)", link)[1]))
    look(page, "new-password")
    page.fill("input[name=password1]", "three random words")
    page.fill("input[name=password2]", "three random words")
    page.click("main button[type=submit]")
    look(page, "new-password-chosen")
    page.goto(portal(northmoor, "/account/password/reset/key/0-set-password/"))
    look(page, "new-password-link-used")


def test_an_officer_looks_after_the_account(page, portal, northmoor, officer_in, sign_in, look):
    card = officer_in(northmoor, "requisitioner", name="Ada Example")
    sign_in(page, card, northmoor)

    for path, name in (
        ("/account/", "my-account"),
        ("/account/password/change/", "change-password"),
        ("/account/second-factor/", "second-factor"),
        ("/account/second-factor/set-up/", "second-factor-set-up"),
        ("/account/second-factor/passkeys/", "passkeys"),
        ("/account/sessions/", "sessions"),
        ("/account/sign-out-everywhere/", "sign-out-everywhere"),
        ("/account/tokens/", "tokens-none"),
        ("/account/logout/", "sign-out"),
        ("/account/signup/", "sign-up-closed"),
        ("/account/reauthenticate/", "confirm-password"),
    ):
        page.goto(portal(northmoor, path))
        look(page, name)

    page.goto(portal(northmoor, "/account/tokens/add/"))
    page.fill("input[name=name]", "Budget spreadsheet")
    page.check("input[name=scopes] >> nth=0")
    page.check("input[name=days] >> nth=1")
    look(page, "token-add")
    page.click("main button[type=submit]")
    look(page, "token-shown-once")
    page.goto(portal(northmoor, "/account/tokens/"))
    look(page, "tokens")
    page.click("text=Revoke")
    look(page, "token-revoke")
    page.click("main button[type=submit]")
    says(page, "is revoked")

    page.goto(portal(northmoor, "/account/sign-out-everywhere/"))
    page.click("main button[type=submit]")
    page.wait_for_url("**/account/login/**")


def test_an_authenticator_app_is_added_and_asked_for(page, portal, northmoor, officer_in, sign_in, look):
    card = officer_in(northmoor)
    sign_in(page, card, northmoor)
    page.goto(portal(northmoor, "/account/second-factor/totp/activate/"))
    assert page.locator("img.gh-scan").evaluate("image => image.naturalWidth") > 0
    look(page, "authenticator-add")
    # Looking at the page at each width did not load it again, so the secret is still the one shown.
    secret = page.locator(".gh-code").first.text_content().strip()

    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.click("main button[type=submit]")
    look(page, "recovery-codes-once")
    code = page.locator("ul.gh-code li").first.text_content().strip()
    for path, name in (
        ("/account/second-factor/", "second-factor-with-app"),
        ("/account/second-factor/recovery-codes/", "recovery-codes-later"),
        ("/account/second-factor/recovery-codes/generate/", "recovery-codes-new"),
        ("/account/second-factor/totp/deactivate/", "authenticator-remove"),
        ("/account/second-factor/reauthenticate/", "confirm-code"),
    ):
        page.goto(portal(northmoor, path))
        look(page, name)
    sign_out(page)

    page.goto(portal(northmoor, "/account/login/"))
    page.fill("input[name=login]", card.work_email)
    page.fill("input[name=password]", "a-long-test-password")
    page.click("main button[type=submit] >> nth=0")
    look(page, "enter-code")
    page.fill("input[name=code]", code)
    page.click("main button[type=submit] >> nth=0")
    page.wait_for_url(portal(northmoor, "/"))


def test_a_passkey_is_added_renamed_and_signs_in_alone(page, portal, northmoor, officer_in, look, settings):
    # Browsers allow passkeys only where a page is secure: https, or localhost.
    settings.ALLOWED_HOSTS = [".test", ".localhost"]
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute(
            "INSERT INTO public.tenancy_councilhost (domain, is_primary, tenant_id) VALUES ('northmoor.localhost', false, 1)"
        )
    directory.forget()

    def at(path: str) -> str:
        return portal(northmoor, path).replace("northmoor.test", "northmoor.localhost")

    card = officer_in(northmoor)
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    page.goto(at("/account/login/"))
    page.fill("input[name=login]", card.work_email)
    page.fill("input[name=password]", "a-long-test-password")
    page.click("main button[type=submit] >> nth=0")
    page.wait_for_url(at("/"))

    page.goto(at("/account/second-factor/passkeys/add/"))
    look(page, "passkey-add")
    page.fill("input[name=name]", "Work laptop")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")
    page.goto(at("/account/second-factor/passkeys/"))
    says(page, "Work laptop")
    look(page, "passkeys-one")
    page.click("text=Rename")
    look(page, "passkey-rename")
    page.goto(at("/account/second-factor/passkeys/"))
    page.click("text=Remove")
    look(page, "passkey-remove")
    sign_out(page)

    page.goto(at("/account/login/"))
    page.click("#passkey_login")
    page.wait_for_url(at("/"))
    says(page, f"Signed in as {card.work_name}", within="header")


def test_an_administrator_looks_after_officers(page, portal, northmoor, officer_in, sign_in, look):
    administrator = officer_in(northmoor, "council_administrator", name="Amal Admin")
    for number in range(3):
        officer_in(northmoor, "requisitioner", "budget_holder", name=f"Person {number}", job_title="Library officer")
    sign_in(page, administrator, northmoor)

    page.goto(portal(northmoor, "/account/officers/"))
    look(page, "officers")
    page.goto(portal(northmoor, "/account/officers/add/"))
    page.click("main form button[type=submit]")
    look(page, "officer-add-empty")
    page.fill("input[name=work_name]", "Ada Example")
    page.fill("input[name=work_email]", "ada@northmoor.test")
    page.fill("input[name=job_title]", "Clerk")
    page.check("input[value=requisitioner]")
    look(page, "officer-add")
    page.click("main form button[type=submit]")
    look(page, "officer")
    page.click("text=Give a role")
    look(page, "officer-give-role")
    page.check("input[value=director]")
    page.click("main form button[type=submit]")
    says(page, "is now director")
    page.click("text=End role >> nth=0")
    look(page, "officer-end-role")
    page.click("text=Cancel")
    page.click("text=Change details")
    look(page, "officer-change")
    page.click("text=Cancel")
    page.click("text=Deactivate")
    look(page, "officer-deactivate")
    page.click("main form button[type=submit]")
    look(page, "officer-deactivated")


def test_the_api_documentation_can_be_read_and_tried(page, portal, northmoor, officer_in, sign_in):
    sign_in(page, officer_in(northmoor), northmoor)

    page.goto(portal(northmoor, "/api/v1/docs/"))

    expect(page.locator(".opblock-tag").filter(has_text="Requisitions")).not_to_have_count(0)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.screenshot(path=str(LOOKS / "api-documentation-1280.png"))
