"""A second officer's word on who signs officers in: walked and looked at."""

from __future__ import annotations

import pytest

from shared_services.accounts.single_sign_on import save_provider
from shared_services.tenancy.door import inside_council

pytestmark = pytest.mark.browser


def test_an_identity_provider_is_proposed_by_one_officer_and_confirmed_by_another(
    page, portal, sign_in, look, northmoor, officer_in, settings
):
    settings.SINGLE_SIGN_ON_MAY_BE_LOCAL = True
    administrator = officer_in(northmoor, "council_administrator", name="Ada Ministrator")
    finance_chief = officer_in(northmoor, "section_151_officer", name="Sam Section")
    with inside_council(northmoor):
        save_provider(
            actor=administrator, name="Northmoor account", issuer="https://login.northmoor.test", client_id="guildhall",
            client_secret="a-secret",
        )  # fmt: skip

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
