"""The processes of a council's exit pack as the standards' own files: BPMN 2.0, DMN 1.3 and JSON Schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from shared_services.tenancy.door import current_council

from .models import ProcessVersion

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def written_files() -> Iterator[tuple[str, str, list[bytes]]]:
    """Each version that the room may see, its own and the joint ones: drawing, decision tables and forms."""
    here = current_council().number
    for version in ProcessVersion.objects.order_by("owner_id", "key", "version").iterator(chunk_size=50):
        whose = "own" if version.owner_id == here else "joint"
        stem = f"processes/{whose}/{NOT_IN_A_NAME.sub('-', version.key)}-v{version.version}"
        yield f"{stem}.bpmn", f"{version} (BPMN 2.0)", [version.bpmn.encode()]
        for number, table in enumerate(version.dmn, start=1):
            yield f"{stem}-{number}.dmn", f"{version}, decision table {number} (DMN)", [table.encode()]
        if version.forms:
            forms = json.dumps(version.forms, indent=1, ensure_ascii=False) + "\n"
            yield f"{stem}-forms.json", f"{version}, forms of its steps (JSON Schema)", [forms.encode()]
