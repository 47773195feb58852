"""What is left to set up: computed from the council's own data each time, kept nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from councils.finance.models import Budget, CostCentre
from councils.finance.years import financial_year_of
from councils.organisation.models import Appointment, CouncilSettings, Department
from councils.purchasing.models import Supplier
from councils.purchasing.selectors import alike_suppliers
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES, may, roles_granting
from shared_services.accounts.single_sign_on import has_passed, providers
from shared_services.insight.sharing import MAY_SHARE, live_sharing
from shared_services.tenancy.door import current_council
from shared_services.workflow.models import AuthorityRule

from .models import NetworkRange
from .scim.keys import live_key

NEEDED_ROLES = ("requisitioner", "budget_holder", "finance_officer", "section_151_officer", "council_administrator")


@dataclass(frozen=True, slots=True)
class SetUpTask:
    """One thing to set up: whether it is done, what it says of itself, and who may do it."""

    title: str
    hint: str
    url: str
    permission: str
    done: bool
    begun: bool = False
    optional: bool = False

    def item(self, actor: OfficerCard) -> dict[str, Any]:
        """As a line of the task list: others' tasks say who does them."""
        mine = may(actor, self.permission)
        if self.done:
            status, colour = "Completed", ""
        elif self.begun:
            status, colour = "In progress", "blue"
        else:
            status, colour = ("Optional", "grey") if self.optional else ("Not yet started", "blue")
        hint = self.hint
        if not mine:
            who = " or ".join(sorted(ROLES[role].label.lower() for role in roles_granting(self.permission)))
            hint = f"{hint}. Done by: {who}"
        return {
            "title": self.title, "url": self.url if mine else "", "hint": hint, "status": status, "colour": colour,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    tasks: tuple[SetUpTask, ...]


Make = Callable[[], SetUpTask]
_optional_ones: set[Make] = set()


def _optional(make: Make) -> Make:
    """A task that a council may leave out. Nobody is reminded of it, so the home page does not ask how far it is."""

    @wraps(make)
    def made() -> SetUpTask:
        return replace(make(), optional=True)

    _optional_ones.add(made)
    return made


def _makers() -> list[tuple[str, tuple[Make, ...]]]:
    """The whole list, in the order in which the tasks build on each other."""
    return [
        ("Council and officers", (_council, _departments, _officers, _posts)),
        ("Money", (_codes, _cost_centres, _budgets, _suppliers)),
        ("Decisions", (_matrix, _processes, _shared_suppliers)),
        ("Security", (_single_sign_on, _networks, _identity_provider)),
    ]


def sections() -> list[Section]:
    """The list as it stands now."""
    return [Section(title, tuple(make() for make in makers)) for title, makers in _makers()]


def unfinished(actor: OfficerCard) -> list[SetUpTask]:
    """What this officer may do and is not done yet, optional tasks left out."""
    tasks = [make() for _, makers in _makers() for make in makers if make not in _optional_ones]
    return [task for task in tasks if not task.done and may(actor, task.permission)]


def _table(key: str) -> str:
    return reverse("setting_up:load_table", args=[key])


def _council() -> SetUpTask:
    contact = CouncilSettings.objects.values_list("contact_email", flat=True).first() or ""
    hint = f"Questions go to {contact}" if contact else "Name a contact for officers’ questions"
    return SetUpTask(
        "Calendar and contact", hint, reverse("organisation:change_settings"), "organisation.manage_settings",
        done=bool(contact),
    )  # fmt: skip


def _departments() -> SetUpTask:
    count = Department.objects.open().count()
    return SetUpTask(
        "Departments", f"{count} so far", _table("departments"), "organisation.manage_structure", done=count > 0
    )


def _officers() -> SetUpTask:
    cards = list(OfficerCard.objects.of_council(current_council().number).active().values_list("roles", flat=True))
    held = {role for roles in cards for role in roles}
    missing = [ROLES[role].label.lower() for role in NEEDED_ROLES if role not in held]
    hint = f"{len(cards)} so far" + (f". Nobody is yet: {', '.join(missing)}" if missing else "")
    return SetUpTask(
        "Officers", hint, _table("officers"), "accounts.manage_officers", done=not missing, begun=len(cards) > 1
    )


def _posts() -> SetUpTask:
    filled = Appointment.objects.current(on=timezone.localdate()).count()
    led = Department.objects.open().exclude(head_post=None).exists()
    hint = f"{filled} filled" + ("" if led else ". No department has a head yet")
    return SetUpTask(
        "Posts and who leads", hint, _table("posts"), "organisation.manage_structure", done=filled > 0 and led,
        begun=filled > 0,
    )  # fmt: skip


@_optional
def _codes() -> SetUpTask:
    return SetUpTask(
        "Subjective codes", "The portal starts with the usual codes", _table("codes"), "finance.manage_cost_centres",
        done=False,
    )  # fmt: skip


def _cost_centres() -> SetUpTask:
    count = CostCentre.objects.count()
    return SetUpTask(
        "Cost centres", f"{count} so far", _table("cost-centres"), "finance.manage_cost_centres", done=count > 0
    )


def _budgets() -> SetUpTask:
    year = financial_year_of(timezone.localdate())
    budget = Exists(Budget.objects.filter(financial_year=year, cost_centre=OuterRef("pk")))
    counted = CostCentre.objects.annotate(has_budget=budget).aggregate(
        centres=Count("pk"), with_budget=Count("pk", filter=Q(has_budget=True))
    )
    centres, with_budget = counted["centres"], counted["with_budget"]
    return SetUpTask(
        "Budgets", f"{with_budget} of {centres} cost centres have a budget for {year} to {year + 1}",
        _table("budgets"), "finance.manage_budgets", done=0 < centres == with_budget, begun=with_budget > 0,
    )  # fmt: skip


@_optional
def _suppliers() -> SetUpTask:
    count = Supplier.objects.in_use().count()
    twice = max(alike_suppliers().values()) if count else 0
    hint = f"{count} so far" + (f". At least {twice} look like another one" if twice else "")
    return SetUpTask(
        "Suppliers", hint, _table("suppliers"), "purchasing.manage_suppliers", done=count > 0 and not twice,
        begun=count > 0,
    )  # fmt: skip


def _matrix() -> SetUpTask:
    rules = AuthorityRule.objects.of_this_room().filter(valid_to__isnull=True)
    own = rules.exclude(added_by_name="Guildhall").exists()
    hint = "Your own scheme of delegation" if own else "The portal’s first matrix is in use. Start from a template"
    return SetUpTask(
        "Authority matrix", hint, reverse("setting_up:use_template"), "workflow.manage_authority", done=own
    )


@_optional
def _processes() -> SetUpTask:
    return SetUpTask(
        "Joint processes", "In use from the first day. Look at them, and add your own checks where you need them",
        reverse("modelling:list_processes"), "modelling.view_processes", done=False,
    )  # fmt: skip


@_optional
def _shared_suppliers() -> SetUpTask:
    shared = live_sharing() is not None
    hint = (
        "Your orders count there, without your name"
        if shared
        else "Let your orders help others see what they would gain"
    )
    return SetUpTask("Suppliers in common", hint, reverse("admission:share_suppliers"), MAY_SHARE, done=shared)


@_optional
def _networks() -> SetUpTask:
    count = NetworkRange.objects.count()
    hint = f"{count} allowed" if count else "The portal may be used from anywhere"
    return SetUpTask(
        "Allowed networks", hint, reverse("setting_up:networks"), "organisation.manage_settings", done=count > 0,
    )  # fmt: skip


@_optional
def _identity_provider() -> SetUpTask:
    key = live_key()
    hint = "It adds, changes and deactivates officers by SCIM 2.0"
    return SetUpTask(
        "Officers from your identity provider", hint, reverse("setting_up:identity_provider"),
        "accounts.manage_officers", done=key is not None and key.last_used_on is not None, begun=key is not None,
    )  # fmt: skip


@_optional
def _single_sign_on() -> SetUpTask:
    provider, proposed = providers()
    tested = provider is not None and has_passed(provider)
    hint = "Officers sign in with your identity provider, by OpenID Connect or SAML"
    return SetUpTask(
        "Single sign-on", hint, reverse("setting_up:single_sign_on"), "accounts.manage_officers", done=tested,
        begun=provider is not None or proposed is not None,
    )  # fmt: skip
