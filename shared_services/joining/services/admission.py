"""Admitting a council: at once when its officers have signed, or when the partners have voted for it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.directory import all_councils
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from ..choices import Admission, Status, Voice
from ..models import AdmissionSettings, AdmissionVote, Application
from .opening import ask_for_opening

MAY_MANAGE = "joining.manage_admission"
MAY_VOTE = "joining.vote"


def admission_settings() -> AdmissionSettings:
    """The partnership's rule; the default when it has set none."""
    kept = AdmissionSettings.objects.filter(owner_id=SHARED_SERVICE_NUMBER).first()
    return kept or AdmissionSettings(owner_id=SHARED_SERVICE_NUMBER)


@transaction.atomic
def change_admission(
    *, actor: OfficerCard, admission: str, days_to_vote: int, version: int | None
) -> AdmissionSettings:
    """Set how councils are admitted; the partnership administrator may. Votes that are open go on as they began."""
    check_may(actor, MAY_MANAGE)
    kept = AdmissionSettings.objects.select_for_update(of=("self",)).filter(owner_id=SHARED_SERVICE_NUMBER).first()
    kept = kept or AdmissionSettings(owner_id=SHARED_SERVICE_NUMBER)
    if version is not None and kept.version != version:
        raise Stale()
    before = [kept.get_admission_display(), kept.days_to_vote]
    kept.admission, kept.days_to_vote = admission, days_to_vote
    kept.version += 1
    kept.save()
    after = [kept.get_admission_display(), kept.days_to_vote]
    record(
        actor, "joining.admission.changed", kept,
        changes={"admission": [before[0], after[0]], "days_to_vote": [before[1], after[1]]},
    )  # fmt: skip
    return kept


def decide_after_signatures(application: Application) -> None:
    """All have signed: admit the council, or ask the partners. A step of the signing service, in its transaction."""
    rule = admission_settings()
    partners = all_councils()
    if rule.admission == Admission.SIGNATURES or not partners:
        _admit(application)
        return
    application.status = Status.VOTING
    application.version += 1
    application.save(update_fields=["status", "version"])
    closes_on = timezone.localdate() + timedelta(days=rule.days_to_vote)
    AdmissionVote.objects.bulk_create(
        AdmissionVote(
            owner_id=partner.number, parts=[SHARED_SERVICE_NUMBER], application_key=application.pk,
            applicant_id=application.registered_id, services=application.services, closes_on=closes_on,
        )
        for partner in partners
    )  # fmt: skip
    record(None, "joining.vote.opened", application, partners=len(partners), closes_on=closes_on.isoformat())


@transaction.atomic
def cast_vote(*, actor: OfficerCard, vote_id: UUID, voice: str, reason: str) -> AdmissionVote:
    """Vote for this council on an applicant. A vote can be changed until the voting ends."""
    check_may(actor, MAY_VOTE)
    vote = AdmissionVote.objects.select_for_update(of=("self",)).get(pk=vote_id, owner_id=current_council().number)
    if vote.closes_on < timezone.localdate():
        raise NotAllowed("The voting has ended, so the vote can no longer be given or changed.")
    if voice == Voice.AGAINST and not reason.strip():
        raise NotAllowed("Enter a reason: the applicant is told why it was not admitted.")
    vote.voice, vote.reason, vote.voted_by, vote.voted_at = voice, reason.strip(), actor, timezone.now()
    vote.save(update_fields=["voice", "reason", "voted_by", "voted_at"])
    record(actor, "joining.vote.cast", vote, applicant=vote.applicant_id, vote=vote.get_voice_display())
    return vote


@transaction.atomic
def count_votes() -> int:
    """Decide every applicant whose voting has a result. Runs in the shared service's room; may run twice."""
    decided = 0
    waiting = Application.objects.select_for_update(of=("self",), skip_locked=True).filter(status=Status.VOTING)
    for application in waiting:
        numbers = [partner.number for partner in all_councils()]
        votes = list(AdmissionVote.objects.filter(owner_id__in=numbers, application_key=application.pk))
        result = _result_of(votes)
        if result is None:
            continue
        decided += 1
        if result:
            _admit(application)
        else:
            reasons = [vote.reason for vote in votes if vote.voice == Voice.AGAINST and vote.reason]
            _refuse(application, "The partners did not vote for it. " + " ".join(reasons))
    return decided


def _result_of(votes: list[AdmissionVote]) -> bool | None:
    """True to admit, False to refuse, None while it is open. Who has not voted when the voting ends does not count."""
    ended = all(vote.closes_on < timezone.localdate() for vote in votes)
    cast_for = sum(vote.voice == Voice.FOR for vote in votes)
    against = sum(vote.voice == Voice.AGAINST for vote in votes)
    if admission_settings().admission == Admission.UNANIMOUS:
        if against:
            return False
        return True if cast_for == len(votes) or (ended and cast_for) else (False if ended else None)
    if cast_for * 2 > len(votes):
        return True
    if against * 2 >= len(votes):
        return False
    return cast_for > against if ended else None


def _admit(application: Application) -> None:
    application.status, application.admitted_at = Status.ADMITTED, timezone.now()
    application.version += 1
    application.save(update_fields=["status", "admitted_at", "version"])
    record(None, "joining.application.admitted", application)
    ask_for_opening(application)


def _refuse(application: Application, reason: str) -> None:
    application.status, application.closed_at = Status.REFUSED, timezone.now()
    application.closing_reason = reason.strip()[:500]
    application.version += 1
    application.save(update_fields=["status", "closed_at", "closing_reason", "version"])
    record(None, "joining.application.refused", application)
    enqueue("joining.tell_applicant", once=f"joining.tell:{application.pk}", application_id=application.pk)
