"""Saying who stands in for an approver during his leave."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from .. import cover, services
from ..cover_forms import CoverForm
from .leave import CRUMBS, LeaveAction


class SettleCover(LeaveAction):
    """Name a deputy for these days, or say why nobody need stand in: asked of whoever decides on the leave."""

    template_name = "pages/councils/people/settle_cover.html"
    form_class = CoverForm
    title = "Say who stands in"
    button = "Save"
    breadcrumbs = CRUMBS

    def get_subject(self) -> Any:
        leave = super().get_subject()
        if not cover.may_settle(self.actor, leave):
            raise Http404
        return leave

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "besides": {self.subject.employment.card_id, self.actor.pk}}

    def get_initial(self) -> dict[str, Any]:
        found = cover.cover_of(self.subject)
        deputy = str(found.deputy.deputy_id) if found and found.deputy else ""
        return {"version": self.subject.version, "deputy": deputy, "reason": found.reason if found else ""}

    def act(self, form: CoverForm) -> HttpResponse:
        data = form.cleaned_data
        settled = services.settle_cover(
            actor=self.actor,
            request=self.subject,
            deputy_id=data["deputy"] or None,
            reason=data["reason"],
            version=data["version"],
        )
        message = "The deputy has been asked. You can approve the leave now" if settled.deputyship_id else "Saved"
        return self.done(message, to=self.subject)
