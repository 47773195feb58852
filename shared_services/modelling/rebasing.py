"""Bringing an override up to a newer joint version: carried over where nothing of the joint process is lost."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.models import ProcessVersion

from .models import ProcessDraft
from .overrides import Weakening, weakenings
from .readiness import changes_since, drawn
from .services import MAY_MANAGE, joint_version, new_draft


@dataclass(frozen=True, slots=True)
class Rebase:
    """What would become of an override on the newest joint version."""

    joint: ProcessVersion
    own_changes: list[str]
    joint_changes: list[str]
    in_the_way: list[Weakening]

    @property
    def is_carried_over(self) -> bool:
        return not self.in_the_way


def rebase_of(version: ProcessVersion) -> Rebase | None:
    """How an override would be brought up to date; None when it stands on the newest joint version already."""
    joint = joint_version(version.key)
    if version.based_on is None or joint is None or joint.version <= version.based_on.version:
        return None
    mine, theirs = drawn(version), drawn(joint)
    assert mine is not None and theirs is not None  # Published versions can be read.
    return Rebase(
        joint=joint,
        own_changes=changes_since(version.based_on, version),
        joint_changes=changes_since(version.based_on, joint),
        in_the_way=weakenings(theirs, mine),
    )


@transaction.atomic
def rebase_override(*, actor: OfficerCard, version_id: UUID) -> ProcessDraft:
    """Begin a draft of an override on the newest joint version.

    Where the council's drawing keeps all of it, the draft is that drawing; else it is the joint drawing, and the
    council adds its steps again. Raises NotAllowed when there is no newer joint version.
    """
    check_may(actor, MAY_MANAGE)
    here = current_council().number
    version = ProcessVersion.objects.select_related("based_on").filter(owner_id=here, pk=version_id).first()
    found = rebase_of(version) if version is not None else None
    if version is None or found is None:
        raise NotAllowed("There is no newer joint version that this would have to be brought up to.", code="not_found")
    content = version if found.is_carried_over else found.joint
    return new_draft(
        actor,
        key=version.key,
        title=content.title,
        bpmn=content.bpmn,
        dmn=content.dmn,
        forms=content.forms,
        tests=version.tests,
        based_on=found.joint,
    )
