"""Running what can be drawn: subprocesses, calls of other processes and repetitions."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from shared_services.workflow.engine import EngineFault, Run

from .drawing import (
    boundary,
    element,
    end,
    flows,
    key_of,
    process,
    read,
    repeated,
    service,
    start,
    steps_of,
    timer,
    user,
)
from .runs import MONDAY, Case, Library


def test_a_subprocess_is_marked_in_the_picture_step_by_step():
    inner = start("in") + user("look") + end("out") + flows("in look", "look out")
    case = Case(
        read(
            start(),
            element("subProcess", "part", inner),
            user("after"),
            end(),
            flows("start part", "part after", "after end"),
        )
    )

    assert case.run.passed() == {"start": "done", "part": "current", "in": "done", "look": "current"}
    marks = case.answer("look").run.passed()
    assert (marks["look"], marks["part"], marks["after"]) == ("done", "done", "current")


def called(name):
    return read(
        start(), user(f"check_{name}"), user(f"confirm_{name}"), end("done", "called_outcome"),
        flows(f"start check_{name}", f"check_{name} confirm_{name}", f"confirm_{name} done"),
        key="checking", result="text", secret="text",
    )  # fmt: skip


def test_a_call_runs_the_process_it_began_with_and_hands_values_over_and_back():
    library = Library()
    library.publish("checking", called("old"))
    definition = read(
        start(), element("callActivity", "check", calledElement="checking"), end("over", "over"),
        flows("start check", "check over"), called=library, result="text", other="text",
    )  # fmt: skip
    case = Case(definition, {"amount": "5.00", "other": "mine"})
    assert case.at == ["check_old"]
    found = case.run.waiting()[0]
    assert found.version in library.versions
    assert found.values == {"amount": "5.00"}
    assert case.run.passed()["check"] == "current"

    library.publish("checking", called("new"))
    assert case.answer("check_old", amount="6.00").at == ["confirm_old"]
    assert case.run.variables_at(key_of(case.run, "confirm_old"))["secret"] == "text"
    case.run.complete(key_of(case.run, "confirm_old"), {"outcome": "approve", "result": "fine", "secret": "x"})
    case.run.advance(case.perform)

    assert (case.run.finished, case.run.outcome) == (True, "over")
    assert case.run.values == {"amount": "6.00", "other": "mine", "result": "fine", "outcome": "approve"}
    assert Case(definition).at == ["check_new"]


def test_processes_that_call_each_other_for_ever_are_stopped():
    library = Library()
    me = read(
        start(), element("callActivity", "again", calledElement="small"), end(), flows("start again", "again end"),
        called=library,
    )  # fmt: skip
    library.publish("small", me)

    with pytest.raises(EngineFault, match="deep"):
        Case(me)


@pytest.mark.parametrize("in_turn", [True, False])
def test_a_subprocess_for_each_council(in_turn):
    inner = start("in") + user("agree", councilFrom="council") + service("note_it") + end("out") + flows(
        "in agree", "agree note_it", "note_it out"
    )  # fmt: skip
    seen = []

    def perform(step, values):
        seen.append(values["council"])
        return {}

    case = Case(
        read(
            start(), element("subProcess", "each", inner + repeated("councils", "council", in_turn=in_turn)), end(),
            flows("start each", "each end"), councils="list",
        ),
        {"councils": [4, 9, 12]},
        perform,
    )  # fmt: skip

    for number in (4, 9, 12):
        here = [(found.engine_id, found.values["council"]) for found in case.run.waiting()]
        assert [council for _, council in here] == ([number] if in_turn else [n for n in (4, 9, 12) if n >= number])
        case.run.complete(here[0][0], {"outcome": "approve"})
        case.go()
    assert seen == [4, 9, 12]
    assert case.run.finished
    assert "council" not in case.run.values


def test_a_service_step_for_each_item_of_a_list():
    seen = []
    case = Case(
        read(
            start(), service("tell", inside=repeated("[1, 2, 2]", "item", in_turn=True)),
            service("tell_again", inside=repeated("[7, 8]", "item")), end(),
            flows("start tell", "tell tell_again", "tell_again end"),
        ),
        perform=lambda step, values: seen.append(values["item"]),
    )  # fmt: skip

    assert seen == [1, 2, 2, 7, 8]
    assert case.run.finished


def test_the_first_answer_that_ends_a_repetition_takes_the_other_rounds_away():
    inner = start("in") + user("agree") + end("out") + flows("in agree", "agree out")
    case = Case(
        read(
            start(),
            element("subProcess", "each", inner + repeated("councils", "council", until="outcome != 'approve'")),
            user("after"), end(), flows("start each", "each after", "after end"), councils="list",
        ),
        {"councils": [1, 2, 3]},
    )  # fmt: skip

    assert case.answer("agree").at == ["agree", "agree"]
    assert case.answer("agree", "reject").at == ["after"]


def test_a_timer_on_the_edge_of_a_repeated_task():
    case = Case(
        read(
            start(), user("agree", repeated("councils", "council"), councilFrom="council"),
            boundary("late", "agree", timer("P2D")), user("chase"), end(),
            flows("start agree", "agree end", "late chase", "chase end"), councils="list",
        ),
        {"councils": [1, 2]},
    )  # fmt: skip

    case.answer("agree")
    assert case.at == ["agree"]
    assert case.later(days=2).at == ["chase"]


def test_a_case_of_before_values_belonged_to_the_process_goes_on():
    definition = read(
        start(), user("agree", repeated("councils", "council"), councilFrom="council"), user("sign"), end(),
        flows("start agree", "agree sign", "sign end"), councils="list",
    )  # fmt: skip
    keys = [str(uuid4()) for _ in range(4)]
    old = {
        "format": 1,
        "completed": False,
        "values": [{"amount": "5.00", "councils": [1, 2]}, {"amount": "5.00", "councils": [1, 2], "council": 1},
                   {"amount": "5.00", "councils": [1, 2], "council": 2}],
        "tree": [
            ["Start", -1, 64, 0, -1, 0],
            ["start", 0, 64, 0, -1, 0],
            ["agree", 1, 32, [False, {"merged": []}], 0, keys[0]],
            ["agree [child]", 2, 16, [True, {"key_or_index": 0}], 1, keys[1]],
            ["agree [child]", 2, 16, [True, {"key_or_index": 1}], 2, keys[2]],
            ["sign", 2, 4, 0, -1, keys[3]],
            ["end", 5, 4, 0, -1, 0],
        ],
    }  # fmt: skip

    run = Run.restore(definition, old, now=MONDAY)
    assert [(str(found.engine_id), found.item) for found in run.waiting()] == [(keys[1], 1), (keys[2], 2)]
    for key in keys[1:3]:
        run.complete(UUID(key), {"outcome": "approve"})
        run.advance(lambda step, values: None)

    assert steps_of(run) == ["sign"]
    assert run.values == {"amount": "5.00", "councils": [1, 2], "outcome": "approve"}


def test_the_drawings_of_these_tests_are_read_as_they_are_kept():
    assert process(start(), end()).count("bpmn:process") == 2
