"""Reading processes and drafts for their pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER
from shared_services.workflow.models import Case, ProcessVersion
from shared_services.workflow.picture import Layout, ListedStep, draw, listed, read_layout

from .checks import diagram_or_none, tables_of
from .choices import ProposalStatus
from .models import DryRun, JointProposal, ProcessDraft, Vote

UNREAD = ("bpmn", "dmn", "forms", "tests")
"""What a list of versions or drafts does not show."""


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process in the list: what this room runs, where it comes from, what is newer."""

    key: str
    title: str
    kind: str
    version: ProcessVersion
    running: int
    stands_on: int | None = None
    """For an override: the joint version under it."""
    behind: int | None = None
    """For an override of an older joint version: the newest."""


def processes_of_this_room() -> list[ProcessRow]:
    """The newest version of every process that this room runs, with how many cases run on any version of it."""
    here = current_council().number
    newest: dict[str, dict[int, ProcessVersion]] = {}
    versions = ProcessVersion.objects.for_this_room().defer(*UNREAD).select_related("based_on")
    for version in versions.order_by("key", "owner_id", "-version").distinct("key", "owner_id"):
        newest.setdefault(version.key, {})[version.owner_id] = version
    running = dict(Case.objects.of_this_room().still_open().order_by().values_list("process").annotate(Count("pk")))
    rows = []
    for key, by_owner in newest.items():
        joint = by_owner.get(SHARED_SERVICE_NUMBER)
        version = by_owner.get(here) or by_owner[SHARED_SERVICE_NUMBER]
        under = version.based_on if not version.is_joint else None
        rows.append(
            ProcessRow(
                key=key,
                title=version.title,
                kind="Joint" if version.is_joint else "Override" if under is not None else "Own",
                version=version,
                running=running.get(key, 0),
                stands_on=under.version if under else None,
                behind=joint.version if joint and under and joint.version > under.version else None,
            )
        )
    return sorted(rows, key=lambda row: row.title)


def versions_of(key: str) -> list[ProcessVersion]:
    """Every version of a process that this room may run or has run, the newest first, its own before the joint ones."""
    versions = ProcessVersion.objects.for_this_room().filter(key=key).defer(*UNREAD).select_related("based_on")
    return list(versions.order_by("-owner_id", "-version"))


def running_by_version(key: str) -> dict[UUID, int]:
    """How many open cases of this room stand on each version of a process."""
    cases = Case.objects.of_this_room().still_open().filter(process=key).order_by()
    return dict(cases.values_list("process_version_id").annotate(Count("pk")))


def picture_of(bpmn: str) -> str:
    """The drawing as SVG; empty when it cannot be read or has no coordinates."""
    diagram = diagram_or_none(bpmn)
    layout = _layout(bpmn)
    if diagram is None or layout is None or not layout.boxes:
        return ""
    return draw(diagram, layout, {})


def _layout(bpmn: str) -> Layout | None:
    try:
        return read_layout(bpmn)
    except ValueError:
        return None


def steps_of(bpmn: str) -> list[ListedStep]:
    """The steps in words and in order; none while the drawing has no start."""
    diagram = diagram_or_none(bpmn)
    if diagram is None or not any(step.kind == "start" for step in diagram.steps.values()):
        return []
    known = set(diagram.steps)
    if any(flow.target not in known for flow in diagram.flows):
        return []
    return list(listed(diagram, {}))


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A decision table as rows of words."""

    name: str
    headings: list[str]
    rows: list[list[dict[str, str]]]


def tables_in_words(dmn: Iterable[str]) -> list[ShownTable]:
    shown = []
    for key, model in tables_of(dmn).items():
        decision = model.decisions[key]
        table: Any = decision.table
        if table is None:
            said = decision.source if decision.is_expression else "Worked out in the decision file"
            shown.append(ShownTable(decision.name, [decision.variable], [[{"text": said, "label": decision.variable}]]))
            continue
        headings = [label or source for label, source in zip(table.input_labels, table.inputs, strict=False)]
        headings += [str(one).replace("_", " ").capitalize() for one in table.outputs]
        rows = [
            [
                {"text": "any" if cell in ("", "-") else cell, "label": label}
                for label, cell in zip(headings, (*rule.cells, *rule.results), strict=False)
            ]
            for rule in table.rules
        ]
        shown.append(ShownTable(table.name, headings, rows))
    return shown


def latest_dry_run(*, draft: ProcessDraft | None = None, proposal: JointProposal | None = None) -> DryRun | None:
    """This room's last dry run of a draft or proposal."""
    runs = DryRun.objects.filter(owner_id=current_council().number)
    runs = runs.filter(draft=draft) if draft is not None else runs.filter(proposal=proposal)
    return runs.order_by("-started_at").first()


def proposals_of_this_room() -> QuerySet[JointProposal]:
    """Every proposal that this room put to the vote or may vote on, the newest first."""
    return JointProposal.objects.filter(owner_id=SHARED_SERVICE_NUMBER).defer(*UNREAD).order_by("-proposed_at")


def votes_waiting(actor: OfficerCard) -> int:
    """How many open proposals this council has not answered, for officers who may vote."""
    here = current_council()
    if here.is_shared_service or not may(actor, "modelling.vote"):
        return 0
    answered = Vote.objects.filter(owner_id=here.number).values("proposal_id")
    open_ones = proposals_of_this_room().filter(status=ProposalStatus.OPEN, voters__contains=[here.number])
    return open_ones.exclude(pk__in=answered).count()
