"""One process from an empty page to a decided case: drawn, given a form, tested, voted on by two councils, run."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shared_services.modelling.tasks import count_votes
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions
from shared_services.workflow.models import Case

from .browser import says

pytestmark = pytest.mark.browser


def address(name, *args):
    return reverse(f"modelling:{name}", args=args, urlconf="config.urls.council")


def test_a_process_is_drawn_given_a_form_tested_voted_on_by_two_councils_and_run(
    portal, northmoor, eastvale, shared_service, officer_in, sign_in, browser, page, look
):
    pooled = officer_in(shared_service, "partnership_administrator", name="Pat Pooled")
    voters = [
        (northmoor, officer_in(northmoor, "section_151_officer", name="Sam Section")),
        (eastvale, officer_in(eastvale, "council_administrator", name="Eve Eastvale")),
    ]
    officer = officer_in(northmoor, name="Olive Officer")
    finance = officer_in(northmoor, "finance_officer", name="Fay Finance")

    def window(card, council):
        opened = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        sign_in(opened, card, council)
        return opened

    # Drawn
    sign_in(page, pooled, shared_service)
    page.goto(portal(shared_service, address("list_processes")))
    page.click("text=Design a new process")
    page.get_by_label("Name of the process").fill("Bicycle loan")
    page.click("main button:has-text('Start the draft')")
    page.wait_for_url("**/processes/drafts/**")
    draft_url = page.url
    page.goto(f"{draft_url}drawing/")
    page.click(".djs-element[data-element-id=decide]")
    page.get_by_label("Who does it").select_option("finance_officer")
    says(page, "Not saved yet", within="[data-designer=state]")
    page.click("[data-designer=save]")
    expect(page.locator("[data-designer=state]")).to_have_text("Saved")

    # Its form
    page.goto(f"{draft_url}forms/requested/")
    page.click("text=Add a question")
    page.check("input[value=text]")
    page.click("text=Continue")
    page.fill("input[name=label]", "What do you need it for?")
    page.click("main form button[type=submit]:has-text('Add this question')")
    page.wait_for_selector("h2:has-text('What do you need it for?')")

    # Its test
    page.goto(draft_url)
    page.click("text=Write the first test")
    page.click("text=Add a test")
    page.fill("input[name=name]", "A finance officer who agrees lends it")
    page.select_option("select[name=outcome]", "approved")
    page.fill("input[name=approvers]", "finance_officer")
    page.select_option("select[name=answers-0-step]", "decide")
    page.select_option("select[name=answers-0-outcome]", "approve")
    page.click("button.govuk-button:has-text('Save this test')")
    page.wait_for_url("**/tests/")
    page.goto(draft_url)
    says(page, "All 1 passed")
    look(page, "from-drawing-draft")

    # Voted on
    page.click("main a:has-text('Put it to the vote')")
    if page.locator("input[name=seen]").count():
        page.check("input[name=seen]")
    page.click("main button:has-text('Put it to the vote')")
    page.wait_for_url("**/processes/votes/**")
    proposal = page.url.split(".test", 1)[1].split("/", 1)[1]
    for council, voter in voters:
        room = window(voter, council)
        room.goto(portal(council, f"/{proposal}"))
        room.click("text=Try it on your own cases")
        room.click("text=Start the dry run")
        room.wait_for_url("**/dry-runs/**")
        room.goto(portal(council, f"/{proposal}"))
        room.click("main a:has-text('Vote for your council')")
        room.check("input[name=in_favour][value=yes]")
        room.fill("textarea[name=reason]", f"{council.short_name} lends bicycles too.")
        room.click("main button:has-text('Vote')")
        room.wait_for_url(portal(council, f"/{proposal}"))
        room.context.close()
    with inside_council(shared_service):
        count_votes()
    definitions.forget()
    page.reload()
    says(page, "Adopted")

    # Run
    asking = window(officer, northmoor)
    asking.goto(portal(northmoor, reverse("workflow:start_request")))
    asking.click("main a:has-text('Bicycle loan')")
    asking.get_by_label("What do you need it for?").fill("Visits to allotments")
    asking.click("main form button:has-text('Send')")
    asking.wait_for_url("**/cases/*/")
    says(asking, "Visits to allotments")
    look(asking, "from-drawing-case")
    deciding = window(finance, northmoor)
    deciding.goto(portal(northmoor, reverse("workflow:inbox")))
    deciding.get_by_role("link", name="CAS-", exact=False).first.click()
    says(deciding, "Visits to allotments")
    deciding.get_by_label("Approve", exact=True).check()
    deciding.get_by_role("button", name="Confirm your decision").click()
    deciding.wait_for_url("**/inbox/")
    asking.reload()
    says(asking, "Approved")
    asking.context.close()
    deciding.context.close()
    with inside_council(northmoor):
        case = Case.objects.get(process="bicycle_loan")
        assert (case.outcome, case.process_version.owner_id, case.owner_id) == ("approved", 0, northmoor.number)
    with inside_council(eastvale):
        assert not Case.objects.filter(process="bicycle_loan").exists()
