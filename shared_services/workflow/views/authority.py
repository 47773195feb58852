"""The authority matrix: who must approve what, for everyone to see and a few to change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from shared_services.access.permissions import may
from shared_services.govuk.forms import GovukForm, error_links
from shared_services.govuk.views import ActionView, FormPage, Page
from shared_services.govuk.words import spoken_date, spoken_money

from .. import answers as asking
from .. import authority, matrix, matrix_findings
from ..forms import AuthorityRuleForm, EndRuleForm, WhoWouldApproveForm
from ..matrix import MatrixLine
from ..matrix_processes import matrix_processes
from ..models import AuthorityRule, MatrixPlan

CRUMBS = [("Authority matrix", "authority:matrix")]


class Matrix(Page):
    permission = "workflow.view_case"
    title = "Authority matrix"
    template_name = "pages/shared_services/workflow/authority_matrix.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.past = request.GET.get("show") == "ended"
        return self.show()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        ordered = ("decision_type", "sequence", "amount_from", "valid_from")
        rules = list(AuthorityRule.objects.of_this_room().order_by(*ordered))
        shown = [rule for rule in rules if (rule.valid_to is not None and rule.valid_to < today) == self.past]
        may_change = may(self.actor, matrix.MAY_MANAGE) and not self.past
        return super().get_context(
            groups=matrix_groups(shown, every=not self.past),
            past=self.past,
            findings=[] if self.past else findings_shown(MatrixLine.of(rule) for rule in rules if _holds(rule, today)),
            may_change=may_change,
            waiting=MatrixPlan.objects.of_this_room().waiting().count() if may_change else 0,
            may_view_duties=may(self.actor, "workflow.view_duties"),
            may_replay=may(self.actor, "workflow.view_all_cases"),
            **kwargs,
        )


def _holds(rule: AuthorityRule, day: Any) -> bool:
    return rule.valid_from <= day and (rule.valid_to is None or rule.valid_to >= day)


def matrix_groups(rules: Iterable[AuthorityRule], *, every: bool = False) -> list[dict[str, Any]]:
    """Lines by process, those without any line included when `every` process is wanted."""
    titles = dict(matrix_processes())
    groups: dict[str, list[dict[str, Any]]] = {key: [] for key in titles} if every else {}
    for rule in rules:
        groups.setdefault(rule.decision_type, []).append(row_of(rule))
    return [{"key": key, "title": titles.get(key, key), "rows": rows} for key, rows in groups.items()]


def findings_shown(lines: Iterable[MatrixLine]) -> list[str]:
    titles = dict(matrix_processes())
    found = matrix_findings.find_in(lines, titles)
    return [f"{titles.get(one.decision_type, one.decision_type)}: {one.message}" for one in found]


def row_of(rule: AuthorityRule) -> dict[str, Any]:
    return {
        "rule": rule,
        "role": authority.role_label(rule.role),
        "amount": amount_words(rule),
        "cost_centre": rule.cost_centre or "Every",
        "category": rule.category_prefix or "Every",
        "from": spoken_date(rule.valid_from),
        "to": spoken_date(rule.valid_to) if rule.valid_to else "",
    }


def amount_words(rule: Any) -> str:
    if rule.amount_to is None:
        return f"{spoken_money(rule.amount_from)} or more" if rule.amount_from else "Any amount"
    return f"{spoken_money(rule.amount_from)} to under {spoken_money(rule.amount_to)}"


class AddRule(FormPage):
    permission = matrix.MAY_MANAGE
    title = "Add a line to the authority matrix"
    form_class = AuthorityRuleForm
    button = "Add this line"
    breadcrumbs = CRUMBS

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET.get("process", "")
        return {"valid_from": timezone.localdate(), "sequence": 10, "needed": 1, "decision_type": asked}

    def act(self, form: GovukForm) -> HttpResponse:
        matrix.add_authority_rule(actor=self.actor, **form.cleaned_data)
        return self.done("Line added", to="authority:matrix")


class EndRule(ActionView):
    permission = matrix.MAY_MANAGE
    title = "End a line of the authority matrix"
    form_class = EndRuleForm
    template_name = "pages/shared_services/workflow/end_rule.html"
    button = "End this line"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def get_subject(self) -> AuthorityRule:
        return get_object_or_404(AuthorityRule.objects.of_this_room(), pk=self.kwargs["rule_id"])

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version, "valid_to": self.subject.valid_to}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(sentence=authority.describe(self.subject), **kwargs)

    def act(self, form: GovukForm) -> HttpResponse:
        matrix.end_authority_rule(actor=self.actor, rule_id=self.subject.pk, **form.cleaned_data)
        return self.done("Line ended", to="authority:matrix")


class WhoWouldApprove(Page):
    """Who would approve this much, for this, on this cost centre, and why: the engine's own answer."""

    permission = "workflow.view_case"
    title = "Who would approve this?"
    template_name = "pages/shared_services/workflow/who_would_approve.html"
    breadcrumbs = CRUMBS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = WhoWouldApproveForm(request.GET if "amount" in request.GET else None)
        return self.show(status=422 if self.form.is_bound and not self.form.is_valid() else 200)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        answers = None
        if self.form.is_bound and self.form.is_valid():
            asked = dict(self.form.cleaned_data)
            asked["on"] = asked["on"] or timezone.localdate()
            answers = asking.who_would_approve(requester=self.actor, **asked)
        return super().get_context(
            form=self.form,
            errors=error_links(self.form) if self.form.is_bound else [],
            answers=answers,
            matrix_url=reverse("authority:matrix"),
            **kwargs,
        )
