"""The shared service's part of the demo: its officers, joint proposals, and the councils' figures brought together."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from shared_services.access.models import OfficerCard
from shared_services.accounts.services import create_officer
from shared_services.insight.services import start_consolidation
from shared_services.messaging.running import run_waiting
from shared_services.procurement.choices import DemandStatus
from shared_services.procurement.models import DemandLine, ProposalLine
from shared_services.procurement.services import change_proposal, draft_proposal, submit_proposal
from shared_services.tenancy import clock
from shared_services.tenancy.directory import all_councils, council_by_number
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.choices import TaskStatus
from shared_services.workflow.models import TaskCandidate
from shared_services.workflow.services import complete_task

from .filling import PASSWORD, one_hash_for_all
from .officers import names

OFFICERS = (
    ("category", "Category manager", "category_manager"),
    ("manager", "Shared service manager", "shared_service_manager"),
    ("admin", "Partnership administrator", "partnership_administrator"),
    ("auditor", "Auditor", "shared_service_auditor"),
    ("operator", "Platform operator", "platform_operator"),
)
BOUGHT, AWAITED, DRAFTED = "302", "3019", "39"
"""Computers are bought together already, printing paper waits for the councils, furniture is being drafted."""
SAVED = Decimal("0.91")
"""What the agreed price is of the councils' own estimates."""


def engage_shared_service() -> dict[str, OfficerCard]:
    """The pooled team. Its room is open."""
    everyone = names(2)
    return {
        account: create_officer(
            actor=None,
            work_name=everyone[place],
            work_email=f"{account}@shared.localhost",
            job_title=title,
            roles=[role],
            password=PASSWORD,
        )
        for place, (account, title, role) in enumerate(OFFICERS)
    }


def engaged() -> bool:
    """Whether the pooled team is there already. Its room is open."""
    return OfficerCard.objects.of_council(SHARED_SERVICE_NUMBER).filter(work_email="category@shared.localhost").exists()


def buy_together(*, now: datetime) -> None:
    """One joint purchase that has become orders, one that waits for both councils, one still being drafted."""
    shared = council_by_number(SHARED_SERVICE_NUMBER)
    with inside_council(shared):
        if engaged():
            return
        with clock.at(now - timedelta(days=300)), one_hash_for_all():
            team = engage_shared_service()
    run_waiting()
    for category, days_ago in ((BOUGHT, 26), (AWAITED, 4)):
        with clock.at(now - timedelta(days=days_ago)):
            with inside_council(shared):
                case_id = _propose(team["category"], category)
            run_waiting()
        if case_id is not None and category == BOUGHT:
            _councils_agree(case_id, now - timedelta(days=days_ago - 5))
    with inside_council(shared), clock.at(now - timedelta(days=1)):
        lines = _open_demand(DRAFTED)
        if lines:
            draft_proposal(actor=team["category"], line_ids=lines, title="Office furniture for both councils")
    with inside_council(shared), clock.at(now - timedelta(hours=3)):
        start_consolidation(actor=team["manager"])
    run_waiting()


def _open_demand(digits: str, *, at_most: int = 12) -> list[UUID]:
    """Open demand in a category: a few lines of each council, those handed over longest ago first."""
    found: dict[int, list[UUID]] = defaultdict(list)
    numbers = [council.number for council in all_councils()]
    lines = DemandLine.objects.filter(owner_id__in=numbers, status=DemandStatus.OPEN, cpv__code__startswith=digits)
    for owner, key in lines.order_by("handed_over_at", "pk").values_list("owner_id", "pk"):
        if len(found[owner]) < at_most:
            found[owner].append(key)
    return [key for keys in found.values() for key in keys]


def _propose(category_manager: OfficerCard, digits: str) -> UUID | None:
    """Draft a proposal over the open demand of a category, agree prices, and send it to the councils."""
    lines = _open_demand(digits)
    if not lines:
        return None
    proposal = draft_proposal(actor=category_manager, line_ids=lines)
    prices = {
        line.pk: (line.demand_line.unit_price * SAVED).quantize(Decimal("0.0001"))
        for line in ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal).select_related(
            "demand_line"
        )
    }
    proposal = change_proposal(
        actor=category_manager,
        proposal_id=proposal.pk,
        version=proposal.version,
        title=proposal.title,
        category=proposal.category_id,
        supplier_name="Lantern Computing" if digits == BOUGHT else "Quillfeather Office Supplies",
        justification="Both councils buy this every quarter; together they reach the next price band.",
        show_totals_to_councils=True,
        prices=prices,
    )
    return submit_proposal(actor=category_manager, proposal_id=proposal.pk, version=proposal.version).case_id


def _councils_agree(case_id: UUID, moment: datetime) -> None:
    """Each council's own manager agrees, in that council's room; the orders follow by jobs."""
    for days, council in enumerate(all_councils()):
        with clock.at(moment + timedelta(days=days)):
            with inside_council(council):
                waiting = TaskCandidate.objects.filter(
                    owner_id=council.number, task__case_id=case_id, task__status=TaskStatus.READY
                )
                for task_id, card_id in waiting.order_by("card_id").values_list("task_id", "card_id")[:1]:
                    manager = OfficerCard.objects.get(owner_id=council.number, pk=card_id)
                    complete_task(actor=manager, task_id=task_id, outcome="approve", note="A better price than ours.")
            run_waiting()
