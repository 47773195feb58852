"""Designing a process: drawn in bpmn-js, listed by keyboard and without a script, its form built and answered."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shared_services.modelling.drawing.listing import listed_steps
from shared_services.modelling.models import ProcessDraft
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions
from shared_services.workflow.models import Case, Task
from shared_services.workflow.publishing import publish_process
from tests.shared_services.modelling.test_designer_pages import DMN
from tests.shared_services.workflow.form_processes import BPMN, KEY, forms

from .browser import says

pytestmark = pytest.mark.browser

EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:guildhall="urn:guildhall:process" id="small" targetNamespace="urn:small">
  <bpmn:process id="small_request" name="Small request" isExecutable="true"><bpmn:startEvent id="asked" name="Asked"/></bpmn:process>
  <bpmndi:BPMNDiagram id="drawing"><bpmndi:BPMNPlane id="plane" bpmnElement="small_request">
    <bpmndi:BPMNShape id="asked_shape" bpmnElement="asked"><dc:Bounds x="160" y="200" width="36" height="36"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""  # fmt: skip


def draft_of(council, author, *, bpmn=BPMN, key=KEY, dmn=(DMN,), step_forms=None):
    with inside_council(council):
        made = ProcessDraft(
            owner_id=council.number, key=key, title="Equipment request" if key == KEY else "Small request", bpmn=bpmn,
            dmn=list(dmn), forms=forms() if step_forms is None else step_forms, edited_by_name=author.work_name,
        )  # fmt: skip
        made.save(force_insert=True)
        return made


@pytest.fixture
def author(portal, northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


def append(page, kind):
    """Append a shape to the selected one by its context pad."""
    page.locator(f".djs-context-pad.open .entry[data-action='append.{kind}']").click()


def test_a_two_step_process_is_drawn_its_form_built_published_and_answered(
    author, northmoor, officer_in, portal, sign_in, page, look
):
    finance = officer_in(northmoor, "finance_officer", name="Fay Books")
    draft = draft_of(northmoor, author, bpmn=EMPTY, key="small_request", dmn=(), step_forms={})
    at = lambda name, *args: portal(northmoor, reverse(f"modelling:{name}", args=[draft.pk, *args]))  # noqa: E731
    sign_in(page, author, northmoor)
    page.goto(at("draw_draft"))
    page.click(".djs-element[data-element-id=asked]")
    append(page, "append-task")
    page.locator(".djs-direct-editing-content").press_sequentially("Check it")
    page.click(".djs-container svg", position={"x": 600, "y": 450})
    page.click(".djs-element[data-element-id^=Activity_]")
    page.click(".djs-context-pad.open .entry[data-action=replace]")
    page.click(".djs-popup .entry[data-id=replace-with-user-task]")
    page.wait_for_selector("text=Task for an officer")
    page.get_by_label("Who does it").select_option("finance_officer")
    page.get_by_label("Answers that can be given").fill("done")
    page.get_by_label("Answers that can be given").blur()
    append(page, "end-event")
    page.wait_for_selector("text=How it has ended")
    page.get_by_label("How it has ended").fill("done")
    page.get_by_label("How it has ended").blur()
    page.wait_for_selector("text=Nothing: this can be tried and published.")
    expect(page.locator("a.bjs-powered-by")).to_be_visible()
    page.click("[data-designer=save]")
    expect(page.locator("[data-designer=state]")).to_have_text("Saved")
    look(page, "designer-drawing")
    with inside_council(northmoor):
        drawn = ProcessDraft.objects.get(pk=draft.pk)
    steps = listed_steps(drawn.bpmn, {})
    assert [one.label for one in steps][:2] == ["Asked", "Check it"] and steps[1].who == "Finance officer"

    for step, label in (("asked", "What do you need?"), (steps[1].id, "Is it in the budget?")):
        page.goto(at("design_form", step))
        page.click("text=Add a question")
        page.check("input[value=text]" if step == "asked" else "input[value=yes_no]")
        page.click("text=Continue")
        page.fill("input[name=label]", label)
        page.click("main form button[type=submit]:has-text('Add this question')")
        page.wait_for_selector(f"h2:has-text('{label}')")
    with inside_council(northmoor):
        drawn.refresh_from_db()
        publish_process(bpmn=drawn.bpmn, dmn=[], forms=drawn.forms, owner=northmoor.number)
    definitions.forget()

    page.goto(portal(northmoor, "/start/"))
    look(page, "start-a-request")
    page.click("main a:has-text('Small request')")
    page.fill("input[name=answer_what_do_you_need]", "A lamp")
    look(page, "start-form")
    page.click("main form button:has-text('Send')")
    page.wait_for_url("**/cases/*/")
    says(page, "A lamp")
    look(page, "case-with-answers")
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(process="small_request")
    page.context.clear_cookies()
    sign_in(page, finance, northmoor)
    page.goto(portal(northmoor, reverse("workflow:task", args=[task.pk])))
    page.click("main form button:has-text('Confirm')")
    says(page, "Is it in the budget?", within=".govuk-error-summary")
    look(page, "task-with-form-wrong")
    page.check("input[name=answer_is_it_in_the_budget][value=yes]")
    page.click("main form button:has-text('Confirm')")
    page.wait_for_url("**/inbox/")
    with inside_council(northmoor):
        assert Case.objects.get(process="small_request").outcome == "done"


def test_a_file_is_opened_and_saved_on_the_board_with_nothing_lost(author, northmoor, portal, sign_in, page, tmp_path):
    from lxml import etree

    def facts_in(text):
        found = []
        for element in etree.fromstring(text.encode()).iter():
            if isinstance(element.tag, str):
                name = element.tag
                given = sorted(
                    (k, v)
                    for k, v in element.attrib.items()
                    if "instance}type" not in k and (k, v) != ("isSequential", "false") and k != "isMarkerVisible"
                )
                found.append((name, tuple(given), (element.text or "").strip()))
        return found

    from pathlib import Path

    from django.conf import settings

    shared = Path(settings.BASE_DIR) / "shared_services/procurement/bpmn/joint_purchase.bpmn"
    foreign = (
        shared.read_text()
        .replace("joint_purchase", KEY)
        .replace(
            "<bpmn:userTask ", '<bpmn:userTask xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" zeebe:owner="Ada" ', 1
        )
        .replace(
            "<guildhall:task ",
            '<guildhall:later more="yes"><guildhall:inner deep="1"/></guildhall:later><guildhall:task later="x" ',
            1,
        )
    )
    draft = draft_of(northmoor, author)
    sign_in(page, author, northmoor)
    page.goto(portal(northmoor, reverse("modelling:draw_draft", args=[draft.pk])))
    page.wait_for_selector(".djs-shape")
    file = tmp_path / "foreign.bpmn"
    file.write_text(foreign)
    page.set_input_files("#import_file", str(file))
    says(page, "is open and not saved yet", within="[data-designer=state]")
    page.click("[data-designer=save]")
    expect(page.locator("[data-designer=state]")).to_have_text("Saved")

    with inside_council(northmoor):
        kept = ProcessDraft.objects.get(pk=draft.pk).bpmn
    missing = [one for one in facts_in(foreign) if one not in facts_in(kept)]
    assert not [one for one in missing if "definitions" not in one[0]], missing


def test_every_page_of_the_designer_is_looked_at(author, northmoor, portal, sign_in, page, look):
    draft = draft_of(northmoor, author)
    sign_in(page, author, northmoor)
    for name, *args in (
        ("list_steps",), ("choose_kind",), ("change_step", "check"), ("change_ways", "dear"), ("remove_step", "check"),
        ("move_step", "check"), ("design_forms",), ("design_form", "asked"), ("choose_field_kind", "asked"),
        ("change_field", "asked", "asset"), ("change_field", "asked", "items"), ("change_field", "asked", "kind"),
        ("preview_form", "asked"), ("list_tables",), ("edit_table", 0, "leave_route"), ("add_table",),
    ):  # fmt: skip
        page.goto(portal(northmoor, reverse(f"modelling:{name}", args=[draft.pk, *args])))
        look(page, f"designer-{'-'.join([name, *map(str, args)])}")
    page.goto(portal(northmoor, reverse("modelling:draw_table", args=[draft.pk, 0])))
    page.wait_for_selector(".dmn-decision-table-container")
    look(page, "designer-draw_table")


def test_a_question_is_shown_when_its_condition_holds(author, northmoor, portal, sign_in, page):
    draft = draft_of(northmoor, author)
    sign_in(page, author, northmoor)
    page.goto(portal(northmoor, reverse("modelling:preview_form", args=[draft.pk, "asked"])))
    asset = page.locator("input[name=answer_asset]")
    asset.wait_for(state="hidden")

    page.check("input[name=answer_kind][value=it]")
    asset.wait_for(state="visible")
    page.check("input[name=answer_kind][value=desk]")

    asset.wait_for(state="hidden")


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_a_step_is_added_and_a_condition_changed_by_keyboard(script, author, northmoor, portal, sign_in, browser):
    draft = draft_of(northmoor, author)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
    page = context.new_page()
    keys = page.keyboard

    def tab_to(words):
        """Press Tab until what is focused says these words."""
        target = page.locator("main a, main button:not(.gh-default-button)").filter(has_text=words).first
        for _ in range(150):
            keys.press("Tab")
            if target.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"Tab never reached {words}")

    page.goto(portal(northmoor, "/"))
    page.focus("input[name=login]")
    keys.type(author.work_email)
    keys.press("Tab")
    keys.type("a-long-test-password")
    keys.press("Enter")
    page.wait_for_url(portal(northmoor, "/"))
    page.goto(portal(northmoor, reverse("modelling:list_steps", args=[draft.pk])))
    tab_to("Add a step here, between Check the request and Too dear?")
    keys.press("Enter")
    page.wait_for_url("**/steps/add/**")
    page.focus("input[name=kind]")
    keys.press("Space")
    keys.press("Enter")
    page.wait_for_url("**/steps/add/userTask/**")
    page.focus("input[name=name]")
    keys.type("Ask the head")
    tab_to("Add this step")
    keys.press("Enter")
    page.wait_for_url("**/steps/#*")
    tab_to("Change the ways and conditions")
    keys.press("Enter")
    page.wait_for_url("**/ways/")
    page.focus("input[name=ways-0-condition]")
    keys.press("Control+A")
    keys.type("amount > 2500")
    tab_to("Save")
    keys.press("Enter")
    page.wait_for_url("**/steps/")

    with inside_council(northmoor):
        kept = listed_steps(ProcessDraft.objects.get(pk=draft.pk).bpmn, {})
    assert [one.label for one in kept][:3] == ["Asked", "Check the request", "Ask the head"]
    assert any(way.condition == "amount > 2500" for one in kept for way in one.ways)
    context.close()
