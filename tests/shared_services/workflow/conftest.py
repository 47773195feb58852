"""The shipped processes with the councils' own work replaced by notes of what was asked for."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

import pytest

from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions, joint, operations, services, who
from shared_services.workflow.models import Task

COUNCIL_WORK = (
    "purchasing.requisition_approved",
    "purchasing.raise_order",
    "purchasing.requisition_rejected",
    "purchasing.requisition_returned",
    "purchasing.hand_over",
    "procurement.raise_orders",
    "procurement.proposal_not_agreed",
)


@pytest.fixture
def work_done(monkeypatch) -> list[str]:
    """The operations that processes asked for, in order; roles are held by whoever has the role's key."""
    done: list[str] = []

    def note(name: str):
        def run(context: operations.OperationContext) -> None:
            done.append(name)

        return operations.RegisteredOperation(name, run, None, "")

    for name in COUNCIL_WORK:
        monkeypatch.setitem(operations._registered, name, note(name))
    monkeypatch.setattr(who, "_resolvers", {})
    for registry in ("_shares", "_interests", "_decisions", "_reports"):
        monkeypatch.setattr(joint, registry, {})
    definitions.forget()
    return done


@pytest.fixture
def submit(work_done):
    """submit(council, requester, amount) -> the key of a new requisition's case."""

    def make(council, requester, amount="600.00", wants_joint_buying=False, reference="NOR-REQ-2026-000001") -> UUID:
        with inside_council(council):
            return services.open_case(
                actor=requester,
                process="requisition_approval",
                subject_id=new_key(),
                reference=reference,
                title="Library chairs",
                amount=Decimal(amount),
                category="39112000-0",
                facts={"cost_centre": "L100", "wants_joint_buying": wants_joint_buying},
            ).pk

    return make


@pytest.fixture
def decide():
    """decide(council, officer, case_id, outcome) -> answers the case's one open task of this council."""

    def make(council, officer, case_id, outcome="approve", note="", values=None, version=None):
        with inside_council(council):
            task = Task.objects.of_this_room().to_do().get(case_id=case_id)
            return services.complete_task(
                actor=officer, task_id=task.pk, outcome=outcome, note=note, values=values, version=version
            )

    return make
