"""A second officer's word on who signs officers in: walked and looked at."""

from __future__ import annotations

import pytest

from shared_services.accounts.single_sign_on import save_provider
from shared_services.tenancy.door import inside_council
from tests.shared_services.accounts.identity_provider import as_tested
from tests.shared_services.accounts.saml_provider import metadata, saml_served

from .browser import says

pytestmark = pytest.mark.browser


def test_an_identity_provider_is_proposed_by_one_officer_and_confirmed_by_another(
    page, portal, sign_in, look, northmoor, officer_in, settings
):
    settings.SINGLE_SIGN_ON_MAY_BE_LOCAL = True
    administrator = officer_in(northmoor, "council_administrator", name="Ada Ministrator")
    finance_chief = officer_in(northmoor, "section_151_officer", name="Sam Section")
    with inside_council(northmoor):
        proposed = save_provider(
            actor=administrator, name="Northmoor account", issuer="https://login.northmoor.test", client_id="guildhall",
            client_secret="a-secret",
        )  # fmt: skip
        as_tested(proposed)

    sign_in(page, administrator, northmoor)
    page.goto(portal(northmoor, "/set-up/single-sign-on/"))
    look(page, "single-sign-on-proposed")
    page.click("text=See what was proposed")
    look(page, "single-sign-on-own-proposal")
    assert page.get_by_role("button", name="Confirm this identity provider").count() == 0
    page.click("text=Take it back")
    look(page, "single-sign-on-take-back")

    page.context.clear_cookies()
    sign_in(page, finance_chief, northmoor)
    look(page, "single-sign-on-home")
    page.click("text=Single sign-on to confirm")
    look(page, "single-sign-on-confirm")
    page.click("text=Turn it down")
    look(page, "single-sign-on-turn-down")
    page.click("text=Cancel")
    page.get_by_role("button", name="Confirm this identity provider").click()
    page.get_by_text("Officers can sign in with the new identity provider").wait_for()


def test_a_council_sets_up_saml_tests_it_and_an_officer_signs_in(
    page, portal, sign_in, look, northmoor, officer_in, settings
):
    settings.SINGLE_SIGN_ON_MAY_BE_LOCAL = True
    administrator = officer_in(northmoor, "council_administrator", name="Ada Ministrator")
    finance_chief = officer_in(northmoor, "section_151_officer", name="Sam Section")

    with saml_served() as provider:
        sign_in(page, administrator, northmoor)
        page.goto(portal(northmoor, "/set-up/single-sign-on/"))
        look(page, "single-sign-on-choice")
        page.get_by_label("SAML 2.0").check()
        page.get_by_role("button", name="Continue").click()
        look(page, "single-sign-on-saml")
        page.get_by_label("Name on the sign-in page").fill("Northmoor account")
        page.get_by_role("button", name="Save").click()
        says(page, "Choose the metadata file, paste it, or enter the three details")
        look(page, "single-sign-on-saml-wrong")
        described = metadata(sign_on=provider.address).encode()
        page.get_by_label("Metadata file").set_input_files(
            {"name": "metadata.xml", "mimeType": "text/xml", "buffer": described}
        )
        page.get_by_role("button", name="Save").click()
        says(page, "Not tested since the last change")

        provider.says = {"email": administrator.work_email}
        page.get_by_role("button", name="Test sign-in").click()
        # Another site, of which the portal's session cookie knows nothing: what the browser does with it is the point.
        page.get_by_role("button", name="Go back").click()
        says(page, f"worked: the identity provider named {administrator.work_email}")
        look(page, "single-sign-on-saml-tested")

        page.context.clear_cookies()
        sign_in(page, finance_chief, northmoor)
        page.click("text=Single sign-on to confirm")
        look(page, "single-sign-on-saml-confirm")
        page.get_by_role("button", name="Confirm this identity provider").click()
        page.get_by_text("Officers can sign in with the new identity provider").wait_for()

        page.context.clear_cookies()
        page.goto(portal(northmoor, "/account/login/?next=/set-up/"))
        look(page, "single-sign-on-saml-sign-in")
        page.get_by_role("button", name="Sign in with Northmoor account").click()
        page.get_by_role("button", name="Go back").click()
        page.wait_for_url(portal(northmoor, "/set-up/"))

        page.context.clear_cookies()
        provider.says = {"key": "stranger"}
        page.goto(portal(northmoor, "/account/login/"))
        page.get_by_role("button", name="Sign in with Northmoor account").click()
        page.get_by_role("button", name="Go back").click()
        says(page, "The signature is not the identity provider’s")
        look(page, "single-sign-on-saml-refused")
