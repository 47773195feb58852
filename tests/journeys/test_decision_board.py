"""The editor of decision tables: cells, rows, columns and the hit policy changed, saved, read again, taken in and out."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse
from lxml import etree
from playwright.sync_api import expect

from shared_services.modelling.models import ProcessDraft
from shared_services.tenancy.door import inside_council
from shared_services.workflow.decisions import read_decisions
from tests.shared_services.modelling.test_designer_pages import DMN

from .browser import says
from .test_designer import draft_of

pytestmark = pytest.mark.browser

FOREIGN = (
    DMN.replace("<definitions ", '<definitions xmlns:tool="http://example.org/tool" tool:version="9" ')
    .replace('<decision id="leave_route"', '<decision tool:owner="Ada" id="leave_route"')
    .replace("</definitions>", '<inputData id="days_in" name="days"><variable id="days_var" name="days" typeRef="number"/></inputData></definitions>')
)  # fmt: skip


@pytest.fixture
def author(portal, northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


@pytest.fixture
def board(author, northmoor, portal, sign_in, page):
    """The draft's only decision file, open in the editor."""
    draft = draft_of(northmoor, author)
    sign_in(page, author, northmoor)
    page.goto(portal(northmoor, reverse("modelling:draw_table", args=[draft.pk, 0])))
    page.wait_for_selector(".dmn-decision-table-container")
    return draft


def type_in(page, place, text):
    """Type over what a cell, or a field of a panel, holds."""
    place.click()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def save(page):
    page.click("[data-designer=save]")
    expect(page.locator("[data-designer=state]")).to_have_text("Saved")


def kept(council, draft):
    with inside_council(council):
        return ProcessDraft.objects.get(pk=draft.pk).dmn[0]


def facts_in(text):
    """Every element with its attributes and text, in order."""
    return [
        (one.tag, sorted(one.attrib.items()), (one.text or "").strip())
        for one in etree.fromstring(text.encode()).iter(etree.Element)
    ]


def test_a_table_is_changed_cell_by_cell_saved_and_read_again(board, northmoor, page, look):
    cells = page.locator("td.input-cell")
    type_in(page, cells.nth(3), "> 20")
    page.locator("td.add-rule").first.click()
    rows = page.locator("td.rule-index")
    expect(rows).to_have_count(4)
    type_in(page, page.locator("tbody tr").nth(3).locator("td.input-cell").first, '"sabbatical"')
    type_in(page, page.locator("tbody tr").nth(3).locator("td.output-cell").first, '["hr_adviser"]')
    type_in(page, page.locator("tbody tr").nth(3).locator("td.output-cell").nth(1), "10")
    page.locator(".add-input").first.click()
    page.locator("th.input-cell").nth(2).dblclick()
    type_in(page, page.locator(".ref-text .cm-content"), "grade")
    page.click("h1")
    page.locator(".hit-policy .dms-input").click()
    page.locator(".dms-select-options .option", has_text="Unique").click()
    expect(page.locator(".hit-policy .dms-input")).to_have_text("Unique")
    page.locator("td.input-cell").first.click(button="right")
    page.locator(".context-menu-group-entry", has_text="Add rule above").click()
    expect(rows).to_have_count(5)
    page.locator("td.input-cell").first.click(button="right")
    page.locator(".context-menu-group-entry", has_text="Remove rule").click()
    expect(rows).to_have_count(4)
    save(page)
    look(page, "decision-board-changed")

    (table,) = read_decisions(kept(northmoor, board)).tables.values()
    assert table.hit_policy == "UNIQUE" and table.inputs == ("leave_type", "days", "grade")
    assert [rule.cells[:2] for rule in table.rules][1:] == [("-", "> 20"), ("-", "-"), ('"sabbatical"', "")]
    assert table.rules[3].results == ('["hr_adviser"]', "10")

    page.reload()
    page.wait_for_selector(".dmn-decision-table-container")
    expect(page.locator("td.rule-index")).to_have_count(4)
    says(page, "sabbatical", within="[data-designer=canvas]")
    page.get_by_role("button", name="How decisions depend on each other").click()
    page.locator(".dmn-drd-container .djs-shape").first.wait_for()
    look(page, "decision-board-dependencies")


def test_undo_takes_a_change_back_and_a_cell_that_cannot_be_read_is_named_with_its_place(board, northmoor, page):
    type_in(page, page.locator("td.input-cell").nth(1), "< 3")
    says(page, "Not saved yet", within="[data-designer=state]")
    for _ in "< 3":
        page.click("[data-designer=undo]")
    expect(page.locator("td.input-cell").nth(1)).to_have_text("-")
    type_in(page, page.locator("td.input-cell").nth(1), "open(")
    page.click("[data-designer=save]")

    says(page, "Row 1, column 2: An expression may call only", within="[data-designer=findings]")


def test_a_file_of_another_tool_is_opened_saved_and_exported_with_nothing_lost(board, northmoor, page, tmp_path):
    file = tmp_path / "fees.dmn"
    file.write_text(FOREIGN)
    page.set_input_files("#import_file", str(file))
    says(page, "fees.dmn is open and not saved yet", within="[data-designer=state]")
    save(page)

    assert [one for one in facts_in(FOREIGN) if one not in facts_in(kept(northmoor, board))] == []
    with page.expect_download() as exported:
        page.click("[data-designer=export-dmn]")
    assert facts_in(Path(exported.value.path()).read_text()) == facts_in(kept(northmoor, board))


def test_what_is_no_decision_file_is_refused_and_the_table_stays(board, page, tmp_path):
    file = tmp_path / "holiday.dmn"
    file.write_text("<a>not a decision</a>")
    page.set_input_files("#import_file", str(file))

    says(page, "holiday.dmn could not be opened", within="[data-designer=state]")
    says(page, "Kind of leave", within="[data-designer=canvas]")
