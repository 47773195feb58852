"""What the pages show of a batch: its files, how far its work is, and which codes still need a match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from councils.finance.choices import SubjectiveGroup
from shared_services.access.models import OfficerCard

from .choices import BatchStatus, CrosswalkKind, OrderCategory
from .models import ControlTotal, Crosswalk, ImportBatch, ImportFile, LegacyOrder, RowProblem

KIND_OF = {
    ("CSKS", "unmatched_department"): CrosswalkKind.DEPARTMENT,
    ("SKA1", "unmatched_group"): CrosswalkKind.SUBJECTIVE_GROUP,
    ("EKKN", "unknown_cost_centre"): CrosswalkKind.COST_CENTRE,
    ("EKKN", "unknown_code"): CrosswalkKind.SUBJECTIVE,
    ("PA0001", "unknown_post"): CrosswalkKind.POST,
    ("PA0001", "unknown_scheme"): CrosswalkKind.LEAVE_SCHEME,
    ("PA2001", "unknown_type"): CrosswalkKind.LEAVE_TYPE,
    ("PA2006", "unknown_type"): CrosswalkKind.LEAVE_TYPE,
}
"""The problems that a match of codes puts right."""
MOST_CODES = 200
"""Codes matched on one page."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work of a batch is, in parts of a whole."""

    done: int
    total: int
    words: str


def batches_to_sign(actor: OfficerCard) -> QuerySet[ImportBatch]:
    """Batches that are reconciled and wait for the signature of this officer, or another who had no hand in them."""
    totals = ControlTotal.objects.filter(file__batch=OuterRef("pk"))
    to_reconcile = totals.filter(Q(source_amount=None) | Q(explanation="") & ~Q(source_amount=F("read_amount")))
    return (
        ImportBatch.objects.visible_to(actor)
        .filter(Exists(totals), ~Exists(to_reconcile), status=BatchStatus.CHECKED, signed_by=None)
        .exclude(Exists(totals.filter(stated_by=actor)))
        .exclude(created_by=actor)
    )


def progress_of(batch: ImportBatch, files: list[ImportFile]) -> Progress:
    """Reading counts bytes, because the rows are not known before; loading counts rows."""
    good = [one for one in files if not one.trouble]
    if batch.status == BatchStatus.LOADING:
        total = sum(one.last_line for one in good) or 1
        done = sum(min(one.loaded_line, one.last_line) for one in good)
        loaded = sum(one.created_count + one.changed_count + one.left_unchanged_count for one in good)
        return Progress(done, total, f"{loaded:,} rows loaded")
    total = sum(one.size for one in good) or 1
    done = sum(one.size if one.read_at else min(one.next_offset, one.size) for one in good)
    return Progress(done, total, f"{sum(one.row_count for one in good):,} rows read")


def tables_reading(kind: str) -> set[str]:
    """The tables of the legacy system whose rows name codes of a kind."""
    return {table for (table, _reason), one in KIND_OF.items() if one == kind}


def unmatched_codes(kind: str) -> dict[str, int]:
    """Codes of batches not yet loaded that nothing here answers to, with the rows that wait for them."""
    tables = [(table, reason) for (table, reason), one in KIND_OF.items() if one == kind]
    found: dict[str, int] = {}
    for table, reason in tables:
        rows = (
            RowProblem.objects.filter(batch__status=BatchStatus.CHECKED, reason=reason, file__table=table)
            .order_by()
            .values_list("value")
            .annotate(waiting=Count("id"))
            .order_by("-waiting", "value")[:MOST_CODES]
        )
        for code, count in rows:
            if code:
                found[code] = found.get(code, 0) + count
    return found


def codes_to_match(batch: ImportBatch | None = None) -> dict[str, int]:
    """Kind of code -> how many different ones have no match, in one batch or all that are open."""
    problems = RowProblem.objects.filter(reason__in={reason for _, reason in KIND_OF})
    problems = problems.filter(batch=batch) if batch else problems.filter(batch__status=BatchStatus.CHECKED)
    found: dict[str, set[str]] = {}
    for table, reason, value in problems.order_by().values_list("file__table", "reason", "value").distinct():
        kind = KIND_OF.get((table, reason))
        if kind and value:
            found.setdefault(kind, set()).add(value)
    return {kind: len(values) for kind, values in found.items()}


def matched_codes(kind: str) -> dict[str, str]:
    return dict(Crosswalk.objects.filter(kind=kind).values_list("legacy_value", "value")[:MOST_CODES])


def answers_for(kind: str) -> list[tuple[str, str]]:
    """What codes of a kind may be called here; none where there are too many to choose from in a list."""
    if kind == CrosswalkKind.DEPARTMENT:
        return _department_codes()
    if kind == CrosswalkKind.SUBJECTIVE_GROUP:
        return [(key, str(label)) for key, label in SubjectiveGroup.choices]
    if kind == CrosswalkKind.LEAVE_SCHEME:
        return [
            (name, name)
            for name in apps.get_model("people.LeaveScheme").objects.filter(active=True).values_list("name", flat=True)
        ]
    if kind == CrosswalkKind.LEAVE_TYPE:
        return list(apps.get_model("people.LeaveType").objects.filter(active=True).values_list("key", "name"))
    return []


def _department_codes() -> list[tuple[str, str]]:
    departments = apps.get_model("organisation.Department").objects.filter(closed_on=None)
    return [(code, f"{code} {name}") for code, name in departments.order_by("code").values_list("code", "name")]


def order_facts(order: LegacyOrder) -> list[tuple[str, Any]]:
    """An old order's head for its page."""
    return [
        ("Supplier", order.supplier.name),
        ("Kind", dict(OrderCategory.choices).get(order.category, order.category)),
        ("Purchasing group", order.purchasing_group),
        ("Company code", order.company_code),
        ("Currency", order.currency),
        ("Payment terms", order.payment_terms),
    ]
