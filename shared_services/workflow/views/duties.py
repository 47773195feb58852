"""Separated duties: the rules, who breaks one now, and exceptions that end."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.annexes.selectors import notes_on
from shared_services.govuk.views import ActionView, FormPage, Page
from shared_services.tenancy.door import current_council

from .. import duties, keeping_duties
from ..authority_forms import ChooseExceptionForm, DutyRuleForm, ExceptionForm, VersionForm
from ..choices import DutyScope
from ..models import DutyException, DutyRule

CRUMBS = [("Separated duties", "duties:rules")]


class ListDuties(Page):
    """Every rule that holds here, and everybody who brings together what one keeps apart."""

    permission = "workflow.view_duties"
    title = "Separated duties"
    template_name = "pages/shared_services/workflow/duties.html"
    breadcrumbs = [("Authority matrix", "authority:matrix")]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        may_sign = may(self.actor, keeping_duties.MAY_SIGN)
        here = current_council().number
        rules = duties.rules_in_force()
        exceptions = DutyException.objects.of_this_room().in_force(on=timezone.localdate()).select_related("rule")
        shipped = {rule.key for rule in rules if rule.owner_id != here}
        return super().get_context(
            rules=[_shown(rule, may_end=may_sign and rule.owner_id == here) for rule in rules],
            to_come=[rule.sentence for rule in duties.SHIPPED_RULES if rule.key not in shipped],
            conflicts=[self._conflict(one, may_sign) for one in duties.conflicts()],
            exceptions=[{"exception": one, "why": _why(one)} for one in exceptions],
            may_sign=may_sign,
            may_manage=may(self.actor, keeping_duties.MAY_MANAGE),
            **kwargs,
        )

    def _conflict(self, found: duties.Conflict, may_sign: bool) -> dict[str, Any]:
        url = reverse("duties:sign_exception", args=[found.rule.pk, found.card.pk])
        signs = may_sign and found.exception is None and found.card.pk != self.actor.pk
        return {
            "name": found.card.work_name,
            "rule": found.rule.sentence,
            "roles": ", ".join(found.card.role_labels),
            "until": found.exception.until_on if found.exception else None,
            "url": url if signs else "",
        }


def _shown(rule: DutyRule, *, may_end: bool) -> dict[str, Any]:
    return {
        "rule": rule,
        "first": duties.duty_label(rule.first),
        "second": duties.duty_label(rule.second),
        "scope": rule.get_scope_display(),
        "whose": "Every council" if rule.owner_id != current_council().number else "This council",
        "end_url": reverse("duties:end_rule", args=[rule.pk]) if may_end else "",
    }


def _why(exception: DutyException) -> str:
    return " ".join(note.text for note in notes_on(exception.pk))


class AddDutyRule(FormPage):
    permission = keeping_duties.MAY_MANAGE
    form_class = DutyRuleForm
    title = "Keep two duties apart"
    button = "Add this rule"
    breadcrumbs = CRUMBS

    def act(self, form: DutyRuleForm) -> HttpResponse:
        rule = keeping_duties.add_duty_rule(actor=self.actor, **form.cleaned_data)
        return self.done(f"The rule holds: {rule.sentence}", to="duties:rules")


class EndDutyRule(ActionView):
    permission = keeping_duties.MAY_SIGN
    form_class = VersionForm
    title = "End a rule of this council"
    button = "End this rule"
    button_style = "warning"
    breadcrumbs = CRUMBS
    template_name = "pages/shared_services/workflow/authority_action.html"

    def get_subject(self) -> DutyRule:
        own = DutyRule.objects.filter(owner_id=current_council().number).in_force()
        return get_object_or_404(own, pk=self.kwargs["rule_id"])

    def get_back_url(self) -> str:
        return reverse("duties:rules")

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(explanation=f"{self.subject.sentence}.", **kwargs)

    def act(self, form: VersionForm) -> HttpResponse:
        keeping_duties.end_duty_rule(actor=self.actor, rule_id=self.subject.pk, **form.cleaned_data)
        return self.done("The rule has ended", to="duties:rules")


class SignException(ActionView):
    """Let one officer hold what one rule keeps apart, until a day."""

    permission = keeping_duties.MAY_SIGN
    form_class = ExceptionForm
    title = "Sign an exception"
    button = "Sign"
    breadcrumbs = CRUMBS
    template_name = "pages/shared_services/workflow/authority_action.html"

    def get_subject(self) -> DutyRule:
        rules = DutyRule.objects.for_this_room().in_force().filter(scope=DutyScope.ALWAYS)
        rule = get_object_or_404(rules, pk=self.kwargs["rule_id"])
        cards = OfficerCard.objects.of_council(current_council().number).active()
        self.card = cards.filter(pk=self.kwargs["card_id"]).first()
        if self.card is None:
            raise Http404
        return rule

    def get_back_url(self) -> str:
        return reverse("duties:rules")

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        assert self.card is not None
        rows = [("Officer", self.card.work_name), ("Rule", self.subject.sentence)]
        return super().get_context(rows=rows, **kwargs)

    def act(self, form: ExceptionForm) -> HttpResponse:
        assert self.card is not None
        found = keeping_duties.sign_duty_exception(
            actor=self.actor, rule_id=self.subject.pk, card_id=self.card.pk, **form.cleaned_data
        )
        return self.done(f"The exception for {found.card_name} is signed", to="duties:rules")


class ChooseException(FormPage):
    """For which officer and which rule: before a role is given that would be refused."""

    permission = keeping_duties.MAY_SIGN
    form_class = ChooseExceptionForm
    title = "Sign an exception before a role is given"
    button = "Continue"
    breadcrumbs = CRUMBS

    def act(self, form: Any) -> HttpResponse:
        url = reverse("duties:sign_exception", args=[form.cleaned_data["rule"], form.cleaned_data["card"]])
        return self.done(to=url)


class EndException(ActionView):
    permission = keeping_duties.MAY_SIGN
    form_class = VersionForm
    title = "End an exception"
    button = "End this exception"
    button_style = "warning"
    breadcrumbs = CRUMBS
    template_name = "pages/shared_services/workflow/authority_action.html"

    def get_subject(self) -> DutyException:
        return get_object_or_404(DutyException.objects.of_this_room(), pk=self.kwargs["exception_id"])

    def get_back_url(self) -> str:
        return reverse("duties:rules")

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        rows = [("Officer", self.subject.card_name), ("Rule", self.subject.rule.sentence)]
        return super().get_context(rows=rows, **kwargs)

    def act(self, form: VersionForm) -> HttpResponse:
        keeping_duties.end_duty_exception(actor=self.actor, exception_id=self.subject.pk, **form.cleaned_data)
        return self.done("The exception has ended", to="duties:rules")
