"""`run_decision_cases FOLDER`: the DMN TCK's test cases, or others written like them, against the portal's evaluator.

The files are read where they are: `<folder>/**/*.xml` in the TCK's test case format
(http://www.omg.org/spec/DMN/20160719/testcase), each beside the .dmn file that it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from lxml import etree

from shared_services.workflow.decisions import DecisionModel, DecisionRefused, read_decisions
from shared_services.workflow.expressions import ExpressionError
from shared_services.workflow.feel import values
from shared_services.workflow.feel.values import equal, kind_of
from shared_services.workflow.safe_xml import XmlRefused, local, read_xml

NEAR = Decimal("0.00000001")
"""Numbers agree when they differ by no more than this part of the wanted one, as the TCK's own runner has it."""
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_READ: dict[str, Callable[[str], Any]] = {
    "boolean": {"true": True, "false": False, "1": True, "0": False}.get,
    "decimal": Decimal, "double": Decimal, "integer": Decimal, "int": Decimal, "long": Decimal,
    "date": values.to_date, "time": values.to_time, "dateTime": values.to_date_and_time, "duration": values.to_duration,
    "string": str,
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one wanted result."""

    file: str
    case: str
    decision: str
    problem: str = ""


class Command(BaseCommand):
    help = "Run a folder of DMN TCK test cases. Exit code 1 when a result is not the wanted one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="for example TestCases/compliance-level-2 of the TCK")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        files = sorted(path for path in folder.rglob("*.xml") if "test" in path.stem)
        if not files:
            raise CommandError(f"There are no test cases in {folder}.")
        passed = total = 0
        for path in files:
            outcomes = list(run_file(path))
            good = [one for one in outcomes if not one.problem]
            passed, total = passed + len(good), total + len(outcomes)
            self.stdout.write(f"{path.stem}: {len(good)} of {len(outcomes)}")
            for one in outcomes:
                if one.problem:
                    self.stdout.write(f"  case {one.case}, {one.decision}: {one.problem}")
        self.stdout.write(f"{passed} passed, {total - passed} failed, {total} in all")
        if passed < total:
            raise SystemExit(1)


def run_file(path: Path) -> Iterator[Outcome]:
    """Each wanted result of a file of test cases."""
    root = read_xml(path.read_bytes(), path.name)
    model = _model(root, path)
    for case in root.findall("{*}testCase"):
        for node in case.findall("{*}resultNode"):
            name = node.get("name", "")
            problem = model if isinstance(model, str) else _problem(model, case, node)
            yield Outcome(path.stem, case.get("id", ""), name, problem)


def _model(root: etree._Element, path: Path) -> DecisionModel | str:
    named = root.find("{*}modelName")
    files = [path.parent / (named.text or "").strip()] if named is not None else []
    files = [file for file in files if file.is_file()] or sorted(path.parent.glob("*.dmn"))
    if not files:
        return "its model is not beside it"
    try:
        return read_decisions(files[0].read_bytes(), files[0].name)
    except (DecisionRefused, XmlRefused) as refusal:
        return str(refusal)


def _problem(model: DecisionModel, case: etree._Element, node: etree._Element) -> str:
    decision = model.find(node.get("name", ""))
    if decision is None:
        return "there is no such decision in the model"
    data: dict[str, Any] = {one.name: None for one in model.inputs_of(decision.id)}
    data.update({one.get("name", ""): _value(one) for one in case.findall("{*}inputNode")})
    wanted_in = node.find("{*}expected")
    wanted = _value(wanted_in if wanted_in is not None else node.find("{*}computed"))
    try:
        answer = model.result(decision.id, data)
    except ExpressionError as error:
        return "" if wanted is None else str(error)
    return "" if _agree(answer, wanted) else f"{answer!r} instead of {wanted!r}"


def _value(holder: etree._Element | None) -> Any:
    """The value that an element of a test case holds; a text without a type is judged by its looks."""
    if holder is None:
        return None
    parts = [child for child in holder if local(child) in ("value", "list", "component")]
    if not parts:
        return None
    if local(parts[0]) == "list":
        return None if parts[0].get(_NIL) == "true" else [_value(item) for item in parts[0].findall("{*}item")]
    if local(parts[0]) == "component":
        return {part.get("name", ""): _value(part) for part in parts}
    value = parts[0]
    text = value.text or ""
    if value.get(_NIL) == "true" or (not text and value.get(_TYPE) is None):
        return None
    read = _READ.get((value.get(_TYPE) or "").rpartition(":")[2])
    return read(text) if read is not None else _guessed(text)


def _guessed(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    try:
        return Decimal(text)
    except ArithmeticError:
        return text


def _agree(answer: Any, wanted: Any) -> bool:
    kind = kind_of(wanted)
    if kind == "number" and kind_of(answer) == "number":
        return abs(Decimal(answer) - wanted) <= NEAR * max(1, abs(wanted))
    if kind == "list" and kind_of(answer) == "list":
        return len(answer) == len(wanted) and all(_agree(a, b) for a, b in zip(answer, wanted, strict=True))
    if kind == "context" and kind_of(answer) == "context":
        return set(answer) == set(wanted) and all(_agree(answer[key], wanted[key]) for key in wanted)
    return equal(answer, wanted) is True
