"""Who manages whom, for the workflow: resolvers of the roles that the structure knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from shared_services.workflow.who import CaseFacts, manager_finder, resolver, role_kind

from . import selectors

DepartmentFinder = Callable[[CaseFacts], "UUID | None"]
_finders: list[DepartmentFinder] = []


def department_finder(find: DepartmentFinder) -> DepartmentFinder:
    """Register how another app tells a case's department from its facts: finance knows it by cost centre."""
    if find not in _finders:
        _finders.append(find)
    return find


@resolver("line_manager")
def line_manager(case: CaseFacts) -> set[UUID]:
    """The holders of the posts that the requester's posts report to; a vacant post passes it further up."""
    return selectors.managers_of_card(case.requester_id, on=case.on)


@manager_finder
def managers(card_id: UUID, on: date) -> set[UUID]:
    """Who answers for an officer's work while he is away."""
    return selectors.managers_of_card(card_id, on=on)


@resolver("head_of_service")
def head_of_service(case: CaseFacts) -> set[UUID]:
    """The head of service of the case's department, never the requester himself."""
    return _lead(case, selectors.head_of_service_of)


@resolver("director")
def director(case: CaseFacts) -> set[UUID]:
    """The director of the case's department, never the requester himself."""
    return _lead(case, selectors.director_of)


def _lead(case: CaseFacts, find: selectors.FindLead) -> set[UUID]:
    """By the department that the case's facts lead to, else by the requester's own."""
    department_id = next((found for found in (finder(case) for finder in _finders) if found), None)
    department_id = department_id or _own_department(case)
    return find(department_id, besides=case.requester_id, on=case.on) if department_id else set()


def _own_department(case: CaseFacts) -> UUID | None:
    department = selectors.department_of_card(case.requester_id, on=case.on)
    return department.pk if department else None


def _holders(key: str, on: date) -> set[UUID]:
    """Whoever is in a post on a day; a vacant post has nobody."""
    return set(selectors.holders_of_posts([UUID(key)], on=on).values())


def _label(key: str) -> str:
    post = selectors.post_named(UUID(key))
    return str(post) if post else "A post that no longer exists"


role_kind("post", holders=_holders, label=_label, choices=selectors.post_choices)
