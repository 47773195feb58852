"""Running what can be drawn: error events, and steps that fail."""

from __future__ import annotations

from shared_services.workflow.operations import OperationFailed

from .drawing import boundary, element, end, flow, flows, gateway, key_of, read, service, start, user
from .runs import ERROR, Case


def test_an_error_event_catches_a_service_step_that_fails():
    def fail(step, values):
        raise OperationFailed(code="no_budget")

    drawn = (
        start(), service("raise_order"), boundary("no_money", "raise_order", '<bpmn:errorEventDefinition errorRef="e"/>'),
        user("ask_finance"), end(), flows("start raise_order", "raise_order end", "no_money ask_finance", "ask_finance end"),
    )  # fmt: skip
    fits = '<bpmn:error id="e" errorCode="no_budget"/>'
    other = '<bpmn:error id="e" errorCode="offline"/>'

    caught = Case(read(*drawn, defined=fits), perform=fail)
    assert caught.at == ["ask_finance"]
    assert not caught.run.faults()
    missed = Case(read(*drawn, defined=other), perform=fail)
    assert [found.step.id for found in missed.run.faults()] == ["raise_order"]


def test_a_failure_in_a_subprocess_is_caught_on_its_edge():
    def fail(step, values):
        raise OperationFailed

    inner = start("in") + service("order_it") + user("beside") + gateway("parallel", "both") + end("out") + flows(
        "in both", "both order_it", "both beside", "order_it out", "beside out"
    )  # fmt: skip
    case = Case(
        read(
            start(), element("subProcess", "buying", inner), boundary("failed", "buying", ERROR), user("repair"), end(),
            flows("start buying", "buying end", "failed repair", "repair end"),
        ),
        perform=fail,
    )  # fmt: skip

    assert case.at == ["repair"]
    assert case.answer("repair").run.finished


def test_an_error_end_leaves_its_subprocess_by_the_error_event():
    inner = start("in") + user("check") + gateway("exclusive", "fine", default="fine_wrong") + end("right") + end(
        "wrong", inside=ERROR
    ) + flows("in check", "check fine", "fine wrong") + flow("fine", "right", "outcome == 'approve'")  # fmt: skip
    definition = read(
        start(), element("subProcess", "checks", inner), boundary("failed", "checks", ERROR), end("refused", "refused"),
        end("accepted", "accepted"), flows("start checks", "checks accepted", "failed refused"),
    )  # fmt: skip
    good, bad = Case(definition), Case(definition)

    good.run.complete(key_of(good.run, "check"), {"outcome": "approve"})
    good.run.advance(good.perform)
    bad.run.complete(key_of(bad.run, "check"), {"outcome": "reject"})
    bad.run.advance(bad.perform)

    assert (good.run.finished, good.run.outcome) == (True, "accepted")
    assert (bad.run.finished, bad.run.outcome) == (True, "refused")


def test_a_failed_step_stops_its_branch_alone_and_can_be_tried_again():
    broken = [True]

    def perform(step, values):
        if broken[0]:
            raise OperationFailed(cause=RuntimeError("away"))
        return {"reference": "PO-1"}

    case = Case(
        read(
            start(), gateway("parallel", "split"), service("order_it"), user("tell"), gateway("parallel", "join"), end(),
            flows("start split", "split order_it", "split tell", "order_it join", "tell join", "join end"),
            reference="text",
        ),
        perform=perform,
    )  # fmt: skip

    assert case.at == ["tell"]
    broken[0] = False
    case.answer("tell")
    assert [found.step.id for found in case.run.faults()] == ["order_it"]
    case.go(retry=True)
    assert case.run.finished
    assert case.run.values["reference"] == "PO-1"
