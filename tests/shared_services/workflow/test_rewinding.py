"""Taking a run back to an earlier step, in every shape of process that can be drawn."""

from __future__ import annotations

from shared_services.workflow.engine import read_definition
from shared_services.workflow.operations import OperationFailed
from shared_services.workflow.rewinding import done_since, earlier_steps, rewind

from .drawing import (
    about,
    boundary,
    element,
    end,
    flows,
    gateway,
    message,
    process,
    read,
    repeated,
    service,
    start,
    timed,
    timer,
    user,
)
from .runs import Case, Library


def back(case: Case, step: str) -> Case:
    rewind(case.run, step, case.run.values)
    return case.go()


def can_go_back_to(case: Case) -> list[str]:
    return [step.id for step in earlier_steps(case.run)]


def stands_after(case: Case, step: str) -> list[str]:
    return [one.id for one in done_since(case.run, step)]


def test_the_events_on_the_edge_of_a_step_wait_afresh_when_it_is_asked_again():
    case = Case(
        read(
            start(), user("decide"), boundary("late", "decide", timer("P5D")), user("escalated"), user("sign"), end(),
            flows("start decide", "decide sign", "sign end", "late escalated", "escalated sign"),
        )
    )  # fmt: skip
    case.later(days=4).answer("decide")
    assert case.run.timers() == []

    back(case, "decide")
    assert case.at == ["decide"]
    assert [found.step.id for found in case.run.timers()] == ["late"]
    assert case.later(days=4).at == ["decide"]
    assert case.later(days=2).at == ["escalated"]
    assert can_go_back_to(case.answer("escalated")) == ["escalated"]
    assert back(case, "escalated").at == ["escalated"]


def test_going_back_ends_what_runs_beside_the_step_and_its_timers():
    case = Case(
        read(
            start(), user("first"), user("decide"), boundary("remind", "decide", timer("R3/P1D", "timeCycle"), False),
            user("chase"), timed("wait", "P9D"), end(), end("chased"),
            flows("start first", "first decide", "decide wait", "wait end", "remind chase", "chase chased"),
        )
    )  # fmt: skip
    case.answer("first").later(days=1, hours=1)
    assert case.at == ["chase", "decide"]
    assert can_go_back_to(case.answer("chase")) == ["first"]

    case.answer("decide")
    assert case.at == ["wait"]
    assert back(case, "decide").at == ["decide"]
    assert case.later(days=1, hours=1).at == ["chase", "decide"]
    assert case.answer("chase").answer("decide").later(days=10).run.finished


def test_a_step_on_one_of_several_branches_is_asked_again_only_once_they_have_met():
    definition = read(
        start(), user("first"), gateway("parallel", "split"), user("legal"), user("finance"),
        gateway("parallel", "join"), user("sign"), user("seal"), end(),
        flows(
            "start first", "first split", "split legal", "split finance", "legal join", "finance join", "join sign",
            "sign seal", "seal end",
        ),
    )  # fmt: skip
    case = Case(definition).answer("first").answer("legal")
    assert can_go_back_to(case) == ["first"]

    case.answer("finance").answer("sign")
    assert can_go_back_to(case) == ["sign", "first"]
    assert back(case, "first").at == ["first"]
    case.answer("first").answer("finance")
    assert case.at == ["legal"]
    assert case.answer("legal").answer("sign").answer("seal").run.finished


def test_what_was_done_inside_a_group_of_steps_and_beside_the_step_still_stands():
    inside = start("in") + user("check") + service("book") + end("out") + flows("in check", "check book", "book out")
    case = Case(
        read(
            start(), user("first"), element("subProcess", "group", inside), user("last"), end(),
            flows("start first", "first group", "group last", "last end"),
        )
    )  # fmt: skip
    case.answer("first")
    assert (can_go_back_to(case), stands_after(case, "first")) == (["first"], [])
    assert back(case, "first").answer("first").at == ["check"]

    case.answer("check")
    assert can_go_back_to(case) == ["first"]
    assert stands_after(case, "first") == ["book"]
    rewind(case.run, "first", case.run.values)
    assert "book" not in case.run.passed()


def test_a_process_that_was_called_still_stands():
    library = Library()
    library.publish("pay", read(start(), service("pay"), end(), flows("start pay", "pay end"), key="pay"))
    case = Case(
        read(
            start(), user("first"), element("callActivity", "paying", calledElement="pay"), user("last"), end(),
            flows("start first", "first paying", "paying last", "last end"), called=library,
        )
    )  # fmt: skip
    case.answer("first")

    assert case.at == ["last"]
    assert stands_after(case, "first") == ["paying"]


def test_a_message_sent_after_the_step_is_forgotten():
    case = Case(
        read_definition(
            process(
                start(), user("first"), element("intermediateThrowEvent", "tell", about()), user("second"),
                element("intermediateCatchEvent", "hear", about()), end(),
                flows("start first", "first tell", "tell second", "second hear", "hear end"), defined=message(),
            ), [], operations=False,
        )
    )  # fmt: skip
    case.answer("first")
    assert case.run.messages == ["ready"]

    back(case, "first")
    assert case.run.messages == []
    assert case.answer("first").answer("second").run.finished


def test_a_step_that_several_answer_is_asked_of_all_of_them_again():
    case = Case(
        read(
            start(), user("agree", repeated("people", "person")), user("sign"), end(),
            flows("start agree", "agree sign", "sign end"), people="list",
        ),
        {"people": ["a", "b", "c"]},
    )  # fmt: skip
    for _ in range(3):
        case.answer("agree")
    assert can_go_back_to(case) == ["agree"]

    assert back(case, "agree").at == ["agree", "agree", "agree"]
    for _ in range(3):
        case.answer("agree")
    assert case.answer("sign").run.finished


def test_a_case_that_a_failing_step_stopped_goes_back_and_on():
    broken = [True]

    def perform(step, values):
        if broken[0]:
            raise OperationFailed("The finance system is closed.")
        return {}

    case = Case(
        read(
            start(),
            user("decide"),
            service("raise_it"),
            end(),
            flows("start decide", "decide raise_it", "raise_it end"),
        ),
        perform=perform,
    )
    case.answer("decide")
    assert [fault.step.id for fault in case.run.faults()] == ["raise_it"]
    assert stands_after(case, "decide") == []

    assert back(case, "decide").run.faults() == []
    broken[0] = False
    assert case.answer("decide").run.finished
