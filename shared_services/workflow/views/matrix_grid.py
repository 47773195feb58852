"""The matrix as a grid: one process's lines changed from a day on, or a whole new matrix prepared and signed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from shared_services.access.permissions import may
from shared_services.govuk.forms import error_links
from shared_services.govuk.lines import LineSet
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.tenancy.errors import Stale

from .. import authority, matrix, matrix_plans, replay
from ..authority_forms import (
    ChangeMatrixForm,
    MatrixLineForm,
    PlanLineForm,
    PrepareMatrixForm,
    ReplayForm,
    VersionForm,
)
from ..choices import PlanStatus
from ..matrix import MatrixLine
from ..matrix_processes import matrix_processes
from ..models import AuthorityRule, MatrixPlan
from .authority import CRUMBS, amount_words, findings_shown

GRID = "pages/shared_services/workflow/matrix_grid.html"
MOST_LINES = 200
PLAN_COLOURS = {"To be signed": "yellow", "Signed": "green", "Withdrawn": "grey"}


class ChangeMatrix(FormPage):
    """One process's lines in a grid: what is changed ends the day before the chosen one and begins anew on it."""

    permission = matrix.MAY_MANAGE
    form_class = ChangeMatrixForm
    template_name = GRID
    button = "Save these lines"
    breadcrumbs = CRUMBS
    line_sets = {"lines": LineSet(MatrixLineForm, label="Line", add_label="Add a line", minimum=0, maximum=MOST_LINES)}

    def prepare(self) -> None:
        self.decision_type = self.kwargs["decision_type"]
        titles = dict(matrix_processes())
        if self.decision_type not in titles:
            raise Http404
        self.process_title = titles[self.decision_type]

    def get_title(self) -> str:
        return f"Change the lines of {self.process_title.lower()}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(process_title=self.process_title, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"version": _digest(self._rules())}

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        return [{**MatrixLine.of(rule).values(), "rule": rule.pk} for rule in self._rules()]

    def _rules(self) -> list[AuthorityRule]:
        rules = AuthorityRule.objects.of_this_room().filter(decision_type=self.decision_type)
        today = timezone.localdate()
        return list(rules.still_to_come(on=today).order_by("sequence", "amount_from", "valid_from"))

    def act(self, form: Any) -> HttpResponse:
        rules = self._rules()
        if form.cleaned_data["version"] != _digest(rules):
            raise Stale
        # Lines that end before the chosen day are shown, and stay as they are.
        from_on = form.cleaned_data["from_on"]
        over = {rule.pk for rule in rules if rule.valid_to is not None and rule.valid_to < from_on}
        reference = {rule.pk: rule.minute_reference for rule in rules}
        lines = []
        for values in self.lines["lines"].values():
            key: UUID | None = values.pop("rule")
            if key not in over:
                values.update(decision_type=self.decision_type, minute_reference=reference.get(key, "") if key else "")
                lines.append((key, MatrixLine.read(values)))
        added, changed, ended = matrix.change_matrix(
            actor=self.actor,
            decision_type=self.decision_type,
            from_on=from_on,
            minute_reference=form.cleaned_data["minute_reference"],
            lines=lines,
            seen=[rule.pk for rule in rules if rule.pk not in over],
        )
        if not (added or changed or ended):
            return self.done("Nothing was different, so nothing was changed", to="authority:matrix")
        return self.done(f"Lines saved: {added} added, {changed} changed, {ended} ended", to="authority:matrix")


def _digest(rules: Iterable[AuthorityRule]) -> str:
    """Which lines an officer was shown, in which version."""
    text = ",".join(f"{rule.pk}:{rule.version}" for rule in rules)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class ListPlans(ListPage):
    """Matrices that were prepared, and what became of them."""

    permission = "workflow.view_case"
    title = "Prepared matrices"
    columns = [
        Column(
            "from_on", "From", kind="date", sort="from_on",
            url=lambda plan: reverse("authority:plan", args=[plan.pk]),
        ),
        Column("minute_reference", "Minute reference"),
        Column("prepared_by_name", "Prepared by"),
        Column("status", "Status", kind="tag", value=lambda plan: plan.get_status_display(), tags=PLAN_COLOURS),
        Column("closed_by_name", "Signed or withdrawn by"),
    ]  # fmt: skip
    default_sort = "-from_on"
    breadcrumbs = CRUMBS
    noun = "matrix"
    noun_plural = "matrices"
    empty_text = "No whole matrix has been prepared."
    create_url_name = "authority:prepare"
    create_label = "Prepare a new matrix"
    create_permission = matrix.MAY_MANAGE

    def get_queryset(self) -> Any:
        return MatrixPlan.objects.of_this_room()


class PrepareMatrix(FormPage):
    """A whole matrix in a grid, starting from today's lines."""

    permission = matrix.MAY_MANAGE
    form_class = PrepareMatrixForm
    template_name = GRID
    title = "Prepare a new matrix"
    button = "Keep for signature"
    breadcrumbs = [*CRUMBS, ("Prepared matrices", "authority:plans")]
    line_sets = {"lines": LineSet(PlanLineForm, label="Line", add_label="Add a line", minimum=1, maximum=MOST_LINES)}
    plan: MatrixPlan | None = None

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        if self.plan is not None:
            return [line.values() for line in matrix_plans.lines_of(self.plan)]
        rules = AuthorityRule.objects.of_this_room().on(timezone.localdate())
        return [MatrixLine.of(rule).values() for rule in rules.order_by("decision_type", "sequence", "amount_from")]

    def act(self, form: Any) -> HttpResponse:
        plan = matrix_plans.prepare_matrix(
            actor=self.actor,
            from_on=form.cleaned_data["from_on"],
            minute_reference=form.cleaned_data["minute_reference"],
            lines=[
                MatrixLine.read({**values, "minute_reference": form.cleaned_data["minute_reference"]})
                for values in self.lines["lines"].values()
            ],
            plan_id=self.plan.pk if self.plan else None,
            version=form.cleaned_data["version"],
        )
        return self.done("Kept. It holds once the section 151 officer has signed it", to=plan_url(plan))


class ChangePlan(PrepareMatrix):
    title = "Change a prepared matrix"

    def prepare(self) -> None:
        self.plan = _plan_or_404(self.kwargs["plan_id"])
        matrix_plans.check_waiting(self.plan)

    def get_initial(self) -> dict[str, Any]:
        assert self.plan is not None
        return {name: getattr(self.plan, name) for name in ("from_on", "minute_reference", "version")}


def plan_url(plan: MatrixPlan) -> str:
    return reverse("authority:plan", args=[plan.pk])


def _plan_or_404(key: Any) -> MatrixPlan:
    return get_object_or_404(MatrixPlan.objects.of_this_room(), pk=key)


class ViewPlan(Page):
    """A prepared matrix: its lines, what is wrong with them, how they differ from those of its day."""

    permission = "workflow.view_case"
    template_name = "pages/shared_services/workflow/matrix_plan.html"
    breadcrumbs = [*CRUMBS, ("Prepared matrices", "authority:plans")]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.plan = _plan_or_404(kwargs["plan_id"])
        return self.show()

    def get_title(self) -> str:
        return str(self.plan)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        plan, lines = self.plan, matrix_plans.lines_of(self.plan)
        waiting = plan.status == PlanStatus.PREPARED
        titles = dict(matrix_processes())
        rules = AuthorityRule.objects.of_this_room().on(plan.from_on) if waiting else []
        now = [_sentence(MatrixLine.of(rule), titles) for rule in rules]
        then = [_sentence(line, titles) for line in lines]
        return super().get_context(
            plan=plan,
            status=plan.get_status_display(),
            colour=PLAN_COLOURS[plan.get_status_display()],
            waiting=waiting,
            sentences=then,
            gone=[text for text in now if text not in then] if waiting else [],
            new=[text for text in then if text not in now] if waiting else [],
            findings=findings_shown(lines) if waiting else [],
            may_sign=waiting and may(self.actor, matrix_plans.MAY_SIGN) and plan.prepared_by_id != self.actor.pk,
            may_change=waiting and may(self.actor, matrix.MAY_MANAGE),
            **kwargs,
        )


def _sentence(line: MatrixLine, titles: dict[str, str]) -> str:
    many = f" ({line.needed} different officers)" if line.needed > 1 else ""
    where = f", cost centre {line.cost_centre}" if line.cost_centre else ""
    what = f", category {line.category_prefix}" if line.category_prefix else ""
    title = titles.get(line.decision_type, line.decision_type)
    amount = amount_words(line)
    amount = amount[:1].lower() + amount[1:]
    return f"{title}: {authority.role_label(line.role)}{many}, {amount}{where}{what}, place {line.sequence}"


class PlanAction(ActionView):
    form_class = VersionForm
    breadcrumbs = [*CRUMBS, ("Prepared matrices", "authority:plans")]
    template_name = "pages/shared_services/workflow/authority_action.html"
    explanation = ""

    def get_subject(self) -> MatrixPlan:
        return _plan_or_404(self.kwargs["plan_id"])

    def get_back_url(self) -> str:
        return plan_url(self.subject)

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(explanation=self.explanation, **kwargs)


class SignPlan(PlanAction):
    permission = matrix_plans.MAY_SIGN
    title = "Sign this matrix"
    button = "Sign"
    explanation = (
        "From its first day on it replaces every line of the authority matrix. Cases that were sent before keep "
        "the approvers they were given. Your name is recorded."
    )

    def act(self, form: Any) -> HttpResponse:
        plan = matrix_plans.sign_matrix(actor=self.actor, plan_id=self.subject.pk, **form.cleaned_data)
        return self.done(f"{plan} is signed", to=plan_url(plan))


class WithdrawPlan(PlanAction):
    permission = matrix.MAY_MANAGE
    title = "Withdraw this prepared matrix"
    button = "Withdraw"
    button_style = "warning"
    explanation = "It can then no longer be signed. Today’s lines stay as they are."

    def act(self, form: Any) -> HttpResponse:
        plan = matrix_plans.withdraw_matrix(actor=self.actor, plan_id=self.subject.pk, **form.cleaned_data)
        return self.done("Withdrawn", to=plan_url(plan))


class Replay(Page):
    """Ask past approvals again under the lines of their day."""

    permission = "workflow.view_all_cases"
    title = "Replay past approvals"
    template_name = "pages/shared_services/workflow/replay.html"
    breadcrumbs = CRUMBS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = ReplayForm(request.GET if "replay" in request.GET else None)
        return self.show(status=422 if self.form.is_bound and not self.form.is_valid() else 200)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        found = None
        if self.form.is_bound and self.form.is_valid():
            found = replay.summarise(self.form.cleaned_data["first"], self.form.cleaned_data["last"])
        errors = error_links(self.form) if self.form.is_bound else []
        return super().get_context(form=self.form, errors=errors, found=found, **kwargs)
