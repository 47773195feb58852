"""What happened to a requisition or order, in words for the timeline: the audit record and the case's decisions."""

from __future__ import annotations

from typing import Any

from shared_services.audit.selectors import entries_about
from shared_services.workflow.selectors import history_of as history_of_case

from .models import PurchaseOrder, Requisition
from .selectors import case_of

WORDS = {
    "purchasing.requisition.started": "Started",
    "purchasing.requisition.changed": "Changed",
    "purchasing.requisition.submitted": "Submitted for approval",
    "purchasing.requisition.handed_over": "Handed over to the shared service",
    "purchasing.requisition.handed_back": "Handed back by the shared service",
    "purchasing.requisition.withdrawn": "Withdrawn",
    "purchasing.order.raised": "Purchase order raised",
    "purchasing.order.sent": "Purchase order sent",
    "purchasing.order.cancelled": "Purchase order cancelled",
}
"""Decisions are left out: the case tells them, with their reasons."""
MOST_ENTRIES = 50


def history_of_requisition(requisition: Requisition, order: PurchaseOrder | None) -> list[dict[str, Any]]:
    """Everything that happened to a requisition and its order, the newest first."""
    items = _recorded(requisition)
    if order is not None:
        items += _recorded(order)
    case = case_of(requisition)
    if case is not None:
        items += [
            {
                "title": f"{line.title}: {line.outcome.lower()}" if line.outcome else line.title,
                "by": f"{line.by}, {line.job_title}".rstrip(", "),
                "at": line.at,
                "text": line.reason,
            }
            for line in history_of_case(case)
            if line.outcome or line.reason
        ]
    return sorted(items, key=lambda item: item["at"], reverse=True)


def history_of_order(order: PurchaseOrder) -> list[dict[str, Any]]:
    """Everything that happened to an order, the newest first."""
    return _recorded(order)


def _recorded(subject: Requisition | PurchaseOrder) -> list[dict[str, Any]]:
    entries = entries_about(subject).filter(event__in=WORDS)[:MOST_ENTRIES]
    return [
        {"title": WORDS[entry.event], "by": entry.actor_name, "at": entry.at, "text": entry.facts.get("reason", "")}
        for entry in entries
    ]
