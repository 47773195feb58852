"""Officers of this room, kept by its administrator."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES, may, roles_for_room
from shared_services.govuk.filters import CheckboxesFilter, GovukFilterSet
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.tenancy.door import current_council

from . import services
from .models import Account
from .officer_forms import AddOfficerForm, ChangeOfficerForm, GrantRoleForm
from .second_factor import factors_shown

TEMPLATES = "pages/shared_services/accounts"
NO_ROLE = "none"
STATES = {"Active": "green", "Deactivated": "grey"}


def _officers() -> Any:
    return OfficerCard.objects.of_council(current_council().number)


def _officer_url(card: OfficerCard) -> str:
    return reverse("accounts:show_officer", kwargs={"card_id": card.pk})


def _role_choices() -> list[tuple[str, str]]:
    roles = roles_for_room(pooled=current_council().is_shared_service)
    return [*((role.key, role.label) for role in roles), (NO_ROLE, "No role")]


class OfficerFilter(GovukFilterSet):
    role = CheckboxesFilter(label="Role", method="with_role", choices=_role_choices)
    active = CheckboxesFilter(label="Status", choices=[("True", "Active"), ("False", "Deactivated")])

    class Meta:
        model = OfficerCard
        fields: tuple[str, ...] = ()

    def with_role(self, officers: Any, _name: str, roles: list[str]) -> Any:
        if not roles:
            return officers
        wanted = Q(roles__overlap=roles)
        return officers.filter(wanted | Q(roles=[]) if NO_ROLE in roles else wanted)


class ListOfficers(ListPage):
    """Every officer of this room."""

    permission = "accounts.view_officers"
    title = "Officers and roles"
    noun = "officer"
    columns = [
        Column("work_name", "Name", url=_officer_url, sort="work_name"),
        Column("job_title", "Job title", sort="job_title"),
        Column("work_email", "Email address", sort="work_email"),
        Column("roles", "Roles", value=lambda card: ", ".join(card.role_labels)),
        Column(
            "active",
            "Status",
            kind="tag",
            value=lambda card: "Active" if card.active else "Deactivated",
            tags=STATES,
            sort="active",
        ),
    ]
    filterset_class = OfficerFilter
    search_fields = ["work_name", "work_email", "job_title"]
    search_label = "Search by name, email address or job title"
    default_sort = "work_name"
    export_name = "officers"
    export_event = "accounts.officers.exported"
    create_url_name = "accounts:add_officer"
    create_label = "Add an officer"
    create_permission = "accounts.manage_officers"

    def get_queryset(self) -> Any:
        return _officers()


class ShowOfficer(Page):
    """One officer: what colleagues may know, and for administrators how the officer signs in."""

    permission = "accounts.view_officers"
    sensitive = "accounts.officer_details"
    template_name = f"{TEMPLATES}/show_officer.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.officer = get_object_or_404(_officers(), pk=kwargs["card_id"])
        return super().get(request, *args, **kwargs)

    def get_looked_at(self) -> OfficerCard | None:
        """What every colleague sees is no secret; how an officer signs in is for administrators."""
        own = self.officer.pk == self.actor.pk
        return None if own or not may(self.actor, "accounts.manage_officers") else self.officer

    def get_title(self) -> str:
        return self.officer.work_name

    def get_back_url(self) -> str:
        return reverse("accounts:list_officers")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        manages = may(self.actor, "accounts.manage_officers")
        account = Account.objects.filter(card_id=self.officer.pk).first() if manages else None
        return super().get_context(
            officer=self.officer,
            held_roles=[ROLES[key] for key in self.officer.roles if key in ROLES],
            manages=manages,
            manages_roles=may(self.actor, "accounts.manage_roles"),
            resets=may(self.actor, "accounts.reset_second_factor"),
            is_oneself=self.officer.pk == self.actor.pk,
            account=account,
            factors=factors_shown(account) if account else [],
            **kwargs,
        )


class AddOfficer(FormPage):
    permission = "accounts.manage_officers"
    form_class = AddOfficerForm
    template_name = f"{TEMPLATES}/add_officer.html"
    title = "Add an officer"
    button = "Add officer"

    def get_back_url(self) -> str:
        return reverse("accounts:list_officers")

    def act(self, form: AddOfficerForm) -> HttpResponse:
        card = services.create_officer(actor=self.actor, **form.cleaned_data)
        message = f"{card.work_name} is added. A link to choose a password is on its way to {card.work_email}."
        return self.done(message, to=_officer_url(card))


class OfficerAction(ActionView):
    """A form about one officer of this room."""

    permission = "accounts.manage_officers"
    template_name = f"{TEMPLATES}/officer_action.html"
    warning = ""
    """What the officer should know before confirming."""

    def get_subject(self) -> OfficerCard:
        return get_object_or_404(_officers(), pk=self.kwargs["card_id"])

    def get_back_url(self) -> str:
        return _officer_url(self.subject)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(warning=self.warning, **kwargs)


class ChangeOfficer(OfficerAction):
    form_class = ChangeOfficerForm
    button = "Save changes"

    def get_title(self) -> str:
        return f"Change {self.subject.work_name}"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.subject, name) for name in ("work_name", "work_email", "job_title", "version")}

    def act(self, form: ChangeOfficerForm) -> HttpResponse:
        card = services.change_officer(actor=self.actor, card_id=self.subject.pk, **form.cleaned_data)
        return self.done(f"{card.work_name} is changed.", to=_officer_url(card))


class DeactivateOfficer(OfficerAction):
    button = "Deactivate officer"
    button_style = "warning"
    warning = "The officer is signed out at once, API tokens stop, and tasks go to the other officers who may act."

    def get_title(self) -> str:
        return f"Deactivate {self.subject.work_name}"

    def act(self, form: Any) -> HttpResponse:
        card = services.deactivate_officer(actor=self.actor, card_id=self.subject.pk)
        return self.done(f"{card.work_name} is deactivated and signed out.", to=_officer_url(card))


class ReactivateOfficer(OfficerAction):
    button = "Reactivate officer"

    def get_title(self) -> str:
        return f"Reactivate {self.subject.work_name}"

    def act(self, form: Any) -> HttpResponse:
        card = services.reactivate_officer(actor=self.actor, card_id=self.subject.pk)
        return self.done(f"{card.work_name} can sign in again.", to=_officer_url(card))


class GrantRole(OfficerAction):
    permission = "accounts.manage_roles"
    form_class = GrantRoleForm
    button = "Give role"

    def get_title(self) -> str:
        return f"Give {self.subject.work_name} a role"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "card": self.subject}

    def act(self, form: GrantRoleForm) -> HttpResponse:
        role = form.cleaned_data["role"]
        card = services.grant_role(actor=self.actor, card_id=self.subject.pk, role=role)
        return self.done(f"{card.work_name} is now {ROLES[role].label.lower()}.", to=_officer_url(card))


class EndRole(OfficerAction):
    permission = "accounts.manage_roles"
    button = "End role"
    button_style = "warning"
    warning = "The officer can no longer act in this role. Tasks go to the other officers who may act."

    def get_title(self) -> str:
        role = ROLES.get(self.kwargs["role"])
        return f"End the role {role.label.lower() if role else self.kwargs['role']} of {self.subject.work_name}"

    def act(self, form: Any) -> HttpResponse:
        card = services.end_role(actor=self.actor, card_id=self.subject.pk, role=self.kwargs["role"])
        return self.done(f"The role of {card.work_name} has ended.", to=_officer_url(card))


class ResetSecondFactor(OfficerAction):
    permission = "accounts.reset_second_factor"
    button = "Reset second factor"
    button_style = "warning"
    warning = (
        "Check that it really is this officer who asks, for example by calling back on a known number. "
        "Authenticator app, passkeys and recovery codes are removed and the officer is signed out."
    )

    def get_title(self) -> str:
        return f"Reset the second factor of {self.subject.work_name}"

    def act(self, form: Any) -> HttpResponse:
        card = services.reset_second_factor(actor=self.actor, card_id=self.subject.pk)
        return self.done(f"{card.work_name} sets up a new second factor at the next sign-in.", to=_officer_url(card))
