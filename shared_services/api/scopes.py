"""What a token may be used for: an area of work to read or to write, or one single permission."""

from __future__ import annotations

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, PUBLIC, SIGNED_IN, may
from shared_services.tenancy.errors import NotAllowed

AREAS: dict[str, str] = {
    "accounts": "Officers",
    "organisation": "Departments and posts",
    "finance": "Budgets and virements",
    "purchasing": "Requisitions and orders",
    "people": "Leave",
    "workflow": "Inbox, tasks and cases",
    "procurement": "Demand and joint purchases",
    "insight": "Shared figures",
    "audit": "Audit record",
    "migration": "Data from the legacy system",
    "leaving": "Exit packs",
    "modelling": "Design of processes",
    "webhooks": "Webhooks",
}


def area_scopes(area: str) -> tuple[str, str]:
    return f"{area}:read", f"{area}:write"


def scope_choices(card: OfficerCard) -> list[tuple[str, str]]:
    """The scopes that make sense for this officer: areas in which some permission is held."""
    choices = []
    for area, label in AREAS.items():
        if any(may(card, name) for name in PERMISSIONS if name.startswith(f"{area}.")):
            read, write = area_scopes(area)
            choices += [(read, f"{label}: read"), (write, f"{label}: read and change")]
    return choices


def check_scopes(card: OfficerCard, scopes: list[str]) -> None:
    """A token can never be given more than its officer has."""
    if not scopes:
        raise NotAllowed("Choose at least one thing that the token may be used for.")
    offered = {scope for scope, _ in scope_choices(card)}
    for scope in scopes:
        if scope not in offered and not (scope in PERMISSIONS and may(card, scope)):
            raise NotAllowed(f"Your roles do not cover “{scope}”. Choose from the list.")


def covers(scopes: list[str], permission: str, *, changing: bool) -> bool:
    """Whether a token's scopes reach an action; the officer's own roles are asked separately."""
    if permission in (SIGNED_IN, PUBLIC) or permission in scopes:
        return True
    read, write = area_scopes(permission.partition(".")[0])
    return write in scopes or (not changing and read in scopes)
