"""A process imported, tested and published by two officers; a joint one voted on by two councils and adopted."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from shared_services.modelling.tasks import count_votes
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import ProcessVersion

from .browser import says

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
REQUISITION = ROOT / "councils/purchasing/bpmn/requisition_approval.bpmn"
ROUTE = ROOT / "councils/purchasing/bpmn/requisition_route.dmn"


def address(name, *args):
    return reverse(f"modelling:{name}", args=args, urlconf="config.urls.council")


@pytest.fixture
def changed(tmp_path):
    """The requisition process with less time for changes, as another tool would hand it over."""
    file = tmp_path / "requisition_approval.bpmn"
    file.write_text(REQUISITION.read_text().replace('due="10" handledAt', 'due="5" handledAt'))
    return file


def test_a_process_is_imported_tested_and_published_by_two_officers(
    portal, northmoor, officer_in, sign_in, browser, page, look, changed
):
    author = officer_in(northmoor, "council_administrator", name="Ada Author")
    second = officer_in(northmoor, "council_administrator", name="Seb Second")
    sign_in(page, author, northmoor)
    page.click("nav >> text=Processes")
    look(page, "processes")
    page.click("text=Design a new process")
    look(page, "process-new")
    page.go_back()
    page.click("text=Import a process")
    look(page, "process-import")
    page.set_input_files("input[name=bpmn]", str(changed))
    page.set_input_files("input[name=dmn]", str(ROUTE))
    page.click("main button:has-text('Import')")
    page.wait_for_url("**/processes/drafts/**")
    draft_url = page.url
    look(page, "process-draft")
    says(page, "Change and send again: working days to act 10 → 5.")

    page.click("text=Write the first test")
    page.click("text=Add a test")
    look(page, "process-test")
    page.fill("input[name=name]", "A small purchase asks the budget holder")
    page.fill("input[name=start_amount]", "600.00")
    page.fill("input[name=start_category]", "39112000-0")
    page.fill("input[name=start_wants_joint_buying]", "no")
    page.select_option("select[name=outcome]", "ordered")
    page.fill("input[name=approvers]", "head_of_service")
    page.select_option("select[name=answers-0-step]", "approve_requisition")
    page.select_option("select[name=answers-0-outcome]", "approve")
    page.click("button.govuk-button:has-text('Save this test')")
    page.wait_for_url("**/tests/")
    says(page, "These should have been asked: head of service. Asked were: budget holder.")
    look(page, "process-tests")
    page.goto(draft_url)
    assert page.locator("text=Ask for it to be published").count() == 0
    page.goto(f"{draft_url}tests/1/")
    page.fill("input[name=approvers]", "budget_holder")
    page.click("button.govuk-button:has-text('Save this test')")
    page.wait_for_url("**/tests/")

    page.goto(draft_url)
    page.click("text=Try it on your own closed cases")
    look(page, "process-try")
    page.click("text=Start the dry run")
    page.wait_for_url("**/dry-runs/**")
    look(page, "process-dry-run")
    page.goto(draft_url)
    page.click("text=Ask for it to be published")
    look(page, "process-ask")
    if page.locator("input[name=seen]").count():
        page.check("input[name=seen]")
    page.click("text=Ask another officer to publish it")
    page.wait_for_url(draft_url)

    other = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(other, second, northmoor)
    look(other, "process-home")
    other.goto(draft_url)
    other.click("main a:has-text('Publish')")
    look(other, "process-publish")
    other.click("text=Publish this version")
    other.wait_for_url("**/processes/versions/**")
    look(other, "process-version")
    says(other, "Override, version 1")
    other.context.close()
    with inside_council(northmoor):
        assert ProcessVersion.objects.get(owner_id=northmoor.number).published_by_name == "Seb Second"


def test_a_joint_process_is_proposed_voted_on_by_two_councils_and_adopted(
    portal, northmoor, eastvale, shared_service, officer_in, sign_in, browser, page, look, changed
):
    pooled = officer_in(shared_service, "partnership_administrator", name="Pat Pooled")
    voters = [
        (northmoor, officer_in(northmoor, "section_151_officer", name="Sam Section")),
        (eastvale, officer_in(eastvale, "council_administrator", name="Eve Eastvale")),
    ]
    sign_in(page, pooled, shared_service)
    page.goto(portal(shared_service, address("list_processes")))
    page.click("main a:has-text('Requisition approval')")
    page.click("text=Start a draft from this version")
    look(page, "joint-start")
    page.click("main button:has-text('Start a draft')")
    page.wait_for_url("**/processes/drafts/**")
    page.click("text=Import files into this draft")
    look(page, "joint-files")
    page.set_input_files("input[name=bpmn]", str(changed))
    page.click("main button:has-text('Import')")
    page.wait_for_url("**/processes/drafts/**")
    page.click("main a:has-text('Put it to the vote')")
    look(page, "joint-propose")
    if page.locator("input[name=seen]").count():
        page.check("input[name=seen]")
    page.click("main button:has-text('Put it to the vote')")
    page.wait_for_url("**/processes/votes/**")
    proposal_path = page.url.split(".test", 1)[1].split("/", 1)[1]
    look(page, "joint-proposal-pooled")

    for council, voter in voters:
        room = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        sign_in(room, voter, council)
        room.goto(portal(council, address("proposals")))
        look(room, f"joint-votes-{council.slug}")
        room.goto(portal(council, f"/{proposal_path}"))
        room.click("text=Try it on your own cases")
        room.click("text=Start the dry run")
        room.wait_for_url("**/dry-runs/**")
        room.goto(portal(council, f"/{proposal_path}"))
        room.click("main a:has-text('Vote for your council')")
        look(room, f"joint-vote-{council.slug}")
        room.check("input[name=in_favour][value=yes]")
        room.fill("textarea[name=reason]", f"{council.short_name} agrees.")
        room.click("main button:has-text('Vote')")
        room.wait_for_url(portal(council, f"/{proposal_path}"))
        look(room, f"joint-proposal-{council.slug}")
        room.context.close()

    with inside_council(shared_service):
        count_votes()
    page.reload()
    says(page, "Adopted")
    look(page, "joint-adopted")
    with inside_council(eastvale):
        newest = ProcessVersion.objects.newest("requisition_approval", owner=0).first()
        assert (newest.version, newest.published_by_name) == (2, "2 of 2 councils")
