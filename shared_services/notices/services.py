"""What can happen to notices: an officer is told, reads, and chooses how to be told."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.audit.changes import changes_between, values_of
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed, Stale

from . import rules, subjects
from .choices import EmailChoice, MailState
from .kinds import ABOUT_A_TASK, KINDS, kind_of
from .models import Notice, NoticePreferences
from .querysets import NoticeQuerySet

NOTIFY = "messaging.notify"
KEEP_READ = timedelta(days=90)
KEEP_AT_MOST = timedelta(days=400)


def tell(cards: Collection[UUID], kind: str, *, case_id: UUID | None = None, task_id: UUID | None = None) -> None:
    """Promise a notice to each officer of this room. Keys only: what it says is read when it is written."""
    kind_of(kind)
    for card_id in sorted(set(cards)):
        enqueue(NOTIFY, card_id=card_id, kind=kind, case_id=case_id, task_id=task_id)


@transaction.atomic
def notify(
    *,
    cards: Collection[UUID],
    kind: str,
    case_id: UUID | None = None,
    task_id: UUID | None = None,
    url: str = "",
    reference: str = "",
    title: str = "",
    outcome: str = "",
) -> list[Notice]:
    """Write a notice to each officer of this room and promise its email. Called by a job, once an event.

    Officers who have left, who belong to another room or who have muted it are left out. `url`, `reference` and `title`
    are for what is no case; `outcome` is how the case ended. Locks the officers' accounts, whose count of unread notices it brings up to date.
    """
    found = kind_of(kind)
    subject = subjects.describe(case_id, task_id) if case_id else None
    if case_id and subject is None:
        # The case was given up, or this room no longer sees it: there is nothing left to tell.
        return []
    if subject is None:
        subject = subjects.Subject(reference, title, "", url or reverse("notices:list"))
    accounts = _lock_accounts(cards)
    chosen = {one.card_id: one for one in NoticePreferences.objects.filter(card_id__in=accounts)}
    notices = []
    for card_id in accounts:
        way = rules.route(found, subject.process, chosen.get(card_id) or NoticePreferences(card_id=card_id))
        if way.in_portal:
            notices.append(
                Notice(
                    card_id=card_id,
                    kind=kind,
                    case_id=case_id,
                    task_id=task_id,
                    outcome=outcome,
                    reference=subject.reference[:40],
                    title=subject.title[:200],
                    process=subject.process,
                    url=subject.url,
                    created_at=timezone.now(),
                    mail=way.mail,
                )
            )
    Notice.objects.bulk_create(notices)
    _count_unread(accounts)
    for notice in notices:
        if notice.mail == MailState.WAITING:
            # A burst goes as one email: the first job to run takes everything that waits for the officer.
            wait = timedelta(seconds=settings.NOTICE_MAIL_WAIT_SECONDS)
            enqueue("notices.send_mail", card_id=notice.card_id, notice_id=notice.pk, after=wait)
    return notices


@transaction.atomic
def read_notice(*, actor: OfficerCard, notice_id: UUID) -> Notice | None:
    """Mark one of the officer's own notices as read; None when there is no such notice. May be said twice."""
    notice = Notice.objects.of(actor.pk).filter(pk=notice_id).first()
    if notice is not None and not notice.is_read:
        accounts = _lock_accounts([actor.pk])
        Notice.objects.of(actor.pk).unread().filter(pk=notice_id).update(read_at=timezone.now())
        _count_unread(accounts)
    return notice


@transaction.atomic
def read_all(*, actor: OfficerCard) -> int:
    """Mark everything that the officer has been told as read; gives how many that was."""
    accounts = _lock_accounts([actor.pk])
    count = Notice.objects.of(actor.pk).unread().update(read_at=timezone.now())
    _count_unread(accounts)
    return count


def mark_mailed(notices: Collection[Notice]) -> None:
    """Their email is on its way: said in the transaction that sends it, so a failure takes it back."""
    keys = [notice.pk for notice in notices]
    Notice.objects.filter(pk__in=keys).update(mail=MailState.SENT, mailed_at=timezone.now())


@transaction.atomic
def close_task(*, task_id: UUID) -> int:
    """A task is done or taken back: nobody is told any longer that it waits. Can run twice."""
    return _close(Notice.objects.unread().filter(task_id=task_id, kind__in=ABOUT_A_TASK))


def _close(open_notices: NoticeQuerySet) -> int:
    accounts = _lock_accounts(list(open_notices.order_by().values_list("card_id", flat=True).distinct()))
    if not accounts:
        return 0
    count = open_notices.update(read_at=timezone.now())
    _count_unread(accounts)
    return count


@transaction.atomic
def close_for(*, tasks: Collection[UUID], cards: Collection[UUID]) -> int:
    """Tasks are still open, but no longer for these officers: they are not told any longer that they wait. Can run twice."""
    return _close(Notice.objects.unread().filter(task_id__in=tasks, card_id__in=cards, kind__in=ABOUT_A_TASK))


@transaction.atomic
def close_page(*, kind: str, url: str) -> int:
    """What one kind of notice asked for on a page is done. Can run twice."""
    return _close(Notice.objects.unread().filter(kind=kind, url=url))


@transaction.atomic
def change_preferences(
    *,
    actor: OfficerCard,
    email: str,
    muted_kinds: Collection[str] = (),
    muted_processes: Collection[str] = (),
    version: int | None = None,
) -> NoticePreferences:
    """Choose how to be told: by email at once, daily or never, and what is muted.

    Raises Stale when the officer has changed it in another window since.
    """
    unknown = set(muted_kinds) - KINDS.keys()
    if unknown:
        raise NotAllowed(f"There is no kind of notice called “{sorted(unknown)[0]}”.")
    preferences, _ = NoticePreferences.objects.select_for_update().get_or_create(card_id=actor.pk)
    if version is not None and version != preferences.version:
        raise Stale
    new = {
        "email": EmailChoice(email).value,
        "muted_kinds": sorted(set(muted_kinds)),
        "muted_processes": sorted(set(muted_processes)),
    }
    changes = changes_between(values_of(preferences, new), new)
    if changes:
        for name, value in new.items():
            setattr(preferences, name, value)
        preferences.version += 1
        preferences.save()
        record(actor, "notices.preferences.changed", preferences, changes=changes)
    return preferences


def preferences_of(card_id: UUID) -> NoticePreferences:
    """What an officer chose, or what everybody starts with."""
    return NoticePreferences.objects.filter(card_id=card_id).first() or NoticePreferences(card_id=card_id)


def forget_old() -> int:
    """Delete what was read three months ago and everything older than a year. Can run twice."""
    now = timezone.now()
    old = Notice.objects.outlived(read_before=now - KEEP_READ, made_before=now - KEEP_AT_MOST)
    unread = list(old.unread().order_by().values_list("card_id", flat=True).distinct())
    accounts = _lock_accounts(unread)
    count, _ = old.delete()
    _count_unread(accounts)
    return count


def _lock_accounts(cards: Collection[UUID]) -> list[UUID]:
    """The active officers of this room among these, their accounts locked so that no count of unread notices is lost."""
    locked = Account.objects.filter(card_id__in=cards, is_active=True).order_by("pk").select_for_update(no_key=True)
    return list(locked.values_list("card_id", flat=True))


def _count_unread(cards: Collection[UUID]) -> None:
    """Write each officer's count where every page reads it anyway: on the account."""
    if not cards:
        return
    unread = (
        Notice.objects.unread().filter(card_id=OuterRef("card_id")).order_by().values("card_id").annotate(n=Count("pk"))
    )
    Account.objects.filter(card_id__in=cards).update(unread_notices=Coalesce(Subquery(unread.values("n")), 0))
