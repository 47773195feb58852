"""Having a stopped case tried again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.views import ActionView

from .. import casework, retrying, selectors
from ..choices import CaseStatus
from ..forms import RetryForm
from ..models import Case


def stopped_by(case: Case, actor: OfficerCard) -> dict[str, str] | None:
    """What the case page says of a case that a fault has stopped."""
    if case.status != CaseStatus.PARKED:
        return None
    causes = selectors.causes_of(case)
    url = reverse("workflow:retry_case", args=[case.pk]) if retrying.may_retry(actor, case) else ""
    return {"text": causes[0] if causes else case.fault, "url": url}


class RetryCase(ActionView):
    """Says what stopped the case, and has it tried again."""

    permission = casework.MAY_TAKE_PART
    form_class = RetryForm
    template_name = "pages/shared_services/workflow/retry_case.html"
    button = "Try again"
    breadcrumbs = [("Cases", "workflow:list_cases")]

    def get_subject(self) -> Case:
        case = Case.objects.of_this_room().filter(pk=self.kwargs["case_id"]).first()
        if case is None or not selectors.may_view_case(self.actor, case):
            raise Http404
        return case

    def get_title(self) -> str:
        return f"Try {self.subject.reference} again"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {"initial": {"version": self.subject.version}}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        case = self.subject
        return super().get_context(
            case=case,
            causes=selectors.causes_of(case),
            may_retry=retrying.may_retry(self.actor, case),
            case_url=reverse("workflow:case", args=[case.pk]),
            **kwargs,
        )

    def act(self, form: RetryForm) -> HttpResponse:
        case = retrying.retry_case(actor=self.actor, case_id=self.subject.pk, version=form.cleaned_data["version"])
        if case.status == CaseStatus.PARKED:
            return self.done(f"{case.reference} stopped again", to=reverse("workflow:case", args=[case.pk]))
        return self.done(f"{case.reference} moves on", to=reverse("workflow:case", args=[case.pk]))
