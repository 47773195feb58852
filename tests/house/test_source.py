"""The house rules that a reader can see: names, sizes, nothing dangerous, nothing unfinished."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = [p for room in ("config", "councils", "shared_services") for p in sorted((ROOT / room).rglob("*.py"))]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST = 500
STRAIGHT = re.compile(r"[a-zA-Z]'(s|t|re|ve|ll|d|m)\b")
NOT_READ_BY_OFFICERS = {"config", "migrations", "management", "models.py"}
"""Operators read a terminal, and a field's name in a model is its migration's too."""


def _ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_go_from_config_to_councils_to_shared_services():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [p for p in PYTHON if "migrations" not in p.parts], ids=_ids)
def test_a_file_has_one_job_and_a_length_one_can_read(path):
    assert path.stem not in {"utils", "helpers", "common", "misc"}
    assert len(path.read_text().splitlines()) <= LONGEST


FROM_ANOTHER_SITE = {
    "shared_services/accounts/saml_views.py": "an identity provider’s page posts its answer, and knows no token of ours",
}
"""Where a form without our token is taken, each with the reason."""


@pytest.mark.parametrize("path", PYTHON, ids=_ids)
def test_nothing_is_evaluated_marked_safe_exempt_or_left_unfinished(path):
    text = path.read_text()
    if _ids(path) in FROM_ANOTHER_SITE:
        assert text.count('@method_decorator(csrf_exempt, name="dispatch")') == 1
        text = text.replace("csrf_exempt", "")

    for pattern in (
        r"(?<![\w.])eval\(",
        r"(?<![\w.])exec\(",
        r"mark_safe",
        r"csrf_exempt",
        r"shell=True",
        r"pickle\.",
        r"\bTODO\b",
        r"\bFIXME\b",
        r"NotImplementedError",
    ):
        assert not re.search(pattern, text), pattern


@pytest.mark.parametrize("path", TEMPLATES, ids=_ids)
def test_templates_hold_no_script_style_or_unescaped_value(path):
    text = path.read_text()

    for pattern in (r"\sstyle=\"", r"\son[a-z]+=\"", r"<script>(?!\s*</script>)", r"\|safe\b", r"autoescape off"):
        assert not re.search(pattern, text), pattern


@pytest.mark.parametrize(
    "path", [p for p in PYTHON if p.parent.parent.name in ("councils", "shared_services")], ids=_ids
)
def test_only_the_workflow_imports_the_engine_and_only_tenancy_the_tenant_library(path):
    text = path.read_text()

    if path.parent.name != "workflow":
        assert not re.search(r"^\s*(from|import) SpiffWorkflow", text, re.MULTILINE)
    if path.parent.name != "tenancy":
        assert not re.search(r"^\s*(from|import) django_tenants", text, re.MULTILINE)


@pytest.mark.parametrize("path", TEMPLATES, ids=_ids)
def test_templates_write_an_apostrophe_as_printers_do(path):
    text = re.sub(r"{[%{#].*?[%}#]}", "", path.read_text())

    assert not STRAIGHT.search(text), "Write ’"


@pytest.mark.parametrize("path", [p for p in PYTHON if not NOT_READ_BY_OFFICERS & {*p.parts}], ids=_ids)
def test_messages_write_an_apostrophe_as_printers_do(path):
    tree = ast.parse(path.read_text())
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}

    straight = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if "\n" not in node.value and STRAIGHT.search(node.value)
    ]

    assert straight == [], "Write ’"


@pytest.mark.parametrize("path", TEMPLATES, ids=_ids)
def test_templates_write_days_instants_and_sums_by_the_houses_own_filters(path):
    text = path.read_text()

    for pattern, instead in (
        (r"\|date:[\"']j F Y", "spoken_date"),
        (r"\|date:[\"']l[\"'] }} {{", "spoken_day"),
        (r"_at\|spoken_da", "spoken_instant"),
        (r"_on\|spoken_instant", "spoken_date"),
        (r"--numeric[^\n]*\|spoken_money", "tabled_money"),
    ):
        assert not re.search(pattern, text), f"Write {instead}"
