"""The partnership's own pages: who applies, and how councils are admitted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from ..choices import STATUS_COLOURS, Status
from ..forms import AdmissionForm
from ..models import AdmissionVote, Application
from ..progress import progress_of, summary_of
from ..services.admission import MAY_MANAGE, admission_settings, change_admission
from ..services.opening import open_again

TEMPLATES = "pages/shared_services/joining"
MAY_VIEW = "joining.view_applications"
CRUMBS = [("Applications to join", "joining:list_applications")]
TAGS = {status.label: colour for status, colour in STATUS_COLOURS.items()}


def find_application(key: Any) -> Application:
    applications = Application.objects.filter(owner_id=SHARED_SERVICE_NUMBER).exclude(status=Status.STARTED)
    return get_object_or_404(applications.select_related("registered", "council"), pk=key)


class ListApplications(ListPage):
    """Councils that apply, and what became of them."""

    permission = MAY_VIEW
    title = "Applications to join"
    columns = [
        Column("reference", "Application", url=lambda row: reverse("joining:view_application", args=[row.pk])),
        Column("council", "Council", value=lambda row: row.registered.name),
        Column("status", "Status", kind="tag", value=lambda row: row.get_status_display(), tags=TAGS),
        Column("started_at", "Started", kind="datetime", sort="started_at"),
        Column("submitted_at", "Sent", kind="datetime", sort="submitted_at"),
    ]
    search_fields = ["reference", "registered__name"]
    default_sort = "-started_at"
    noun = "application"
    empty_text = "No council has applied yet."
    create_url_name = "joining:change_admission"
    create_label = "How councils are admitted"
    create_permission = MAY_MANAGE

    def get_queryset(self) -> Any:
        applications = Application.objects.filter(owner_id=SHARED_SERVICE_NUMBER)
        return applications.exclude(status=Status.STARTED).select_related("registered")


class ViewApplication(Page):
    """One application: what it says, who has signed, how the partners voted, how far the opening is."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/view_application.html"
    breadcrumbs = CRUMBS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.application = find_application(self.kwargs["pk"])
        if "HX-Request" in request.headers:
            return render(request, f"{TEMPLATES}/_progress.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.application.registered.name} {self.application.reference}"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        votes = AdmissionVote.objects.filter(application_key=self.application.pk).exclude(owner=SHARED_SERVICE_NUMBER)
        return super().get_context(
            application=self.application,
            rows=[{**row, "url": ""} for row in summary_of(self.application)],
            progress=progress_of(self.application, for_team=True),
            votes=list(votes.select_related("owner").order_by("owner__name")),
            may_retry=self.application.status == Status.FAILED and may(self.actor, MAY_MANAGE),
            **kwargs,
        )


class RetryOpening(ActionView):
    permission = MAY_MANAGE
    title = "Set the portal up again"
    button = "Try again"
    breadcrumbs = CRUMBS

    def get_subject(self) -> Application:
        return find_application(self.kwargs["pk"])

    def get_back_url(self) -> str:
        return reverse("joining:view_application", args=[self.subject.pk])

    def act(self, form: Any) -> HttpResponse:
        open_again(actor=self.actor, application_id=self.subject.pk)
        return self.done("The portal is being set up again", to=self.get_back_url())


class ChangeAdmission(FormPage):
    """Whether signatures are enough, or the partners vote."""

    permission = MAY_MANAGE
    form_class = AdmissionForm
    title = "How councils are admitted"
    button = "Save"
    breadcrumbs = CRUMBS

    def get_initial(self) -> dict[str, Any]:
        kept = admission_settings()
        return {"admission": kept.admission, "days_to_vote": kept.days_to_vote, "version": kept.version}

    def act(self, form: AdmissionForm) -> HttpResponse:
        change_admission(actor=self.actor, **form.cleaned_data)
        return self.done("Saved", to="joining:list_applications")
