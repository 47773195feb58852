"""The list editor's changes to a BPMN file: flows stay whole, shapes stay where they were, nothing foreign is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from lxml import etree

from shared_services.modelling.drawing import steps
from shared_services.modelling.drawing.layout import Layout
from shared_services.modelling.drawing.listing import facts_of, listed_steps, places
from shared_services.modelling.drawing.steps import Facts, Way
from shared_services.modelling.drawing.tree import Drawing
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.diagrams import BPMN
from tests.shared_services.workflow.form_processes import BPMN as SMALL

SHIPPED = (Path(settings.BASE_DIR) / "councils/purchasing/bpmn/requisition_approval.bpmn").read_text()
FOREIGN = SMALL.replace(
    '<bpmn:userTask id="check" name="Check the request"><bpmn:extensionElements>',
    '<!-- kept --><bpmn:userTask id="check" name="Check the request" zeebe:owner="Ada" xmlns:zeebe="urn:zeebe">'
    '<bpmn:extensionElements><zeebe:formDefinition formId="f1"><zeebe:deep a="1"/></zeebe:formDefinition>',
)


def boxes(text):
    layout = Layout(Drawing(text))
    return {step.get("id"): layout.box(step.get("id")) for step in layout.drawing.steps()}


def check_whole(text):
    """Every flow joins two steps, both of which know it; every step and flow is drawn."""
    drawing = Drawing(text)
    layout = Layout(drawing)
    known = {step.get("id"): step for step in drawing.steps()}
    for flow in drawing.flows():
        assert {flow.get("sourceRef"), flow.get("targetRef")} <= set(known)
        for end, tag in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
            named = {node.text for node in known[flow.get(end)].findall(f"{BPMN}{tag}")}
            assert not named or flow.get("id") in named
        assert layout._of("BPMNEdge", flow.get("id")) is not None
    flows = {flow.get("id") for flow in drawing.flows()}
    for key, step in known.items():
        assert {node.text for node in step if node.tag in (f"{BPMN}incoming", f"{BPMN}outgoing")} <= flows
        assert layout.box(key) is not None
    drawn = {one.get("bpmnElement") for one in layout.plane}
    every = set(drawing.root.xpath("//@id"))
    assert drawn <= every


def test_the_list_follows_the_flows_and_says_who_and_when():
    found = listed_steps(SHIPPED, {"revise_requisition": {}})

    assert found[0].label == "Requisition submitted"
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    gateway = next(one for one in found if one.id == "approval_outcome")
    assert [way.text for way in gateway.ways] == [
        'Approved by all: if outcome == "approve"', 'Sent back: if outcome == "send_back"', "Rejected: otherwise",
    ]  # fmt: skip
    assert next(one for one in found if one.id == "revise_requisition").has_form


def test_a_step_put_between_two_others_is_drawn_between_them_and_moves_nothing():
    before = boxes(SMALL)

    text, key = steps.add_step(SMALL, flow="second", tag="userTask", facts=Facts(name="Ask the head", outcomes="done"))

    check_whole(text)
    after = boxes(text)
    assert {name: after[name] for name in before} == before
    assert not any(after[key].meets(box) for name, box in after.items() if name != key)
    drawing = Drawing(text)
    assert drawing.lane_of(key).get("id") == "lane_finance"
    assert [one.get("targetRef") for one in drawing.ways_from(key)] == ["dear"]
    assert facts_of(text, key).outcomes == "done"


def test_what_another_tool_wrote_stays_through_changes():
    text, key = steps.add_step(FOREIGN, flow="second", tag="serviceTask", facts=Facts(name="Tell"))
    text = steps.change_step(text, "check", Facts(name="Check it", outcomes="done reject", due="5"))
    text = steps.remove_step(text, key)

    assert "<!-- kept -->" in text and 'owner="Ada"' in text and 'formId="f1"' in text and 'a="1"' in text
    assert facts_of(text, "check").due == "5"


def test_a_step_taken_out_leaves_its_neighbours_joined():
    text = steps.remove_step(SMALL, "check")

    check_whole(text)
    assert [one.get("targetRef") for one in Drawing(text).ways_from("asked")] == ["dear"]


def test_a_step_is_moved_into_another_flow():
    text, key = steps.add_step(SMALL, flow="yes", tag="serviceTask", facts=Facts(name="Note it"))

    moved = steps.move_step(text, key, flow="first")

    check_whole(moved)
    drawing = Drawing(moved)
    assert [one.get("targetRef") for one in drawing.ways_from("asked")] == [key]
    assert next(one for one in drawing.flows() if one.get("id") == "yes").get("targetRef") == "refused"
    assert "amount" in moved


def test_ways_are_named_conditioned_led_elsewhere_added_and_dropped():
    text = steps.change_ways(SMALL, "dear", [
        Way("no", "refused", "Rest", default=True), Way("", "check", "Again", "amount == 0"),
    ])  # fmt: skip

    check_whole(text)
    gateway = next(one for one in listed_steps(text, {}) if one.id == "dear")
    assert [(way.target, way.condition, way.default) for way in gateway.ways] == [
        ("refused", "", True), ("check", "amount == 0", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: steps.remove_step(SMALL, "asked"), "needs its start"),
        (lambda: steps.remove_step(SMALL, "dear"), "More than one way"),
        (lambda: steps.remove_step(SMALL, "gone"), "no longer in the process"),
        (lambda: steps.add_step(SMALL, flow="first", tag="endEvent", facts=Facts()), "An end stops"),
        (lambda: steps.add_step(SMALL, after="check", tag="userTask", facts=Facts()), "follows that step already"),
        (lambda: steps.change_ways(SMALL, "dear", [Way("yes", "asked")]), "back to the start"),
        (lambda: steps.change_ways(SMALL, "dear", [Way("yes", "dear")]), "cannot follow itself"),
    ],
)
def test_what_cannot_be_done_is_said(change, said):
    with pytest.raises(NotAllowed, match=said):
        change()


def test_a_file_without_a_drawing_is_given_one():
    bare = SMALL[: SMALL.index("<bpmndi:BPMNDiagram")] + "</bpmn:definitions>"

    text = steps.drawn(bare)

    check_whole(text)
    drawn = list(boxes(text).values())
    assert not any(one.meets(other) for number, one in enumerate(drawn) for other in drawn[number + 1 :])


@trying(max_examples=40, deadline=None)
@given(st.data())
def test_any_row_of_changes_leaves_a_whole_drawing(data):
    text = data.draw(st.sampled_from([SMALL, SHIPPED]))
    for _ in range(data.draw(st.integers(1, 6))):
        keys = [one.id for one in listed_steps(text, {})]
        flows = [flow for flow, _ in places(text)]
        verb = data.draw(st.sampled_from(["add", "remove", "move", "ways"]))
        try:
            if verb == "add":
                tag = data.draw(st.sampled_from(steps.ADDED))
                text, _ = steps.add_step(
                    text, flow=data.draw(st.sampled_from(flows)), tag=tag, facts=Facts(name=data.draw(st.text(
                        st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=12)))
                )  # fmt: skip
            elif verb == "remove":
                text = steps.remove_step(text, data.draw(st.sampled_from(keys)))
            elif verb == "move":
                text = steps.move_step(text, data.draw(st.sampled_from(keys)), flow=data.draw(st.sampled_from(flows)))
            else:
                target = data.draw(st.sampled_from(keys))
                text = steps.change_ways(text, data.draw(st.sampled_from(keys)), [Way("", target, condition="1 == 1")])
        except NotAllowed:
            continue
        if not places(text):
            break
    check_whole(text)
    etree.fromstring(text.encode())
