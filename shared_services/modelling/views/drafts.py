"""A draft's own page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from shared_services.govuk.views import Page

from ..models import ProcessDraft
from ..querysets import drafts_of_this_room
from ..services import MAY_MANAGE


class ViewDraft(Page):
    permission = MAY_MANAGE
    template_name = "pages/shared_services/modelling/draft.html"
    breadcrumbs = [("Processes", "modelling:list_processes")]
    draft: ProcessDraft

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = get_object_or_404(drafts_of_this_room(), pk=kwargs["draft_id"])
        return self.show()

    def get_title(self) -> str:
        return self.draft.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(draft=self.draft, **kwargs)
