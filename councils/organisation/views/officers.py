"""Pages of officers, their managers, and the chart of who manages whom."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may, roles_for_room
from shared_services.govuk.filters import GovukFilterSet
from shared_services.govuk.views import Column, ListPage, Page
from shared_services.tenancy.door import current_council

from ..selectors import cards_in_department, cards_in_post, department_choices
from ..structure import Structure


class OfficerFilter(GovukFilterSet):
    department = django_filters.ChoiceFilter(
        label="Department", method="by_department", choices=department_choices, empty_label="Any"
    )
    role = django_filters.ChoiceFilter(
        label="Role",
        method="by_role",
        choices=lambda: [(role.key, role.label) for role in roles_for_room(pooled=False)],
        empty_label="Any",
    )

    without_post = django_filters.BooleanFilter(
        label="Holds no post", method="only_without_post", widget=forms.CheckboxInput
    )

    def only_without_post(self, cards: QuerySet[OfficerCard], name: str, value: bool) -> QuerySet[OfficerCard]:
        return cards.exclude(pk__in=cards_in_post()) if value else cards

    def by_department(self, cards: QuerySet[OfficerCard], name: str, value: str) -> QuerySet[OfficerCard]:
        # Ids, not a subquery: a join between a room's table and the shared directory would run under its policy.
        return cards.filter(pk__in=cards_in_department(UUID(value)))

    def by_role(self, cards: QuerySet[OfficerCard], name: str, value: str) -> QuerySet[OfficerCard]:
        return cards.filter(roles__contains=[value])


class ListOfficers(ListPage):
    """The council's active officers with department and manager."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/list_officers.html"
    title = "Staff directory"
    breadcrumbs = [("Departments", "organisation:list_departments")]
    noun = "officer"
    export_name = "officers"
    filterset_class = OfficerFilter
    search_fields = ["work_name", "work_email", "job_title"]
    search_label = "Search by name, email or job title"
    default_sort = "work_name"

    def get_queryset(self) -> QuerySet[OfficerCard]:
        return OfficerCard.objects.of_council(current_council().number).active()

    @cached_property
    def structure(self) -> Structure:
        return Structure()

    def get_columns(self) -> list[Column]:
        return [
            Column("work_name", "Name", sort="work_name", url=officer_url),
            Column("job_title", "Job title", sort="job_title"),
            Column("department", "Department", value=self._department),
            Column("manager", "Manager", value=self._managers),
            Column("roles", "Roles", value=lambda card: ", ".join(card.role_labels)),
            Column("work_email", "Email", sort="work_email", shown=False),
        ]

    def _department(self, card: OfficerCard) -> str:
        department = self.structure.department_of(card.pk)
        return department.name if department else ""

    def _managers(self, card: OfficerCard) -> str:
        return ", ".join(manager.work_name for manager in self.structure.managers_of(card.pk))


def officer_url(card: OfficerCard) -> str:
    return reverse("organisation:show_officer", args=[card.pk])


class ShowOfficer(Page):
    """One officer: posts, managers, team and roles."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/show_officer.html"
    breadcrumbs = [("Departments", "organisation:list_departments"), ("Staff directory", "organisation:list_officers")]

    @cached_property
    def card(self) -> OfficerCard:
        cards = OfficerCard.objects.of_council(current_council().number)
        card = cards.filter(pk=self.kwargs["pk"]).first()
        if card is None:
            raise Http404
        return card

    def get_title(self) -> str:
        return self.card.work_name

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        structure = Structure()
        posts = structure.posts_of.get(self.card.pk, [])
        mine = {post.pk for post in posts}
        team: dict[UUID, tuple[OfficerCard, str]] = {
            card.pk: (card, structure.posts[post].title)
            for post, card in structure.holder_of.items()
            if structure.posts[post].reports_to_id in mine and card.pk != self.card.pk
        }
        return super().get_context(
            card=self.card,
            posts=[(post, structure.departments.get(post.department_id)) for post in posts],
            managers=structure.managers_of(self.card.pk),
            team=sorted(team.values(), key=lambda one: one[0].work_name),
            may_manage_roles=may(self.actor, "accounts.manage_roles"),
            may_manage_structure=may(self.actor, "organisation.manage_structure"),
            **kwargs,
        )


class OrganisationChart(Page):
    """Who manages whom, as a nested list that prints."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/chart.html"
    title = "Who manages whom"
    breadcrumbs = [("Departments", "organisation:list_departments")]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        structure = Structure()
        return super().get_context(
            tree=structure.post_tree(),
            on=structure.on,
            vacancies=sum(post not in structure.holder_of for post in structure.posts),
            posts=len(structure.posts),
            **kwargs,
        )
