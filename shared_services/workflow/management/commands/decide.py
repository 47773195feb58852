"""`decide FILE.dmn --decision ID --input '{...}'`: what a decision answers, by the evaluator that cases use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shared_services.workflow.decision_json import read_input, to_json
from shared_services.workflow.decisions import DecisionModel, DecisionRefused, read_decisions
from shared_services.workflow.expressions import ExpressionError
from shared_services.workflow.safe_xml import MAX_BYTES, XmlRefused


class Command(BaseCommand):
    help = "Print a decision's answer as JSON. Exit code 1, with the reason, when it cannot be decided."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.dmn", help="the decision file")
        parser.add_argument(
            "--decision", metavar="ID", help="the decision, by its id or name; the only one if left out"
        )
        parser.add_argument("--input", default="{}", metavar="JSON", help="the values it looks at, as a JSON object")

    def handle(self, *args: Any, file: Path, decision: str | None, input: str, **options: Any) -> None:
        try:
            model = read_decisions(_contents(file), file.name)
            self.stdout.write(to_json(model.result(_chosen(model, decision), read_input(input))))
        except (ExpressionError, DecisionRefused, XmlRefused) as refusal:
            raise CommandError(str(refusal)) from refusal


def _chosen(model: DecisionModel, wanted: str | None) -> str:
    found = model.find(wanted) if wanted else None
    if found is None and not wanted and len(model.decisions) == 1:
        found = next(iter(model.decisions.values()))
    if found is None:
        names = ", ".join(f"{one.id} ({one.name})" for one in model.decisions.values())
        asked = f"There is no decision “{wanted}” in the file." if wanted else "Say which decision with --decision."
        raise CommandError(f"{asked} It has: {names}.")
    return found.id


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}.") from problem
