"""A real council of the register that is not in yet, and its way through an application."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache

from shared_services.joining.choices import NamedRole, Status
from shared_services.joining.models import Application
from shared_services.joining.rules import Person
from shared_services.joining.services import applying
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.models import RegisteredCouncil

WIGAN, SURREY = "E08000010", "E10000030"
NAMES = {
    NamedRole.SPONSOR: "Flint Heron",
    NamedRole.SECTION_151: "Opal Linnet",
    NamedRole.MONITORING: "Jade Plover",
    NamedRole.DATA_PROTECTION: "Teal Bramble",
    NamedRole.ADMINISTRATOR: "Ruby Curlew",
}


def people(domain: str = "wigan.gov.uk") -> dict[str, Person]:
    return {role.value: Person(name, f"{name.lower().replace(' ', '.')}@{domain}") for role, name in NAMES.items()}


PORTAL = {
    "display_name": "Wigan Metropolitan Borough Council", "short_name": "Wigan", "slug": "wigan", "colour": "#0b6e4f",
    "contact_email": "portal@wigan.gov.uk", "bank_holiday_division": "england-and-wales", "leave_year_start_month": 4,
}  # fmt: skip


@pytest.fixture(autouse=True)
def fresh_limits(shared_service):
    with inside_council(shared_service):
        cache.clear()


@pytest.fixture
def wigan(shared_service) -> RegisteredCouncil:
    with inside_council(shared_service):
        return RegisteredCouncil.objects.get(pk=WIGAN)


@pytest.fixture
def mailed() -> Callable[[str], str]:
    """mailed("/join/sign/", to=...) -> the path of the latest mailed link that begins so."""

    def latest(beginning: str, *, to: str = "") -> str:
        run_waiting()
        for message in reversed(mail.outbox):
            if to and to not in message.to:
                continue
            if found := re.search(rf"https?://[^/\s]+({re.escape(beginning)}\S*)", message.body):
                return found[1]
        raise AssertionError(f"No mail{f' to {to}' if to else ''} has a link {beginning}")

    return latest


@pytest.fixture
def application(shared_service, wigan) -> Application:
    """Wigan's application, its address confirmed, being filled in."""
    with inside_council(shared_service):
        made = Application(
            owner_id=0, registered=wigan, reference="GH-JOIN-2026-000901", applicant_name="Amber Siskin",
            applicant_email="amber.siskin@wigan.gov.uk", status=Status.OPEN,
        )  # fmt: skip
        made.save(force_insert=True)
        return made


@pytest.fixture
def complete(shared_service, application) -> Application:
    """Wigan's application, filled in and ready to be sent."""
    return fill_in(shared_service, application)


def fill_in(shared_service: Any, application: Application) -> Application:
    with inside_council(shared_service):
        applying.name_officers(application_id=application.pk, version=None, people=people())
        applying.choose_services(application_id=application.pk, version=None, services=["procurement", "hr"])
        return applying.describe_portal(application_id=application.pk, version=None, **PORTAL)
