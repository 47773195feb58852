"""Publishing a process: checked, numbered, and never changed afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from . import definitions
from .engine import read_definition
from .models import ProcessVersion


@transaction.atomic
def publish_process(
    *,
    bpmn: str,
    dmn: list[str],
    forms: dict[str, Any] | None = None,
    tests: list[dict[str, Any]] | None = None,
    owner: int = SHARED_SERVICE_NUMBER,
    based_on: ProcessVersion | None = None,
    by: str = "",
) -> ProcessVersion:
    """Publish a process as its owner's next version, unless the newest is the same already.

    The shared service's versions hold for every council, a council's own for itself.

    Raises ProcessRefused, XmlRefused or DecisionRefused, naming what is wrong. Running cases stay on theirs.
    """
    definition = read_definition(bpmn, dmn)
    forms, tests = forms or {}, tests or []
    digest = hashlib.sha256(json.dumps([bpmn, dmn, forms], sort_keys=True).encode()).hexdigest()
    key = definition.diagram.key
    newest = ProcessVersion.objects.newest(key, owner=owner).first()
    if newest is not None and newest.sha256 == digest:
        return newest
    version = ProcessVersion(
        owner_id=owner,
        key=key,
        version=newest.version + 1 if newest else 1,
        title=definition.diagram.title,
        bpmn=bpmn,
        dmn=dmn,
        forms=forms,
        tests=tests,
        based_on=based_on,
        published_by_name=by,
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
