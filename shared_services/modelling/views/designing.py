"""What every page on which a draft is changed shares: the draft, its version, and how a change is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.govuk.views import ActionView, Page

from ..choices import DraftStatus
from ..models import ProcessDraft
from ..querysets import drafts_of_this_room
from ..services import MAY_MANAGE, save_draft

PLACES = (
    ("modelling:draw_draft", "Drawing"),
    ("modelling:list_steps", "Steps as a list"),
    ("modelling:design_forms", "Forms"),
    ("modelling:list_tables", "Decision tables"),
)


def design_links(draft: ProcessDraft, here: str) -> list[dict[str, Any]]:
    """The ways to look at one draft, for the sub-navigation."""
    return [{"label": label, "url": reverse(name, args=[draft.pk]), "current": name == here} for name, label in PLACES]


def draft_of_this_room(key: UUID) -> ProcessDraft:
    return get_object_or_404(drafts_of_this_room(), pk=key)


class DraftPage(Page):
    """A page to read about a draft."""

    permission = MAY_MANAGE
    place = ""
    draft: ProcessDraft

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = draft_of_this_room(kwargs["draft_id"])
        return self.show()

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return draft_crumbs(self.draft)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            draft=self.draft,
            places=design_links(self.draft, self.place),
            may_change=self.draft.status == DraftStatus.OPEN,
            **kwargs,
        )


class DraftChange(ActionView):
    """A form that changes a draft. Whoever saved first wins, the other is told."""

    permission = MAY_MANAGE
    subject: ProcessDraft
    place = "modelling:list_steps"

    def get_subject(self) -> ProcessDraft:
        return draft_of_this_room(self.kwargs["draft_id"])

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        labels = dict(PLACES)
        return [*draft_crumbs(self.subject), (labels[self.place], reverse(self.place, args=[self.subject.pk]))]

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(draft=self.subject, **kwargs)

    def keep(self, form: Any, message: str, to: str = "", **changes: Any) -> HttpResponse:
        """Save what was changed in the draft that the officer saw."""
        version = form.cleaned_data.get("version")
        save_draft(actor=self.actor, draft_id=self.subject.pk, version=version or self.subject.version, **changes)
        return self.done(message, to=to or reverse(self.place, args=[self.subject.pk]))


def draft_crumbs(draft: ProcessDraft) -> list[tuple[str, str]]:
    return [
        ("Home", reverse("govuk:home")),
        ("Processes", reverse("modelling:list_processes")),
        (draft.title, reverse("modelling:draft", args=[draft.pk])),
    ]
