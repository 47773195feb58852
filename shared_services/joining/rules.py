"""Who may apply for which council, whom an application must name, and what must be there before it is sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from shared_services.accounts.rules import mailbox
from shared_services.govuk.words import spoken_date
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.tenancy.models import Council, RegisteredCouncil

from .choices import NamedRole, Status
from .models import Application

SUBMITTED = (Status.SIGNING, Status.VOTING, Status.ADMITTED, Status.FAILED, Status.JOINED)
RESERVED_NAMES = frozenset({
    "admin", "api", "app", "assets", "auth", "council", "councils", "demo", "docs", "files", "guildhall", "help",
    "join", "login", "mail", "ns", "shared", "sso", "static", "status", "support", "test", "www",
})  # fmt: skip
"""Web names that could pass for a part of the platform itself."""


LONGEST_NAME = 100
A_NAME = re.compile(r"(?:[^\W\d_]|[ '’‘-]|[.,](?= |$|[^\W\d_]\b))+")
"""Letters of any script; a full stop ends a word or stands between initials, so that no web address passes."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone whom an application names."""

    work_name: str
    work_email: str


def check_may_apply(registered: RegisteredCouncil) -> None:
    """Only councils that are not in yet, will go on, and have a domain of their own that proves who is writing."""
    if Council.objects.filter(registered=registered, state__in=Council.KEPT).exists():
        raise NotAllowed(
            f"{registered.name} has joined already. Ask its administrator to add you as an officer.", code="joined"
        )
    if registered.ended_on is not None:
        ends = "ended" if registered.ended_on < timezone.localdate() else "ends"
        takes_over = f" {registered.successor_names} takes over from it." if registered.successor_names else ""
        if " and " in registered.successor_names:
            takes_over = takes_over.replace(" takes over", " take over")
        raise NotAllowed(
            f"{registered.name} {ends} on {spoken_date(registered.ended_on)}, so it cannot join.{takes_over} "
            "A successor can apply as soon as the register lists it.",
            code="abolished",
        )
    if not registered.website_domain:
        raise NotAllowed(
            f"The register has no domain for {registered.name}, so an email address cannot prove who is applying. "
            "Ask the partnership to add it.",
            code="no_domain",
        )


def check_email_is_the_councils(registered: RegisteredCouncil, work_email: str) -> None:
    """Whoever reads the mailbox speaks for the council, so it must be one that the council runs."""
    domain = registered.website_domain.lower()
    host = work_email.lower().rpartition("@")[2]
    if host != domain and not host.endswith(f".{domain}"):
        raise NotAllowed(
            f"Enter a work email address at {domain}, such as name@{domain}. "
            f"An address elsewhere cannot apply for {registered.name}.",
            code="email_domain",
        )


def check_name(work_name: str) -> None:
    """A name goes into mails to others, so it is a name: one line, no web address, no number to ring."""
    if len(work_name) > LONGEST_NAME or not A_NAME.fullmatch(unicodedata.normalize("NFC", work_name)):
        raise NotAllowed(
            f"Enter a name of at most {LONGEST_NAME} characters in one line: letters, spaces, hyphens and apostrophes, "
            "and a space after a full stop, as in “J. Smith”.",
            code="name",
        )


def check_people(registered: RegisteredCouncil, people: Mapping[str, Person]) -> dict[str, str]:
    """What is wrong with the officers named, by role; nothing when they may stand."""
    wrong: dict[str, str] = {}
    for role, person in people.items():
        try:
            check_name(person.work_name)
            check_email_is_the_councils(registered, person.work_email)
        except NotAllowed as refusal:
            wrong[role] = refusal.message
    for one, other, reason in APART:
        first, second = people.get(one), people.get(other)
        if first and second and mailbox(first.work_email) == mailbox(second.work_email) and other not in wrong:
            wrong[other] = reason
    return wrong


APART: tuple[tuple[str, str, str], ...] = (
    # Local Government and Housing Act 1989, section 5(1B).
    (
        NamedRole.SECTION_151,
        NamedRole.MONITORING,
        "The monitoring officer cannot be the section 151 officer. Name somebody else",
    ),
    # UK GDPR, Article 38(6): other duties of a data protection officer must not conflict with that one.
    (
        NamedRole.SPONSOR,
        NamedRole.DATA_PROTECTION,
        "The data protection officer cannot also be the sponsor. Name somebody else",
    ),
    (
        NamedRole.DATA_PROTECTION,
        NamedRole.ADMINISTRATOR,
        "The first administrator cannot also be the data protection officer. Name somebody else",
    ),
)
"""Roles that one person must not hold together, and why."""


def check_web_name(slug: str, *, besides: Application) -> None:
    """A web name becomes the council's own host, so nobody else may have it."""
    # A council that left gets its own web name back when it joins again.
    gone = Council.objects.filter(registered=besides.registered_id, state=Council.State.ENDED)
    taken = slug in RESERVED_NAMES or Council.objects.filter(slug=slug).exclude(pk__in=gone).exists()
    if taken or Application.objects.under_way().filter(slug=slug).exclude(pk=besides.pk).exists():
        raise NotAllowed(f"The web name “{slug}” is taken. Choose another.", code="web_name")


def check_open(application: Application) -> None:
    if application.status != Status.OPEN:
        raise NotAllowed(
            f"This application is {application.get_status_display().lower()}, so its answers cannot be changed now.",
            code="not_open",
        )


def check_version(application: Application, version: int | None) -> None:
    if version is not None and application.version != version:
        raise Stale()


def missing_parts(application: Application) -> list[str]:
    """What an application still lacks, in words."""
    named = set(application.named_officers.values_list("role", flat=True))
    missing = [f"the {role.label.lower()}" for role in NamedRole if role not in named]
    if not application.services:
        missing.append("the services")
    if not application.slug:
        missing.append("the portal’s name and web address")
    return missing


def check_complete(application: Application) -> None:
    if missing := missing_parts(application):
        raise NotAllowed(f"The application is not complete. Add {', '.join(missing)}.", code="incomplete")


def voters() -> list[Any]:
    """The councils that are partners now."""
    return list(all_councils())
