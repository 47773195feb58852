"""Processes, drafts and votes for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.decorators import action

from shared_services.api.bodies import Nothing
from shared_services.api.problems import Problem
from shared_services.api.rows import row_of
from shared_services.api.viewsets import RoomViewSet
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.models import ProcessVersion

from . import dry_runs, publishing, selectors, services, voting
from .api_shapes import (
    DraftAnswer,
    DraftBody,
    DraftDetailAnswer,
    DryRunAnswer,
    FindingAnswer,
    ImportBody,
    ProcessAnswer,
    ProcessDetailAnswer,
    ProposalAnswer,
    ProposalDetailAnswer,
    PublishBody,
    TrialAnswer,
    VoteAnswer,
    VoteBody,
)
from .choices import DraftStatus, ProposalStatus
from .dry_runs import MAY_VIEW
from .models import JointProposal, ProcessDraft
from .querysets import drafts_of_this_room
from .readiness import changes_since, readiness_of
from .tally import tally_of


class ProcessFilter(django_filters.FilterSet):
    key = django_filters.CharFilter()
    council = django_filters.NumberFilter(field_name="owner_id", min_value=0, max_value=9999)

    class Meta:
        model = ProcessVersion
        fields: list[str] = []


class Processes(RoomViewSet):
    """Every version of the processes that this room runs or has run; one of them with its files."""

    tag = "Processes"
    permissions = {"list": MAY_VIEW, "retrieve": MAY_VIEW, "start_draft": services.MAY_MANAGE}
    body = {"start_draft": Nothing}
    answers = {"start_draft": DraftAnswer}
    creating = ("start_draft",)
    answer_class = ProcessAnswer
    detail_class = ProcessDetailAnswer
    filterset_class = ProcessFilter
    ordering = {"published_at": "published_at", "key": "key"}
    default_ordering = "key,-version,pk"

    def get_queryset(self) -> Any:
        return ProcessVersion.objects.for_this_room()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        row["running"] = selectors.running_by_version(row["key"]).get(row["id"], 0)
        return row

    @action(detail=True, methods=["post"], url_path="start-draft")
    def start_draft(self, request: Any, pk: UUID) -> HttpResponse:
        """Begin the next version of a process; in a council's room one of a joint process is its override."""
        self.read_body()
        draft = services.draft_from_version(actor=self.actor, version_id=pk)
        return _draft_answer(self, draft, status=201)


class DraftFilter(django_filters.FilterSet):
    key = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=DraftStatus.choices)

    class Meta:
        model = ProcessDraft
        fields: list[str] = []


class ProcessDrafts(RoomViewSet):
    """Processes that are being designed here: imported, changed, checked, tried, published."""

    tag = "Process drafts"
    permissions = {
        "list": MAY_VIEW,
        "retrieve": MAY_VIEW,
        "create": services.MAY_MANAGE,
        "update": services.MAY_MANAGE,
        "abandon": services.MAY_MANAGE,
        "dry_run": MAY_VIEW,
        "ask_to_publish": services.MAY_MANAGE,
        "publish": publishing.MAY_PUBLISH,
        "propose": services.MAY_MANAGE,
    }
    body = {
        "create": ImportBody,
        "update": DraftBody,
        "abandon": Nothing,
        "dry_run": Nothing,
        "ask_to_publish": PublishBody,
        "publish": PublishBody,
        "propose": PublishBody,
    }
    answers = {
        "create": DraftAnswer,
        "update": DraftAnswer,
        "abandon": DraftAnswer,
        "dry_run": DryRunAnswer,
        "ask_to_publish": DraftAnswer,
        "publish": ProcessAnswer,
        "propose": ProposalAnswer,
    }
    creating = ("create",)
    answer_class = DraftAnswer
    detail_class = DraftDetailAnswer
    filterset_class = DraftFilter
    ordering = {"edited_at": "edited_at"}
    default_ordering = "-edited_at,pk"

    def get_queryset(self) -> Any:
        return drafts_of_this_room()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        draft = self._found(pk)
        found = readiness_of(draft)
        row["findings"] = [row_of(one, FindingAnswer) for one in (*found.errors, *found.warnings)]
        row["refusals"] = [*([found.clash] if found.clash else []), *(one.message for one in found.weakenings)]
        row["test_results"] = [row_of(one, TrialAnswer) for one in found.trials]
        row["changes"] = changes_since(draft.based_on, draft) if draft.based_on is not None else []
        row["ready"] = found.is_ready
        return row

    def create(self, request: Any) -> HttpResponse:
        """Import a BPMN file with its DMN files as a new draft. They are kept byte for byte."""
        return _draft_answer(self, services.import_draft(actor=self.actor, **self.read_body()), status=201)

    def update(self, request: Any, pk: UUID) -> HttpResponse:
        """Change an open draft; what is left out stays as it is."""
        data = self.read_body()
        self._found(pk)
        return _draft_answer(self, services.save_draft(actor=self.actor, draft_id=pk, version=self.version, **data))

    @action(detail=True, methods=["post"])
    def abandon(self, request: Any, pk: UUID) -> HttpResponse:
        """Give a draft up."""
        self.read_body()
        self._found(pk)
        return _draft_answer(self, services.abandon_draft(actor=self.actor, draft_id=pk, version=self.version))

    @action(detail=True, methods=["post"], url_path="dry-run")
    def dry_run(self, request: Any, pk: UUID) -> HttpResponse:
        """Try a draft on this room's closed cases of the last 31 days. Ask again to see how far a long one is."""
        self.read_body()
        self._found(pk)
        return self.answer(row_of(dry_runs.start_dry_run(actor=self.actor, draft_id=pk), DryRunAnswer))

    @action(detail=True, methods=["post"], url_path="ask-to-publish")
    def ask_to_publish(self, request: Any, pk: UUID) -> HttpResponse:
        """Ask another officer to publish a draft as it is now."""
        data = self.read_body()
        self._found(pk)
        draft = publishing.ask_to_publish(actor=self.actor, draft_id=pk, version=self.version, **data)
        return _draft_answer(self, draft)

    @action(detail=True, methods=["post"])
    def publish(self, request: Any, pk: UUID) -> HttpResponse:
        """Publish what another officer asked for, as a version that never changes."""
        data = self.read_body()
        self._found(pk)
        version = publishing.publish_draft(actor=self.actor, draft_id=pk, version=self.version, **data)
        return self.answer(row_of(version, ProcessAnswer))

    @action(detail=True, methods=["post"])
    def propose(self, request: Any, pk: UUID) -> HttpResponse:
        """Put a draft of a joint process to the vote of the councils."""
        data = self.read_body()
        self._found(pk)
        proposal = voting.propose_draft(actor=self.actor, draft_id=pk, version=self.version, **data)
        return self.answer(row_of(proposal, ProposalAnswer), version=proposal.version)

    def _found(self, pk: UUID) -> ProcessDraft:
        draft: ProcessDraft | None = self.get_queryset().filter(pk=pk).first()
        if draft is None:
            raise Problem(404, "not_found", "There is nothing here under that address.")
        return draft


def _draft_answer(view: RoomViewSet, draft: ProcessDraft, *, status: int = 200) -> HttpResponse:
    location = reverse("api:processdraft-detail", args=[draft.pk]) if status == 201 else None
    return view.answer(row_of(draft, DraftAnswer), status=status, version=draft.version, location=location)


class ProposalFilter(django_filters.FilterSet):
    key = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=ProposalStatus.choices)

    class Meta:
        model = JointProposal
        fields: list[str] = []


class ProcessVotes(RoomViewSet):
    """Changes of joint processes that the councils vote on."""

    tag = "Votes on joint processes"
    permissions = {
        "list": MAY_VIEW,
        "retrieve": MAY_VIEW,
        "dry_run": MAY_VIEW,
        "vote": voting.MAY_VOTE,
        "withdraw": services.MAY_MANAGE,
    }
    body = {"dry_run": Nothing, "vote": VoteBody, "withdraw": Nothing}
    answers = {"dry_run": DryRunAnswer, "vote": VoteAnswer, "withdraw": ProposalAnswer}
    answer_class = ProposalAnswer
    detail_class = ProposalDetailAnswer
    filterset_class = ProposalFilter
    ordering = {"proposed_at": "proposed_at", "closes_on": "closes_on"}
    default_ordering = "-proposed_at,pk"

    def get_queryset(self) -> Any:
        return JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER)

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        row["votes"] = [row_of(vote, VoteAnswer) for vote in tally_of(self._found(pk)).votes]
        return row

    @action(detail=True, methods=["post"], url_path="dry-run")
    def dry_run(self, request: Any, pk: UUID) -> HttpResponse:
        """Try a proposal on this council's own closed cases."""
        self.read_body()
        self._found(pk)
        return self.answer(row_of(dry_runs.start_dry_run(actor=self.actor, proposal_id=pk), DryRunAnswer))

    @action(detail=True, methods=["post"])
    def vote(self, request: Any, pk: UUID) -> HttpResponse:
        """Vote for your council, once, after it was tried on your own cases."""
        data = self.read_body()
        self._found(pk)
        return self.answer(row_of(voting.cast_vote(actor=self.actor, proposal_id=pk, **data), VoteAnswer))

    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: UUID) -> HttpResponse:
        """Take a proposal back; its draft can be changed again."""
        self.read_body()
        self._found(pk)
        proposal = voting.withdraw_proposal(actor=self.actor, proposal_id=pk)
        return self.answer(row_of(proposal, ProposalAnswer), version=proposal.version)

    def _found(self, pk: UUID) -> JointProposal:
        proposal: JointProposal | None = self.get_queryset().filter(pk=pk).first()
        if proposal is None:
            raise Problem(404, "not_found", "There is nothing here under that address.")
        return proposal


def register(router: Any) -> None:
    router.register("processes", Processes, basename="process")
    router.register("process-drafts", ProcessDrafts, basename="processdraft")
    router.register("process-votes", ProcessVotes, basename="processvote")
