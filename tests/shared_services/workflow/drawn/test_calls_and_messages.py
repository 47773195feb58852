"""Processes that call another, and messages from outside."""

from __future__ import annotations

from shared_services.tenancy.door import inside_council
from shared_services.workflow import services
from shared_services.workflow.models import Case, Task

from ..drawing import (
    about,
    element,
    end,
    flows,
    message,
    process,
    start,
    user,
)
from .processes import open_one


def test_a_called_process_gives_tasks_of_its_own_and_stays_on_its_version(northmoor, people, publish):
    publish(
        process(
            start(), user("inner", role="director", outcomes="fine poor"), end(), flows("start inner", "inner end"),
            key="called_test", title="Called", verdict="text",
        ),
        process(
            start(), element("callActivity", "check", calledElement="called_test"), user("after", role="director"), end(),
            flows("start check", "check after", "after end"), key="calling_test", title="Calling", verdict="text",
        ),
    )  # fmt: skip
    with inside_council(northmoor):
        case = open_one(people, "calling_test")
        task = Task.objects.of_this_room().get(case=case)
        assert (task.step, task.outcomes, task.called_version.key) == ("inner", ["fine", "poor"], "called_test")
        services.complete_task(actor=people["director"], task_id=task.pk, outcome="fine", values={"verdict": "sound"})

        after = Task.objects.of_this_room().to_do().get(case=case)
        assert (after.step, after.called_version) == ("after", None)
        assert Case.objects.get(pk=case.pk).state["values"][0]["verdict"] == "sound"


def test_a_message_from_outside_is_named_by_its_step_or_by_its_name(northmoor, people, publish):
    publish(
        process(
            start(), element("intermediateCatchEvent", "hear", about("goods_arrived")), end(outcome="done"),
            flows("start hear", "hear end"), defined=message("goods_arrived"), key="hearing", title="Hearing",
        )
    )  # fmt: skip
    with inside_council(northmoor):
        by_step, by_name = open_one(people, "hearing", 1), open_one(people, "hearing", 2)
        assert by_step.status == "waiting"

        assert services.resume_case(case_id=by_step.pk, wait="hear").status == "completed"
        assert services.resume_case(case_id=by_name.pk, wait="goods_arrived").status == "completed"
