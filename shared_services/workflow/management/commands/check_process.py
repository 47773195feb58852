"""`check_process FILE.bpmn [FILE.dmn ...]`: what stands in the way of publishing a process."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.workflow.checking import check_files, would_be_refused
from shared_services.workflow.diagrams import executable_process
from shared_services.workflow.findings import Finding
from shared_services.workflow.publishing import shipped_processes
from shared_services.workflow.safe_xml import MAX_BYTES, XmlRefused, read_xml


class Command(BaseCommand):
    help = "Print the findings of a process as JSON lines. Exit code 1 when publishing would be refused."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("process", type=Path, metavar="FILE.bpmn", help="the process")
        parser.add_argument("decisions", type=Path, nargs="*", metavar="FILE.dmn", help="its decision tables")

    def handle(self, *args: Any, process: Path, decisions: list[Path], **options: Any) -> None:
        texts = [(path.name, _contents(path)) for path in decisions]
        found = check_files(_contents(process), texts, name=process.name, processes=_known())
        for finding in found:
            self._say(finding)
        if would_be_refused(found):
            raise SystemExit(1)

    def _say(self, finding: Finding) -> None:
        self.stdout.write(json.dumps(asdict(finding), ensure_ascii=False))


def _contents(path: Path) -> bytes:
    """A file's contents, no more of them than it takes to see that they are too many."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem


def _known() -> set[str]:
    """The processes that the product brings; what else is published, only a database could say."""
    known = set()
    for drawing, _ in shipped_processes():
        try:
            process = executable_process(read_xml(drawing.read_bytes()))
        except XmlRefused:
            continue
        if process is not None:
            known.add(process.get("id", ""))
    return known
