"""The drawing boards for processes and decision tables, and what their scripts ask the portal."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from shared_services.govuk.views import GuardedView
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow.definitions import process_titles
from shared_services.workflow.operations import all_operations

from ..design_forms import role_choices
from ..drawing.steps import drawn
from ..drawings import check_table_file
from ..live_findings import findings_of, table_findings_of
from ..models import ProcessDraft
from ..services import MAY_MANAGE, save_draft
from ..tables import listed_tables
from .designing import DraftPage, draft_of_this_room

LONGEST_BODY = 2 * 1024 * 1024


class DrawDraft(DraftPage):
    """The process as a drawing, changed with bpmn-js."""

    place = "modelling:draw_draft"
    template_name = "pages/shared_services/modelling/draw_draft.html"

    def get_title(self) -> str:
        return f"{self.draft.title}: drawing"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        facts = {
            "key": draft.key,
            "version": draft.version,
            "bpmn": drawn(draft.bpmn),
            "save": reverse("modelling:save_drawing", args=[draft.pk]),
            "check": reverse("modelling:check_drawing", args=[draft.pk]),
            "form": reverse("modelling:design_form", args=[draft.pk, "STEP"]),
            "forms": sorted(draft.forms),
            "roles": role_choices(),
            "operations": [(one.name, f"{one.name}: {one.summary}") for one in all_operations()],
            "decisions": [(one.decision, one.name) for one in listed_tables(draft.dmn)],
            "processes": process_titles(),
        }
        findings = findings_of(draft.bpmn, draft.dmn, draft.forms)
        return super().get_context(facts=facts, findings=findings, **kwargs)


class DrawTable(DraftPage):
    """One file of decisions, changed with dmn-js."""

    place = "modelling:list_tables"
    template_name = "pages/shared_services/modelling/draw_table.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = draft_of_this_room(kwargs["draft_id"])
        self.file = file_of(self.draft, kwargs["number"])
        return self.show()

    def get_title(self) -> str:
        return f"{self.draft.title}: decision table"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "key": f"{self.draft.key}-{self.kwargs['number'] + 1}",
            "version": self.draft.version,
            "dmn": self.file,
            "decision": self.request.GET.get("decision", ""),
            "save": reverse("modelling:save_table", args=[self.draft.pk, self.kwargs["number"]]),
        }
        return super().get_context(facts=facts, number=self.kwargs["number"], **kwargs)


class _Answering(GuardedView):
    """What the scripts send as JSON and are answered in JSON, refusals among it."""

    permission: ClassVar[str] = MAY_MANAGE

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = draft_of_this_room(kwargs["draft_id"])
        try:
            said = json.loads(request.body if len(request.body) <= LONGEST_BODY else b"")
            if not isinstance(said, dict):
                raise ValueError
        except ValueError:
            return JsonResponse({"message": "What was sent cannot be read, or is larger than 2 MB."}, status=400)
        try:
            return JsonResponse(self.answer(said))
        except Stale as refusal:
            return JsonResponse(
                {"message": f"{refusal.message} Export your drawing first if you want to keep it."}, status=409
            )
        except NotAllowed as refusal:
            return JsonResponse({"message": refusal.message}, status=409)

    def answer(self, said: dict[str, Any]) -> dict[str, Any]:
        raise Http404

    def text(self, said: dict[str, Any], name: str) -> str:
        if not isinstance(said.get(name), str):
            raise NotAllowed("The file is missing from what was sent.", code="missing")
        return str(said[name])

    def version(self, said: dict[str, Any]) -> int:
        if not isinstance(said.get("version"), int):
            raise NotAllowed("The version of the draft is missing from what was sent.", code="missing")
        return int(said["version"])


class SaveDrawing(_Answering):
    def answer(self, said: dict[str, Any]) -> dict[str, Any]:
        saved = save_draft(
            actor=self.actor, draft_id=self.draft.pk, version=self.version(said), bpmn=self.text(said, "bpmn")
        )
        return {"version": saved.version}


class CheckDrawing(_Answering):
    def answer(self, said: dict[str, Any]) -> dict[str, Any]:
        found = findings_of(self.text(said, "bpmn"), self.draft.dmn, self.draft.forms)
        return {"findings": [asdict(finding) for finding in found]}


class SaveTable(_Answering):
    def answer(self, said: dict[str, Any]) -> dict[str, Any]:
        number, text = self.kwargs["number"], self.text(said, "dmn")
        file_of(self.draft, number)
        check_table_file(text)
        files = [text if place == number else other for place, other in enumerate(self.draft.dmn)]
        saved = save_draft(actor=self.actor, draft_id=self.draft.pk, version=self.version(said), dmn=files)
        return {"version": saved.version, "findings": table_findings(saved)}


class ExportDrawing(GuardedView):
    """The draft's BPMN file as it is kept."""

    permission = MAY_MANAGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = draft_of_this_room(kwargs["draft_id"])
        return download(draft.bpmn, f"{draft.key}.bpmn")


class ExportTable(GuardedView):
    """One of the draft's DMN files as it is kept."""

    permission = MAY_MANAGE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        draft = draft_of_this_room(kwargs["draft_id"])
        return download(file_of(draft, kwargs["number"]), f"{draft.key}-{kwargs['number'] + 1}.dmn")


def table_findings(draft: ProcessDraft) -> list[dict[str, Any]]:
    return [asdict(one) for one in table_findings_of(draft.bpmn, draft.dmn, draft.forms)]


def file_of(draft: ProcessDraft, number: int) -> str:
    """One decision file of a draft; a number it does not have is not here."""
    if number >= len(draft.dmn):
        raise Http404
    return str(draft.dmn[number])


def download(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="application/xml; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
