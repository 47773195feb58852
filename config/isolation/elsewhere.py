"""Jobs, files and cache keys, tried from the wrong room."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NoCouncil

from .attempts import Book
from .planting import MARKS, Planted


def try_jobs(book: Book, planted: list[Planted], rooms: list[int], victims: list[int]) -> None:
    """Every registered job: without a room it must refuse; with the wrong room and the victim's keys it must find nothing."""
    current_app.loader.import_default_modules()
    names = sorted(name for name in current_app.tasks if not name.startswith("celery."))
    for name in names:
        task = current_app.tasks[name]
        result = task.apply(kwargs=_arguments(task, planted, victims[0]))
        book.judge("jobs", "no room", name, _told(result), leak=result.successful())
        for room in rooms:
            for victim in victims:
                if victim == room:
                    continue
                result = task.apply(kwargs=_arguments(task, planted, victim), headers={"council": room})
                marks = [MARKS[other] for other in MARKS if other != room]
                told = _told(result)
                book.judge("jobs", f"c{room:04d}", name, told, leak=any(mark.lower() in told.lower() for mark in marks))
                connection.close()


def _told(result: Any) -> str:
    return f"{result.state}: {result.result!r}"


def _arguments(task: Any, planted: list[Planted], victim: int) -> dict[str, Any]:
    return arguments_for(task.run, planted, victim)


def arguments_for(function: Any, planted: list[Planted], victim: int) -> dict[str, Any]:
    """The victim's keys for each argument a job takes, by the argument's name."""
    keys = {row.label.split(".")[1].lower(): row.pk for row in planted if row.room == victim}
    keys |= {
        "card": keys.get("officercard", ""),
        "step": keys.get("councilstep", ""),
        "share": keys.get("proposalshare", ""),
    }
    arguments = {}
    for name, parameter in inspect.signature(inspect.unwrap(function)).parameters.items():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or name in ("self", "task"):
            continue
        stem = name.removesuffix("_id").removesuffix("_ids").replace("_", "")
        value = keys.get(stem, next(iter(keys.values())))
        arguments[name] = [value] if name.endswith("_ids") else value
    return arguments


def try_files(book: Book, rooms: list[int], victims: list[int]) -> None:
    """Reach a victim's file from another room's storage: by name, by climbing, by its full path."""
    for room in rooms:
        for victim in victims:
            if victim == room:
                continue
            name = f"{MARKS[victim]}.txt"
            full = str(Path(settings.PRIVATE_FILES_DIR) / f"c{victim:04d}" / name)
            for path in (name, f"../c{victim:04d}/{name}", f"a/../../c{victim:04d}/{name}", full):
                try:
                    with inside_council(room), default_storage.open(path) as file:
                        told, leak = "opened", MARKS[victim].encode() in file.read()
                except (SuspiciousFileOperation, FileNotFoundError) as refusal:
                    told, leak = type(refusal).__name__, False
                book.judge("files", f"c{room:04d}", f"{'full path' if path == full else path}", told, leak=leak)
            for write in (f"../c{victim:04d}/new.txt", full):
                try:
                    with inside_council(room):
                        default_storage.save(write, ContentFile(b"planted"))
                    told, leak = "written", True
                except (SuspiciousFileOperation, ValueError) as refusal:
                    told, leak = type(refusal).__name__, not isinstance(refusal, SuspiciousFileOperation)
                book.judge("files", f"c{room:04d}", f"write {'full path' if write == full else write}", told, leak=leak)
    try:
        default_storage.open("anything.txt")
        book.leaked("files", "no room", "open a file", "opened")
    except NoCouncil as refusal:
        book.refused("files", "no room", "open a file", str(refusal))


def try_cache(book: Book, rooms: list[int]) -> None:
    """A key set in one room is not there in another, and every key in Valkey begins with its room."""
    for room in rooms:
        with inside_council(room):
            cache.set("isolation-report", MARKS[room], 60)
    for room in rooms:
        with inside_council(room):
            found = cache.get("isolation-report")
        book.judge("cache", f"c{room:04d}", "a key that every room uses", repr(found), leak=found != MARKS[room])
        for other in rooms:
            if other != room:
                with inside_council(room):
                    found = cache.get(f"c{other:04d}::1:isolation-report")
                book.judge(
                    "cache", f"c{room:04d}", f"the full key of c{other:04d}", repr(found), leak=found is not None
                )
    client = cache._cache.get_client(None)
    for key in client.scan_iter(count=1000):
        name = key.decode()
        book.judge(
            "cache", "Valkey", f"key {name.split(':')[0]}:…", "begins with its room", leak=not _carries_room(name)
        )
    try:
        cache.get("isolation-report")
        book.leaked("cache", "no room", "read a key", "answered")
    except NoCouncil as refusal:
        book.refused("cache", "no room", "read a key", str(refusal))


def _carries_room(key: str) -> bool:
    return key[:1] == "c" and key[1:5].isdigit() and key[5:6] == ":"
