"""The words that lists of processes, cases and tasks are asked for with.

Every list names its council first: the database's policy would hide the rest, but only an index that
leads with the council keeps the list quick.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import DatabaseError, connection, models
from django.db.models import Q
from django.utils import timezone

from shared_services.tenancy.door import current_council
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import CaseStatus, DeputyStatus, PlanStatus, TaskKind, TaskStatus

if TYPE_CHECKING:
    from shared_services.access.models import OfficerCard

OPEN_CASES = [CaseStatus.OPEN, CaseStatus.WAITING, CaseStatus.PARKED]
OPEN_TASKS = [TaskStatus.READY, TaskStatus.PARKED]
UNFINISHED_TASKS = [*OPEN_TASKS, TaskStatus.SUSPENDED]


def as_json(row: models.Model, fields: Iterable[models.Field[Any, Any]]) -> dict[str, Any]:
    """A row's columns as JSON that PostgreSQL reads back as the same values."""
    return {str(field.column): _plain(field, getattr(row, field.attname)) for field in (row._meta.pk, *fields)}


def _plain(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=field.encoder)) if field.encoder is not None else value
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else str(value)


class ProcessVersionQuerySet(models.QuerySet[Any]):
    def for_this_room(self) -> Self:
        """What new cases here may run: this council's own versions and the shared service's."""
        return self.filter(owner_id__in=[current_council().number, SHARED_SERVICE_NUMBER])

    def newest(self, key: str, *, owner: int) -> Self:
        return self.filter(owner_id=owner, key=key).order_by("-version")


class CaseQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def raised_by(self, card: OfficerCard) -> Self:
        return self.of_this_room().filter(requester_id=card.pk)

    def still_open(self) -> Self:
        return self.filter(status__in=OPEN_CASES)

    def stopped(self) -> Self:
        """Cases that a fault stopped."""
        return self.filter(status=CaseStatus.PARKED)

    def write_rows(self, rows: Sequence[Any], fields: Iterable[str]) -> None:
        """Write these fields of many rows, all locked by the caller, in one statement."""
        columns = [self.model._meta.get_field(name) for name in fields]
        kinds = [(field.column, field.db_type(connection)) for field in columns]
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE public.{self.model._meta.db_table} AS kept SET "
                + ", ".join(f'"{column}" = said."{column}"' for column, _ in kinds)
                + " FROM jsonb_to_recordset(%s::jsonb) AS said (id uuid, "
                + ", ".join(f'"{column}" {kind}' for column, kind in kinds)
                + ") WHERE kept.id = said.id",
                [json.dumps([as_json(row, columns) for row in rows])],
            )
            if cursor.rowcount != len(rows):
                raise DatabaseError(f"{cursor.rowcount} of {len(rows)} rows were written.")


class TaskQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def to_do(self) -> Self:
        return self.filter(status__in=OPEN_TASKS)

    def unfinished(self) -> Self:
        """Open, or on hold with its case."""
        return self.filter(status__in=UNFINISHED_TASKS)

    def decisions(self) -> Self:
        """Steps of a process; an officer's question to another is none."""
        return self.filter(kind=TaskKind.DECIDE)

    def parked(self) -> Self:
        return self.filter(status=TaskStatus.PARKED)

    def overdue(self, *, on: date) -> Self:
        return self.to_do().filter(due_on__lt=on)

    def in_inbox_of(self, card: OfficerCard, *, claimed_elsewhere: bool = True) -> Self:
        """Open tasks that this officer may act on. Sort by candidates__due_on or candidates__amount to follow the index.

        The council is named on the inbox's index alone: tasks are then found by key, never by a walk over theirs.
        """
        found = {"candidates__owner_id": current_council().number, "candidates__card_id": card.pk}
        # Said in one filter: another would ask about any officer's row.
        return self.filter(**found) if claimed_elsewhere else self.filter(**found, candidates__claimed_elsewhere=False)

    def cancel(self, *, owners: list[int], steps: list[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID, int]]:
        """Close the unfinished ones of these steps, each a case and a key in it, in one statement.

        Gives the key, the case and the owner of each that was."""
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE public.{table} SET status = %s, done_at = %s WHERE owner_id = ANY(%s) AND (case_id, engine_id)"
                " IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[])) AND status = ANY(%s) RETURNING id, case_id, owner_id",
                [
                    TaskStatus.CANCELLED.value,
                    timezone.now(),
                    owners,
                    [case_id for case_id, _ in steps],
                    [engine_id for _, engine_id in steps],
                    [s.value for s in UNFINISHED_TASKS],
                ],
            )
            return list(cursor.fetchall())


class TaskCandidateQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def for_officer(self, card: OfficerCard) -> Self:
        return self.of_this_room().filter(card_id=card.pk)

    def overdue(self, *, on: date) -> Self:
        return self.filter(due_on__lt=on)

    def not_claimed_elsewhere(self) -> Self:
        """What nobody else has in hand."""
        return self.filter(claimed_elsewhere=False)

    def drop(self, *, owners: Iterable[int], tasks: Iterable[UUID]) -> None:
        """Take tasks out of every inbox in one statement. Nothing points at a candidate, so nothing is collected first."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self.model._meta.db_table} WHERE owner_id = ANY(%s) AND task_id = ANY(%s)",
                [list(owners), list(tasks)],
            )


class AuthorityRuleQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def on(self, day: date) -> Self:
        return self.filter(valid_from__lte=day).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day))

    def covering(self, amount: Decimal) -> Self:
        """Rules from this amount up to, but not including, their upper limit."""
        return self.filter(amount_from__lte=amount).filter(Q(amount_to__isnull=True) | Q(amount_to__gt=amount))

    def known_at(self, instant: datetime) -> Self:
        """Rules that were in force at an instant: a line added later on its first day was not known yet."""
        return self.on(timezone.localtime(instant).date()).filter(Q(added_at__isnull=True) | Q(added_at__lte=instant))

    def still_to_come(self, *, on: date) -> Self:
        """Rules that hold now or later."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))


class CaseTimerQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def due(self, *, at: datetime) -> Self:
        """Timers whose time has come, of cases that run and are not on hold."""
        running = self.filter(case__status__in=OPEN_CASES, case__suspended_at__isnull=True)
        return running.of_this_room().filter(due_at__lte=at, stopped=False)

    def drop(self, timers: list[tuple[UUID, UUID]]) -> None:
        """Take rows of this room away, each said by its case and key in it, in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM public.{self.model._meta.db_table} WHERE owner_id = %s AND (case_id, engine_id)"
                " IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[]))",
                [current_council().number, [case_id for case_id, _ in timers], [key for _, key in timers]],
            )


class MatrixPlanQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def waiting(self) -> Self:
        return self.filter(status=PlanStatus.PREPARED)


class DeputyQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def live(self, *, on: date) -> Self:
        """Asked or accepted, and not over."""
        return self.filter(status__in=[DeputyStatus.ASKED, DeputyStatus.ACCEPTED], to_on__gte=on)

    def in_force(self, *, on: date) -> Self:
        return self.filter(status=DeputyStatus.ACCEPTED, from_on__lte=on, to_on__gte=on)

    def overlapping(self, first: date, last: date) -> Self:
        return self.filter(from_on__lte=last, to_on__gte=first)

    def about(self, card: OfficerCard) -> Self:
        return self.filter(Q(principal_id=card.pk) | Q(deputy_id=card.pk))


class DutyRuleQuerySet(models.QuerySet[Any]):
    def for_this_room(self) -> Self:
        """The shared service's rules and this council's own."""
        return self.filter(owner_id__in=[SHARED_SERVICE_NUMBER, current_council().number])

    def in_force(self) -> Self:
        return self.filter(ended_at__isnull=True)


class DutyExceptionQuerySet(models.QuerySet[Any]):
    def of_this_room(self) -> Self:
        return self.filter(owner_id=current_council().number)

    def in_force(self, *, on: date) -> Self:
        return self.filter(ended_at__isnull=True, until_on__gte=on)
