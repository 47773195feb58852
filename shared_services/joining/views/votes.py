"""A partner's votes on councils that apply, at the partner's own host."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.govuk.views import ActionView, Column, ListPage
from shared_services.tenancy.door import current_council

from ..choices import Service
from ..forms import VoteForm
from ..models import AdmissionVote, LiveDecision
from ..services.admission import MAY_VOTE, cast_vote

TEMPLATES = "pages/shared_services/joining"
NOT_YET = "Not yet"


def own_votes() -> Any:
    return AdmissionVote.objects.filter(owner_id=current_council().number).select_related("applicant", "voted_by")


class ListVotes(ListPage):
    """The councils on whose admission this one is asked."""

    permission = MAY_VOTE
    title = "Councils that apply to join"
    columns = [
        Column(
            "applicant", "Council", value=lambda row: row.applicant.name,
            url=lambda row: reverse("admission:cast_vote", args=[row.pk]),
        ),
        Column("asked_at", "Asked", kind="datetime", sort="asked_at"),
        Column("closes_on", "Last day to vote", kind="date", sort="closes_on"),
        Column("voice", "Your council’s vote", value=lambda row: row.get_voice_display() or NOT_YET),
    ]  # fmt: skip
    default_sort = "-asked_at"
    noun = "council"
    empty_text = "No council is waiting for a vote."

    def get_queryset(self) -> Any:
        return own_votes()


class CastVote(ActionView):
    permission = MAY_VOTE
    form_class = VoteForm
    template_name = f"{TEMPLATES}/cast_vote.html"
    button = "Vote"
    breadcrumbs = [("Councils that apply to join", "admission:list_votes")]

    def get_subject(self) -> AdmissionVote:
        return get_object_or_404(own_votes(), pk=self.kwargs["pk"])

    def get_title(self) -> str:
        return f"Should {self.subject.applicant.name} join?"

    def get_initial(self) -> dict[str, Any]:
        return {"voice": self.subject.voice, "reason": self.subject.reason}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        services = ", ".join(Service(one).label for one in self.subject.services)
        return super().get_context(services=services, **kwargs)

    def act(self, form: VoteForm) -> HttpResponse:
        cast_vote(actor=self.actor, vote_id=self.subject.pk, **form.cleaned_data)
        return self.done("Your council’s vote is kept", to="admission:list_votes")


def reds_of(decision: LiveDecision) -> str:
    """The titles of the checks that were red. Each council's own room wrote its row: any other shape reads as none."""
    checks = [check for check in decision.checks if isinstance(check, dict)]
    return "; ".join(str(check.get("title", "")) for check in checks if not check.get("ok")) or "None"


class ListLiveDecisions(ListPage):
    """Which councils went live, who decided it, and over which red checks."""

    permission = "accounts.view_officers"
    title = "Councils that went live"
    columns = [
        Column("owner", "Council", value=lambda row: row.owner.name),
        Column("decided_at", "When", kind="datetime", sort="decided_at"),
        Column("officer_name", "Decided by", value=lambda row: f"{row.officer_name}, {row.officer_title}".strip(", ")),
        Column("reds", "Red checks", value=reds_of),
        Column("reason", "Reason"),
    ]
    default_sort = "-decided_at"
    noun = "council"
    empty_text = "No council has gone live since you can see it."
    queryset = LiveDecision.objects.select_related("owner")
