"""Whoever approved a step that still counts approves no other, however often the case went back."""

from __future__ import annotations

import pytest

from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import definitions, going_back, services, who
from shared_services.workflow.models import Case, Task
from shared_services.workflow.publishing import publish_process

from .drawing import end, flows, process, start, user

THREE_STEPS = process(
    start(), user("check", role="budget_holder"), user("agree", role="head_of_service"), user("sign", role="director"),
    end(outcome="done"), flows("start check", "check agree", "agree sign", "sign end"), key="three", title="Three steps",
)  # fmt: skip


@pytest.fixture
def people(northmoor, officer_in, shared_service, monkeypatch):
    monkeypatch.setattr(who, "_resolvers", {})
    with inside_council(shared_service):
        publish_process(bpmn=THREE_STEPS, dmn=[])
    definitions.forget()
    both = ("budget_holder", "head_of_service")
    yield {
        "requester": officer_in(northmoor, "requisitioner"),
        "manager": officer_in(northmoor, "council_administrator"),
        "xan": officer_in(northmoor, *both),
        "yuma": officer_in(northmoor, *both),
        "zoe": officer_in(northmoor, *both),
        "dee": officer_in(northmoor, "director"),
    }
    definitions.forget()


@pytest.fixture
def case_id(northmoor, people):
    with inside_council(northmoor):
        return services.open_case(
            actor=people["requester"], process="three", subject_id=new_key(), reference="NOR-T-2026-000001", title="A"
        ).pk


def approve(northmoor, card, case_id) -> Case:
    with inside_council(northmoor):
        task = Task.objects.of_this_room().to_do().get(case_id=case_id)
        return services.complete_task(actor=card, task_id=task.pk, outcome="approve")


def back(northmoor, people, case_id, step) -> list:
    with inside_council(northmoor):
        return going_back.redo_step(
            actor=people["manager"], case_id=case_id, step=step, reason="Look again."
        ).approved_by


def test_an_approval_given_after_going_back_counts_when_a_later_step_is_asked_again(northmoor, people, case_id):
    approve(northmoor, people["xan"], case_id)
    approve(northmoor, people["yuma"], case_id)
    assert back(northmoor, people, case_id, "check") == []
    approve(northmoor, people["zoe"], case_id)
    approve(northmoor, people["xan"], case_id)

    assert back(northmoor, people, case_id, "agree") == [people["zoe"].pk]

    with pytest.raises(NotAllowed, match="already approved"):
        approve(northmoor, people["zoe"], case_id)
    assert approve(northmoor, people["xan"], case_id).step == "Sign"


def test_the_same_step_can_be_asked_again_and_again_of_the_same_officer(northmoor, people, case_id):
    approve(northmoor, people["xan"], case_id)
    for _ in range(2):
        approve(northmoor, people["yuma"], case_id)
        assert back(northmoor, people, case_id, "agree") == [people["xan"].pk]
    approve(northmoor, people["yuma"], case_id)

    assert approve(northmoor, people["dee"], case_id).outcome == "done"
