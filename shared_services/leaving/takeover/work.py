"""The owner's part of a take-over: try it, do it, undo it. Each is one transaction."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from shared_services.joining.models import LiveDecision
from shared_services.messaging.outbox import enqueue_each
from shared_services.messaging.step_board import StepBoard
from shared_services.operating import rules
from shared_services.operating.choices import Kind
from shared_services.operating.models import Consent, LeaveNotice, Operation
from shared_services.operating.services.doing import Work, finish, hold_writers, lock_room, wait_no_longer
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council

from ..choices import LineKind, TakeOverStatus
from ..models import TakeOver, TakeOverLine
from ..pack.manifest import is_safe
from ..pack.writing import separate_modules
from .archive import path_of, write_archive
from .moving import CARDS, Moving, Report, taken_models

LINES_AT_A_TIME = 1000
ATTACHMENTS = "annexes_attachment"


class _Tried(Exception):
    """Ends a trial: everything that it moved is taken back."""


def do_try(operation: Operation, board: StepBoard) -> None:
    """Do all of it, take it all back, and write down in both rooms what would happen."""
    with transaction.atomic():
        successor, predecessor = _lock_both(operation)
        wait_no_longer()
        moving = Moving(predecessor, successor)
        with board.step("try"):
            try:
                with transaction.atomic():
                    _move(moving)
                    raise _Tried
            except _Tried:
                pass
        with board.step("record"):
            _write_down(operation, successor, predecessor, moving.report, status=TakeOverStatus.TRIED)
            finish(operation, **_figures(moving.report))


def do_merge(operation: Operation, board: StepBoard) -> None:
    """Take the records over and close the predecessor's room. Whatever stops it leaves both rooms as they were."""
    path, copied = path_of(operation.council, operation.pk), []
    try:
        with transaction.atomic():
            successor, predecessor = _lock_both(operation)
            rules.check_gave_notice(predecessor, hold=True)
            for key in sorted([successor.schema_name, predecessor.schema_name]):
                hold_writers(key)
            wait_no_longer()
            with board.step("archive"):
                archive = write_archive(predecessor, successor, operation.pk)
            moving = Moving(predecessor, successor)
            with board.step("take"):
                _move(moving)
                _check_signed(operation, moving.report)
                for module in separate_modules():
                    if hasattr(module, "after_take_over"):
                        module.after_take_over(predecessor, successor)
            with board.step("compare"):
                moving.check_totals()
            with board.step("files"):
                copied = _copy_files(predecessor, successor)
            with board.step("record"):
                seq, digest = _last_link(predecessor.schema_name)
                figures = _hashes(predecessor, successor)
                _check_keys(moving.report, figures)
                _write_down(
                    operation, successor, predecessor, moving.report, status=TakeOverStatus.TAKEN,
                    archive_size=archive.size, archive_sha256=archive.sha256,
                    manifest_sha256=archive.manifest_sha256, chain_seq=seq, chain_hash=digest,
                    figures=figures,
                )  # fmt: skip
                _invite(successor, moving.report)
                finish(
                    operation, **_figures(moving.report), archive_sha256=archive.sha256,
                    manifest_sha256=archive.manifest_sha256, chain_seq=seq, chain_hash=digest,
                )  # fmt: skip
                _close(predecessor)
    except BaseException:
        for file in [path, *copied]:
            file.unlink(missing_ok=True)
        raise
    directory.forget()


def do_undo(operation: Operation, board: StepBoard) -> None:
    """Remove what was taken over, as long as nobody has worked with it, and open the predecessor's room again."""
    files: list[Path] = []
    with transaction.atomic():
        successor, predecessor = _lock_both(operation)
        merger = UUID(operation.details["merger"])
        hold_writers(successor.schema_name)
        wait_no_longer()
        with board.step("check"):
            cards = _check_can_be_undone(successor, predecessor, merger)
        with board.step("remove"):
            files = _files_of(predecessor, successor)
            removed = _remove(predecessor, successor, cards)
        with board.step("record"):
            for room in (successor, predecessor):
                with inside_council(room):
                    TakeOver.objects.filter(operation_id=merger).update(
                        status=TakeOverStatus.UNDONE, undone_at=timezone.now(), archive_size=0
                    )
            notice = LeaveNotice.objects.filter(owner_id=predecessor.number, withdrawn_at=None).first()
            predecessor.leaves_on = notice.leaves_on if notice else predecessor.leaves_on
            predecessor.state_since = timezone.now()
            predecessor.save(update_fields=["leaves_on", "state_since"])
            finish(operation, rows=removed)
    directory.forget()
    for file in [path_of(successor, merger), *files]:
        file.unlink(missing_ok=True)


TAKE_OVER_WORK: dict[str, Work] = {Kind.TRY_MERGER: do_try, Kind.MERGE: do_merge, Kind.UNMERGE: do_undo}


def _lock_both(operation: Operation) -> tuple[Council, Council]:
    """Both entries of the register, in the order of their numbers, so that two take-overs never wait for each other."""
    number = int(operation.details["predecessor"])
    locked = {
        one.number: one for one in Council.objects.select_for_update().filter(pk__in=operation.rooms).order_by("pk")
    }
    successor = lock_room(operation)
    rules.check_state(operation.kind, successor)
    rules.predecessor_of(successor, number, operation.kind)
    return successor, locked[number]


def _move(moving: Moving) -> None:
    try:
        moving.run()
    except IntegrityError as error:
        # The database's message quotes values; the name of the rule that was broken does not.
        rule = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or "a rule of the database"
        raise NotAllowed(f"The records do not fit together: {rule}. Nothing was taken over.", code="fit") from error


def _check_signed(operation: Operation, report: Report) -> None:
    if report.obstacles or report.digest != operation.details["report"]:
        raise NotAllowed(
            "What would happen is no longer what both councils signed: a code was added or something has to be settled"
            " first. Try the take-over again, and ask again.",
            code="changed",
        )


def _figures(report: Report) -> dict[str, Any]:
    """Counts and a hash, which the platform's team sees: nothing from the councils' own tables."""
    return {
        "rows": report.rows, "renamed": report.count(LineKind.RENAMED), "joined": report.count(LineKind.SAME),
        "obstacles": report.obstacles, "report": report.digest,
    }  # fmt: skip


def _write_down(
    operation: Operation, successor: Council, predecessor: Council, report: Report, *, status: str, **more: Any
) -> None:
    answers = Consent.objects.filter(operation_key=operation.pk, agreed=True, owner_id__in=operation.rooms)
    names = dict(answers.values_list("owner_id", "officer_name"))
    signed = "; ".join(f"{names[one.number]} for {one.name}" for one in (successor, predecessor))
    for room in (successor, predecessor):
        with inside_council(room):
            TakeOver.objects.filter(operation_id=operation.pk).delete()
            kept = TakeOver(
                operation_id=operation.pk, predecessor_number=predecessor.number, predecessor_name=predecessor.name,
                successor_name=successor.name, status=status, totals=report.totals, digest=report.digest,
                signed_by=signed, **(more if room is successor else {**more, "archive_size": 0}),
            )  # fmt: skip
            kept.save(force_insert=True)
            TakeOverLine.objects.bulk_create(
                [TakeOverLine(take_over=kept, place=place, **asdict(line)) for place, line in enumerate(report.lines)],
                batch_size=LINES_AT_A_TIME,
            )


def _invite(successor: Council, report: Report) -> None:
    """Each new officer gets the link to choose a password, and a place in the inboxes of the roles that came along."""
    cards = [line.here_id for line in report.lines if line.kind == LineKind.OFFICER]
    with inside_council(successor), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a.id, a.card_id FROM {successor.schema_name}.accounts_account a JOIN public.{CARDS} c ON c.id = a.card_id"
            " WHERE a.card_id = ANY (%s) AND a.is_active AND c.active",
            [cards],
        )
        found = cursor.fetchall()
        enqueue_each("accounts.send_invitation", [(successor.number, {"account_id": account}) for account, _ in found])
        enqueue_each("workflow.refresh_candidates", [(successor.number, {"card_id": card}) for _, card in found])


def _close(predecessor: Council) -> None:
    """From now on the predecessor's administrators alone come in, and its room is removed when its time is over."""
    predecessor.leaves_on, predecessor.state_since = timezone.localdate(), timezone.now()
    predecessor.save(update_fields=["leaves_on", "state_since"])


def _last_link(key: str) -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seq, encode(hash, 'hex') FROM {key}.audit_chainlink ORDER BY seq DESC LIMIT 1")
        row = cursor.fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


# -- Files -------------------------------------------------------------------------------------------


def _names_of_files(predecessor: Council, successor: Council) -> list[str]:
    """Of what came along. A file lies under its row's key: a name without it would lead to another's file."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, t.file FROM {successor.schema_name}.{ATTACHMENTS} t"
            f" JOIN {predecessor.schema_name}.{ATTACHMENTS} p ON p.id = t.id ORDER BY t.file"
        )
        return [name for key, name in cursor.fetchall() if is_safe(name) and PurePath(name).name.startswith(str(key))]


def _files_of(predecessor: Council, successor: Council) -> list[Path]:
    room = Path(settings.PRIVATE_FILES_DIR) / successor.schema_name
    return [room / name for name in _names_of_files(predecessor, successor)]


def _copy_files(predecessor: Council, successor: Council) -> list[Path]:
    """Copies each file of what came along. Its name is its key, so it meets no other. What is missing stays missing."""
    there, copied = Path(settings.PRIVATE_FILES_DIR) / predecessor.schema_name, []
    for name, target in zip(_names_of_files(predecessor, successor), _files_of(predecessor, successor), strict=True):
        if (there / name).is_file():
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(there / name, target)
            target.chmod(0o600)
            copied.append(target)
    return copied


# -- The way back ------------------------------------------------------------------------------------


def _hashes(predecessor: Council, successor: Council) -> dict[str, list[Any]]:
    """Of each table, how many rows came along, and a sum over the MD5 of each that finds every change."""
    found = {}
    for model in taken_models():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text"
                f" FROM {successor.schema_name}.{table} t JOIN {predecessor.schema_name}.{table} p ON p.id = t.id"
            )
            found[table] = list(cursor.fetchone())
    return found


def _check_keys(report: Report, figures: dict[str, list[Any]]) -> None:
    """Undoing removes the rows whose keys both rooms have, so those have to be the rows that came along and no others."""
    for one in report.totals:
        if one["table"] in figures and figures[one["table"]][0] != one["taken"]:
            raise NotAllowed(
                f"Both councils have rows with one key: {one['title']}. Nothing was taken over.", code="fit"
            )


def _check_can_be_undone(successor: Council, predecessor: Council, merger: UUID) -> list[UUID]:
    with inside_council(successor):
        kept = TakeOver.objects.get(operation_id=merger)
        found = kept.lines.filter(kind=LineKind.OFFICER).values_list("here_id", flat=True)
        cards = [card for card in found if card is not None]
    if LiveDecision.objects.filter(owner_id=successor.number, decided_at__gt=kept.at).exists():
        raise NotAllowed(f"{successor.name} has gone live since, so the take-over stands.", code="live")
    now = _hashes(predecessor, successor)
    changed = [model for model in taken_models() if now[model._meta.db_table] != kept.figures.get(model._meta.db_table)]
    if changed:
        named = ", ".join(str(model._meta.verbose_name_plural) for model in changed[:5])
        raise NotAllowed(f"Somebody has worked with what was taken over since: {named}. It stands.", code="changed")
    with connection.cursor() as cursor:
        of_what_came = " OR ".join(
            f"EXISTS (SELECT FROM {successor.schema_name}.{model._meta.db_table} t"
            f" JOIN {predecessor.schema_name}.{model._meta.db_table} p ON p.id = t.id WHERE t.id = a.subject_id)"
            for model in taken_models()
        )
        cursor.execute(
            f"SELECT count(*) FROM {successor.schema_name}.{ATTACHMENTS} a WHERE ({of_what_came})"
            f" AND NOT EXISTS (SELECT FROM {predecessor.schema_name}.{ATTACHMENTS} p WHERE p.id = a.id)"
        )
        (count,) = cursor.fetchone()
    if count:
        raise NotAllowed("Files were added to what was taken over since. It stands.", code="changed")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(DISTINCT actor_card_id) FROM {successor.schema_name}.audit_auditentry"
            " WHERE actor_card_id = ANY (%s) AND event NOT LIKE 'accounts.%%'",
            [cards],
        )
        (count,) = cursor.fetchone()
    if count:
        raise NotAllowed(
            f"{count} of the officers who were taken over have worked here since. It stands.", code="changed"
        )
    return cards


def _remove(predecessor: Council, successor: Council, cards: list[UUID]) -> int:
    """Remove what came along, children first. What was built on it since keeps it: then nothing is removed."""
    here, there = successor.schema_name, predecessor.schema_name
    removed = 0
    tables = [model._meta.db_table for model in taken_models()]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {here}.{table} DISABLE TRIGGER USER")
            for table in reversed(tables):
                cursor.execute(f"DELETE FROM {here}.{table} t USING {there}.{table} p WHERE p.id = t.id")
                removed += cursor.rowcount
            accounts = f"SELECT id FROM {here}.accounts_account WHERE card_id = ANY (%s)"
            for table, column in (
                ("account_emailaddress", "user_id"), ("mfa_authenticator", "user_id"),
                ("usersessions_usersession", "user_id"), ("socialaccount_socialaccount", "user_id"),
            ):  # fmt: skip
                cursor.execute(f"DELETE FROM {here}.{table} WHERE {column} IN ({accounts})", [cards])
            cursor.execute(f"DELETE FROM {here}.accounts_account WHERE card_id = ANY (%s)", [cards])
            cursor.execute(
                f"DELETE FROM public.{CARDS} WHERE id = ANY (%s) AND owner_id = %s", [cards, successor.number]
            )
            removed += cursor.rowcount
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE {here}.{table} ENABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except DatabaseError as error:
        if not isinstance(error, IntegrityError):
            raise
        raise NotAllowed("Other records were built on what was taken over, so it stands.", code="changed") from error
    return removed
