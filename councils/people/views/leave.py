"""An officer's own leave: balance, ledger, requests, and asking for more."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.govuk.views import ActionView, FormPage, GuardedView, Page
from shared_services.tenancy.errors import NotAllowed

from .. import cover, rules, selectors, services
from ..choices import ANNUAL_LEAVE, DECIDED_STATUSES, LeaveStatus
from ..forms import CancelLeaveForm, LeaveForm, WithdrawLeaveForm
from ..models import Employment, LeaveRequest, LeaveType
from ..services.leave import check_when, work_out_days

WORK_OUT = "work_out"
"""The form's second button: show the hours and ask for nothing yet."""
CRUMBS = [("Leave", "people:my_leave")]


class MyLeave(Page):
    """The officer's own balances, ledger and requests."""

    permission = "people.view_own_leave"
    template_name = "pages/councils/people/my_leave.html"
    title = "My leave"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        asked = parse_date(self.request.GET.get("year", "") or "") or localdate()
        year = selectors.leave_year_of(asked)
        annual = LeaveType.objects.get(key=ANNUAL_LEAVE)
        jobs = [
            {
                "employment": employment,
                "balance": selectors.balance_of(employment, annual, year),
                "ledger": selectors.ledger_lines(employment, annual, year),
            }
            for employment in selectors.employments_of(self.actor.pk)
        ]
        requests = LeaveRequest.objects.of_card(self.actor.pk).overlapping(year.first_on, year.last_on)
        return super().get_context(
            year=year,
            previous_year=year.previous,
            next_year=year.next,
            jobs=jobs,
            requests=list(requests.select_related("leave_type", "employment__post")),
            **kwargs,
        )


class Hours(GuardedView):
    """The hours that the days in the form would take: a piece of the form page, loaded as the officer types."""

    permission = "people.request_leave"

    def post(self, request: HttpRequest) -> HttpResponse:
        # Not by GET: the answers hold a note, and addresses end up in logs.
        form = LeaveForm(request.POST, employments=selectors.employments_of(self.actor.pk))
        worked_out = preview(form) if form.employments and form.is_valid() else None
        return render(request, "pages/councils/people/hours.html", {"preview": worked_out})


def preview(form: LeaveForm) -> dict[str, Any]:
    """Each day's hours, the balance once they wait for approval, and who else is away; or why the days cannot be asked for."""
    data = form.cleaned_data
    employment: Employment = data["employment"]
    when = {name: data[name] for name in ("first_on", "last_on", "starts_at_midday", "ends_at_midday")}
    try:
        check_when(employment, **when)
        asked = work_out_days(employment, **when)
        rules.check_has_hours(asked.hours)
        rules.check_no_overlap(**when, others=LeaveRequest.objects.live().filter(employment=employment))
    except NotAllowed as refusal:
        return {"refusal": refusal.message}
    balances = []
    if data["leave_type"].uses_balance:
        for year_on, hours in asked.by_year.items():
            balance = selectors.balance_of(employment, data["leave_type"], selectors.leave_year_of(year_on))
            balances.append(balance.asking(hours))
    team = selectors.team_of_card(employment.card_id) - {employment.card_id}
    return {
        "asked": asked,
        "balances": balances,
        "clashes": selectors.absences(team, data["first_on"], data["last_on"]),
    }


class RequestLeave(FormPage):
    """Ask for leave."""

    permission = "people.request_leave"
    template_name = "pages/councils/people/request_leave.html"
    form_class = LeaveForm
    title = "Request leave"
    button = "Send for approval"
    breadcrumbs = CRUMBS

    @cached_property
    def employments(self) -> list[Employment]:
        return selectors.employments_of(self.actor.pk)

    def prepare(self) -> None:
        if not self.employments:
            raise NotAllowed("No employment is recorded for you, so there is no leave to ask for. Ask HR to record it.")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "employments": self.employments}

    def get_initial(self) -> dict[str, Any]:
        annual = LeaveType.objects.filter(key=ANNUAL_LEAVE).values_list("pk", flat=True).first()
        return {"leave_type": str(annual or "")}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if WORK_OUT in request.POST:
            return self.work_out()
        return super().post(request, *args, **kwargs)

    def work_out(self) -> HttpResponse:
        """The same form with its hours worked out: nothing is asked for yet."""
        self.prepare()
        self.form, self.lines = self.get_form(self.request.POST), {}
        if not self.form.is_valid():
            return self.show_form(status=422)
        self.preview = preview(cast(LeaveForm, self.form))
        return self.show_form()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(preview=getattr(self, "preview", None), **kwargs)

    def act(self, form: LeaveForm) -> HttpResponse:
        answers = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        leave = services.request_leave(actor=self.actor, **answers)
        return self.done(f"{leave.reference} sent for approval", to=leave)


def leave_or_404(actor: OfficerCard, pk: Any) -> LeaveRequest:
    """A request that the officer may see; any other is not found."""
    requests = LeaveRequest.objects.select_related("employment__post", "employment__scheme", "leave_type")
    leave = get_object_or_404(requests, pk=pk)
    if not selectors.may_see_leave_of(actor, leave.employment.card_id):
        raise Http404
    return leave


class ShowLeave(Page):
    """One request: what was asked, what became of it, what can be done."""

    permission = "people.view_own_leave"
    sensitive = "people.leave_request"
    template_name = "pages/councils/people/show_leave.html"
    breadcrumbs = CRUMBS

    @cached_property
    def leave(self) -> LeaveRequest:
        return leave_or_404(self.actor, self.kwargs["pk"])

    def get_looked_at(self) -> LeaveRequest | None:
        return None if self.leave.employment.card_id == self.actor.pk else self.leave

    def get_title(self) -> str:
        return f"{self.leave.leave_type.name} {self.leave.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        leave = self.leave
        people = OfficerCard.objects.in_bulk({leave.employment.card_id, leave.decided_by_id} - {None})
        decider = people.get(leave.decided_by_id)
        return super().get_context(
            leave=leave,
            officer=people.get(leave.employment.card_id),
            decided_by=decider if leave.status in DECIDED_STATUSES else None,
            # Whoever cancels approved leave is not who decided on it.
            approved_before_by=decider if leave.status == LeaveStatus.CANCELLED else None,
            clashes=selectors.clashes_with(leave),
            holidays=selectors.holidays_between(leave.first_on, leave.last_on),
            may_withdraw=rules.may_withdraw(self.actor, leave),
            may_change=rules.may_change(self.actor, leave),
            may_cancel=rules.may_cancel(self.actor, leave),
            cover=cover.cover_of(leave),
            may_settle_cover=cover.may_settle(self.actor, leave) and cover.needs_cover(leave),
            case_url=reverse("workflow:case", args=[leave.case_id]) if leave.case_id else "",
            **kwargs,
        )


class LeaveAction(ActionView):
    """What the forms about one request share."""

    permission = "people.view_own_leave"
    sensitive = "people.leave_request"
    breadcrumbs = CRUMBS
    template_name = "pages/councils/people/leave_action.html"

    def get_subject(self) -> LeaveRequest:
        return leave_or_404(self.actor, self.kwargs["pk"])

    def get_looked_at(self) -> LeaveRequest | None:
        return None if self.subject.employment.card_id == self.actor.pk else self.subject

    def get_back_url(self) -> str:
        return self.subject.get_absolute_url()

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(leave=self.subject, **kwargs)


class ChangeLeave(LeaveAction, RequestLeave):
    """Change leave that was sent back and send it again."""

    permission = "people.request_leave"
    template_name = "pages/councils/people/request_leave.html"
    form_class = LeaveForm
    title = "Change your leave"
    button = "Send for approval again"

    def get_subject(self) -> LeaveRequest:
        leave = super().get_subject()
        rules.check_may_change(self.actor, leave)
        return leave

    @cached_property
    def employments(self) -> list[Employment]:
        return [self.subject.employment]

    def get_initial(self) -> dict[str, Any]:
        leave = self.subject
        names = ("first_on", "last_on", "starts_at_midday", "ends_at_midday", "note", "version")
        return {"leave_type": str(leave.leave_type_id), **{name: getattr(leave, name) for name in names}}

    def act(self, form: LeaveForm) -> HttpResponse:
        answers = {name: value for name, value in form.cleaned_data.items() if name != "employment"}
        leave = services.change_leave(actor=self.actor, request=self.subject, **answers)
        return self.done(f"{leave.reference} sent for approval again", to=leave)


class WithdrawLeave(LeaveAction):
    """Take back leave that nobody has approved yet."""

    form_class = WithdrawLeaveForm
    title = "Withdraw leave"
    button = "Withdraw leave"
    button_style = "warning"

    def act(self, form: WithdrawLeaveForm) -> HttpResponse:
        leave = services.withdraw_leave(actor=self.actor, request=self.subject, **form.cleaned_data)
        return self.done(f"{leave.reference} withdrawn", to=leave)


class CancelLeave(LeaveAction):
    """Cancel approved leave; its hours go back to the balance."""

    form_class = CancelLeaveForm
    title = "Cancel leave"
    button = "Cancel leave"
    button_style = "warning"

    def act(self, form: CancelLeaveForm) -> HttpResponse:
        leave = services.cancel_leave(actor=self.actor, request=self.subject, **form.cleaned_data)
        return self.done(f"{leave.reference} cancelled. {leave.hours} hours are back in the balance", to=leave)
