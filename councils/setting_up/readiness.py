"""Whether the council is ready to go live: computed from its data when asked, kept nowhere, and nothing can be ticked off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from councils.finance.models import Budget, CostCentre
from councils.finance.years import financial_year_of, year_label
from councils.organisation.models import CouncilSettings
from councils.organisation.working_days import bank_holidays
from councils.purchasing.choices import SameBy
from councils.purchasing.models import Supplier
from councils.purchasing.selectors import alike_suppliers
from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES
from shared_services.accounts.models import Account
from shared_services.accounts.second_factor import second_factors_of
from shared_services.accounts.single_sign_on import expires_soon, kept_provider
from shared_services.govuk.words import spoken_date, spoken_money
from shared_services.operating.choices import Status
from shared_services.operating.models import Operation
from shared_services.tenancy.door import current_council
from shared_services.workflow import authority
from shared_services.workflow.models import AuthorityRule
from shared_services.workflow.who import CaseFacts

REQUISITION = "requisition_approval"
NOBODY = UUID(int=0)
"""A requester who is nobody: the checks ask who would decide for anybody at all."""
APART = (
    ("finance_officer", "budget_holder"),
    ("council_administrator", "finance_officer"),
    ("council_administrator", "section_151_officer"),
    ("council_administrator", "budget_holder"),
)
"""Roles that one officer must not hold together when the council goes live."""
SHOWN = 20
DRILL_COUNTS = timedelta(days=90)
"""So long a restore drill that passed is good enough."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be right, what was found wrong, and where to put it right."""

    title: str
    found: tuple[str, ...]
    url: str

    @property
    def ok(self) -> bool:
        return not self.found

    @property
    def shown(self) -> tuple[str, ...]:
        more = len(self.found) - SHOWN
        return (*self.found[:SHOWN], f"and {more} more") if more > 0 else self.found

    def as_data(self) -> dict[str, object]:
        return {"title": self.title, "ok": self.ok, "found": list(self.shown)}


_further: list[Callable[[], Check | None]] = []


def readiness_check(make: Callable[[], Check | None]) -> Callable[[], Check | None]:
    """Let another app bring a check of its own records. None: it does not concern this council."""
    _further.append(make)
    return make


def checks() -> list[Check]:
    """Every check, as it stands now."""
    made: Iterable[Check | None] = [
        _approvers(), _duties(), _calendar(), _budgets(), _suppliers(), _second_factors(), _single_sign_on(),
        _restore_drill(),
        *(make() for make in _further),
    ]  # fmt: skip
    return [check for check in made if check is not None]


def _approvers() -> Check:
    """Somebody to approve every amount on every cost centre, by the engine's own answer."""
    today = timezone.localdate()
    rules = AuthorityRule.objects.of_this_room().filter(decision_type=REQUISITION).on(today)
    amounts = sorted(set(rules.values_list("amount_from", flat=True)))
    found: list[str] = [] if amounts else ["The authority matrix names nobody for requisitions"]
    centres = list(CostCentre.objects.filter(valid_to__isnull=True).order_by("code"))
    if not centres:
        found.append("There is no cost centre")
    held: dict[tuple[str, object], bool] = {}
    for centre in centres:
        facts = CaseFacts(process=REQUISITION, requester_id=NOBODY, cost_centre=centre.code)
        for amount in amounts:
            approvals = authority.deciding_approvals(
                decision_type=REQUISITION, amount=amount, cost_centre=centre.code, on=today
            )
            if not approvals:
                found.append(f"{centre}: nobody from {spoken_money(amount)}")
            for approval in approvals:
                # Heads and directors answer for a department, so one answer serves all of its cost centres.
                key = (approval.role, centre.pk if approval.role == "budget_holder" else centre.department_id)
                if key not in held:
                    held[key] = bool(authority.holders(approval.role, facts))
                    if not held[key]:
                        found.append(f"{centre}: no {approval.role_label.lower()}, asked from {spoken_money(amount)}")
    return Check("An approver for every cost centre and amount", tuple(found), reverse("authority:matrix"))


def _duties() -> Check:
    found = []
    for card in OfficerCard.objects.of_council(current_council().number).active():
        for one, other in APART:
            if one in card.roles and other in card.roles:
                found.append(f"{card.work_name} is {ROLES[one].label.lower()} and {ROLES[other].label.lower()}")
    return Check("Duties are separated", tuple(found), reverse("accounts:list_officers"))


def _calendar() -> Check:
    settings = CouncilSettings.objects.get(only_row=True)
    found = []
    if not settings.contact_email:
        found.append("No contact for officers’ questions is named")
    ahead = timezone.localdate() + timedelta(days=365)
    if not any(day >= ahead for day in bank_holidays(settings.bank_holiday_division)):
        found.append("The bank holidays of the next year are not known")
    return Check("Calendar and contact", tuple(found), reverse("organisation:change_settings"))


def _budgets() -> Check:
    year = financial_year_of(timezone.localdate())
    with_budget = Budget.objects.filter(financial_year=year).values("cost_centre")
    without = CostCentre.objects.filter(valid_to__isnull=True).exclude(pk__in=with_budget).order_by("code")
    found = [f"{centre}: no budget for {year_label(year)}" for centre in without]
    if not CostCentre.objects.exists():
        found.append("There is no cost centre")
    return Check("A budget for every cost centre", tuple(found), reverse("finance:list_budgets"))


def _suppliers() -> Check | None:
    """Two records of one company are paid twice. A name alone proves nothing, so it is no fault here."""
    if not Supplier.objects.in_use().exists():
        return None
    alike = alike_suppliers()
    found = [f"{alike[by]} have {by.found}" for by in (SameBy.VAT, SameBy.COMPANY) if alike[by]]
    return Check("Each supplier is in the register once", tuple(found), reverse("purchasing:list_suppliers"))


def _second_factors() -> Check:
    """Those who run the room and its money have one, whatever the others have yet."""
    found = []
    accounts = Account.objects.with_card().filter(is_active=True)
    for account in accounts:
        powerful = {"council_administrator", "section_151_officer", "finance_officer"} & set(account.card.roles)
        if powerful and not second_factors_of(account).exists():
            found.append(f"{account.card.work_name} has no second factor")
    return Check("Second factors", tuple(found), reverse("accounts:list_officers"))


def _single_sign_on() -> Check | None:
    provider = kept_provider()
    if provider is None:
        return None
    problem = provider.settings.get("test_problem", "It has not been tested since the last change")
    found = [problem] if problem else []
    if end := expires_soon(provider):
        found.append(f"The identity provider’s certificate expires on {spoken_date(localdate(end))}")
    return Check("Single sign-on is tested", tuple(found), reverse("setting_up:single_sign_on"))


def _restore_drill() -> Check:
    """A backup of this room has been restored on trial lately, and every table was found as it should be."""
    since = timezone.now() - DRILL_COUNTS
    drills = Operation.objects.of(current_council().number).drills().order_by("-ended_at")
    last = drills.first()
    found = []
    if last is None:
        found.append("No backup of this council has been restored on trial yet: it happens by itself within the day")
    elif last.status != Status.DONE:
        found.append("The last trial failed: ask the platform’s team")
    elif last.ended_at is not None and last.ended_at < since:
        found.append(f"The last trial was {spoken_date(localdate(last.ended_at))}")
    return Check("Restore drill", tuple(found), reverse("platform_team:list_operations"))
