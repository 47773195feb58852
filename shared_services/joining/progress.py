"""How far an application has come, in words: computed from what is there, never kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from shared_services.messaging.live_steps import ShownSteps

from .agreements import signatures_of
from .choices import STATUS_COLOURS, NamedRole, Service, Status
from .forms import COLOURS, DIVISIONS
from .models import Application, OpeningStep


def parts_of(application: Application) -> list[dict[str, Any]]:
    """The task list of an application that is being filled in."""
    named = application.named_officers.count()
    people = named == len(NamedRole)
    complete = people and bool(application.services) and bool(application.slug)
    return [
        _part("Name the officers", "joining:name_officers", people, begun=named > 0),
        _part("Choose services", "joining:choose_services", bool(application.services)),
        _part("Describe your council’s portal", "joining:describe_portal", bool(application.slug)),
        {
            "title": "Check the application and send it",
            "url": reverse("joining:check") if complete else "",
            "status": "Not yet started" if complete else "Cannot start yet",
            "colour": "blue" if complete else "",
        },
    ]


def _part(title: str, url_name: str, done: bool, *, begun: bool = False) -> dict[str, Any]:
    status = "Completed" if done else "In progress" if begun else "Not yet started"
    return {"title": title, "url": reverse(url_name), "status": status, "colour": "" if done else "blue"}


def summary_of(application: Application) -> list[dict[str, Any]]:
    """Everything that an application says, as rows of a summary list."""
    rows: list[dict[str, Any]] = [{"label": "Council", "value": application.registered.name}]
    for officer in sorted(application.named_officers.all(), key=lambda one: NamedRole.values.index(one.role)):
        rows.append(
            {
                "label": officer.get_role_display(),
                "value": f"{officer.work_name}\n{officer.work_email}",
                "url": reverse("joining:name_officers"),
            }
        )
    services = ", ".join(Service(one).label for one in application.services)
    rows.append({"label": "Services", "value": services, "url": reverse("joining:choose_services")})
    portal = {
        "Name": application.display_name,
        "Web address": web_address(application),
        "Colour": dict(COLOURS).get(application.colour, application.colour),
        "Contact": application.contact_email,
        "Bank holidays": dict(DIVISIONS).get(application.bank_holiday_division, ""),
        "Leave year starts": "1 April" if application.leave_year_start_month == 4 else "1 January",
        "Financial year": "1 April to 31 March",
    }
    fixed = {"Financial year"}
    for label, value in portal.items():
        row = {"label": label, "value": value}
        rows.append(row if label in fixed else {**row, "url": reverse("joining:describe_portal")})
    return rows


def web_address(application: Application) -> str:
    return f"{application.slug}.{settings.BASE_HOST}" if application.slug else ""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an application stands: signatures, steps of the opening, and whether the page should look again."""

    status: str
    colour: str
    signatures: list[Any]
    opening: ShownSteps
    under_way: bool
    address: str

    @property
    def signed(self) -> int:
        return sum(wanted.signature is not None for wanted in self.signatures)


def progress_of(application: Application, *, for_team: bool = False) -> Progress:
    """Everything that the page of an application shows of its state, to the applicant or to the platform's team."""
    host = application.council.get_primary_domain() if application.council else None
    return Progress(
        status=application.get_status_display(),
        colour=STATUS_COLOURS[Status(application.status)],
        signatures=signatures_of(application) if application.status != Status.OPEN else [],
        opening=ShownSteps.of(OpeningStep.objects.filter(application=application), for_team=for_team),
        under_way=application.status == Status.ADMITTED,
        address=_address(host.domain) if host else "",
    )


def _address(host: str) -> str:
    local = settings.DEMO or settings.DEBUG
    return f"{'http' if local else 'https'}://{host}{f':{settings.PORT}' if local else ''}/"
