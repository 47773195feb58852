"""Asking for a pack, writing it in the background, handing it over and deleting it."""

from __future__ import annotations

import hashlib
import shutil
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.registry import UnderWay
from shared_services.tenancy.door import current_council
from shared_services.tenancy.errors import NotAllowed

from . import second_officer
from .beside import BesideTheLook
from .choices import PackStatus
from .models import ARCHIVES, FOLDER, ExitPack, TakeOver
from .pack.manifest import BYTES_AT_A_TIME
from .pack.writing import open_snapshot, write_pack
from .second_officer import MAY_TAKE

MAY_OPEN_ARCHIVE = "leaving.open_archive"
UNFINISHED_FOR = timedelta(days=1)
"""After so long without a word an archive that no take-over names is no longer being written."""
SECONDS_BETWEEN_WORDS = 1.0
"""How often at most the page is told how far the work is."""


@transaction.atomic
def ask_for_pack(*, actor: OfficerCard) -> ExitPack:
    """Ask for a pack of everything; it is written when a second officer agrees. One at a time; a lost one is given up first."""
    check_may(actor, MAY_TAKE)
    second_officer.check_somebody_can_agree(actor)
    _ask_alone()
    second_officer.let_lapse()
    open_one = ExitPack.objects.select_for_update().filter(status__in=[PackStatus.ASKED, PackStatus.WRITING]).first()
    if open_one is not None and open_one.status == PackStatus.ASKED:
        raise NotAllowed("A pack waits for a second officer already. It is answered or withdrawn first.", code="open")
    if open_one is not None and not open_one.is_lost:
        raise NotAllowed("A pack is being written already. Wait until it is ready, then download it.", code="open")
    if open_one is not None:
        _fail(open_one, "The work stopped and nobody took it up again.")
    pack = ExitPack.objects.create(asked_by=actor, asked_by_name=actor.work_name)
    record(actor, "leaving.pack.asked_for", pack)
    enqueue("leaving.tell_who_may_agree", pack_id=pack.pk)
    return pack


def open_request() -> ExitPack | None:
    """The pack that waits for a second officer or that a worker writes now, if there is one."""
    found = ExitPack.objects.filter(status__in=[PackStatus.ASKED, PackStatus.WRITING])
    return next((pack for pack in found if pack.is_waiting or (pack.is_under_way and not pack.is_lost)), None)


def write_asked_pack(*, pack_id: UUID) -> None:
    """Write a pack that was asked for. The first thing done in the room's transaction; safe to run again.

    What was asked for, and how far it is, is read and written on a second connection: the first is one look at the
    whole room. A second worker that is sent the same pack leaves it to the first: raises UnderWay, so that the promise
    stays open and is taken up when the first is killed.
    """
    open_snapshot()
    with BesideTheLook() as beside:
        if not _is_alone(pack_id):
            raise UnderWay
        if not beside.do(lambda: _begin(pack_id)):
            return
        archive = Path(default_storage.path(f"{FOLDER}/{pack_id}.zip"))
        folder = archive.with_suffix("")
        archive.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(folder, ignore_errors=True)
        say = _told_now_and_then(lambda **facts: beside.do(lambda: _note(pack_id, **facts)))
        try:
            written = write_pack(
                folder, on_progress=lambda done, total, rows, _part: say(done=done, total=total + 1, rows=rows)
            )
            size, sha256 = put_into_archive(folder, archive, on_file=say)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            archive.with_suffix(".unfinished").unlink(missing_ok=True)
        facts = {
            "size": size, "sha256": sha256, "manifest_sha256": written.sha256, "rows": written.manifest.rows,
            "documents": written.manifest.documents["count"],
            "missing_documents": written.manifest.documents["missing"],
        }  # fmt: skip
        beside.do(lambda: _finish(pack_id, facts))


@transaction.atomic
def give_up(*, pack_id: UUID, cause: str) -> None:
    """Say on the page that a pack could not be written, so that it can be asked for again."""
    pack = ExitPack.objects.select_for_update().filter(pk=pack_id, status=PackStatus.WRITING).first()
    if pack is not None:
        _fail(pack, cause)


@transaction.atomic
def open_pack(*, actor: OfficerCard, pack: ExitPack) -> Any:
    """The archive, opened to be sent. Each download is in the record, with the archive's hash."""
    check_may(actor, MAY_TAKE)
    if not pack.may_be_downloaded:
        raise NotAllowed("This pack has been deleted or is not ready. Ask for a new one.")
    try:
        content = default_storage.open(pack.stored_name, "rb")
    except FileNotFoundError as error:
        raise NotAllowed("The file of this pack is no longer in the store. Ask for a new one.") from error
    record(actor, "leaving.pack.downloaded", pack, sha256=pack.sha256, bytes=pack.size)
    return content


@transaction.atomic
def open_archive(*, actor: OfficerCard, take_over: TakeOver) -> Any:
    """The archive of a predecessor, opened to be sent. Each download is in the record, with the archive's hash."""
    check_may(actor, MAY_OPEN_ARCHIVE)
    if not take_over.archive_size:
        raise NotAllowed("There is no archive of this take-over in your council’s portal.")
    try:
        content = default_storage.open(take_over.stored_name, "rb")
    except FileNotFoundError as error:
        raise NotAllowed("The file of this archive is not in the store. Tell the platform’s team.") from error
    record(
        actor, "leaving.archive.downloaded", take_over, sha256=take_over.archive_sha256, bytes=take_over.archive_size
    )
    return content


@transaction.atomic
def delete_pack(*, actor: OfficerCard | None, pack: ExitPack) -> ExitPack:
    """Delete a pack's file before its time or, without an actor, because its time is over. Twice does nothing more."""
    if actor is not None:
        check_may(actor, MAY_TAKE)
    pack = ExitPack.objects.select_for_update().get(pk=pack.pk)
    if pack.status != PackStatus.READY:
        return pack
    pack.status, pack.deleted_at = PackStatus.DELETED, timezone.now()
    pack.save(update_fields=["status", "deleted_at"])
    record(actor, "leaving.pack.deleted", pack)
    archive = Path(default_storage.path(pack.stored_name))
    transaction.on_commit(lambda: archive.unlink(missing_ok=True))
    return pack


@transaction.atomic
def tidy_packs() -> None:
    """Delete the packs whose time is over and what killed workers left, give up what they lost, and end what nobody answered.

    Safe to run twice.
    """
    second_officer.let_lapse()
    for pack in ExitPack.objects.filter(status=PackStatus.READY, expires_at__lte=timezone.now()):
        delete_pack(actor=None, pack=pack)
    for pack in ExitPack.objects.select_for_update().filter(status=PackStatus.WRITING):
        if pack.is_lost:
            _fail(pack, "The work stopped and nobody took it up again.")
    _remove_leavings()
    _remove_unfinished_archives()


def _remove_leavings() -> None:
    """Remove files of packs that are neither ready nor being written: a killed worker could not tidy up."""
    wanted = ExitPack.objects.filter(status__in=[PackStatus.READY, PackStatus.WRITING])
    keys = [str(key) for key in wanted.values_list("pk", flat=True)]
    folder = Path(default_storage.path(FOLDER))
    for place in folder.iterdir() if folder.is_dir() else ():
        if any(key in place.name for key in keys):
            continue
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


def _remove_unfinished_archives() -> None:
    """Remove archives of predecessors that no take-over ended with: a killed worker left another council's records."""
    kept = {f"{key}.zip" for key in TakeOver.objects.filter(archive_size__gt=0).values_list("operation_id", flat=True)}
    folder = Path(default_storage.path(ARCHIVES))
    before = time.time() - UNFINISHED_FOR.total_seconds()
    for place in folder.iterdir() if folder.is_dir() else ():
        if place.name in kept or place.stat().st_mtime > before:
            continue
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)


def _fail(pack: ExitPack, cause: str) -> None:
    pack.status, pack.fault, pack.written_at = PackStatus.FAILED, cause[:300], timezone.now()
    pack.save(update_fields=["status", "fault", "written_at"])
    record(None, "leaving.pack.failed", pack, cause=cause[:300])


def _ask_alone() -> None:
    """Of two officers who ask at a time, or of a double click, the second waits here and finds what the first asked for."""
    with connection.cursor() as cursor:
        key = f"leaving.ask:{current_council().key}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _is_alone(pack_id: UUID) -> bool:
    """Whether no other worker is at this pack. Held until this transaction ends, and so not past a worker's death."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"leaving.pack:{pack_id}"])
        return bool(cursor.fetchone()[0])


def _begin(pack_id: UUID) -> bool:
    """Whether there is work to do on this pack."""
    changed = {"done": 0, "rows": 0, "worked_at": timezone.now()}
    return bool(ExitPack.objects.filter(pk=pack_id, status=PackStatus.WRITING).update(**changed))


def _note(pack_id: UUID, **facts: Any) -> None:
    ExitPack.objects.filter(pk=pack_id).update(worked_at=timezone.now(), **facts)


def _finish(pack_id: UUID, facts: dict[str, Any]) -> None:
    pack = ExitPack.objects.select_for_update().get(pk=pack_id)
    now = timezone.now()
    for name, value in facts.items():
        setattr(pack, name, value)
    pack.status, pack.written_at, pack.worked_at, pack.done = PackStatus.READY, now, now, pack.total
    pack.expires_at = now + timedelta(days=settings.EXIT_PACK_DAYS)
    pack.save()
    record(None, "leaving.pack.written", pack, sha256=pack.sha256, manifest=pack.manifest_sha256, rows=pack.rows)


def _told_now_and_then(tell: Callable[..., Any]) -> Callable[..., None]:
    last = float("-inf")

    def say(**facts: Any) -> None:
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_WORDS:
            tell(**facts)
            last = time.monotonic()

    return say


def put_into_archive(folder: Path, archive: Path, *, on_file: Callable[..., None] = lambda: None) -> tuple[int, str]:
    """Put a pack into one ZIP file (ZIP64 where it must be); gives its size and SHA-256."""
    unfinished = archive.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for place in sorted(folder.rglob("*")):
            if not place.is_file():
                continue
            with place.open("rb") as source, packed.open(_entry(folder, place), "w", force_zip64=True) as target:
                while piece := source.read(BYTES_AT_A_TIME):
                    target.write(piece)
                    on_file()
    unfinished.chmod(0o600)
    digest = hashlib.sha256()
    with unfinished.open("rb") as file:
        while piece := file.read(BYTES_AT_A_TIME):
            digest.update(piece)
    unfinished.replace(archive)
    return archive.stat().st_size, digest.hexdigest()


def _entry(folder: Path, place: Path) -> zipfile.ZipInfo:
    name = f"{folder.name}/{place.relative_to(folder).as_posix()}"
    entry = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
