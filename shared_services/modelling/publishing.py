"""From a draft to a version that never changes: asked for by one officer, confirmed by another."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow.models import ProcessVersion
from shared_services.workflow.publishing import publish_process

from .choices import DraftStatus
from .models import ModellingRules, ProcessDraft
from .readiness import check_ready, rules_of_this_room
from .services import MAY_MANAGE, check_open, check_version, joint_base, locked_draft

MAY_PUBLISH = "modelling.publish_process"
MAY_SET_RULES = "modelling.manage_rules"
LONGEST_VOTE = 90


@transaction.atomic
def ask_to_publish(
    *, actor: OfficerCard, draft_id: UUID, version: int | None, warnings_seen: bool = False
) -> ProcessDraft:
    """Ask another officer to publish a draft as it is now. A later change must be asked for again.

    Raises NotAllowed while it has errors, a test that fails or a weakening of a joint process, and while its
    warnings were not read. Asking twice changes nothing.
    """
    check_may(actor, MAY_MANAGE)
    draft = locked_draft(draft_id)
    if draft.is_asked_for and draft.asked_by_id == actor.pk:
        return draft
    check_version(draft, version)
    check_open(draft)
    _check_is_published_here()
    check_ready(draft, warnings_seen=warnings_seen)
    draft.asked_by, draft.asked_by_name, draft.asked_version = actor, actor.work_name, draft.version
    draft.save(update_fields=["asked_by", "asked_by_name", "asked_version"])
    record(actor, "modelling.publishing.asked", draft, version=draft.version)
    return draft


@transaction.atomic
def publish_draft(
    *, actor: OfficerCard, draft_id: UUID, version: int | None, warnings_seen: bool = False
) -> ProcessVersion:
    """Publish a draft as its council's next version. New cases run it from now on; running cases stay on theirs.

    By the room's rules another officer must have asked for it, and whoever drew it may not publish it.
    Publishing twice gives the version that is there. Raises NotAllowed with what stands in the way.
    """
    check_may(actor, MAY_PUBLISH)
    draft = locked_draft(draft_id)
    if draft.status == DraftStatus.PUBLISHED and draft.published is not None:
        return draft.published
    check_version(draft, version)
    check_open(draft)
    _check_is_published_here()
    reason = why_not_publish(actor, draft)
    if reason:
        raise NotAllowed(reason, code="second_officer")
    # Whoever asked has read the warnings of this very edit.
    check_ready(draft, warnings_seen=warnings_seen or draft.is_asked_for)
    try:
        with transaction.atomic():
            published = publish_process(
                bpmn=draft.bpmn,
                dmn=draft.dmn,
                forms=draft.forms,
                tests=draft.tests,
                owner=draft.owner_id,
                based_on=joint_base(draft),
                by=actor.work_name,
            )
    except IntegrityError as clash:
        raise Stale("Another draft of this process was published at the same moment. Try again.") from clash
    draft.status, draft.published = DraftStatus.PUBLISHED, published
    draft.version += 1
    draft.save(update_fields=["status", "published", "version"])
    record(
        actor, "modelling.process.published", published, key=published.key, version=published.version,
        sha256=published.sha256, asked_by=draft.asked_by_name,
    )  # fmt: skip
    return published


def why_not_publish(actor: OfficerCard, draft: ProcessDraft) -> str:
    """Why an officer may not publish a draft, as a sentence; empty when he may as far as persons go."""
    rules = rules_of_this_room()
    if not rules.authors_may_publish and actor.pk in draft.drawn_by:
        return "You changed this draft, so another officer must publish it."
    if not rules.second_officer:
        return ""
    if not draft.is_asked_for:
        return "It takes two officers to publish. One must ask for it first, as the draft is now."
    if draft.asked_by_id == actor.pk:
        return "You asked for it to be published, so another officer must confirm it."
    return ""


@transaction.atomic
def set_rules(
    *,
    actor: OfficerCard,
    version: int | None,
    second_officer: bool,
    authors_may_publish: bool,
    quorum: int | None = None,
    days_to_vote: int | None = None,
) -> ModellingRules:
    """Say how this room publishes. Proposals that are open keep the quorum and day they were put to the vote with."""
    check_may(actor, MAY_SET_RULES)
    here = current_council()
    rules, made = ModellingRules.objects.select_for_update().get_or_create(owner_id=here.number)
    if not made and version is not None and version != rules.version:
        raise Stale
    if days_to_vote is not None and not 1 <= days_to_vote <= LONGEST_VOTE:
        raise NotAllowed(f"Give councils between 1 and {LONGEST_VOTE} days to vote.", code="days_to_vote")
    rules.second_officer, rules.authors_may_publish = second_officer, authors_may_publish
    if here.is_shared_service:
        rules.quorum = quorum
        rules.days_to_vote = days_to_vote or rules.days_to_vote
    rules.version += 1
    rules.save()
    record(
        actor, "modelling.rules.changed", rules, second_officer=second_officer, authors_may_publish=authors_may_publish,
        quorum=rules.quorum, days_to_vote=rules.days_to_vote,
    )  # fmt: skip
    return rules


def _check_is_published_here() -> None:
    if current_council().is_shared_service:
        raise NotAllowed(
            "A joint process changes only when the councils agree. Put the draft to the vote instead.", code="joint"
        )
