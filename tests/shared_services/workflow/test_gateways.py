"""Running what can be drawn: gateways, and the messages and ends that take branches away."""

from __future__ import annotations

import pytest

from shared_services.workflow.engine import EngineFault

from .drawing import about, boundary, element, end, flow, flows, gateway, key_of, message, read, start, steps_of, user
from .runs import TERMINATE, Case


def test_a_parallel_gateway_waits_for_every_branch():
    case = Case(
        read(
            start(), gateway("parallel", "split"), user("legal"), user("finance"), gateway("parallel", "join"),
            user("sign"), end(),
            flows("start split", "split legal", "split finance", "legal join", "finance join", "join sign", "sign end"),
        )
    )  # fmt: skip

    assert case.at == ["finance", "legal"]
    assert case.answer("legal").at == ["finance"]
    assert case.answer("finance").at == ["sign"]
    assert case.answer("sign").run.finished


def test_a_change_on_one_branch_is_not_lost_where_the_branches_meet():
    definition = read(
        start(), gateway("parallel", "split"), user("legal", into="legal_says"), user("finance", into="finance_says"),
        gateway("parallel", "join"), gateway("exclusive", "both", default="both_no"), end("yes", "yes"), end("no", "no"),
        flows("start split", "split legal", "split finance", "legal join", "finance join", "join both", "both no"),
        flow("both", "yes", "legal_says == 'approve' and finance_says == 'reject' and amount == 7"),
        legal_says="text", finance_says="text",
    )  # fmt: skip

    case = Case(definition, {"amount": "5.00"})
    case.answer("legal", amount="7.00").answer("finance", "reject")

    assert case.run.finished
    assert case.run.values["amount"] == "7.00"


def test_branches_that_meet_in_a_circle_meet_in_every_round():
    definition = read(
        start(), gateway("exclusive", "again"), gateway("parallel", "split"), user("legal"), user("finance"),
        gateway("parallel", "join"), gateway("exclusive", "agreed", default="agreed_again"), end(),
        flows("start again", "again split", "split legal", "split finance", "legal join", "finance join", "join agreed"),
        flow("agreed", "end", "outcome == 'approve'"), flow("agreed", "again"),
    )  # fmt: skip
    case = Case(definition)

    for _ in range(3):
        case.answer("legal", "reject")
        assert case.at == ["finance"]
        case.answer("finance", "reject")
        assert case.at == ["finance", "legal"]
    case.answer("finance").answer("legal")

    assert case.run.finished


INCLUSIVE = (
    start(), gateway("inclusive", "which", default="which_plain"), user("big"), user("digital"), user("plain"),
    gateway("inclusive", "join"), user("sign"), end(),
    flows("start which", "which plain", "big join", "digital join", "plain join", "join sign", "sign end"),
    flow("which", "big", "amount &gt; 100"), flow("which", "digital", "digital_service"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ({"amount": "500", "digital_service": True}, ["big", "digital"]),
        ({"amount": "500", "digital_service": False}, ["big"]),
        ({"amount": "5", "digital_service": True}, ["digital"]),
        ({"amount": "5", "digital_service": False}, ["plain"]),
    ],
)
def test_an_inclusive_gateway_takes_every_way_that_fits_and_waits_for_those(values, steps):
    case = Case(read(*INCLUSIVE, digital_service="boolean"), values)

    assert case.at == steps
    for step in steps:
        assert case.at != ["sign"]
        case.answer(step)
    assert case.at == ["sign"]


def test_an_inclusive_join_waits_for_a_subprocess_on_its_way():
    inner = start("in") + user("look_inside") + end("out") + flows("in look_inside", "look_inside out")
    case = Case(read(
        start(), gateway("inclusive", "which", default="which_none"), element("subProcess", "part", inner), user("quick"),
        user("none"), gateway("inclusive", "join"), user("sign"), end(),
        flows("start which", "which none", "none join", "part join", "quick join", "join sign", "sign end"),
        flow("which", "part", "amount &gt; 1"), flow("which", "quick", "amount &gt; 2"),
    ), {"amount": "5"})  # fmt: skip

    assert case.at == ["look_inside", "quick"]
    assert case.answer("quick").at == ["look_inside"]
    assert case.answer("look_inside").at == ["sign"]


def test_a_gateway_that_nothing_fits_says_so_by_name():
    definition = read(
        start(), gateway("exclusive", "which_way"), user("a"), end(), flows("start which_way", "a end"),
        flow("which_way", "a", "amount &gt; 5"), flow("which_way", "end", "amount &gt; 6"),
    )  # fmt: skip

    with pytest.raises(EngineFault, match="“Which way” has no way out"):
        Case(definition, {"amount": "1"})


def test_a_message_reaches_whoever_waits_for_it_whichever_comes_first():
    drawn = (
        start(), gateway("parallel", "split"), user("prepare"), element("intermediateThrowEvent", "tell", about()),
        user("other"), element("receiveTask", "hear", messageRef="ready"), gateway("parallel", "join"), end(),
        flows("start split", "split prepare", "prepare tell", "tell join", "split other", "other hear", "hear join", "join end"),
    )  # fmt: skip
    early, late = (Case(read(*drawn, defined=message())) for _ in range(2))

    assert early.answer("prepare").at == ["other"]
    assert early.answer("other").run.finished
    assert late.answer("other").at == ["hear", "prepare"]
    assert late.answer("prepare").run.finished


def test_a_message_on_the_edge_of_a_task_interrupts_it():
    case = Case(
        read(
            start(), gateway("parallel", "split"), user("prepare"), user("withdraw_it"),
            element("sendTask", "stop", messageRef="ready"), boundary("stopped", "prepare", about()), end(), end("gone"),
            flows("start split", "split prepare", "split withdraw_it", "withdraw_it stop", "stop gone", "prepare end", "stopped end"),
            defined=message(),
        )
    )  # fmt: skip

    assert case.answer("withdraw_it").run.finished


def test_a_terminate_end_takes_every_branch_away():
    case = Case(
        read(
            start(), gateway("parallel", "split"), user("a"), user("b"), end("stop", "stopped", TERMINATE), end(),
            flows("start split", "split a", "split b", "a stop", "b end"),
        )
    )  # fmt: skip
    case.run.complete(key_of(case.run, "a"), {})
    case.run.advance(case.perform)

    assert (case.run.finished, case.run.outcome, steps_of(case.run)) == (True, "stopped", [])


def test_a_terminate_end_inside_a_subprocess_ends_that_alone():
    inner = start("in") + gateway("parallel", "both") + user("a") + user("b") + end("stop", inside=TERMINATE) + end(
        "out"
    ) + flows("in both", "both a", "both b", "a stop", "b out")  # fmt: skip
    case = Case(
        read(
            start(),
            element("subProcess", "part", inner),
            user("after"),
            end(),
            flows("start part", "part after", "after end"),
        )
    )

    assert case.at == ["a", "b"]
    assert case.answer("a").at == ["after"]
