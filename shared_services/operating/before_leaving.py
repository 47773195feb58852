"""What a council should have settled before it leaves. Each app brings its own checks; none of them keeps it here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.tenancy.door import current_council
from shared_services.workflow.choices import CaseStatus
from shared_services.workflow.models import Case

from .choices import BY_THE_COUNCIL
from .models import Operation

SHOWN = 10
STILL_OPEN = (CaseStatus.OPEN, CaseStatus.WAITING, CaseStatus.PARKED)


@dataclass(frozen=True, slots=True)
class LeavingCheck:
    """One thing to settle: what is open still, and where to look at it with which permission."""

    title: str
    found: tuple[str, ...] = ()
    url: str = ""
    permission: str = ""

    @property
    def ok(self) -> bool:
        return not self.found

    def as_data(self) -> dict[str, object]:
        return {"title": self.title, "found": list(self.found)}


_makers: list[Callable[[], LeavingCheck | None]] = []


def leaving_check(make: Callable[[], LeavingCheck | None]) -> Callable[[], LeavingCheck | None]:
    """Register a check of the room that is open: the app that keeps exit packs brings "An exit pack is ready".

    None: it does not concern this council. Put it into the app's own `before_leaving` module, which is found by name.
    """
    if make not in _makers:
        _makers.append(make)
    return make


def leaving_checks() -> list[LeavingCheck]:
    """Every check, as it stands now."""
    return [check for make in _makers if (check := make()) is not None]


def leaving_checks_for(actor: OfficerCard) -> list[LeavingCheck]:
    """Every check, without a link to where this officer may not go."""
    return [
        check if not check.permission or may(actor, check.permission) else replace(check, url="")
        for check in leaving_checks()
    ]


@leaving_check
def open_joint_cases() -> LeavingCheck:
    """Cases shared with other councils, and those that were handed over to the shared service."""
    here = current_council().number
    cases = Case.objects.filter(status__in=STILL_OPEN).exclude(owner_id=here, parts__contained_by=[here])
    references = tuple(cases.order_by("reference").values_list("reference", flat=True)[: SHOWN + 1])
    found = (*references[:SHOWN], "and more") if len(references) > SHOWN else references
    return LeavingCheck(
        "Joint cases and cases handed over are closed", found, reverse("workflow:list_cases"), "workflow.view_case"
    )


@leaving_check
def operations_that_are_open() -> LeavingCheck:
    operations = Operation.objects.of(current_council().number).open().exclude(kind__in=BY_THE_COUNCIL)
    return LeavingCheck(
        "Nothing that the platform’s team asked or does is open",
        tuple(one.get_kind_display() for one in operations[:SHOWN]),
        reverse("platform_team:list_operations"),
        "operating.view_own_operations",
    )
