"""Help for each role: which guides a room has, and which of them are an officer's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Guide:
    """What officers with some roles can do, step by step. Its words are in `help/_<template>.html`."""

    key: str
    title: str
    roles: frozenset[str]
    in_councils: bool = True
    in_shared_service: bool = False

    @property
    def template(self) -> str:
        return f"pages/shared_services/govuk/help/_{self.key.replace('-', '_')}.html"

    def is_in(self, *, shared_service: bool) -> bool:
        return self.in_shared_service if shared_service else self.in_councils


def _pooled(key: str, title: str, *roles: str) -> Guide:
    return Guide(key, title, frozenset(roles), in_councils=False, in_shared_service=True)


GUIDES = (
    Guide("requisitioner", "Requisitioner", frozenset({"requisitioner"})),
    Guide(
        "approver",
        "Approver: budget holder, head of service, director",
        frozenset({"budget_holder", "head_of_service", "director"}),
    ),
    Guide("finance", "Finance officer", frozenset({"finance_officer"})),
    Guide("section-151-officer", "Section 151 officer", frozenset({"section_151_officer"})),
    Guide("hr", "HR adviser", frozenset({"hr_adviser"})),
    Guide("council-administrator", "Council administrator", frozenset({"council_administrator"})),
    _pooled("category-manager", "Category manager", "category_manager", "shared_service_manager"),
    _pooled("shared-service-manager", "Shared service manager", "shared_service_manager"),
    _pooled("partnership-administrator", "Partnership administrator", "partnership_administrator"),
    _pooled("platform-operator", "Platform operator", "platform_operator"),
    Guide("auditor", "Auditor", frozenset({"auditor", "shared_service_auditor"}), in_shared_service=True),
)


def guides_for(actor: Any, *, shared_service: bool) -> tuple[list[Guide], list[Guide]]:
    """The officer's own guides and the others of this room."""
    here = [guide for guide in GUIDES if guide.is_in(shared_service=shared_service)]
    roles = set(actor.roles) if actor else set()
    own = [guide for guide in here if guide.roles & roles]
    return own, [guide for guide in here if guide not in own]


def guide_named(key: str, *, shared_service: bool) -> Guide | None:
    """The guide of this room with that key."""
    here = (guide for guide in GUIDES if guide.is_in(shared_service=shared_service))
    return next((guide for guide in here if guide.key == key), None)
