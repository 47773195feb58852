"""A line of the record as a page shows it: who, what, which record, old and new values, the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import NoReverseMatch

from shared_services.access.permissions import ROLES
from shared_services.audit.models import AuditEntry

PAIRS = ("changes", "changed")
"""Where a line keeps old and new values: {field: [old, new]}."""
LONGEST_LIST = 50


@dataclass(frozen=True)
class Change:
    """One field before and after."""

    field: str
    old: str
    new: str


def changes_of(entry: AuditEntry) -> list[Change]:
    found = []
    for name in PAIRS:
        pairs = entry.facts.get(name)
        if isinstance(pairs, dict):
            found += [
                Change(in_words(field), as_text(pair[0]), as_text(pair[1]))
                for field, pair in pairs.items()
                if isinstance(pair, list) and len(pair) == 2
            ]
    return found


def other_facts(entry: AuditEntry) -> list[tuple[str, str]]:
    """Everything else that the line says."""
    return [
        (in_words(name), as_text(_labelled(value) if name in ("role", "roles") else value))
        for name, value in entry.facts.items()
        if name not in PAIRS or not isinstance(value, dict)
    ]


def summary_of(entry: AuditEntry) -> str:
    """Old and new values in one line, for the list."""
    changes = [f"{one.field}: {one.old or 'nothing'} → {one.new or 'nothing'}" for one in changes_of(entry)]
    text = "; ".join(changes or [f"{name}: {value}" for name, value in other_facts(entry) if value])
    return text if len(text) <= 160 else f"{text[:159]}…"


def _labelled(value: Any) -> Any:
    """Roles as officers know them."""
    if isinstance(value, list):
        return [_labelled(one) for one in value]
    return ROLES[value].label if isinstance(value, str) and value in ROLES else value


def page_of(entry: AuditEntry) -> str:
    """The address of the record's own page, when the record is still there and has one."""
    try:
        model = apps.get_model(entry.subject_type)
        key = UUID(entry.subject_id)
        found = model._base_manager.filter(pk=key).first()
        return found.get_absolute_url() if found is not None and hasattr(found, "get_absolute_url") else ""
    except (LookupError, ValueError, ValidationError, NoReverseMatch):
        return ""


def in_words(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def as_text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(as_text(one) for one in value[:LONGEST_LIST])
    if isinstance(value, dict):
        return "; ".join(f"{in_words(str(name))}: {as_text(one)}" for name, one in value.items())
    return str(value)
