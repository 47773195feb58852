"""What a council sees, in its own portal, of the platform's team: everything done to its room, and what waits for it."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from shared_services.access.permissions import may
from shared_services.audit.models import AuditEntry
from shared_services.govuk.views import ActionView, Column, ListPage, Page
from shared_services.tenancy.door import current_council
from shared_services.workflow.models import Case

from ..choices import STATUS_COLOURS, Kind, Status
from ..forms import AnswerForm
from ..models import AccessGrant, Backup, Consent, Operation
from ..presenters import show
from ..rules import MAY_ANSWER
from ..selectors import operations_of
from ..services.access import end_access
from ..services.answering import answer

TEMPLATES = "pages/shared_services/operating"
MAY_VIEW = "operating.view_own_operations"
CRUMBS = [("The platform’s team", "platform_team:list_operations")]
WAITS_FOR_US, ANSWERED = "Waiting for your council", "Answered"
TAGS = {status.label: colour for status, colour in STATUS_COLOURS.items()} | {WAITS_FOR_US: "yellow", ANSWERED: "blue"}
PAGES_SHOWN = 50


def own_operation(key: Any) -> Operation:
    return get_object_or_404(operations_of(current_council().number), pk=key)


def _status_of(operation: Operation, is_answered: bool) -> str:
    """How far an operation is, as its council says it: the answer counts before anybody has taken it up."""
    if operation.status == Status.ASKED:
        return ANSWERED if is_answered else WAITS_FOR_US
    return str(operation.get_status_display())


class ListOperations(ListPage):
    """What the platform's team did to this council's room, and what it asks."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/own_operations.html"
    title = "The platform’s team"
    columns = [
        Column(
            "kind", "What", value=lambda row: row.get_kind_display(),
            url=lambda row: reverse("platform_team:show_operation", args=[row.pk]),
        ),
        Column("status", "Status", kind="tag", value=lambda row: _status_of(row, row.is_answered), tags=TAGS),
        Column("asked_by_name", "Asked for by"),
        Column("asked_at", "Asked", kind="datetime", sort="asked_at"),
        Column("ended_at", "Ended", kind="datetime", sort="ended_at"),
        Column("reason", "Reason"),
    ]  # fmt: skip
    default_sort = "-asked_at"
    noun = "operation"
    empty_text = "The platform’s team has done nothing to your council’s portal yet, and asks nothing."
    export_name = "platform_team"

    def get_queryset(self) -> Any:
        here = current_council().number
        answers = Consent.objects.filter(owner_id=here, operation_key=OuterRef("pk"))
        return operations_of(here).worth_reading().annotate(is_answered=Exists(answers))

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        here = current_council().number
        return super().get_context(
            last_backup=Backup.objects.of(here).kept().order_by("-taken_at").first(),
            last_drill=Operation.objects.of(here).drills().filter(status=Status.DONE).order_by("-ended_at").first(),
            **kwargs,
        )


class ShowOperation(Page):
    """One operation; access shows live which pages were opened."""

    permission = MAY_VIEW
    template_name = f"{TEMPLATES}/own_operation.html"
    breadcrumbs = CRUMBS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.operation = own_operation(self.kwargs["pk"])
        if "HX-Request" in request.headers:
            return render(request, f"{TEMPLATES}/_own_progress.html", self.get_context())
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return self.operation.get_kind_display()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        operation, here = self.operation, current_council().number
        grant = AccessGrant.objects.filter(owner_id=here, operation_key=operation.pk).first()
        consent = Consent.objects.filter(owner_id=here, operation_key=operation.pk).first()
        may_answer = may(self.actor, MAY_ANSWER)
        status = _status_of(operation, consent is not None)
        return super().get_context(
            operation=operation,
            shown=show(operation),
            status=status,
            colour=TAGS[status],
            consent=consent,
            grant=grant,
            grant_is_open=grant is not None and grant.ended_at is None and grant.ends_at > timezone.now(),
            looked_at=_pages_of(grant),
            pages_shown=PAGES_SHOWN,
            may_answer=may_answer,
            is_asked=operation.status == Status.ASKED and consent is None,
            waits=operation.status == Status.ASKED and consent is not None and consent.agreed and grant is None,
            **kwargs,
        )


def _pages_of(grant: AccessGrant | None) -> list[AuditEntry]:
    """The pages that whoever was let in has opened, the latest first."""
    if grant is None:
        return []
    lines = AuditEntry.objects.filter(actor_card_id=grant.card_id, subject_id=str(grant.pk))
    return list(lines.order_by("-at")[:PAGES_SHOWN])


class AnswerOperation(ActionView):
    """The council's word on what is asked."""

    permission = MAY_ANSWER
    form_class = AnswerForm
    template_name = f"{TEMPLATES}/answer.html"
    button = "Answer"
    breadcrumbs = CRUMBS

    def get_subject(self) -> Operation:
        return own_operation(self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        operation = own_operation(self.kwargs["pk"])
        answered = Consent.objects.filter(owner_id=current_council().number, operation_key=operation.pk).exists()
        if answered or operation.status != Status.ASKED:
            return redirect("platform_team:show_operation", pk=operation.pk)
        return super().get(request, *args, **kwargs)

    def get_title(self) -> str:
        return f"{self.subject.get_kind_display()}: does your council agree?"

    def get_back_url(self) -> str:
        return reverse("platform_team:show_operation", args=[self.subject.pk])

    def get_initial(self) -> dict[str, Any]:
        return {"digest": self.subject.digest}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        operation = self.subject
        since = 0
        if operation.kind == Kind.RESTORE and operation.backup is not None:
            here = current_council().number
            since = Case.objects.filter(owner_id=here, opened_at__gt=operation.backup.taken_at).count()
        return super().get_context(shown=show(operation), cases_since=since, **kwargs)

    def act(self, form: AnswerForm) -> HttpResponse:
        given = answer(actor=self.actor, operation_id=self.subject.pk, **form.cleaned_data)
        return self.done("Your council agreed" if given.agreed else "Your council refused", to=self.get_back_url())


class EndAccess(ActionView):
    """Show the platform's team out, at once."""

    permission = MAY_ANSWER
    title = "End the access now"
    button = "End the access"
    template_name = f"{TEMPLATES}/ask.html"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def get_subject(self) -> AccessGrant:
        return get_object_or_404(AccessGrant, owner_id=current_council().number, operation_key=self.kwargs["pk"])

    def get_back_url(self) -> str:
        return reverse("platform_team:show_operation", args=[self.kwargs["pk"]])

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        explained = (
            f"{self.subject.work_name} is signed out at once. To come in again the platform’s team has to ask anew."
        )
        return super().get_context(explained=[explained], **kwargs)

    def act(self, form: Any) -> HttpResponse:
        end_access(actor=self.actor, grant_id=self.subject.pk)
        return self.done("The access has ended", to=self.get_back_url())
