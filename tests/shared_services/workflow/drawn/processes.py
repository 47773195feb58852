"""Small drawn processes, and how a case of one is opened, decided and swept."""

from __future__ import annotations

from shared_services.messaging.outbox import enqueue
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.workflow import services
from shared_services.workflow.models import Task

from ..drawing import (
    boundary,
    end,
    flow,
    flows,
    gateway,
    process,
    service,
    start,
    timed,
    timer,
    user,
)

OVERDUE = process(
    start(), user("decide", role="budget_holder"), boundary("too_late", "decide", timer("P5D")),
    user("escalated", role="director"), end(outcome="done"),
    flows("start decide", "decide end", "too_late escalated", "escalated end"), key="overdue", title="Overdue",
)  # fmt: skip
SERVICE = process(
    start(), user("decide", role="budget_holder"), service("raise_it", "test.raise_it"), end(outcome="done"),
    flows("start decide", "decide raise_it", "raise_it end"), key="raising", title="Raising",
)  # fmt: skip
PAUSED = process(
    start(), timed("cool_off", "P1D"), service("raise_it", "test.raise_it"), end(outcome="done"),
    flows("start cool_off", "cool_off raise_it", "raise_it end"), key="paused", title="Paused",
)  # fmt: skip

PAUSED_PLAIN = process(
    start(), timed("cool_off", "P1D"), end(outcome="done"), flows("start cool_off", "cool_off end"), key="plain_pause",
    title="Paused",
)  # fmt: skip
STUCK = process(
    start(), timed("cool_off", "P1D"), gateway("exclusive", "which"), user("a", role="director"), end(),
    flows("start cool_off", "cool_off which", "a end"), flow("which", "a", "amount &gt; 5"),
    flow("which", "end", "amount &gt; 6"), key="stuck", title="Stuck",
)  # fmt: skip


def open_one(people, key, number=1, **facts):
    return services.open_case(
        actor=people["requester"], process=key, subject_id=new_key(), reference=f"NOR-T-2026-{number:06d}",
        title="A case", facts=facts,
    )  # fmt: skip


def sweep(council):
    with inside_council(council):
        enqueue("workflow.run_due_timers", once="workflow.run_due_timers")
    run_waiting()


def decide(people, who, case, outcome="approve"):
    task = Task.objects.of_this_room().to_do().get(case=case)
    return services.complete_task(actor=people[who], task_id=task.pk, outcome=outcome)
