"""A real council of the register joins by itself: from the front page to its own portal, without the shell."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pyotp
import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.utils.timezone import localdate

from councils.finance.years import financial_year_of
from councils.purchasing.models import PurchaseOrder, Requisition
from shared_services.joining.models import AdmissionVote
from shared_services.messaging.running import run_waiting
from shared_services.tenancy import directory
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from tests.councils.books import FURNITURE, needed_by
from tests.journeys.test_requisition_to_order import decide, fill_in
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


def test_a_partner_is_asked_about_a_council_and_votes(
    page, portal, northmoor, shared_service, officer_in, sign_in, look
):
    with inside_council(shared_service):
        AdmissionVote(
            owner_id=northmoor.number, parts=[0], application_key=new_key(), applicant_id="E08000010",
            services=["procurement"], closes_on=localdate() + timedelta(days=14),
        ).save(force_insert=True)  # fmt: skip
    sign_in(page, officer_in(northmoor, "section_151_officer"), northmoor)

    page.get_by_role("link", name="Councils that apply to join").click()
    look(page, "joining-votes")
    page.get_by_role("link", name=COUNCIL).click()
    look(page, "joining-cast-vote")
    page.get_by_label("Do not admit the council").check()
    page.get_by_role("button", name="Vote").click()
    page.get_by_text("Enter a reason").first.wait_for()
    page.get_by_label("Admit the council", exact=True).check()
    page.get_by_role("button", name="Vote").click()
    page.get_by_text("Your council’s vote is kept").first.wait_for()


DEPARTMENTS = "code,name,parent code\nNEI,Neighbourhoods,\nLIB,Libraries,NEI\n"
OFFICERS_FILE = f"""full name,work email,job title,roles
Opal Linnet,opal.linnet@{DOMAIN},Chief finance officer,Section 151 officer
Finch Ochre,finch.ochre@{DOMAIN},Finance business partner,Finance officer
Pearl Avocet,pearl.avocet@{DOMAIN},Library manager,Budget holder
Sepia Teasel,sepia.teasel@{DOMAIN},Librarian,Requisitioner
"""
POSTS = f"""post number,title,department code,reports to,holder email,leads
LIB001,Library manager,LIB,,pearl.avocet@{DOMAIN},head
LIB002,Librarian,LIB,LIB001,sepia.teasel@{DOMAIN},
"""
CENTRES = f"code,name,department code,budget holder email\nLIB10,Central library,LIB,pearl.avocet@{DOMAIN}\n"
PASSWORD = "three random words here"


def choose_password(page, portal, council, name: str) -> None:
    page.goto(portal(council, mailed("/account/password/reset/key/", to=mailbox(name))))
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.click("main button[type=submit]")


def enter(page, portal, council, name: str) -> None:
    page.goto(portal(council, "/account/login/"))
    page.fill("input[name=login]", mailbox(name))
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def bring(page, portal, council, table: str, content: str) -> None:
    page.goto(portal(council, "/set-up/"))
    page.locator("main").get_by_role("link", name=table, exact=True).click()
    page.set_input_files("input[type=file]", {"name": "table.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.get_by_role("button", name="Bring in").click()
    page.get_by_text("as before").first.wait_for()


def test_a_third_council_goes_from_the_front_page_to_an_approved_requisition(
    page, browser, portal, shared_service, settings, look
):
    apply_and_sign(page, portal, shared_service)
    wigan = directory.council_by_slug("wigan")

    settings.SECOND_FACTOR_REQUIRED = True
    choose_password(page, portal, wigan, "Ruby Curlew")
    enter(page, portal, wigan, "Ruby Curlew")
    page.wait_for_url("**/account/second-factor/set-up/")
    look(page, "setting-up-second-factor")
    page.goto(portal(wigan, "/account/second-factor/totp/activate/"))
    secret = page.locator(".gh-code").first.text_content().strip()
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.click("main button[type=submit]")
    page.goto(portal(wigan, "/"))
    look(page, "setting-up-home")
    settings.SECOND_FACTOR_REQUIRED = False

    page.goto(portal(wigan, "/set-up/"))
    look(page, "setting-up-tasks")
    bring(page, portal, wigan, "Departments", DEPARTMENTS)
    page.locator("main").get_by_role("link", name="Officers", exact=True).click()
    page.set_input_files(
        "input[type=file]",
        {"name": "wrong.csv", "mimeType": "text/csv", "buffer": OFFICERS_FILE.replace("Librarian,", ",", 1).encode()},
    )
    page.get_by_role("button", name="Bring in").click()
    page.get_by_text("Nothing was kept").first.wait_for()
    look(page, "setting-up-officers-wrong")
    bring(page, portal, wigan, "Officers", OFFICERS_FILE)
    bring(page, portal, wigan, "Posts and who leads", POSTS)
    page.goto(portal(wigan, "/set-up/networks/"))
    look(page, "setting-up-networks")
    page.goto(portal(wigan, "/set-up/single-sign-on/"))
    look(page, "setting-up-single-sign-on")
    page.goto(portal(wigan, "/set-up/identity-provider/"))
    look(page, "setting-up-identity-provider")
    page.get_by_role("button", name="Make a key").click()
    look(page, "setting-up-key-once")

    finance = browser.new_context().new_page()
    choose_password(finance, portal, wigan, "Finch Ochre")
    enter(finance, portal, wigan, "Finch Ochre")
    finance.wait_for_url(portal(wigan, "/"))
    bring(finance, portal, wigan, "Cost centres", CENTRES)
    year = financial_year_of(needed_by())
    bring(
        finance, portal, wigan, "Budgets",
        f"financial year,cost centre,subjective code,amount\n{year},LIB10,{FURNITURE},12000.00\n",
    )  # fmt: skip
    finance.goto(portal(wigan, "/set-up/authority/"))
    look(finance, "setting-up-authority")
    finance.get_by_label("Three tiers, for a smaller council").check()
    finance.get_by_role("button", name="Use this matrix from tomorrow").click()
    finance.get_by_text("holds from tomorrow").first.wait_for()

    requester = browser.new_context().new_page()
    choose_password(requester, portal, wigan, "Sepia Teasel")
    enter(requester, portal, wigan, "Sepia Teasel")
    requester.wait_for_url(portal(wigan, "/"))
    requester.goto(portal(wigan, "/requisitions/new/"))
    fill_in(requester, SimpleNamespace(needed_by_on=needed_by(), library="LIB10"), prices=("10.00", "5.00"))
    requester.get_by_role("button", name="Save and check").click()
    requester.get_by_role("button", name="Submit for approval").click()
    requester.get_by_text("Waiting for approval").first.wait_for()
    with inside_council(wigan):
        reference = Requisition.objects.get().reference
    holder = browser.new_context().new_page()
    choose_password(holder, portal, wigan, "Pearl Avocet")
    enter(holder, portal, wigan, "Pearl Avocet")
    holder.wait_for_url(portal(wigan, "/"))
    decide(holder, portal, wigan, reference, "Approve")

    assert reference.startswith("WGN-REQ-")
    with inside_council(wigan):
        assert PurchaseOrder.objects.get().net_amount == Decimal("60.00")
    page.goto(portal(wigan, "/set-up/"))
    look(page, "setting-up-tasks-done")
    page.get_by_text("7 of 7 tasks are done").wait_for()
    page.get_by_role("link", name="Is everything ready?").click()
    look(page, "setting-up-readiness")

    accountable = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    choose_password(accountable, portal, wigan, "Opal Linnet")
    enter(accountable, portal, wigan, "Opal Linnet")
    accountable.wait_for_url(portal(wigan, "/"))
    accountable.goto(portal(wigan, "/set-up/go-live/"))
    look(accountable, "setting-up-go-live")
    accountable.get_by_label("Reason for going live").fill("Second factors follow in the first week.")
    accountable.get_by_role("button", name="Go live").click()
    accountable.get_by_text("The council is live").first.wait_for()
    look(accountable, "setting-up-live")
    accountable.goto(portal(wigan, "/joining/votes/live/"))
    look(accountable, "setting-up-live-decisions")
