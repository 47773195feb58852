"""Departments, services, posts and cost centres of a demo council."""

from __future__ import annotations

from dataclasses import dataclass

from .officers import Duty


@dataclass(frozen=True)
class Service:
    """A service of the council with its cost centres; what it buys is in `purchases`."""

    code: str
    name: str
    directorate: str
    centres: tuple[str, ...]


DIRECTORATES = {
    "NEI": "Neighbourhoods and culture",
    "CHI": "Children and families",
    "ADU": "Adult social care and health",
    "RES": "Corporate resources",
    "PLA": "Place and growth",
}
CHIEF_EXECUTIVE = "CEX"
SERVICES = (
    Service("LIB", "Libraries and culture", "NEI", ("Central Library", "Branch libraries", "Museums and events")),
    Service(
        "PRK", "Parks and open spaces", "NEI", ("Parks maintenance", "Playgrounds and sports", "Trees and woodland")
    ),
    Service("WST", "Waste and street cleaning", "NEI", ("Household collection", "Street cleaning")),
    Service("SCH", "Schools and learning", "CHI", ("School improvement", "School meals", "Adult learning")),
    Service("FAM", "Children’s social care", "CHI", ("Family support", "Children in care")),
    Service("CAR", "Adult social care", "ADU", ("Care at home", "Day centres", "Equipment and adaptations")),
    Service("PUB", "Public health", "ADU", ("Health improvement", "Environmental health")),
    Service("FIN", "Finance", "RES", ("Accountancy", "Revenues and benefits")),
    Service("HRO", "People and organisation", "RES", ("Workforce development", "Occupational health")),
    Service("DIG", "Digital services", "RES", ("Service desk", "Networks and hosting")),
    Service("PRP", "Property and facilities", "PLA", ("Council offices", "Building maintenance")),
    Service("HWY", "Highways and transport", "PLA", ("Highway maintenance", "Street lighting", "Road safety")),
)
SERVICE_BY_CODE = {service.code: service for service in SERVICES}
CALLING = {
    "LIB": "Librarian", "PRK": "Parks officer", "WST": "Waste services officer", "SCH": "Learning officer",
    "FAM": "Social work business officer", "CAR": "Care services officer", "PUB": "Public health officer",
    "FIN": "Revenues officer", "HRO": "Learning and development officer", "DIG": "Service desk analyst",
    "PRP": "Facilities officer", "HWY": "Highways technician",
}  # fmt: skip


def centre_codes(service: Service) -> list[tuple[str, str]]:
    """The cost centres of a service: (code, name)."""
    return [(f"{service.code}{place}0", name) for place, name in enumerate(service.centres, start=1)]


def duties() -> list[Duty]:
    """Every post with its holder's roles: sixty officers, managers before those they manage."""
    found = [Duty("chief", "Chief executive", CHIEF_EXECUTIVE, "", "CO1")]
    for code, name in DIRECTORATES.items():
        account = "director" if code == "NEI" else ""
        found.append(
            Duty(f"{code}-director", f"Director of {name.lower()}", code, "chief", "CO2", ("director",), account)
        )
    for service in SERVICES:
        demo = service.code == "LIB"
        head, manager = f"{service.code}-head", f"{service.code}-manager"
        found += [
            Duty(
                head, f"Head of {service.name.lower()}", service.code, f"{service.directorate}-director", "PO12",
                ("head_of_service",), "head" if demo else "",
            ),
            Duty(
                manager, f"{service.name} manager", service.code, head, "PO6",
                ("budget_holder", "requisitioner"), "budget" if demo else "",
            ),
        ]  # fmt: skip
        for place in (1, 2):
            account = "requester" if demo and place == 1 else ""
            found.append(
                Duty(
                    f"{service.code}-officer-{place}", CALLING[service.code], service.code, manager, "G7",
                    ("requisitioner",), account,
                )
            )  # fmt: skip
    return found + [
        Duty("s151", "Chief finance officer", "FIN", "RES-director", "CO3", ("section_151_officer",), "s151"),
        Duty("finance-1", "Finance business partner", "FIN", "FIN-manager", "PO4", ("finance_officer",), "finance"),
        Duty("finance-2", "Finance business partner", "FIN", "FIN-manager", "PO4", ("finance_officer",), "finance2"),
        Duty("hr-1", "HR adviser", "HRO", "HRO-manager", "PO3", ("hr_adviser",), "hr"),
        Duty("hr-2", "HR adviser", "HRO", "HRO-manager", "PO3", ("hr_adviser",)),
        Duty("admin", "Portal administrator", "DIG", "DIG-manager", "PO3", ("council_administrator",), "admin"),
    ]
