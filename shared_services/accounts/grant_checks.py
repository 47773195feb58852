"""What else must agree before a role is given: apps above register their checks."""

from __future__ import annotations

from collections.abc import Callable, Collection

from shared_services.access.models import OfficerCard

GrantCheck = Callable[[OfficerCard, "OfficerCard | None", Collection[str]], None]
"""Takes who gives, the officer (None: one who is being added) and all roles he would hold; raises NotAllowed."""
_checks: list[GrantCheck] = []


def grant_check(check: GrantCheck) -> GrantCheck:
    if check not in _checks:
        _checks.append(check)
    return check


def check_grant(actor: OfficerCard, card: OfficerCard | None, roles: Collection[str]) -> None:
    for check in _checks:
        check(actor, card, roles)
