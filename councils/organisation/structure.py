"""The whole structure of a council in three reads, for the pages that show many officers at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council

from .models import Appointment, Department, Post

Subject = TypeVar("Subject", Department, Post)


@dataclass(frozen=True, slots=True)
class Branch(Generic[Subject]):
    """A department or a post with what stands below it."""

    subject: Subject
    depth: int
    holder: OfficerCard | None = None
    posts: int = 0
    """Posts of a department's own."""
    below: list[Branch[Subject]] = field(default_factory=list)


class Structure:
    """Departments, posts and holders on one day. Read once, asked often."""

    def __init__(self, *, on: date | None = None) -> None:
        self.on = on or localdate()
        self.departments = {department.pk: department for department in Department.objects.open()}
        self.posts = {post.pk: post for post in Post.objects.open()}
        self.posts_in = Counter(post.department_id for post in self.posts.values())
        appointments = list(Appointment.objects.current(on=self.on).order_by("acting", "from_on"))
        cards = OfficerCard.objects.of_council(current_council().number).in_bulk(
            {appointment.card_id for appointment in appointments}
        )
        self.holder_of: dict[UUID, OfficerCard] = {}
        self.posts_of: dict[UUID, list[Post]] = {}
        for appointment in appointments:
            post, card = self.posts.get(appointment.post_id), cards.get(appointment.card_id)
            if post is not None and card is not None:
                self.holder_of[post.pk] = card
                self.posts_of.setdefault(card.pk, []).append(post)

    def holder_of_post(self, post_id: UUID | None) -> OfficerCard | None:
        return self.holder_of.get(post_id) if post_id else None

    def main_post(self, card_id: UUID) -> Post | None:
        posts = self.posts_of.get(card_id)
        return posts[0] if posts else None

    def department_of(self, card_id: UUID) -> Department | None:
        post = self.main_post(card_id)
        return self.departments.get(post.department_id) if post else None

    def manager_of_post(self, post: Post) -> OfficerCard | None:
        """The holder of the nearest post above that is not vacant."""
        above = self.posts.get(post.reports_to_id) if post.reports_to_id else None
        seen: set[UUID] = set()
        while above is not None and above.pk not in seen:
            seen.add(above.pk)
            if above.pk in self.holder_of:
                return self.holder_of[above.pk]
            above = self.posts.get(above.reports_to_id) if above.reports_to_id else None
        return None

    def managers_of(self, card_id: UUID) -> list[OfficerCard]:
        found = {}
        for post in self.posts_of.get(card_id, []):
            manager = self.manager_of_post(post)
            if manager is not None and manager.pk != card_id:
                found[manager.pk] = manager
        return list(found.values())

    def department_tree(self) -> list[Branch[Department]]:
        """Departments under their parents, by code."""
        below: dict[UUID | None, list[Department]] = {}
        for department in sorted(self.departments.values(), key=lambda one: one.code):
            parent = department.parent_id if department.parent_id in self.departments else None
            below.setdefault(parent, []).append(department)
        return self._department_branches(below, None, 0)

    def _department_branches(
        self, below: dict[UUID | None, list[Department]], parent: UUID | None, depth: int
    ) -> list[Branch[Department]]:
        return [
            Branch(
                subject=department,
                depth=depth,
                holder=self.holder_of_post(department.head_post_id),
                posts=self.posts_in[department.pk],
                below=self._department_branches(below, department.pk, depth + 1),
            )
            for department in below.get(parent, [])
        ]

    def post_tree(self, *, department_id: UUID | None = None) -> list[Branch[Post]]:
        """Posts under the posts that manage them; of one department, or of the council."""
        posts = {
            key: post
            for key, post in self.posts.items()
            if department_id is None or post.department_id == department_id
        }
        below: dict[UUID | None, list[Post]] = {}
        for post in sorted(posts.values(), key=lambda one: one.number):
            below.setdefault(post.reports_to_id if post.reports_to_id in posts else None, []).append(post)
        return self._post_branches(below, None, 0)

    def _post_branches(
        self, below: dict[UUID | None, list[Post]], above: UUID | None, depth: int
    ) -> list[Branch[Post]]:
        return [
            Branch(
                subject=post,
                depth=depth,
                holder=self.holder_of.get(post.pk),
                below=self._post_branches(below, post.pk, depth + 1),
            )
            for post in below.get(above, [])
        ]


def flattened(branches: list[Branch[Subject]]) -> Iterator[Branch[Subject]]:
    """A tree from top to bottom, for choices and tables."""
    for branch in branches:
        yield branch
        yield from flattened(branch.below)
