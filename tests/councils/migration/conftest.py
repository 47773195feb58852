"""Extracts of our own making, with every quirk that the legacy system's have, and the way to load them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from councils.migration.services import match_codes
from shared_services.tenancy.door import inside_council

SAMPLES = Path(__file__).parent / "samples"
CODES = {
    "department": {"SAPLIB": "LIBRY"},
    "subjective_group": {"SUPP": "supplies", "PREM": "Premises-related"},
    "leave_scheme": {"LG": "Green Book"},
    "leave_type": {"0100": "annual", "1": "annual"},
}


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Administrator")


@pytest.fixture
def finance(northmoor, officer_in):
    return officer_in(northmoor, "finance_officer", name="Finn Finance")


@pytest.fixture
def matched(northmoor, administrator) -> None:
    """The legacy codes of the samples, matched to Northmoor's own."""
    with inside_council(northmoor):
        for kind, codes in CODES.items():
            match_codes(actor=administrator, kind=kind, codes=codes)


@pytest.fixture
def shell(northmoor, capsys) -> Callable[..., Any]:
    """shell(*files, dry_run=…, undo=…) -> what the command printed, by file name; `shell.code` is how it ended."""

    def run(*files: Path | str, **options: Any) -> dict[str, Any]:
        capsys.readouterr()
        run.code = 0
        paths = [str(SAMPLES / one) if isinstance(one, str) else str(one) for one in files]
        try:
            call_command("import_extract", *paths, council=northmoor.key, **options)
        except SystemExit as end:
            run.code = end.code
        printed = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        return {one.get("file", "undo"): one for one in printed}

    return run


@pytest.fixture
def file_of(tmp_path) -> Callable[..., Path]:
    """file_of("LFA1.csv", "text") -> a file with that text."""

    def write(name: str, text: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write
