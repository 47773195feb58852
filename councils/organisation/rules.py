"""What the organisation allows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.tenancy.errors import NotAllowed, Stale

from .models import Appointment, CouncilSettings, Department, Post

DEEPEST = 20
"""No council stacks more layers than this: a longer chain is a circle."""


def check_may_manage(actor: OfficerCard) -> None:
    check_may(actor, "organisation.manage_structure")


def check_not_oneself(actor: OfficerCard, card_id: UUID | None, what: str) -> None:
    """Two people: whoever keeps the structure does not decide what power it gives him."""
    if card_id == actor.pk:
        raise NotAllowed(f"You cannot {what}. Ask another administrator or an HR adviser to do it.", code="own_record")


def check_not_own_posts(actor: OfficerCard, posts: Iterable[Post | None]) -> None:
    named = [post.pk for post in posts if post is not None]
    if Appointment.objects.current(on=localdate()).filter(post__in=named, card_id=actor.pk).exists():
        check_not_oneself(actor, actor.pk, "make your own post a department’s head of service or director")


def check_version(record: Department | Post | CouncilSettings, version: int | None) -> None:
    """The officer saw this version, or somebody changed it since."""
    if version is not None and record.version != version:
        raise Stale


def check_open(record: Department | Post) -> None:
    if record.closed_on is not None:
        raise NotAllowed(f"{record} closed on {record.closed_on:%-d %B %Y}. Choose an open one.")


def check_parent(department: Department, parent: Department | None) -> None:
    """A department cannot stand below itself."""
    above, steps = parent, 0
    while above is not None and steps < DEEPEST:
        if above.pk == department.pk:
            raise NotAllowed(f"{department.name} cannot be placed under {parent}: that is part of {department.name}.")
        above, steps = above.parent, steps + 1


def check_reports_to(post: Post, manager: Post | None) -> None:
    """Nobody manages the post that manages them."""
    above, steps = manager, 0
    while above is not None and steps < DEEPEST:
        if above.pk == post.pk:
            raise NotAllowed(f"{post.title} cannot report to {manager}: that post reports to {post.title}.")
        above, steps = above.reports_to, steps + 1


def check_code_is_free(code: str, *, besides: Department | None = None) -> None:
    others = Department.objects.exclude(pk=besides.pk) if besides else Department.objects.all()
    if others.filter(code=code).exists():
        raise NotAllowed(f"A department with the code {code} exists already. Choose another code.")


def check_number_is_free(number: str) -> None:
    if Post.objects.filter(number=number).exists():
        raise NotAllowed(f"A post with the number {number} exists already. Choose another number.")


def check_may_close_department(department: Department) -> None:
    if department.children.open().exists():
        raise NotAllowed(f"{department.name} still has open departments under it. Move or close them first.")
    if department.posts.open().exists():
        raise NotAllowed(f"{department.name} still has open posts. Move or close them first.")


def check_may_close_post(post: Post, *, on: date) -> None:
    if Appointment.objects.filter(post=post, to_on__isnull=True).exists():
        raise NotAllowed(f"{post} is held. Vacate it first.")
    if Appointment.objects.filter(post=post, to_on__gte=on).exists():
        raise NotAllowed(f"{post} is held until a later day. Close it after that day.")
    if post.reports.open().exists():
        raise NotAllowed(f"Other posts report to {post}. Give them another manager first.")
    if Department.objects.filter(head_post=post).exists() or Department.objects.filter(director_post=post).exists():
        raise NotAllowed(f"{post} leads a department. Choose another lead for it first.")


def check_post_is_free(post: Post, *, from_on: date) -> None:
    """A post has one holder at a time; ending the old appointment is `appoint`'s work for an earlier start."""
    clash = Appointment.objects.filter(post=post, from_on__gte=from_on).order_by("from_on").first()
    if clash is not None:
        raise NotAllowed(
            f"Somebody is appointed to {post} from {clash.from_on:%-d %B %Y}. Choose a later start, or vacate the post first."
        )


def check_may_cancel_appointment(appointment: Appointment, *, on: date) -> None:
    if appointment.from_on < on:
        raise NotAllowed("This appointment has already begun. Vacate the post instead.")
