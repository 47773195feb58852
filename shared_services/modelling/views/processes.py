"""Processes as they are published: the list, one version's page, its picture and its files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.views import GuardedView, Page
from shared_services.govuk.words import spoken_instant
from shared_services.tenancy.door import current_council
from shared_services.workflow.models import ProcessVersion
from shared_services.workflow.replacing import MAY_MOVE

from .. import selectors
from ..choices import STATUS_COLOURS, DraftStatus
from ..dry_runs import MAY_VIEW
from ..publishing import MAY_SET_RULES
from ..querysets import drafts_of_this_room
from ..services import MAY_MANAGE
from .parts import file_response, picture_response, step_items

PROCESSES = ("Processes", "modelling:list_processes")
KIND_COLOURS = {"Joint": "purple", "Own": "blue", "Override": "orange"}


class ListProcesses(Page):
    """Every process that this room runs: joint ones, its own and its overrides; what is being designed; open votes."""

    permission = MAY_VIEW
    title = "Processes"
    template_name = "pages/shared_services/modelling/processes.html"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        drafts = drafts_of_this_room().defer(*selectors.UNREAD)
        return super().get_context(
            rows=[self._row(row) for row in selectors.processes_of_this_room()],
            drafts=[
                _draft_row(draft) for draft in drafts.filter(status__in=[DraftStatus.OPEN, DraftStatus.PROPOSED])[:100]
            ],
            waiting=selectors.votes_waiting(self.actor),
            may_manage=may(self.actor, MAY_MANAGE),
            may_set_rules=may(self.actor, MAY_SET_RULES),
            is_shared_service=current_council().is_shared_service,
            **kwargs,
        )

    def _row(self, row: selectors.ProcessRow) -> list[dict[str, Any]]:
        stands = f" on joint version {row.stands_on}" if row.stands_on else ""
        behind = f". Joint version {row.behind} is out" if row.behind else ""
        return [
            {"label": "Process", "text": row.title, "url": reverse("modelling:version", args=[row.version.pk])},
            {"label": "Kind", "text": row.kind, "colour": KIND_COLOURS[row.kind]},
            {"label": "Version", "text": f"{row.version.version}{stands}{behind}"},
            {"label": "Published", "text": spoken_instant(row.version.published_at)},
            {"label": "Running cases", "text": f"{row.running:,}"},
        ]


def _draft_row(draft: Any) -> list[dict[str, Any]]:
    status = draft.get_status_display()
    based_on = draft.based_on
    if based_on is None:
        base = "A new process"
    else:
        base = f"{'Joint version' if based_on.is_joint else 'Version'} {based_on.version}"
    return [
        {"label": "Draft", "text": draft.title, "url": reverse("modelling:draft", args=[draft.pk])},
        {"label": "Status", "text": str(status), "colour": STATUS_COLOURS[str(status)]},
        {"label": "Based on", "text": base},
        {"label": "Last changed", "text": f"{spoken_instant(draft.edited_at)} by {draft.edited_by_name}"},
    ]


class _OneVersion(GuardedView):
    permission = MAY_VIEW

    def find(self, version_id: UUID) -> ProcessVersion:
        return get_object_or_404(ProcessVersion.objects.for_this_room().select_related("based_on"), pk=version_id)


class ViewVersion(_OneVersion, Page):
    """One version: what it does in a picture and in words, who published it, and every other version beside it."""

    template_name = "pages/shared_services/modelling/version.html"
    breadcrumbs = [PROCESSES]
    version: ProcessVersion

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.version = self.find(kwargs["version_id"])
        return self.show()

    def get_title(self) -> str:
        return self.version.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        version = self.version
        running = selectors.running_by_version(version.key)
        versions = selectors.versions_of(version.key)
        return super().get_context(
            version=version,
            facts=self._facts(),
            versions=[self._version_row(one, running.get(one.pk, 0)) for one in versions],
            has_picture=bool(selectors.picture_of(version.bpmn)),
            steps=step_items(selectors.steps_of(version.bpmn)),
            tables=selectors.tables_in_words(version.dmn),
            tests=[str(test.get("name", "")) for test in version.tests],
            decision_files=range(1, len(version.dmn) + 1),
            running=running.get(version.pk, 0),
            may_manage=may(self.actor, MAY_MANAGE),
            may_move=may(self.actor, MAY_MOVE) and running.get(version.pk, 0) > 0 and len(versions) > 1,
            newer_joint=self._newer_joint(versions),
            **kwargs,
        )

    def _facts(self) -> list[tuple[str, str]]:
        version = self.version
        facts = [
            ("Version", f"{_kind(version)} {version.version}"),
            ("Published", f"{spoken_instant(version.published_at)} by {version.published_by_name or 'Guildhall'}"),
            ("Fingerprint (SHA-256)", version.sha256),
        ]
        if version.based_on is not None:
            facts.insert(1, ("Stands on", f"Joint version {version.based_on.version}"))
        return facts

    def _version_row(self, version: ProcessVersion, running: int) -> list[dict[str, Any]]:
        stands = f", on joint version {version.based_on.version}" if version.based_on else ""
        return [
            {
                "label": "Version",
                "text": f"{_kind(version)} {version.version}{stands}",
                "url": "" if version.pk == self.version.pk else reverse("modelling:version", args=[version.pk]),
            },
            {"label": "Published", "text": spoken_instant(version.published_at)},
            {"label": "By", "text": version.published_by_name or "Guildhall"},
            {"label": "Running cases", "text": f"{running:,}"},
        ]

    def _newer_joint(self, versions: list[ProcessVersion]) -> ProcessVersion | None:
        """The joint version that an override should be brought up to."""
        if self.version.based_on is None:
            return None
        joint = next((one for one in versions if one.is_joint), None)
        return joint if joint is not None and joint.version > self.version.based_on.version else None


def _kind(version: ProcessVersion) -> str:
    if version.is_joint:
        return "Joint version"
    return "Override, version" if version.based_on is not None else "Own version"


class VersionPicture(_OneVersion):
    """The drawing of a version, as an image of its own."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return picture_response(self.find(kwargs["version_id"]).bpmn)


class VersionFile(_OneVersion):
    """A version's BPMN or DMN file, byte for byte as it was published."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return file_response(self.find(kwargs["version_id"]), kwargs.get("number"))


class ViewProcess(GuardedView):
    """The newest version of a process by its ID: an address that stays the same."""

    permission = MAY_VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        versions = selectors.versions_of(kwargs["key"])
        if not versions:
            raise Http404
        return redirect("modelling:version", version_id=versions[0].pk)
