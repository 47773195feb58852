"""What is found in a process, by the names of its elements, and the command that says it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from shared_services.workflow.checking import check_files, would_be_refused
from shared_services.workflow.diagrams import read_diagram
from shared_services.workflow.findings import find
from shared_services.workflow.picture import Box, draw, listed, read_layout
from shared_services.workflow.safe_xml import read_xml

from .drawing import (
    about,
    boundary,
    element,
    end,
    flow,
    flows,
    gateway,
    process,
    repeated,
    service,
    start,
    timed,
    timer,
    user,
)  # fmt: skip

ROOT = Path(__file__).resolve().parents[3]
ERROR = "<bpmn:errorEventDefinition/>"


def found_in(*parts: str, level: str = "error", **options) -> list[tuple[str, str]]:
    variables = options.pop("variables", {})
    diagram = read_diagram(read_xml(process(*parts, **variables)))
    findings = find(diagram, {}, operations=False, **options)
    return [(found.element, found.message) for found in findings if found.level == level]


def around(*parts: str, way: str) -> list[str]:
    """Parts with a start and an end; `way` names the steps between them, in order."""
    steps = ["start", *way.split(), "end"]
    return [start(), end(), *parts, *(flow(a, b) for a, b in zip(steps, steps[1:], strict=False))]


@pytest.mark.parametrize(
    ("parts", "element_id", "words"),
    [
        (around(timed("pause", ""), way="pause"), "pause", "it has no time"),
        (around(timed("pause", "P0D"), way="pause"), "pause", "no time at all"),
        (around(timed("pause", "P99Y"), way="pause"), "pause", "longer than ten years"),
        (around(timed("pause", "P3X"), way="pause"), "pause", "not a duration"),
        (around(timed("pause", "2026-13-40", "timeDate"), way="pause"), "pause", "not a date"),
        (around(timed("pause", "now.year", "timeDate"), way="pause"), "pause", "no attributes"),
        (around(timed("pause", "R3/P1D", "timeCycle"), way="pause"), "pause", "goes round"),
        ([*around(user("a"), way="a"), boundary("b", "a", timer("R/P1D", "timeCycle"), False), flow("b", "end")], "b", "says how often"),
        ([*around(user("a"), way="a"), boundary("b", "a", timer("0 0 9 * * MON", "timeCycle"), False), flow("b", "end")], "b", "“B” cannot be used"),
        ([*around(user("a"), way="a"), boundary("b", "a", timer("P1D"))], "b", "Nothing follows “B”"),
        ([*around(user("a"), way="a"), boundary("b", "nowhere", timer("P1D")), flow("b", "end")], "b", "must stand on the edge"),
        ([*around(service("a"), way="a"), boundary("b", "a", ERROR, False), flow("b", "end")], "b", "must interrupt"),
        (around(element("callActivity", "call", calledElement=""), way="call"), "Call", "does not say which process"),
        (around(element("sendTask", "send"), way="send"), "send", "sends nothing"),
        (around(user("a", repeated("", "item")), way="a"), "a", "not over a named list"),
        (around(user("a", repeated("wards", "")), way="a"), "a", "not over a named list"),
        (around(user("a", repeated("os.environ", "item")), way="a"), "a", "no attributes"),
        (around(user("a", roleFrom="aprover", role=""), way="a"), "a", "“aprover”, which the process does not know"),
        (around(user("a", due="x.y"), way="a"), "a", "no attributes"),
        (around(element("subProcess", "part", user("in")), way="part"), "part", "“Part” must have one start event"),
        ([*around(user("a"), element("subProcess", "part", start("in") + end("out") + flow("in", "out")), way="a part"), flow("a", "out")],
         "a_out", "crosses the edge"),
        ([start(), end("end", inside=ERROR), flow("start", "end")], "end", "stands in no subprocess"),
        (around(element("intermediateCatchEvent", "s", "<bpmn:signalEventDefinition/>"), way="s"), "S", "is a signal event"),
        ([element("startEvent", "start", timer("P1D")), end(), flow("start", "end")], "Start", "never by a clock"),
        (around(element("subProcess", "part", triggeredByEvent="true"), way="part"), "Part", "edge of a step"),
        (around(user("a"), user("a"), way="a"), "a", "used twice"),
        (around(gateway("exclusive", "g"), timed("t", "PT1H"), way="g t"), None, ""),
        ([*around(gateway("exclusive", "g", "g_end"), service("s"), way="g"), flow("g", "s", "amount &gt; 1"), flow("s", "g")],
         "g", "it would never end"),
        ([*around(gateway("exclusive", "g", "g_end"), timed("t", "PT1H"), way="g"), flow("g", "t", "amount &gt; 1"), flow("t", "g")],
         None, ""),
    ],
)  # fmt: skip
def test_what_stops_publishing_is_named(parts, element_id, words):
    found = found_in(*parts)

    if element_id is None:
        assert found == []
    else:
        assert any(name == element_id and words in message for name, message in found), found


@pytest.mark.parametrize(
    ("parts", "options", "element_id", "words"),
    [
        ([*around(gateway("exclusive", "g"), user("a"), way="g"), flow("g", "a", "amount &gt; 1"), flow("a", "end")], {}, "g", "no default flow"),
        ([*around(gateway("inclusive", "g"), user("a"), way="g"), flow("g", "a", "amount &gt; 1"), flow("a", "end")], {}, "g", "no default flow"),
        (around(element("callActivity", "call", calledElement="other"), way="call"), {"processes": {"small"}}, "call", "“other”, which is not known"),
        (around(element("callActivity", "call", calledElement="small"), way="call"), {}, "call", "the very process"),
        ([*around(user("a"), way="a"), boundary("b", "a", ERROR), flow("b", "end")], {}, "b", "can never happen"),
        (around(element("intermediateThrowEvent", "say", about("x")), way="say"), {}, "say", "Nothing in this process waits for"),
        (around(user("a", role="wizard"), way="a"), {}, "a", "nobody can be given"),
        (around(user("a", outcomes=""), way="a"), {}, "a", "the only answer is “Done”"),
        (around(element("manualTask", "a", "<bpmn:extensionElements><guildhall:task role='director'/></bpmn:extensionElements>"), way="a"), {}, "a", "manual task"),
        (around(user("a"), way="a"), {"forms": {"a": {"properties": {}}}}, "a", "has no fields"),
        (around(user("a"), way="a"), {"forms": {"b": {"properties": {"x": {}}}}}, "b", "no user task or start"),
        ([*around(user("a"), gateway("exclusive", "g", "g_end"), user("c"), way="a g"), flow("g", "c", "quotes &gt; 2"), flow("c", "end")],
         {"forms": {}, "variables": {"quotes": "number"}}, "a", "“quotes”, and no form asks for it"),
        ([*around(user("a"), gateway("exclusive", "g", "g_end"), user("c"), way="a g"), flow("g", "c", "quotes &gt; 2"), flow("c", "end")],
         {}, "quotes", "taken as a number"),
    ],
)  # fmt: skip
def test_what_an_author_should_look_at_is_named(parts, options, element_id, words):
    found = found_in(*parts, level="warning", **options)

    assert any(name == element_id and words in message for name, message in found), found


def test_a_lane_without_a_role_is_named():
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Depot"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="l2" name="Head of service"><bpmn:flowNodeRef>b</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    parts = [lanes, *around(user("a", role=""), user("b", role=""), way="a b")]

    assert [message for name, message in found_in(*parts, level="warning") if name == "Depot"]
    assert [name for name, _ in found_in(*parts)] == ["a"]


def run_command(*arguments: str | Path, environment: dict[str, str] | None = None) -> tuple[int, list[dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "manage.py", "check_process", *map(str, arguments)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, env=environment,
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_the_command_needs_no_database(tmp_path):
    import os

    nowhere = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "DJANGO_SETTINGS_MODULE": "config.settings.portal"}  # fmt: skip
    purchasing = ROOT / "councils/purchasing/bpmn"
    bad = tmp_path / "bad.bpmn"
    bad.write_text(process(*around('<bpmn:scriptTask id="s" name="Add it up"/>', way="s")))

    assert run_command(
        purchasing / "requisition_approval.bpmn", purchasing / "requisition_route.dmn", environment=nowhere
    ) == (0, [])
    code, lines = run_command(bad, environment=nowhere)
    assert code == 1
    assert lines[0] == {
        "level": "error", "element": "Add it up", "rule": "element-scriptTask",
        "message": "“Add it up” is a script task, which cannot be published. "
                   "Scripts are never run: use a decision table or a registered operation.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<a>" + "x" * 10_000_000 + "</a>", "larger than"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type or entities"),
        ("<a>", "not well-formed"),
        ("<a/>", "exactly one executable process"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding(text, words, tmp_path, capsys):
    path = tmp_path / "drawing.bpmn"
    path.write_text(text)

    with pytest.raises(SystemExit) as ended:
        call_command("check_process", str(path))

    assert ended.value.code == 1
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["element"]) == ("error", "drawing.bpmn")
    assert words in line["message"]


def test_a_decision_file_that_cannot_be_read_is_named():
    found = check_files(process(start(), end(), flow("start", "end")), [("fees.dmn", "<a>")])

    assert would_be_refused(found)
    assert found[0].element == "fees.dmn"


DRAWN = [
    start(), user("decide"), boundary("remind", "decide", timer("R3/P1D", "timeCycle"), False), service("chase"), end("chased"),
    element("subProcess", "checks", start("in") + user("look") + end("out") + flows("in look", "look out")),
    boundary("failed", "checks", ERROR), element("callActivity", "call", calledElement="other_process"),
    timed("cool_off", "P2D"), element("receiveTask", "hear", messageRef="m"), end(),
    end("stop", inside="<bpmn:terminateEventDefinition/>"),
    flows("start decide", "decide checks", "remind chase", "chase chased", "checks call", "failed stop", "call cool_off",
          "cool_off hear", "hear end"),
]  # fmt: skip


def with_boxes(text: str, *, is_open: bool = True) -> str:
    """A drawing with coordinates: everything in a row, the subprocess large or small."""
    shapes, x = [], 40
    for key in read_diagram(read_xml(text)).steps:
        wide = (
            260 if key == "checks" and is_open else 36 if key in ("start", "end", "stop", "cool_off", "chased") else 100
        )
        bounds = (x, 40, wide, 120 if key == "checks" and is_open else 36 if wide == 36 else 80)
        if key in ("remind", "failed"):
            bounds = (x - 60, 140 if key == "failed" else 102, 36, 36)
        elif key in ("in", "look", "out"):
            bounds = (
                (0, 0, 1, 1)
                if not is_open
                else (x - 250 + {"in": 0, "look": 60, "out": 190}[key], 80, *((100, 60) if key == "look" else (36, 36)))
            )
        else:
            x += wide + 40
        shapes.append(
            f'<di:BPMNShape bpmnElement="{key}"><dc:Bounds x="{bounds[0]}" y="{bounds[1]}" width="{bounds[2]}" height="{bounds[3]}"/></di:BPMNShape>'
        )
    plane = '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><di:BPMNPlane>'
    return text.replace(
        "</bpmn:definitions>", plane + "".join(shapes) + "</di:BPMNPlane></di:BPMNDiagram></bpmn:definitions>"
    )


def test_the_picture_shows_every_kind_of_step_and_marks_the_current_one():
    text = with_boxes(process(*DRAWN))
    diagram = read_diagram(read_xml(text))

    picture = draw(
        diagram, read_layout(text), {"start": "done", "decide": "done", "checks": "current", "look": "current"}
    )

    for step in diagram.steps.values():
        assert f"<title>{step.label}" in picture
    assert "<title>Look (current step)</title>" in picture
    assert 'stroke-dasharray="4 2"' in picture
    assert "style=" not in picture


def test_a_subprocess_drawn_closed_hides_its_steps():
    text = with_boxes(process(*DRAWN), is_open=False)

    picture = draw(read_diagram(read_xml(text)), read_layout(text), {"look": "current", "checks": "current"})

    assert "<title>Checks (current step)</title>" in picture
    assert "<title>Look" not in picture
    assert Box(0, 0, 10, 10).holds(Box(1, 1, 2, 2))


def test_the_same_in_words():
    words = {
        step.label: (step.what, step.mark)
        for step in listed(read_diagram(read_xml(process(*DRAWN))), {"look": "current"})
    }

    assert list(words) == ["Decide", "Checks", "Checks: Look", "Chase", "Call", "Cool off", "Hear"]
    assert words["Decide"] == ("an officer decides; every day, 3 times: Remind", "not started")
    assert words["Checks"][0] == "a group of steps; if it fails: Failed"
    assert words["Checks: Look"] == ("an officer decides", "current")
    assert words["Call"][0] == "another process runs: other process"
    assert words["Cool off"][0] == "waits 2 days"


def test_a_step_that_names_its_own_role_is_said_to_be_that_roles():
    lanes = (
        '<bpmn:laneSet id="lanes"><bpmn:lane id="managers" name="Managers"><bpmn:extensionElements>'
        '<guildhall:lane role="line_manager"/></bpmn:extensionElements><bpmn:flowNodeRef>own</bpmn:flowNodeRef>'
        "<bpmn:flowNodeRef>theirs</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>"
    )
    text = process(*around(user("own", role="director"), user("theirs", role=""), way="own theirs"), lanes)

    assert [(step.label, step.lane) for step in listed(read_diagram(read_xml(text)), {})] == [
        ("Own", "Director"),
        ("Theirs", "Managers"),
    ]


def test_a_drawing_without_coordinates_says_that_its_steps_are_listed():
    text = process(*DRAWN)

    picture = draw(read_diagram(read_xml(text)), read_layout(text), {})

    assert "Its steps are listed in words" in picture


FEES = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="fees" name="Fees">
<decision id="band" name="Band"><variable name="band"/><decisionTable hitPolicy="FIRST">
<input id="i1"><inputExpression id="e1"><text>size</text></inputExpression></input><output id="o1" name="band"/>
<rule id="r1"><inputEntry id="c1"><text>&lt; limit</text></inputEntry><outputEntry id="a1"><text>"small"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c2"><text>-</text></inputEntry><outputEntry id="a2"><text>"large"</text></outputEntry></rule>
</decisionTable></decision>
<decision id="fee" name="Fee"><variable name="fee"/><informationRequirement id="n1"><requiredDecision href="#band"/></informationRequirement>
<decisionTable hitPolicy="FIRST"><input id="i2"><inputExpression id="e2"><text>band</text></inputExpression></input><output id="o2" name="fee"/>
<rule id="r3"><inputEntry id="c3"><text>"small"</text></inputEntry><outputEntry id="a3"><text>amount * rate</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
TABLE = element(
    "businessRuleTask", "price", '<bpmn:extensionElements><guildhall:decision name="fee"/></bpmn:extensionElements>'
)


def table_warnings(forms=None, **variables):
    parts = [start(), user("ask"), TABLE, end(), flows("start ask", "ask price", "price end")]
    found = check_files(process(*parts, fee="money", **variables), [("fees.dmn", FEES)], forms=forms)
    return [one.message for one in found if one.rule == "table-input"]


def test_what_a_table_looks_at_and_nothing_declares_is_warned_of_by_name():
    said = table_warnings(limit="number")

    assert len(said) == 2
    assert all(
        f"looks at “{name}”, which the process does not declare" in text
        for name, text in zip(["rate", "size"], said, strict=True)
    )
    assert table_warnings(limit="number", size="number", rate="number") == []


def test_what_a_table_looks_at_and_no_form_asks_for_is_warned_of_too():
    declared = {"limit": "number", "size": "number", "rate": "number"}
    some = {"ask": {"properties": {"size": {}, "limit": {}}}}
    every = {"ask": {"properties": {"size": {}, "limit": {}, "rate": {}}}}

    assert table_warnings(forms=some, **declared) == ["“Price” looks at “rate”, and no form asks for it."]
    assert table_warnings(forms=every, **declared) == []
