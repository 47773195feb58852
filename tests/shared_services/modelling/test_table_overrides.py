"""A council adds rows to a joint decision table: such as ask for more, and no others."""

from __future__ import annotations

from collections import Counter
from xml.sax.saxutils import escape

import pytest
from django.utils import timezone
from hypothesis import event, given, settings
from hypothesis import strategies as st

from shared_services.modelling.overrides import weakenings
from shared_services.modelling.rehearsals import Answer, Matrix, rehearse
from shared_services.workflow.engine import read_definition
from tests.shared_services.workflow.drawing import (
    element,
    end,
    flow,
    flows,
    gateway,
    process,
    repeated,
    start,
    user,
)

from .sketches import drawn

ROLES = ("budget_holder", "finance_officer", "director", "hr_adviser")
BELOW = (("> 10", '["budget_holder", "finance_officer"]', "5", '"plain"'), ("-", '["budget_holder"]', "5", '"plain"'))
NOT_APPROVED = "outcome != &quot;approve&quot;"


def table(*rows, policy="FIRST", default="", kind="number", knowledge=""):
    """Rows of (what `size` must be, whom to ask, days to decide, route)."""
    said = "".join(
        f'<rule id="r{number}"><inputEntry id="i{number}"><text>{escape(size)}</text></inputEntry>'
        + "".join(
            f'<outputEntry id="o{number}{place}"><text>{escape(text)}</text></outputEntry>'
            for place, text in enumerate(results)
        )
        + "</rule>"
        for number, (size, *results) in enumerate(rows)
    )
    answers = "".join(
        f'<output id="{name}_out" name="{name}">{default}</output>' for name in ("approvers", "due_days", "route")
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="D">' + knowledge
        + f'<decision id="who" name="Who approves"><decisionTable id="t" hitPolicy="{policy}"><input id="c" label="Size">'
        f'<inputExpression id="e" typeRef="{kind}"><text>size</text></inputExpression></input>{answers}{said}'
        "</decisionTable></decision></definitions>"
    )  # fmt: skip


def bpmn(until=NOT_APPROVED, reads=""):
    asks = user(
        "ask", repeated("approvers", "approver", until, in_turn=True), role="", roleFrom="approver", due="due_days"
    )
    rule = element(
        "businessRuleTask", "find", '<bpmn:extensionElements><guildhall:decision name="who"/></bpmn:extensionElements>'
    )
    return process(
        start(), rule, asks, gateway("exclusive", "decision", "decision_no"), end("yes", "approved"), end("no", "rejected"),
        flows("start find", "find ask", "ask decision", "decision no"), flow("decision", "yes", reads or 'outcome == "approve"'),
        key="taxi_licence", size="number", approvers="list", due_days="number", route="text",
    )  # fmt: skip


def refusals(rows, *, joint=BELOW, drawing=None, local_drawing=None, joint_table=None, **more):
    drawing = drawing or bpmn()
    before = drawn(drawing, (joint_table or table(*joint),))
    return [one.message for one in weakenings(before, drawn(local_drawing or drawing, (table(*rows, **more),)))]


LOWER = ("> 5", '["budget_holder", "finance_officer"]', "5", '"plain"')


@pytest.mark.parametrize(
    "rows",
    [
        BELOW,
        (LOWER, *BELOW),
        (BELOW[0], ("> 5", '["budget_holder", "director"]', "3", '"plain"'), BELOW[1]),
        (("> 50", '["hr_adviser", "budget_holder", "director", "finance_officer"]', "5", '"plain"'), *BELOW),
    ],
)
def test_rows_that_ask_for_more_or_lower_a_limit_may_be_added(rows):
    assert refusals(rows) == []


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (BELOW[:1], "rows must stay"),
        (BELOW[::-1], "rows must stay"),
        ((("> 20", *BELOW[0][1:]), BELOW[1]), "rows must stay"),
        (((LOWER[0], '["finance_officer", "budget_holder"]', *LOWER[2:]), *BELOW), "everyone, in the same order"),
        (((LOWER[0], '["budget_holder"]', *LOWER[2:]), *BELOW), "everyone, in the same order"),
        (((LOWER[0], "[]", *LOWER[2:]), *BELOW), "everyone, in the same order"),
        (((LOWER[0], "approvers", *LOWER[2:]), *BELOW), "say the same in “approvers”"),
        (((LOWER[0], "[category]", *LOWER[2:]), *BELOW), "everyone, in the same order"),
        (((*LOWER[:2], "9", LOWER[3]), *BELOW), "no more days"),
        (((*LOWER[:3], '"short"'), *BELOW), "say the same in “route”"),
        ((*BELOW, LOWER), "above the row that takes everything"),
    ],
)
def test_rows_that_could_ask_for_less_are_refused_with_the_reason(rows, words):
    (said,) = refusals(rows)

    assert words in said and "Who approves" in said


def test_a_table_is_left_alone_where_more_names_could_ask_for_less():
    added = (LOWER, *BELOW)

    assert refusals(added, drawing=bpmn(until="outcome == &quot;approve&quot;"))
    assert refusals(added, drawing=bpmn(until=""))
    assert refusals(added, drawing=bpmn(reads="approvers == [&quot;budget_holder&quot;]"))
    assert refusals(added, policy="UNIQUE", joint_table=table(*BELOW, policy="UNIQUE"))
    assert refusals(BELOW, kind="string")
    assert refusals(added, policy="ANY")


def test_what_a_table_rests_on_cannot_be_changed_behind_it():
    def sized(limit):
        return (
            '<businessKnowledgeModel id="b" name="large"><variable id="v" name="large"/><encapsulatedLogic id="l">'
            f'<formalParameter id="p" name="n"/><literalExpression id="x"><text>n &gt; {limit}</text></literalExpression>'
            "</encapsulatedLogic></businessKnowledgeModel>"
        )

    rows = (("large(?)", *BELOW[0][1:]), BELOW[1])
    before = table(*rows, knowledge=sized(10))

    assert refusals(rows, joint_table=before, knowledge=sized(10)) == []
    assert "functions and kinds" in refusals(rows, joint_table=before, knowledge=sized(1000))[0]


SIZES = st.sampled_from(["-", "> 2", "> 5", "< 8", "[3..6]", "7", "not(4)"])
NAMES = st.lists(st.sampled_from(ROLES), max_size=3).map(
    lambda names: "[" + ", ".join(f'"{one}"' for one in names) + "]"
)
ROWS = st.tuples(SIZES, NAMES, st.sampled_from(["3", "5"]), st.sampled_from(['"plain"', '"plain"', '"short"']))


def asked(definition, size, refusing=""):
    def answer(step, role):
        return Answer("reject" if role == refusing else "approve")

    matrix = Matrix("taxi_licence", timezone.localdate())
    return rehearse(definition, {"size": size}, answer, lambda step, known: {}, matrix)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_accepted_table_asks_at_least_the_joint_approvers(data):
    joint = data.draw(st.lists(ROWS, min_size=1, max_size=3))
    if data.draw(st.booleans()):
        joint.append(("-", *data.draw(ROWS)[1:]))
    local = list(joint)
    for _ in range(data.draw(st.integers(1, 2))):
        row = list(data.draw(ROWS))
        if data.draw(st.booleans()):
            # Most rows drawn at random are refused: some ask whoever any joint row asks, and one more.
            names = [name for one in joint for name in one[1].strip("[]").split(", ") if name]
            row[1:] = ["[" + ", ".join([*names, '"director"']) + "]", "3", joint[-1][3]]
        local.insert(data.draw(st.integers(0, len(local))), tuple(row))
    drawing = bpmn()
    if weakenings(drawn(drawing, (table(*joint),)), drawn(drawing, (table(*local),))):
        event("refused")
        return
    event("accepted")
    before, after = (read_definition(drawing, [table(*rows)]) for rows in (joint, local))

    for size in range(1, 10):
        wanted, given_ = asked(before, size), asked(after, size)
        if given_.fault or given_.outcome != "approved":
            continue
        assert wanted.outcome == "approved" and not wanted.fault
        assert not Counter(wanted.asked) - Counter(given_.asked), f"{size}: {joint} {local}"
        for role in set(wanted.approvers):
            assert asked(after, size, refusing=role).outcome != "approved"


def test_a_text_with_one_space_more_is_another_text():
    joint = tuple((*row[:3], '"needs director"') for row in BELOW)

    assert refusals((("> 5", *joint[0][1:3], '"needs  director"'), *joint), joint=joint)
    assert refusals((("> 5", *joint[0][1:]), *joint), joint=joint) == []


def test_what_a_table_needs_first_is_not_replaced_by_a_file_that_hides_the_change():
    def file(limit, *, needing=True):
        needs = '<informationRequirement id="n"><requiredDecision href="#large"/></informationRequirement>'
        who = (
            f'<decision id="who" name="Who approves"><variable id="w" name="approvers"/>{needs}<literalExpression id="x">'
            "<text>if large then [&quot;director&quot;] else []</text></literalExpression></decision>"
        )
        return (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="D">'
            f"{who if needing else ''}"
            '<decision id="large" name="Large"><variable id="v" name="large"/><literalExpression id="l">'
            f"<text>size &gt; {limit}</text></literalExpression></decision></definitions>"
        )

    joint = drawn(bpmn(), (file(10),))

    assert weakenings(joint, drawn(bpmn(), (file(10),))) == []
    assert weakenings(joint, drawn(bpmn(), (file(1000),)))
    hidden = weakenings(joint, drawn(bpmn(), (file(1000), file(10, needing=False))))
    assert any("in the same file" in one.message for one in hidden)


def test_no_name_is_declared_that_makes_the_joint_rows_read_otherwise():
    hidden = '<inputData id="n" name="true"><variable id="nv" name="true"/></inputData>'

    (said,) = refusals(BELOW, knowledge=hidden)

    assert "names that its file declares" in said
