"""Processes of the benchmark's own, run through the product's services in one process, as a worker does."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any
from uuid import UUID

import django

django.setup()

import psutil  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from shared_services.access.models import OfficerCard  # noqa: E402
from shared_services.accounts.services import create_officer  # noqa: E402
from shared_services.messaging.outbox import enqueue  # noqa: E402
from shared_services.messaging.running import run_promised  # noqa: E402
from shared_services.tenancy.bases import new_key  # noqa: E402
from shared_services.tenancy.directory import council_by_number  # noqa: E402
from shared_services.tenancy.door import inside_council  # noqa: E402
from shared_services.workflow import services  # noqa: E402
from shared_services.workflow.case_timers import due_cases  # noqa: E402
from shared_services.workflow.checking import check_files  # noqa: E402
from shared_services.workflow.definitions import definition_of  # noqa: E402
from shared_services.workflow.engine import Run  # noqa: E402
from shared_services.workflow.models import Case, CaseTimer, Task, TaskCandidate  # noqa: E402
from shared_services.workflow.publishing import publish_process  # noqa: E402

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:guildhall="urn:guildhall:process">'
    '<bpmn:process id="{key}" name="{key}" isExecutable="true"><bpmn:extensionElements>'
    '<guildhall:variable name="amount" kind="money"/><guildhall:variable name="outcome" kind="text"/>'
    '</bpmn:extensionElements><bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'
)
TAIL = "</bpmn:process></bpmn:definitions>"
DECISIONS = 200
JOB = "workflow.run_due_timers"


def user(key: str, role: str) -> str:
    said = f'<guildhall:task role="{role}" outcomes="approve reject" due="5"/>'
    return f'<bpmn:userTask id="{key}" name="{key}"><bpmn:extensionElements>{said}</bpmn:extensionElements></bpmn:userTask>'


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def gateway(key: str, default: str) -> str:
    return f'<bpmn:exclusiveGateway id="{key}" name="{key}" default="{default}"/>'


ESCALATING = (
    HEAD.format(key="bench_escalating")
    + user("decide", "finance_officer")
    + '<bpmn:boundaryEvent id="late" attachedToRef="decide"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1S'
    + "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    + user("escalated", "section_151_officer")
    + flow("start", "decide") + flow("decide", "end") + flow("late", "escalated") + flow("escalated", "end") + TAIL
)  # fmt: skip
DECIDING = (
    HEAD.format(key="bench_deciding") + user("first", "finance_officer") + gateway("agreed", "agreed_end")
    + user("second", "section_151_officer") + flow("start", "first") + flow("first", "agreed")
    + flow("agreed", "second", "outcome == 'approve'") + flow("agreed", "end") + flow("second", "end") + TAIL
)  # fmt: skip


def large(elements: int) -> str:
    """A process of so many steps: tasks, each with a gateway after it that may end the case."""
    rounds = elements // 2 - 1
    parts, before = [], "start"
    for number in range(rounds):
        task, choice = f"task_{number}", f"choice_{number}"
        parts += [
            user(task, "finance_officer"),
            gateway(choice, f"{choice}_end"),
            flow(task, choice),
            flow(choice, "end"),
        ]
        parts.append(flow(before, task, f"amount &gt; {number}" if before != "start" else ""))
        before = choice
    return HEAD.format(key="bench_large") + "".join(parts) + TAIL


def open_one(actor: OfficerCard, key: str, number: int) -> UUID:
    return services.open_case(
        actor=actor, process=key, subject_id=new_key(), reference=f"BAB-B-2026-{number:06d}", title="Bench",
    ).pk  # fmt: skip


def copy_case(case_id: UUID, count: int) -> None:
    """A real case with its task and timer, copied: the sweep reads the tables and each case's own state."""
    case = Case.objects.get(pk=case_id)
    task, timer = Task.objects.get(owner_id=case.owner_id, case=case), CaseTimer.objects.get(case=case)
    candidates = list(task.candidates.all())
    cases, tasks, timers, rows = [], [], [], []
    for number in range(count):
        key, task_key = new_key(), new_key()
        cases.append(_copy(case, pk=key, reference=f"BAB-C-2026-{number:06d}", subject_id=new_key()))
        tasks.append(_copy(task, pk=task_key, case_id=key))
        timers.append(_copy(timer, pk=new_key(), case_id=key))
        rows += [_copy(candidate, pk=new_key(), task_id=task_key) for candidate in candidates]
    for model, made in ((Case, cases), (Task, tasks), (CaseTimer, timers), (TaskCandidate, rows)):
        model.objects.bulk_create(made, batch_size=500)


def _copy(row: Any, **changes: Any) -> Any:
    fields = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    fields.pop(row._meta.pk.attname)
    key = changes.pop("pk")
    return type(row)(pk=key, **{**fields, **changes})


def timers(council: Any, requester: OfficerCard, count: int) -> tuple[float, float]:
    """Seconds for all due cases, and milliseconds of CPU of this process and of its database backend for each."""
    with inside_council(council):
        CaseTimer.objects.of_this_room().delete()
        Task.objects.of_this_room().filter(process="bench_escalating").delete()
        first = open_one(requester, "bench_escalating", 1)
    with inside_council(council):
        copy_case(first, count - 1)
    time.sleep(1.5)
    with inside_council(council):
        found = len(due_cases(at=timezone.now()))
        message = enqueue(JOB)
        backend = own_backend()
    if found != count:
        raise RuntimeError(f"{found} cases are due, not {count}.")
    began, before = time.perf_counter(), _spent(backend)
    run_promised(task_name=JOB, council_number=council.number, message_id=message)
    took, spent = time.perf_counter() - began, _spent(backend) - before
    with inside_council(council):
        left, moved = len(due_cases()), Task.objects.of_this_room().to_do().filter(step="escalated").count()
    if left or moved != count:
        raise RuntimeError(f"{moved} of {count} cases moved on; {left} are still due.")
    return took, spent / count * 1000


def decisions(council: Any, requester: OfficerCard, decider: OfficerCard) -> float:
    """CPU of this process and of its database backend for one decision, the median of several rounds."""
    with inside_council(council):
        for number in range(DECISIONS):
            open_one(requester, "bench_deciding", number)
        waiting = list(Task.objects.of_this_room().to_do().filter(step="first").values_list("pk", flat=True))
        backend = own_backend()
    costs = []
    for start in range(0, DECISIONS, 20):
        before = _spent(backend)
        for task_id in waiting[start : start + 20]:
            with inside_council(council):
                services.complete_task(actor=decider, task_id=task_id, outcome="approve")
        costs.append((_spent(backend) - before) / 20)
    return statistics.median(costs) * 1000


def own_backend() -> psutil.Process:
    """The database's process that serves this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return psutil.Process(cursor.fetchone()[0])


def _spent(backend: psutil.Process) -> float:
    theirs = backend.cpu_times()
    return time.process_time() + theirs.user + theirs.system


def publishing(room: Any) -> float:
    text = large(60)
    with inside_council(room):
        began = time.perf_counter()
        check_files(text, [])
        version = publish_process(bpmn=text, dmn=[])
        took = time.perf_counter() - began
        if len(definition_of(version.pk).diagram.steps) < 60:
            raise RuntimeError("The large process has fewer than 60 elements.")
    return took


def storing(council: Any) -> tuple[float, int]:
    with inside_council(council):
        case = Case.objects.of_this_room().filter(process="bench_deciding", step="second").first()
        assert case is not None
        definition = definition_of(case.process_version_id)
    began = time.process_time()
    for _ in range(500):
        Run.restore(definition, case.state).state()
    return (time.process_time() - began) / 500 * 1000, len(json.dumps(case.state))


def main(count: int) -> dict[str, float]:
    shared, council = council_by_number(0), council_by_number(1)
    with inside_council(shared):
        for text in (ESCALATING, DECIDING):
            publish_process(bpmn=text, dmn=[])
    with inside_council(council):
        tag = new_key().hex[-8:]
        cards = {
            role: create_officer(
                actor=None, work_name=f"Bench {role}", work_email=f"{role}.{tag}@bench.test", job_title="Officer",
                roles=[role], password="a-long-bench-password",
            )
            for role in ("requisitioner", "finance_officer", "section_151_officer")
        }  # fmt: skip
    cpu = decisions(council, cards["requisitioner"], cards["finance_officer"])
    state_ms, state_bytes = storing(council)
    timers_seconds, timer_cpu_ms = timers(council, cards["requisitioner"], count)
    return {
        "decision_cpu_ms": cpu,
        "timers_seconds": timers_seconds,
        "timer_cpu_ms": timer_cpu_ms,
        "publishing_seconds": publishing(shared),
        "state_ms": state_ms,
        "state_bytes": state_bytes,
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
