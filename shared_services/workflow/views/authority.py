"""The authority matrix: who must approve what, for everyone to see and a few to change."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from shared_services.access.permissions import may
from shared_services.govuk.forms import GovukForm, error_links
from shared_services.govuk.views import ActionView, FormPage, Page
from shared_services.govuk.words import spoken_date, spoken_money

from .. import authority, matrix, selectors
from ..definitions import process_titles
from ..forms import AuthorityRuleForm, EndRuleForm, WhoWouldApproveForm
from ..models import AuthorityRule

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
        titles = dict(process_titles())
        groups: dict[str, list[dict[str, Any]]] = {}
        for rule in AuthorityRule.objects.of_this_room().order_by(
            "decision_type", "sequence", "amount_from", "valid_from"
        ):
            ended = rule.valid_to is not None and rule.valid_to < today
            if ended == self.past:
                groups.setdefault(titles.get(rule.decision_type, rule.decision_type), []).append(_row(rule))
        return super().get_context(
            groups=groups, past=self.past, may_change=may(self.actor, matrix.MAY_MANAGE) and not self.past, **kwargs
        )


def _row(rule: AuthorityRule) -> dict[str, Any]:
    return {
        "rule": rule,
        "role": authority.role_label(rule.role),
        "amount": _amount(rule),
        "cost_centre": rule.cost_centre or "Every",
        "category": rule.category_prefix or "Every",
        "from": spoken_date(rule.valid_from),
        "to": spoken_date(rule.valid_to) if rule.valid_to else "",
    }


def _amount(rule: AuthorityRule) -> str:
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
        return {"valid_from": timezone.localdate(), "sequence": 10}

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
            answers = selectors.who_would_approve(requester=self.actor, **asked)
        return super().get_context(
            form=self.form,
            errors=error_links(self.form) if self.form.is_bound else [],
            answers=answers,
            matrix_url=reverse("authority:matrix"),
            **kwargs,
        )
