"""What can happen to departments, posts and their holders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.changes import changes_between, values_of
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import calendars

from . import rules
from .models import Appointment, ClosureDay, CouncilSettings, Department, Post

FINANCIAL_SETTINGS = {"budget_check_mode": "organisation.set_budget_check"}
"""Settings that are a control on spending, and the permission to change each."""

Held = TypeVar("Held", Department, Post)


@transaction.atomic
def create_department(*, actor: OfficerCard, code: str, name: str, parent: Department | None = None) -> Department:
    """Open a department; the council administrator may."""
    rules.check_may_manage(actor)
    rules.check_code_is_free(code)

    department = Department.objects.create(code=code, name=name, parent=parent)

    record(actor, "organisation.department.created", department, code=code, name=name)
    return department


@transaction.atomic
def rename_department(
    *, actor: OfficerCard, department: Department, code: str, name: str, version: int | None = None
) -> Department:
    """Give a department another name or code."""
    rules.check_may_manage(actor)
    department = _locked(department)
    rules.check_version(department, version)
    rules.check_code_is_free(code, besides=department)

    before = values_of(department, ("code", "name"))
    department.code, department.name = code, name
    _save(department, "code", "name")

    record(actor, "organisation.department.renamed", department, changes=changes_between(before, department))
    return department


@transaction.atomic
def move_department(
    *, actor: OfficerCard, department: Department, parent: Department | None, version: int | None = None
) -> Department:
    """Place a department under another; never under itself or a part of itself."""
    rules.check_may_manage(actor)
    # One lock over the tree: two moves at once could each be right and together make a circle.
    list(Department.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    department = Department.objects.get(pk=department.pk)
    rules.check_version(department, version)
    if parent is not None:
        rules.check_open(parent)
    rules.check_parent(department, parent)

    before = values_of(department, ("parent",))
    department.parent = parent
    _save(department, "parent")

    record(actor, "organisation.department.moved", department, changes=changes_between(before, department))
    _find_deciders_again()
    return department


@transaction.atomic
def set_department_leads(
    *,
    actor: OfficerCard,
    department: Department,
    head_post: Post | None,
    director_post: Post | None,
    version: int | None = None,
) -> Department:
    """Name the posts of the head of service and the director; tasks waiting for them move to the new holders."""
    rules.check_may_manage(actor)
    department = _locked(department)
    rules.check_version(department, version)
    named = {department.head_post_id, department.director_post_id}
    rules.check_not_own_posts(actor, [each for each in (head_post, director_post) if each and each.pk not in named])

    before = values_of(department, ("head_post", "director_post"))
    department.head_post, department.director_post = head_post, director_post
    _save(department, "head_post", "director_post")

    record(actor, "organisation.department.leads_set", department, changes=changes_between(before, department))
    _find_deciders_again()
    return department


@transaction.atomic
def close_department(*, actor: OfficerCard, department: Department, version: int | None = None) -> Department:
    """Close an empty department; its history stays. Closing it twice changes nothing."""
    rules.check_may_manage(actor)
    department = _locked(department)
    if department.closed_on is not None:
        return department
    rules.check_version(department, version)
    rules.check_may_close_department(department)

    department.closed_on = localdate()
    _save(department, "closed_on")

    record(actor, "organisation.department.closed", department, changes={"closed_on": [None, department.closed_on]})
    return department


@transaction.atomic
def create_post(
    *,
    actor: OfficerCard,
    number: str,
    title: str,
    department: Department,
    reports_to: Post | None = None,
    grade: str = "",
    opened_on: date | None = None,
) -> Post:
    """Add a post to the establishment, vacant until somebody is appointed."""
    rules.check_may_manage(actor)
    rules.check_number_is_free(number)
    rules.check_open(department)

    post = Post.objects.create(
        number=number,
        title=title,
        department=department,
        reports_to=reports_to,
        grade=grade,
        opened_on=opened_on or localdate(),
    )

    record(actor, "organisation.post.created", post, number=number, title=title, department=department.code)
    return post


@transaction.atomic
def change_post(
    *,
    actor: OfficerCard,
    post: Post,
    title: str,
    department: Department,
    reports_to: Post | None,
    grade: str = "",
    version: int | None = None,
) -> Post:
    """Change a post's title, grade, department or manager; never in a circle."""
    rules.check_may_manage(actor)
    post = _locked(post)
    rules.check_version(post, version)
    rules.check_open(department)
    rules.check_reports_to(post, reports_to)

    before = values_of(post, ("title", "department", "reports_to", "grade"))
    post.title, post.department, post.reports_to, post.grade = title, department, reports_to, grade
    _save(post, *before)

    record(actor, "organisation.post.changed", post, changes=changes_between(before, post))
    _find_deciders_again()
    return post


@transaction.atomic
def close_post(*, actor: OfficerCard, post: Post, version: int | None = None) -> Post:
    """Delete a vacant post from the establishment; its history stays. Closing it twice changes nothing."""
    rules.check_may_manage(actor)
    post = _locked(post)
    if post.closed_on is not None:
        return post
    rules.check_version(post, version)
    rules.check_may_close_post(post, on=localdate())

    post.closed_on = localdate()
    _save(post, "closed_on")

    record(actor, "organisation.post.closed", post, changes={"closed_on": [None, post.closed_on]})
    return post


@transaction.atomic
def appoint(
    *,
    actor: OfficerCard,
    post: Post,
    card_id: UUID,
    from_on: date | None = None,
    acting: bool = False,
    version: int | None = None,
) -> Appointment:
    """Appoint an officer to a post; the holder before leaves it the day before.

    Appointing the same officer again changes nothing.
    """
    rules.check_may_manage(actor)
    from_on = from_on or localdate()
    post = _locked(post)
    holding = Appointment.objects.filter(post=post, to_on__isnull=True).first()
    if holding is not None and holding.card_id == card_id and holding.from_on <= from_on:
        return holding
    rules.check_not_oneself(actor, card_id, "appoint yourself to a post")
    rules.check_version(post, version)
    rules.check_open(post)
    rules.check_post_is_free(post, from_on=from_on)

    last_day = from_on - timedelta(days=1)
    Appointment.objects.current(on=from_on).filter(post=post).update(to_on=last_day)
    appointment = Appointment.objects.create(post=post, card_id=card_id, from_on=from_on, acting=acting)
    _save(post)

    record(
        actor,
        "organisation.post.filled",
        post,
        card=str(card_id),
        before=str(holding.card_id) if holding else None,
        from_on=from_on.isoformat(),
        acting=acting,
    )
    _find_deciders_again()
    return appointment


@transaction.atomic
def vacate(*, actor: OfficerCard, post: Post, to_on: date | None = None, version: int | None = None) -> Post:
    """End the holder's time in a post; `to_on` is the last day in it. Vacating a vacant post changes nothing."""
    rules.check_may_manage(actor)
    to_on = to_on or localdate()
    post = _locked(post)
    holding = Appointment.objects.filter(post=post, to_on__isnull=True).first()
    if holding is None:
        return post
    rules.check_version(post, version)
    if to_on < holding.from_on:
        raise NotAllowed(f"The last day cannot be before the first: {holding.from_on:%-d %B %Y}.")

    holding.to_on = to_on
    holding.save(update_fields=["to_on"])
    _save(post)

    record(actor, "organisation.post.vacated", post, card=str(holding.card_id), to_on=to_on.isoformat())
    _find_deciders_again()
    return post


@transaction.atomic
def cancel_appointment(*, actor: OfficerCard, appointment: Appointment) -> Post:
    """Take back an appointment made by mistake, on its first day or before; the audit record keeps it."""
    rules.check_may_manage(actor)
    post = _locked(appointment.post)
    rules.check_may_cancel_appointment(appointment, on=localdate())
    card_id, from_on = appointment.card_id, appointment.from_on

    appointment.delete()
    _save(post)

    record(actor, "organisation.post.appointment_cancelled", post, card=str(card_id), from_on=from_on.isoformat())
    _find_deciders_again()
    return post


@transaction.atomic
def change_settings(*, actor: OfficerCard, version: int | None = None, **choices: Any) -> CouncilSettings:
    """Change the council's own choices; only those given are changed.

    Whether an overspend is stopped is the section 151 officer's to decide (Local Government Act 1972, s.151).
    """
    for name in choices:
        check_may(actor, FINANCIAL_SETTINGS.get(name, "organisation.manage_settings"))
    settings = CouncilSettings.objects.select_for_update().get(only_row=True)
    rules.check_version(settings, version)

    before = values_of(settings, choices)
    for name, value in choices.items():
        setattr(settings, name, value)
    settings.version += 1
    settings.save(update_fields=[*choices, "version"])

    calendars.forget()
    record(actor, "organisation.settings.changed", settings, changes=changes_between(before, settings))
    return settings


@transaction.atomic
def add_closure_day(*, actor: OfficerCard, on: date, title: str) -> ClosureDay:
    """Name a day on which the council is closed; naming it again gives it the new title."""
    check_may(actor, "organisation.manage_settings")

    day, _created = ClosureDay.objects.update_or_create(on=on, defaults={"title": title})

    calendars.forget()
    record(actor, "organisation.closure_day.added", day, on=on.isoformat(), title=title)
    return day


@transaction.atomic
def remove_closure_day(*, actor: OfficerCard, day: ClosureDay) -> None:
    """Make a closure day a working day again."""
    check_may(actor, "organisation.manage_settings")
    record(actor, "organisation.closure_day.removed", day, on=day.on.isoformat(), title=day.title)
    day.delete()
    calendars.forget()


def _find_deciders_again() -> None:
    """Open tasks go to whoever holds the posts now: a job does it once these changes are committed."""
    enqueue("workflow.refresh_candidates", once="workflow.refresh_candidates")


def _locked(record_: Held) -> Held:
    """The same record as it is now, held until the transaction ends."""
    return type(record_).objects.select_for_update().get(pk=record_.pk)


def _save(record_: Department | Post, *fields: str) -> None:
    record_.version += 1
    record_.save(update_fields=[*fields, "version"])
