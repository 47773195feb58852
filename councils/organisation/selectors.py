"""Who manages whom: reads that other apps of the council ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol
from uuid import UUID

from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council
from shared_services.tenancy.statements import found_keys, found_rows

from .models import Appointment, CouncilSettings, Department, Post
from .structure import Structure, flattened

INDENT = "\u2003"
POSTS_ABOVE = """
    SELECT post.reports_to_id, manager.card_id
      FROM organisation_appointment mine
      JOIN organisation_post post ON post.id = mine.post_id AND post.reports_to_id IS NOT NULL
      LEFT JOIN organisation_appointment manager ON manager.post_id = post.reports_to_id
           AND manager.from_on <= %s AND (manager.to_on IS NULL OR manager.to_on >= %s)
     WHERE mine.card_id = %s AND mine.from_on <= %s AND (mine.to_on IS NULL OR mine.to_on >= %s)
           AND (%s::uuid IS NULL OR mine.post_id = %s)
"""
"""The posts that an officer's posts report to on a day, each with its holder of that day or null."""
POSTS_HELD = """
    SELECT post_id FROM organisation_appointment
     WHERE card_id = %s AND from_on <= %s AND (to_on IS NULL OR to_on >= %s)
"""
REPORTS = """
    SELECT report.card_id
      FROM organisation_appointment mine
      JOIN organisation_post post ON post.reports_to_id = mine.post_id
      JOIN organisation_appointment report ON report.post_id = post.id
           AND report.from_on <= %s AND (report.to_on IS NULL OR report.to_on >= %s)
     WHERE mine.card_id = %s AND mine.from_on <= %s AND (mine.to_on IS NULL OR mine.to_on >= %s)
           AND report.card_id <> %s
"""
LONGEST_CHAIN = 20
"""No council stacks more layers of management than this."""


def council_settings() -> CouncilSettings:
    """The council's own choices."""
    return CouncilSettings.objects.get(only_row=True)


def holders_of_posts(post_ids: Iterable[UUID], *, on: date | None = None) -> dict[UUID, UUID]:
    """Post -> the card of the officer who holds it; vacant posts are left out."""
    appointments = Appointment.objects.current(on=on or localdate()).filter(post_id__in=list(post_ids))
    return dict(appointments.values_list("post_id", "card_id"))


def posts_of_card(card_id: UUID, *, on: date | None = None) -> list[Post]:
    """The posts an officer holds, substantive ones first."""
    posts = Post.objects.held_by(card_id, on=on or localdate())
    return list(posts.select_related("department", "reports_to").order_by("appointments__acting", "number"))


def post_keys_of_card(card_id: UUID, *, on: date | None = None) -> set[UUID]:
    """The keys of the posts that an officer holds."""
    on = on or localdate()
    return found_keys(POSTS_HELD, card_id, on, on)


def departments_led_by(card_id: UUID, *, on: date | None = None) -> set[UUID]:
    """The departments an officer leads as head or director, with every department below them."""
    posts = post_keys_of_card(card_id, on=on)
    if not posts:
        return set()
    rows = list(Department.objects.values_list("pk", "parent_id", "head_post_id", "director_post_id"))
    led = {pk for pk, _parent, head, director in rows if head in posts or director in posts}
    found: set[UUID] = set()
    while led:
        found |= led
        led = {pk for pk, parent, _head, _director in rows if parent in led and pk not in found}
    return found


def department_of_card(card_id: UUID, *, on: date | None = None) -> Department | None:
    """The department of an officer's main post."""
    posts = posts_of_card(card_id, on=on)
    return posts[0].department if posts else None


def managers_of_card(card_id: UUID, *, post_id: UUID | None = None, on: date | None = None) -> set[UUID]:
    """The cards of an officer's line managers: the holders of the posts that his posts report to.

    A vacant manager's post passes the question on to the post above it. `post_id` asks for one post only,
    because a person with two posts has two managers.
    """
    on = on or localdate()
    above = found_rows(POSTS_ABOVE, on, on, card_id, on, on, post_id, post_id)
    found = {post: manager for post, manager in above if manager is not None and manager != card_id}
    unheld = {post for post, _manager in above if post is not None} - found.keys()
    if not unheld:
        return set(found.values())
    further = set(Post.objects.filter(pk__in=unheld, reports_to__isnull=False).values_list("reports_to_id", flat=True))
    return set(found.values()) | _first_holders(further, besides=card_id, on=on)


def _first_holders(post_ids: set[UUID], *, besides: UUID | None, on: date) -> set[UUID]:
    """Up the chain from each post to the first one that is held by somebody else."""
    found: set[UUID] = set()
    for _layer in range(LONGEST_CHAIN):
        if not post_ids:
            break
        holders = {post: card for post, card in holders_of_posts(post_ids, on=on).items() if card != besides}
        found |= set(holders.values())
        unheld = post_ids - holders.keys()
        post_ids = (
            set(Post.objects.filter(pk__in=unheld, reports_to__isnull=False).values_list("reports_to_id", flat=True))
            if unheld
            else set()
        )
    return found


def reports_of_card(card_id: UUID, *, on: date | None = None) -> set[UUID]:
    """The cards of the officers whom an officer manages directly."""
    on = on or localdate()
    return found_keys(REPORTS, on, on, card_id, on, on, card_id)


def team_of_card(card_id: UUID, *, on: date | None = None) -> set[UUID]:
    """An officer's team: everyone who reports to the same posts, those posts' holders, and his own reports."""
    on = on or localdate()
    current = Appointment.objects.current(on=on)
    above = list(current.of_card(card_id).exclude(post__reports_to=None).values_list("post__reports_to_id", flat=True))
    beside = current.filter(post__reports_to__in=above).values_list("card_id", flat=True)
    leading = current.filter(post__in=above).values_list("card_id", flat=True)
    return set(beside) | set(leading) | reports_of_card(card_id, on=on) | {card_id}


class FindLead(Protocol):
    """A question for the lead of a department."""

    def __call__(self, department_id: UUID, *, besides: UUID | None = None, on: date | None = None) -> set[UUID]: ...


def head_of_service_of(department_id: UUID, *, besides: UUID | None = None, on: date | None = None) -> set[UUID]:
    """The head of service of a department, or of the nearest department above that has one in post."""
    return _lead(department_id, "head_post_id", besides=besides, on=on or localdate())


def director_of(department_id: UUID, *, besides: UUID | None = None, on: date | None = None) -> set[UUID]:
    """The director of a department, or of the nearest department above that has one in post."""
    return _lead(department_id, "director_post_id", besides=besides, on=on or localdate())


def _lead(department_id: UUID, lead: str, *, besides: UUID | None, on: date) -> set[UUID]:
    # A council has some dozens of departments: one read of them all is cheaper than a walk of queries.
    departments = {row["pk"]: row for row in Department.objects.values("pk", "parent_id", lead)}
    chain: list[UUID] = []
    here: UUID | None = department_id
    for _layer in range(LONGEST_CHAIN):
        if here is None or here not in departments:
            break
        if departments[here][lead] is not None:
            chain.append(departments[here][lead])
        here = departments[here]["parent_id"]
    holders = {post: card for post, card in holders_of_posts(chain, on=on).items() if card != besides}
    return next(({holders[post]} for post in chain if post in holders), set())


def open_departments() -> list[Department]:
    """The council's departments, by code."""
    return list(Department.objects.open())


def cards_in_department(department_id: UUID, *, on: date | None = None) -> set[UUID]:
    """The cards of the officers who hold a department's posts."""
    holders = Appointment.objects.current(on=on or localdate()).filter(post__department_id=department_id)
    return set(holders.values_list("card_id", flat=True))


def cards_in_post(*, on: date | None = None) -> set[UUID]:
    """The cards of the officers who hold a post on a day."""
    return set(Appointment.objects.current(on=on or localdate()).values_list("card_id", flat=True))


def department_choices(structure: Structure | None = None) -> list[tuple[str, str]]:
    """Open departments in the order of the tree, indented by depth."""
    structure = structure or Structure()
    return [
        (str(branch.subject.pk), f"{INDENT * branch.depth}{branch.subject.code} {branch.subject.name}")
        for branch in flattened(structure.department_tree())
    ]


def post_choices() -> list[tuple[str, str]]:
    """Open posts by title."""
    posts = Post.objects.open().order_by("title", "number").values_list("pk", "title", "number")
    return [(str(key), f"{title} ({number})") for key, title, number in posts]


def officer_choices() -> list[tuple[str, str]]:
    """The council's active officers by name."""
    cards = OfficerCard.objects.of_council(current_council().number).active().order_by("work_name")
    return [(str(card.pk), f"{card.work_name}, {card.work_email}") for card in cards]


def post_named(post_id: UUID) -> Post | None:
    """A post by its key."""
    return Post.objects.filter(pk=post_id).first()
