"""One demo council: its officers, structure, money and employments, as its own officers would enter them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib.auth import base_user
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from councils.finance.services import save_cost_centre
from councils.organisation.models import Department, Post
from councils.organisation.services import (
    appoint,
    change_settings,
    create_department,
    create_post,
    set_department_leads,
)
from councils.people.models import Employment, LeaveScheme
from councils.people.services import record_employment
from shared_services.access.models import OfficerCard
from shared_services.accounts.services import create_officer
from shared_services.tenancy.directory import CouncilEntry

from .officers import Duty, mailbox, names
from .structure import CHIEF_EXECUTIVE, DIRECTORATES, SERVICES, centre_codes, duties

PASSWORD = "guildhall-demo"  # noqa: S105 - printed by `make demo`: every account it opens is invented
POSTS_SINCE = date(2015, 4, 1)
OPENED_ON = date(2020, 4, 1)
FULL_TIME = [Decimal("7.40")] * 5 + [Decimal(0)] * 2
THREE_DAYS = [Decimal("7.40")] * 3 + [Decimal(0)] * 4
NINE_DAYS = ([Decimal("8.22")] * 5 + [Decimal(0)] * 2, [Decimal("8.22")] * 4 + [Decimal(0)] * 3)
JOINT_CATEGORIES = ["3019", "3021", "3023", "3910", "3911", "3912", "1811", "1814", "1822", "3314"]
AUDITORS = 20
"""Auditors have names of their own: those of a council so much further on."""


@dataclass
class Cast:
    """A demo council's officers by the key of their duty, with their employments and the structure they work in."""

    council: CouncilEntry
    cards: dict[str, OfficerCard] = field(default_factory=dict)
    by_id: dict[UUID, OfficerCard] = field(default_factory=dict)
    employments: dict[str, Employment] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)

    def officer(self, key: str) -> OfficerCard:
        return self.cards[key]


@contextmanager
def one_hash_for_all() -> Iterator[None]:
    """A good hash takes most of a second and every demo account has the same password, so it is worked out once."""
    worked_out = make_password(PASSWORD)
    before = base_user.make_password
    base_user.make_password = lambda raw: worked_out if raw == PASSWORD else before(raw)
    try:
        yield
    finally:
        base_user.make_password = before


def fill_in_council(council: CouncilEntry, *, part: int, chance: random.Random) -> Cast:
    """Officers, departments, posts, cost centres and employments. The council's room is open."""
    cast = Cast(council)
    with one_hash_for_all():
        _engage(cast, part)
    _build(cast)
    _open_cost_centres(cast)
    _employ(cast, chance)
    change_settings(actor=cast.officer("admin"), joint_buying_categories=JOINT_CATEGORIES)
    return cast


def _engage(cast: Cast, part: int) -> None:
    domain = cast.council.domain or f"{cast.council.slug}.gov.uk"
    everyone = sorted(zip(names(part), duties(), strict=True), key=lambda pair: pair[1].key != "admin")
    administrator: OfficerCard | None = None
    for name, duty in everyone:
        card = create_officer(
            actor=administrator,
            work_name=name,
            work_email=f"{duty.account or mailbox(name)}@{domain}",
            job_title=duty.title,
            roles=list(duty.roles),
            password=PASSWORD,
        )
        administrator = administrator or card
        cast.cards[duty.key] = card
        cast.by_id[card.pk] = card
    # An auditor has no post: he comes from outside and reads.
    create_officer(
        actor=administrator, work_name=names(AUDITORS + part)[0], work_email=f"auditor@{domain}",
        job_title="External auditor", roles=["auditor"], password=PASSWORD,
    )  # fmt: skip


def _build(cast: Cast) -> None:
    admin = cast.officer("admin")
    departments = cast.departments
    departments[CHIEF_EXECUTIVE] = create_department(actor=admin, code=CHIEF_EXECUTIVE, name="Chief executive’s office")
    for code, name in DIRECTORATES.items():
        departments[code] = create_department(actor=admin, code=code, name=name, parent=departments[CHIEF_EXECUTIVE])
    for service in SERVICES:
        departments[service.code] = create_department(
            actor=admin, code=service.code, name=service.name, parent=departments[service.directorate]
        )
    for number, duty in enumerate(duties(), start=1):
        cast.posts[duty.key] = create_post(
            actor=admin,
            number=f"P{number:04d}",
            title=duty.title,
            department=departments[duty.service],
            reports_to=cast.posts.get(duty.reports_to),
            grade=duty.grade,
            opened_on=POSTS_SINCE,
        )
    for code in DIRECTORATES:
        _lead(cast, code, head=f"{code}-director", director=f"{code}-director")
    for service in SERVICES:
        _lead(cast, service.code, head=f"{service.code}-head", director=None)
    _lead(cast, CHIEF_EXECUTIVE, head="NEI-director", director="NEI-director")


def _lead(cast: Cast, code: str, *, head: str, director: str | None) -> None:
    set_department_leads(
        actor=cast.officer("admin"),
        department=cast.departments[code],
        head_post=cast.posts[head],
        director_post=cast.posts[director] if director else None,
    )


def _open_cost_centres(cast: Cast) -> None:
    for service in SERVICES:
        for code, name in centre_codes(service):
            save_cost_centre(
                actor=cast.officer("finance-1"),
                code=code,
                name=name,
                department_id=cast.departments[service.code].pk,
                valid_from=OPENED_ON,
                budget_holder_post_id=cast.posts[f"{service.code}-manager"].pk,
            )


def _employ(cast: Cast, chance: random.Random) -> None:
    scheme = LeaveScheme.objects.get(name="Green Book")
    for number, duty in enumerate(duties(), start=1):
        started = POSTS_SINCE + timedelta(days=chance.randrange(0, 3500))
        appoint(
            actor=cast.officer("hr-1" if duty.key == "admin" else "admin"),
            post=cast.posts[duty.key],
            card_id=cast.officer(duty.key).pk,
            from_on=started,
        )
        week_one, week_two = _hours(duty, chance)
        cast.employments[duty.key] = record_employment(
            # Nobody enters an employment of his own.
            actor=cast.officer("hr-2" if duty.key == "hr-1" else "hr-1"),
            number=f"E{number:05d}",
            card_id=cast.officer(duty.key).pk,
            post_id=cast.posts[duty.key].pk,
            scheme=scheme,
            start_on=started,
            week_one=week_one,
            week_two=week_two,
            continuous_service_on=started - timedelta(days=chance.choice((0, 0, 0, 900, 2400))),
        )


def _hours(duty: Duty, chance: random.Random) -> tuple[list[Decimal], list[Decimal] | None]:
    if duty.account or "officer" not in duty.key or chance.random() < 0.7:
        return FULL_TIME, None
    return (THREE_DAYS, None) if chance.random() < 0.5 else NINE_DAYS


def working_time(day: date, chance: random.Random) -> datetime:
    """A moment of a working day, moved on from a weekend to Monday."""
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime(
        day.year,
        day.month,
        day.day,
        chance.randrange(8, 17),
        chance.randrange(60),
        chance.randrange(60),
        tzinfo=timezone.get_default_timezone(),
    )
