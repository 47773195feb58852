"""Beginning a draft: from nothing, from files, from a version; replacing its files; giving it up."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.govuk.views import ActionView, FormPage
from shared_services.tenancy.door import current_council
from shared_services.workflow.models import ProcessVersion

from .. import services
from ..forms import ImportForm, ReplaceFilesForm, StartDraftForm, VersionedForm
from ..models import ProcessDraft
from ..querysets import drafts_of_this_room
from ..services import MAY_MANAGE
from .processes import PROCESSES


class StartDraft(FormPage):
    permission = MAY_MANAGE
    title = "Design a new process"
    form_class = StartDraftForm
    button = "Start the draft"
    breadcrumbs = [PROCESSES]

    def act(self, form: StartDraftForm) -> HttpResponse:
        draft = services.start_draft(actor=self.actor, title=form.cleaned_data["title"])
        return self.done("Draft started", to=reverse("modelling:draft", args=[draft.pk]))


class ImportDraft(FormPage):
    permission = MAY_MANAGE
    title = "Import a process"
    form_class = ImportForm
    template_name = "pages/shared_services/modelling/import.html"
    button = "Import"
    breadcrumbs = [PROCESSES]

    def act(self, form: ImportForm) -> HttpResponse:
        draft = services.import_draft(actor=self.actor, **form.cleaned_data)
        return self.done(
            "Process imported. Look at what was found in it.", to=reverse("modelling:draft", args=[draft.pk])
        )


class StartFromVersion(ActionView):
    permission = MAY_MANAGE
    form_class = VersionedForm
    template_name = "pages/shared_services/modelling/start_from_version.html"
    button = "Start a draft"
    breadcrumbs = [PROCESSES]

    def get_subject(self) -> ProcessVersion:
        return get_object_or_404(ProcessVersion.objects.for_this_room(), pk=self.kwargs["version_id"])

    def get_title(self) -> str:
        return f"Change “{self.subject.title}”"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            is_override=self.subject.is_joint and not current_council().is_shared_service,
            open_drafts=list(drafts_of_this_room().filter(key=self.subject.key, status="open")[:5]),
            **kwargs,
        )

    def act(self, form: Any) -> HttpResponse:
        draft = services.draft_from_version(actor=self.actor, version_id=self.subject.pk)
        return self.done("Draft started", to=reverse("modelling:draft", args=[draft.pk]))


class ChangeDraft(ActionView):
    """A form about one draft of this room."""

    permission = MAY_MANAGE
    subject: ProcessDraft

    def get_subject(self) -> ProcessDraft:
        return get_object_or_404(drafts_of_this_room(), pk=self.kwargs["draft_id"])

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [
            ("Home", reverse("govuk:home")),
            ("Processes", reverse("modelling:list_processes")),
            (self.subject.title, self.draft_url),
        ]

    @property
    def draft_url(self) -> str:
        return reverse("modelling:draft", args=[self.subject.pk])


class ReplaceFiles(ChangeDraft):
    title = "Import files into this draft"
    form_class = ReplaceFilesForm
    button = "Import"

    def act(self, form: ReplaceFilesForm) -> HttpResponse:
        given = form.cleaned_data
        services.save_draft(
            actor=self.actor,
            draft_id=self.subject.pk,
            version=given["version"],
            bpmn=given["bpmn"],
            dmn=given["dmn"] or None,
        )
        return self.done("Files imported", to=self.draft_url)


class AbandonDraft(ChangeDraft):
    title = "Give this draft up"
    form_class = VersionedForm
    template_name = "pages/shared_services/modelling/abandon.html"
    button = "Give it up"
    button_style = "warning"

    def act(self, form: VersionedForm) -> HttpResponse:
        services.abandon_draft(actor=self.actor, draft_id=self.subject.pk, **form.cleaned_data)
        return self.done("Draft given up", to="modelling:list_processes")
