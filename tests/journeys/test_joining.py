"""A real council of the register joins by itself: from the front page to its own portal, without the shell."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache

from shared_services.messaging.running import run_waiting
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from tests.owner_jobs import do_owner_jobs

pytestmark = pytest.mark.browser

COUNCIL, DOMAIN = "Wigan Metropolitan Borough Council", "wigan.gov.uk"
OFFICERS = {
    "sponsor": "Flint Heron",
    "section_151": "Opal Linnet",
    "monitoring": "Jade Plover",
    "data_protection": "Teal Bramble",
    "administrator": "Ruby Curlew",
}


def mailbox(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{DOMAIN}"


def mailed(beginning: str, *, to: str) -> str:
    """The path of the latest link that was mailed to somebody."""
    run_waiting()
    for message in reversed(mail.outbox):
        if message.to == [to] and (found := re.search(rf"https?://[^/\s]+({beginning}\S*)", message.body)):
            return found[1]
    raise AssertionError(f"{to} has no mail with a link {beginning}")


@pytest.fixture(autouse=True)
def fresh_limits(portal, shared_service):
    with inside_council(shared_service):
        cache.clear()


def apply_and_sign(page, portal, shared_service, look=lambda page, name: None) -> None:
    """Wigan applies, its officers sign, and the owner's worker opens its room."""

    def at(path: str) -> str:
        return portal(shared_service, path)

    page.goto(at("/"))
    look(page, "joining-front")
    page.get_by_role("button", name="Apply for your council to join").click()
    page.get_by_label("Your council").select_option(label=COUNCIL)
    page.get_by_label("Your full name").fill("Amber Siskin")
    page.get_by_label("Your work email address").fill("amber.siskin@example.com")
    page.get_by_role("button", name="Send me the link").click()
    look(page, "joining-start-refused")
    page.get_by_label("Your work email address").fill(mailbox("Amber Siskin"))
    page.get_by_role("button", name="Send me the link").click()
    page.wait_for_url(at("/join/sent/"))
    look(page, "joining-link-sent")

    page.goto(at(mailed("/join/link/", to=mailbox("Amber Siskin"))))
    look(page, "joining-open-link")
    page.get_by_role("button", name="Continue").click()
    look(page, "joining-tasks")
    page.get_by_role("link", name="Name the officers").click()
    for role, name in OFFICERS.items():
        page.fill(f"input[name={role}_name]", name)
        page.fill(f"input[name={role}_email]", mailbox(name))
    look(page, "joining-officers")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Choose services").click()
    page.get_by_label("Procurement").check()
    page.get_by_label("HR").check()
    look(page, "joining-services")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Describe your council").click()
    page.get_by_label("Green").check()
    page.get_by_label("Contact for officers").fill(f"portal@{DOMAIN}")
    look(page, "joining-portal")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Check the application and send it").click()
    page.get_by_label("The officers named here know").check()
    look(page, "joining-check")
    page.get_by_role("button", name="Send the application").click()
    look(page, "joining-signatures")

    for role, name in OFFICERS.items():
        if role != "administrator":
            page.goto(at(mailed("/join/sign/", to=mailbox(name))))
            page.get_by_label("I have read the whole text").check()
            page.get_by_label("Your full name").fill(name)
            if role in ("sponsor", "data_protection"):
                look(page, f"joining-sign-{role}")
            page.get_by_role("button", name="Sign").click()
            page.wait_for_url(at("/join/sign/done/"))
    look(page, "joining-signed")
    page.goto(at("/join/application/"))
    look(page, "joining-being-set-up")
    do_owner_jobs()
    page.get_by_text("is open").first.wait_for()
    look(page, "joining-joined")


def test_a_council_joins_by_itself(page, portal, shared_service, officer_in, sign_in, look):
    apply_and_sign(page, portal, shared_service, look)

    page.goto(portal(shared_service, "/join/compare/"))
    look(page, "joining-compare")
    page.set_input_files("input[type=file]", settings.DATA_DIR / "sample_spend_trafford_2026.csv")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("heading", name="Suppliers in common").wait_for()
    look(page, "joining-compared")
    page.goto(portal(shared_service, "/join/agreements/data_sharing/1/"))
    look(page, "joining-agreement")
    sign_in(page, officer_in(shared_service, "partnership_administrator"), shared_service)
    page.goto(portal(shared_service, "/join/applications/"))
    look(page, "joining-applications")
    page.get_by_role("link", name="GH-JOIN").click()
    look(page, "joining-application-seen-by-the-team")
    page.goto(portal(shared_service, "/join/applications/admission/"))
    look(page, "joining-admission")
    assert directory.council_by_slug("wigan") is not None
