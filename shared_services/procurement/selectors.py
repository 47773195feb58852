"""Reads that join several tables, as plain values for pages and for other apps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.db.models.functions import Substr

from shared_services.tenancy.directory import CouncilEntry, all_councils
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.choices import outcome_label
from shared_services.workflow.selectors import CouncilAnswer, answers_by_council

from .choices import DemandStatus, ShareStatus
from .cpv import CpvHit, cpv_labels, find_cpv, known_cpv_codes, search_cpv
from .models import CpvCode, DemandLine, JointProposal, ProposalLine, ProposalShare
from .terms import SharedLine, SharedTerms, share_amount, terms_of_proposal, terms_of_share

__all__ = [
    "CategoryRow",
    "CouncilCell",
    "CpvHit",
    "SharedLine",
    "SharedTerms",
    "ShareRow",
    "column_totals",
    "cpv_labels",
    "demand_by_category",
    "division_labels",
    "find_cpv",
    "is_handed_back",
    "known_cpv_codes",
    "lines_of",
    "open_demand_count",
    "proposals_of_requisition",
    "search_cpv",
    "share_amount",
    "share_rows",
    "shares_of",
    "terms_of_proposal",
    "terms_of_share",
    "whole_requisitions",
]

DIVISION_DIGITS, GROUP_DIGITS = 2, 3


@dataclass(frozen=True, slots=True)
class CouncilCell:
    """What one council wants in one category."""

    council: CouncilEntry
    lines: int = 0
    net_amount: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category across the councils; `together` marks demand that more than one council has."""

    digits: str
    label: str
    cells: tuple[CouncilCell, ...]
    lines: int
    net_amount: Decimal

    @property
    def together(self) -> bool:
        return sum(1 for cell in self.cells if cell.lines) > 1


def demand_by_category(
    *, under: str = "", statuses: Iterable[str] = (DemandStatus.OPEN,), digits: int = DIVISION_DIGITS
) -> list[CategoryRow]:
    """Demand side by side, dearest category first: by division, or by group within the division `under`."""
    councils = all_councils()
    found = (
        DemandLine.objects.of_councils(council.number for council in councils)
        .filter(status__in=list(statuses))
        .annotate(category=Substr("cpv_id", 1, digits))
        .order_by()
        .values("category", "owner_id")
        .annotate(lines=Count("pk"), net=Sum("net_amount"))
    )
    if under:
        found = found.filter(cpv__code__startswith=under)
    by_category: dict[str, dict[int, tuple[int, Decimal]]] = {}
    for row in found:
        by_category.setdefault(row["category"], {})[row["owner_id"]] = (row["lines"], row["net"])
    labels = category_labels(by_category)
    rows = []
    for category, cells in by_category.items():
        side_by_side = tuple(
            CouncilCell(council, *cells.get(council.number, (0, Decimal("0.00")))) for council in councils
        )
        rows.append(
            CategoryRow(
                digits=category,
                label=labels.get(category, category),
                cells=side_by_side,
                lines=sum(cell.lines for cell in side_by_side),
                net_amount=sum((cell.net_amount for cell in side_by_side), Decimal("0.00")),
            )
        )
    return sorted(rows, key=lambda row: (-row.net_amount, row.digits))


def column_totals(rows: Iterable[CategoryRow], councils: Iterable[CouncilEntry]) -> list[CouncilCell]:
    """What each council's column comes to."""
    lines: dict[int, int] = defaultdict(int)
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        for cell in row.cells:
            lines[cell.council.number] += cell.lines
            amounts[cell.council.number] += cell.net_amount
    return [CouncilCell(council, lines[council.number], amounts[council.number]) for council in councils]


def whole_requisitions(line_ids: Iterable[UUID], *, under: str = "") -> list[DemandLine]:
    """Open demand by whole requisitions: those with one of the lines, or with a line in the category `under`."""
    numbers = [council.number for council in all_councils()]
    asked = DemandLine.objects.of_councils(numbers).open()
    asked = asked.filter(cpv__code__startswith=under) if under else asked.filter(pk__in=list(line_ids))
    found = set(asked.order_by().values_list("owner_id", "requisition_id"))
    return list(
        DemandLine.objects.of_councils({owner for owner, _ in found})
        .open()
        .filter(requisition_id__in={requisition for _, requisition in found})
        .select_related("cpv")
        .order_by("owner_id", "reference", "line_number")
    )


def already_taken(line_ids: Iterable[UUID]) -> list[DemandLine]:
    """Those of the chosen lines that are no longer open, to be named to whoever chose them."""
    numbers = [council.number for council in all_councils()]
    chosen = DemandLine.objects.of_councils(numbers).filter(pk__in=list(line_ids)).exclude(status=DemandStatus.OPEN)
    return list(chosen.order_by("owner_id", "reference", "line_number"))


def category_labels(prefixes: Iterable[str]) -> dict[str, str]:
    """The labels of divisions or groups named by their first digits; a group without a code of its own takes the nearest."""
    wanted = list(prefixes)
    known = dict(
        CpvCode.objects.filter(digits8__in=[prefix.ljust(8, "0") for prefix in wanted]).values_list("digits8", "label")
    )
    return {prefix: known[prefix.ljust(8, "0")] for prefix in wanted if prefix.ljust(8, "0") in known}


def division_labels() -> dict[str, str]:
    """The 45 divisions of the vocabulary by their two digits."""
    return dict(CpvCode.objects.divisions().values_list("division", "label"))


def open_demand_count() -> int:
    """How many lines of demand nobody has dealt with yet."""
    return DemandLine.objects.of_councils(council.number for council in all_councils()).open().count()


def shares_of(proposal: JointProposal) -> list[ProposalShare]:
    """Each council's share that still has lines. In a council's room: its own only."""
    return list(
        ProposalShare.objects.filter(owner_id=SHARED_SERVICE_NUMBER, proposal=proposal, line_count__gt=0).order_by(
            "council_name"
        )
    )


@dataclass(frozen=True, slots=True)
class ShareRow:
    """One council's share with its answer and its order, each as a word."""

    share: ProposalShare
    answer: str
    answered_by: str
    answered_at: datetime | None
    reason: str
    parked_reason: str

    @property
    def has_failed(self) -> bool:
        return self.share.status == ShareStatus.FAILED


NOT_ASKED, WAITING, NOT_NEEDED = "Not asked yet", "Waiting for an answer", "No longer needed"


def share_rows(proposal: JointProposal) -> list[ShareRow]:
    """Each council's share, what its managers answered, and how far its own order has come."""
    shares = shares_of(proposal)
    answers = (
        answers_by_council(case_id=proposal.case_id, councils=[share.council_id for share in shares])
        if proposal.case_id
        else {}
    )
    return [_share_row(share, answers.get(share.council_id)) for share in shares]


def _share_row(share: ProposalShare, answer: CouncilAnswer | None) -> ShareRow:
    if answer is None:
        return ShareRow(share, NOT_ASKED, "", None, "", "")
    task = answer.task
    if task.outcome:
        words = outcome_label(task.outcome)
    else:
        words = WAITING if task.is_open else NOT_NEEDED
    return ShareRow(
        share=share,
        answer=words,
        answered_by=task.done_by_name,
        answered_at=task.done_at if task.outcome else None,
        reason=answer.reason,
        parked_reason=task.parked_reason if task.is_open else "",
    )


def lines_of(proposal: JointProposal) -> list[ProposalLine]:
    """The lines a proposal holds, or held when it was closed. In a council's room: its own only."""
    held = Q(is_live=True) if proposal.is_live else Q()
    return list(
        ProposalLine.objects.filter(held, owner_id=SHARED_SERVICE_NUMBER, proposal=proposal)
        .select_related("demand_line__cpv", "share")
        .order_by("share__council_name", "demand_line__reference", "demand_line__line_number")
    )


def proposals_of_requisition(requisition_id: UUID, council_number: int) -> list[JointProposal]:
    """The joint proposals that hold or held a requisition, newest first. Councils see submitted ones only."""
    keys = DemandLine.objects.filter(owner_id=council_number, requisition_id=requisition_id).values("pk")
    held = ProposalLine.objects.filter(owner_id=SHARED_SERVICE_NUMBER, demand_line__in=keys).values("proposal")
    return list(JointProposal.objects.of_shared_service().filter(pk__in=held))


def is_handed_back(*, requisition_id: UUID) -> bool:
    """Whether every line of this council's own requisition was handed back to it. Read in the council's room."""
    lines = DemandLine.objects.filter(owner_id=current_council().number, requisition_id=requisition_id)
    states = set(lines.order_by().values_list("status", flat=True))
    return states == {DemandStatus.RETURNED}
