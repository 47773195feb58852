"""The designer's pages without a script: steps, forms and tables of a draft."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from shared_services.modelling.drawing.listing import listed_steps
from shared_services.modelling.models import ProcessDraft
from shared_services.modelling.tables import read_grid
from shared_services.tenancy.door import inside_council
from shared_services.workflow.step_forms.spec import read_form
from tests.shared_services.workflow.form_processes import BPMN, KEY, forms

DMN = (Path(settings.BASE_DIR) / "councils/people/bpmn/leave_route.dmn").read_text()


@pytest.fixture
def author(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


@pytest.fixture
def draft(northmoor, author):
    with inside_council(northmoor):
        made = ProcessDraft(
            owner_id=northmoor.number, key=KEY, title="Equipment request", bpmn=BPMN, dmn=[DMN],
            forms=forms(), edited_by_name=author.work_name,
        )  # fmt: skip
        made.save(force_insert=True)
        return made


@pytest.fixture
def at(draft):
    return lambda name, *args: reverse(f"modelling:{name}", args=[draft.pk, *args])


@pytest.fixture
def now(draft, northmoor):
    def read():
        with inside_council(northmoor):
            return ProcessDraft.objects.get(pk=draft.pk)

    return read


EVERY_PAGE = [
    ("draw_draft",), ("list_steps",), ("choose_kind",), ("change_step", "check"), ("remove_step", "check"),
    ("move_step", "check"), ("change_ways", "dear"), ("design_forms",), ("design_form", "asked"),
    ("choose_field_kind", "asked"), ("change_field", "asked", "items"), ("preview_form", "asked"), ("name_the_case", "asked"),
    ("list_tables",), ("add_table",), ("draw_table", 0), ("edit_table", 0, "leave_route"), ("export_drawing",),
    ("export_table", 0), ("remove_table_file", 0),
]  # fmt: skip


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page[0])
def test_a_page_is_the_authors_and_nobody_elses(page, draft, at, author, officer_in, northmoor, eastvale, client_for):
    address = at(*page)

    assert client_for(author).get(address).status_code == 200
    assert client_for(officer_in(northmoor)).get(address).status_code == 403
    assert client_for(officer_in(eastvale, "council_administrator")).get(address).status_code == 404


def test_a_step_is_added_changed_moved_and_removed(draft, at, author, client_for, now):
    client = client_for(author)
    chosen = client.get(at("choose_kind"), {"flow": "second", "kind": "userTask"})
    answer = client.post(chosen["Location"], {
        "name": "Ask the head", "outcomes": "approve reject", "role": "director", "due": "3", "lane": "lane_finance", "version": "1",
    })  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    added = next(one for one in listed_steps(now().bpmn, {}) if one.label == "Ask the head")
    assert added.who == "Director" and [way.target for way in added.ways] == ["dear"]

    client.post(
        at("change_step", added.id),
        {"name": "Ask the director", "outcomes": "done", "lane": "lane_staff", "version": "2"},
    )
    client.post(at("move_step", added.id), {"place": "first", "version": "3"})
    moved = listed_steps(now().bpmn, {})
    assert [one.label for one in moved][:3] == ["Asked", "Ask the director", "Check the request"]
    client.post(at("remove_step", added.id), {"version": "4"})
    assert [one.label for one in listed_steps(now().bpmn, {})] == [one.label for one in listed_steps(BPMN, {})]


def test_conditions_are_changed_and_a_bad_one_is_told(draft, at, author, client_for, now):
    client = client_for(author)
    rows = {
        "ways-count": "2", "version": "1", "ways-0-flow": "yes", "ways-0-target": "refused", "ways-0-condition": "amount.real > 1",
        "ways-1-flow": "no", "ways-1-target": "approved", "ways-1-default": "on",
    }  # fmt: skip

    bad = client.post(at("change_ways", "dear"), rows)
    good = client.post(at("change_ways", "dear"), {**rows, "ways-0-condition": "amount > 5000"})

    assert bad.status_code == 422 and "no attributes" in bad.content.decode() and "amount.real" in bad.content.decode()
    assert good.status_code == 302
    assert "amount &gt; 5000" in now().bpmn


def test_a_stale_change_is_told_and_changes_nothing(draft, at, author, client_for, now):
    client = client_for(author)
    client.post(at("remove_step", "check"), {"version": "1"})

    late = client.post(at("change_step", "dear"), {"name": "Late", "version": "1", "lane": "lane_finance"})

    assert late.status_code == 409 and "Late" not in now().bpmn


def test_a_form_is_built_field_by_field_and_previewed(draft, at, author, client_for, now):
    client = client_for(author)
    address = at("add_field", "check")
    client.post(f"{address}?kind=choice", {
        "label": "Which room?", "options": "hall = Town hall\nLibrary", "widget": "select", "required": "on", "version": "1",
        "show_if": "budget == true",
    })  # fmt: skip
    client.post(f"{address}?kind=table", {
        "label": "Parts", "min_rows": "1", "max_rows": "5", "version": "2", "columns-count": "2",
        "columns-0-label": "Part", "columns-0-kind": "text", "columns-0-required": "on",
        "columns-1-label": "Price", "columns-1-kind": "money",
    })  # fmt: skip
    form = read_form(now().forms["check"])
    room, parts = form.by_name["which_room"], form.by_name["parts"]
    assert room.options == (("hall", "Town hall"), ("library", "Library")) and room.show_if == "budget == true"
    assert [column.kind for column in parts.columns] == ["text", "money"]

    client.post(at("field_button", "check", "parts"), {"do": "up", "version": "3"})
    kinds = client.get(at("choose_field_kind", "check")).content.decode()
    assert f'href="{at("design_form", "check")}">Cancel' in kinds
    asked = client.get(at("remove_field", "check", "budget")).content.decode()
    assert "Which room?" in asked, "whoever removes a question is told which others ask for its answer"
    assert "budget" in read_form(now().forms["check"]).by_name
    client.post(at("remove_field", "check", "budget"), {"version": "4"})
    assert [one.name for one in read_form(now().forms["check"])] == ["amount", "parts", "which_room"]
    assert "budget" in client.get(at("design_form", "check")).content.decode()
    shown = client.post(
        at("preview_form", "check"), {"answer_amount": "10", "rows_parts-count": "1", "rows_parts-0-part": "Leg"}
    )
    assert shown.status_code == 200 and "£10.00" in shown.content.decode()


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("text", {"label": "X", "pattern": "(a+)+$"}, "Only single letters"),
        ("text", {"label": "X", "show_if": "nobody == 1"}, "not a field before"),
        ("money", {"label": "X", "minimum": "much"}, "not a limit"),
        ("choice", {"label": "X", "options": "a = A\na = B", "widget": "radios"}, "different answers"),
        ("text", {"label": ""}, "Enter the question"),
    ],
)
def test_a_faulty_field_is_refused_with_what_was_typed(kind, typed, said, draft, at, author, client_for, now):
    answer = client_for(author).post(f"{at('add_field', 'check')}?kind={kind}", {**typed, "version": "1"})

    assert answer.status_code == 422 and said in answer.content.decode().replace("&#x27;", "'")
    assert now().version == 1


def test_a_grid_changes_rows_and_columns_and_keeps_the_rest_of_the_file(draft, at, author, client_for, now):
    client = client_for(author)
    address = at("edit_table", 0, "leave_route")
    sent = _inputs_of(client.get(address).content.decode())
    assert sent["cell-1-1"] == ["> 15"]

    more = client.post(address, {**sent, "edit_lines": "add_row"})
    sent = _inputs_of(more.content.decode())
    assert now().version == 1 and len([name for name in sent if name.startswith("note-")]) == 4
    sent |= {"cell-3-0": ['"sick"'], "cell-3-2": ['["line_manager"]'], "cell-3-3": ["9"], "cell-1-1": ["> 20"]}
    moved = _inputs_of(client.post(address, {**sent, "edit_lines": "up:3"}).content.decode())
    saved = client.post(address, moved)

    assert saved.status_code == 302, saved.content.decode()
    text = now().dmn[0]
    grid = read_grid(text, "leave_route")
    assert [row[1] for row in grid.rows] == ["-", "> 20", "-", "-"] and grid.rows[2][0] == '"sick"'
    assert 'id="leave_route_rule_1"' in text and "leave_route_drawing" in text


def _inputs_of(html: str) -> dict[str, list[str]]:
    from html import unescape

    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attributes and attributes["name"] != "csrfmiddlewaretoken":
            found.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.S):
        chosen = re.findall(r'<option value="([^"]*)"[^>]*selected', options)
        found.setdefault(name, []).append(chosen[0] if chosen else "")
    found.pop("q", None)
    return found


def test_the_board_saves_checks_and_tells_of_stale_edits(draft, at, author, client_for, now):
    client = client_for(author)

    def send(name, body, *args):
        return client.post(at(name, *args), json.dumps(body), content_type="application/json")

    changed = BPMN.replace("Check the request", "Look at the request")
    found = send("check_drawing", {"bpmn": BPMN.replace('sourceRef="asked"', 'sourceRef="nowhere"')}).json()["findings"]
    saved = send("save_drawing", {"bpmn": changed, "version": 1})
    late = send("save_drawing", {"bpmn": BPMN, "version": 1})
    other = send("save_drawing", {"bpmn": BPMN.replace("equipment_request", "other"), "version": 2})
    broken = send("save_drawing", {"bpmn": "<bpmn", "version": 2})
    table = send("save_table", {"dmn": DMN.replace("&gt; 15", "&gt; 30"), "version": 2}, 0)

    assert any(one["level"] == "error" for one in found)
    assert saved.json() == {"version": 2} and "Look at the request" in now().bpmn
    assert late.status_code == 409 and "message" in late.json()
    assert other.status_code == 409 and broken.status_code == 409
    assert table.json()["version"] == 3 and "&gt; 30" in now().dmn[0]


def test_a_faulty_form_stands_in_the_way_of_publishing(draft, northmoor):
    from shared_services.modelling.readiness import readiness_of

    with inside_council(northmoor):
        assert readiness_of(draft).errors == []
        draft.forms["check"]["properties"]["amount"]["title"] = " "
        found = readiness_of(draft).errors

    assert any("has no question" in one.message for one in found)
