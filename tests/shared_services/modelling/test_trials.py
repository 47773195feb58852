from __future__ import annotations

import pytest

from shared_services.modelling.trials import run_trials
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Case, Task

from .conftest import REQUISITION, ROUTE
from .sketches import licence

LARGE = {
    "name": "A large licence",
    "start": {"amount": "6000.00"},
    "answers": [{"step": "check_papers", "outcome": "approve"}, {"step": "approve_licence", "outcome": "approve"}],
    "expect": {"outcome": "approved", "approvers": ["budget_holder", "head_of_service"]},
}


def run(northmoor, test, bpmn=None, dmn=()):
    with inside_council(northmoor):
        return run_trials(bpmn or licence(), dmn, [test])[0]


def test_a_test_passes_when_the_case_goes_as_expected(northmoor):
    assert run(northmoor, LARGE).passed


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ({"outcome": "rejected"}, "It should have ended as “Rejected” but ended as “Approved”."),
        (
            {"approvers": ["director"]},
            "These should have been asked: director. Asked were: budget holder, then head of service.",
        ),
        ({"path": ["check_papers"]}, "“Approve licence” came although nothing more was expected."),
        ({"path": ["approve_licence"]}, "Step 1 should have been “Approve licence” but was “Check papers”."),
        ({"stands_at": ["check_papers"]}, "It should stand at “Check papers” but ended as “Approved”."),
    ],
)
def test_what_differed_is_said_in_words(northmoor, expect, said):
    assert run(northmoor, {**LARGE, "expect": expect}).different == [said]


def test_a_test_without_enough_answers_says_where_the_case_stands(northmoor):
    [said] = run(northmoor, {**LARGE, "answers": LARGE["answers"][:1], "expect": {"outcome": "approved"}}).different

    assert "still stands at “Approve licence”" in said


def test_a_test_of_a_step_that_is_not_there_fails(northmoor):
    found = run(northmoor, {**LARGE, "answers": [{"step": "sign", "outcome": "approve"}]})

    assert found.different == ["The test answers the step “sign”, which is not in the process."]


def test_every_test_of_a_process_with_errors_fails_with_the_reason(northmoor):
    found = run(northmoor, LARGE, bpmn=licence(flows=[("begin", "start", "check_papers")]))

    assert "has errors" in found.different[0]


REQUISITION_TEST = {
    "name": "Bought together, then locally",
    "start": {"amount": "6000.00", "category": "39112000-0", "cost_centre": "L100", "wants_joint_buying": True},
    "answers": [
        {"step": "approve_requisition", "outcome": "approve"},
        {"step": "joint_purchase", "values": {"joint_outcome": "buy_locally"}},
    ],
    "expect": {
        "outcome": "ordered",
        "approvers": ["budget_holder", "head_of_service"],
        "path": ["requisition_approved", "hand_over", "joint_purchase", "raise_order"],
    },
}


def test_approvers_come_from_the_councils_own_matrix_and_no_operation_is_done(northmoor, work_done):
    test = {**REQUISITION_TEST, "expect": {**REQUISITION_TEST["expect"], "path": []}}
    with inside_council(northmoor):
        before = Case.objects.count(), Task.objects.count()
        [found] = run_trials(REQUISITION, [ROUTE], [test])

        assert found.passed, found.different
        assert "raise_order" in found.way.steps
        assert (Case.objects.count(), Task.objects.count()) == before
    assert work_done == []


def test_declared_effects_stand_in_for_what_operations_give(northmoor):
    test = {
        **REQUISITION_TEST,
        "effects": {"required_approvals": {"approvers": ["director"]}},
        "expect": {"outcome": "ordered", "approvers": ["director"]},
    }
    with inside_council(northmoor):
        [found] = run_trials(REQUISITION, [ROUTE], [test])

    assert found.passed, found.different


def test_an_effect_that_the_process_does_not_declare_is_told(northmoor):
    test = {**REQUISITION_TEST, "effects": {"required_approvals": {"signatures": ["director"]}}}
    with inside_council(northmoor):
        [found] = run_trials(REQUISITION, [ROUTE], [test])

    assert "“signatures”, which the process does not declare" in found.different[0]


def test_a_case_that_goes_round_and_round_is_stopped(northmoor):
    test = {
        "name": "Never ending",
        "start": {"amount": "600.00", "category": "30", "cost_centre": "L100", "wants_joint_buying": False},
        "answers": [
            {"step": "approve_requisition", "outcome": "send_back"},
            {"step": "revise_requisition", "outcome": "resubmit"},
        ],
        "expect": {"outcome": "ordered"},
    }
    with inside_council(northmoor):
        [found] = run_trials(REQUISITION, [ROUTE], [test])

    assert "goes round in circles" in found.different[0]
