"""Publishing a process: checked, numbered, and never changed afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from . import definitions
from .engine import read_definition
from .models import ProcessVersion


@transaction.atomic
def publish_process(*, bpmn: str, dmn: list[str]) -> ProcessVersion:
    """Publish a process as its next version, unless its newest version is the same already.

    Raises ProcessRefused, XmlRefused or DecisionRefused, naming what is wrong. Running cases stay on theirs.
    """
    definition = read_definition(bpmn, dmn)
    digest = hashlib.sha256(json.dumps([bpmn, dmn]).encode()).hexdigest()
    key = definition.diagram.key
    newest = ProcessVersion.objects.newest(key).first()
    if newest is not None and newest.sha256 == digest:
        return newest
    version = ProcessVersion(
        key=key,
        version=newest.version + 1 if newest else 1,
        title=definition.diagram.title,
        bpmn=bpmn,
        dmn=dmn,
        sha256=digest,
        published_at=timezone.now(),
    )
    version.save(force_insert=True)
    definitions.forget()
    return version


def shipped_processes() -> Iterable[tuple[Path, list[Path]]]:
    """The drawings that installed apps bring, each with its app's decision tables."""
    for config in apps.get_app_configs():
        folder = Path(config.path) / "bpmn"
        if folder.is_dir():
            tables = sorted(folder.glob("*.dmn"))
            for drawing in sorted(folder.glob("*.bpmn")):
                yield drawing, tables
