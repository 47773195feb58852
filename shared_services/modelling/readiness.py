"""Whether a draft may be published: what is found in it, how its tests go, and what it takes from a joint process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.findings import Finding
from shared_services.workflow.models import ProcessVersion

from .checks import diagram_or_none, errors_in, tables_of, warnings_in
from .differences import Drawn, differences
from .live_findings import findings_of
from .models import ModellingRules, ProcessDraft
from .overrides import Weakening, weakenings
from .services import joint_base, joint_version
from .trials import TrialResult, run_trials


@dataclass(frozen=True, slots=True)
class Readiness:
    """Everything that speaks against publishing a draft, and what its author should look at."""

    errors: list[Finding]
    warnings: list[Finding]
    weakenings: list[Weakening] = field(default_factory=list)
    trials: list[TrialResult] = field(default_factory=list)
    clash: str = ""

    @property
    def failed_trials(self) -> list[TrialResult]:
        return [trial for trial in self.trials if not trial.passed]

    @property
    def is_ready(self) -> bool:
        return not (self.errors or self.weakenings or self.failed_trials or self.clash)

    @property
    def reasons(self) -> list[str]:
        """Why it cannot be published yet, one sentence each."""
        return [
            *([self.clash] if self.clash else []),
            *(finding.message for finding in self.errors),
            *(one.message for one in self.weakenings),
            *(f"Test “{trial.name}”: {trial.different[0]}" for trial in self.failed_trials),
        ]


def readiness_of(draft: ProcessDraft) -> Readiness:
    findings = findings_of(draft.bpmn, draft.dmn, draft.forms)
    base = joint_base(draft)
    mine = drawn(draft)
    weaker: list[Weakening] = []
    if base is not None and mine is not None and (joint := drawn(base)) is not None:
        weaker = weakenings(joint, mine)
    return Readiness(
        errors=errors_in(findings),
        warnings=[*warnings_in(findings), *_older_base(base)],
        weakenings=weaker,
        trials=run_trials(draft.bpmn, draft.dmn, draft.tests),
        clash=_clash(draft, base),
    )


def check_ready(draft: ProcessDraft, *, warnings_seen: bool = True) -> Readiness:
    """Refuse, with the first reasons, a draft that may not be published."""
    found = readiness_of(draft)
    if not found.is_ready:
        first = " ".join(found.reasons[:3])
        more = f" And {len(found.reasons) - 3} more." if len(found.reasons) > 3 else ""
        raise NotAllowed(f"This draft cannot be published yet. {first}{more}", code="not_ready")
    if found.warnings and not warnings_seen:
        raise NotAllowed("Read the warnings and say that you publish in spite of them.", code="warnings")
    return found


def drawn(content: Any) -> Drawn | None:
    """A draft, version or proposal as it is compared; None when its drawing cannot be read."""
    diagram = diagram_or_none(content.bpmn)
    return Drawn(diagram, tables_of(content.dmn), content.forms) if diagram is not None else None


def changes_since(old: Any | None, new: Any) -> list[str]:
    """What differs between two processes, in plain words."""
    after = drawn(new)
    if after is None:
        return ["The drawing cannot be read, so it cannot be compared."]
    return differences(drawn(old) if old is not None else None, after)


def rules_of_this_room() -> ModellingRules:
    """How this room publishes: what it has set, or how a new room begins."""
    here = current_council().number
    return ModellingRules.objects.filter(owner_id=here).first() or ModellingRules(owner_id=here)


def _older_base(base: ProcessVersion | None) -> list[Finding]:
    """An override that stands on a joint version which is no longer the newest."""
    newest = joint_version(base.key) if base is not None else None
    if base is None or newest is None or newest.version <= base.version:
        return []
    message = (
        f"The councils have agreed on joint version {newest.version} since, and this override stands on version "
        f"{base.version}. Begin again from the newest version to take over what changed."
    )
    return [Finding("warning", "The process", "older-joint-version", message)]


def _clash(draft: ProcessDraft, base: ProcessVersion | None) -> str:
    """A council's own process may not take the place of a joint one of the same name."""
    if current_council().is_shared_service or base is not None:
        return ""
    joint = joint_version(draft.key)
    if joint is None:
        return ""
    return (
        f"“{joint.title}” is a joint process. Start a draft from its newest version, so that the steps all councils "
        "agreed on stay in it."
    )
