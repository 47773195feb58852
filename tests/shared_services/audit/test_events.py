"""Every event has plain words, and old and new values are written down without secrets."""

from __future__ import annotations

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest

from shared_services.audit.changes import HIDDEN, changes_between, clean
from shared_services.audit.events import WORDS, is_export, is_look, words_of
from shared_services.operating.choices import Kind

ROOT = Path(__file__).resolve().parents[3]
WHAT_BECOMES_OF_AN_OPERATION = ("asked", "agreed", "refused", "answered", "done", "failed", "withdrawn", "retried")
DOTTED = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def recorded_events() -> set[str]:
    """Every event that a call of `record` names in full, and those that pages derive from their class."""
    events = set()
    for room in ("councils", "shared_services"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                is_record = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record"
                if is_record and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                    events.add(node.args[1].value)
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value:
                    names = {getattr(target, "id", "") for target in node.targets}
                    if "export_event" in names:
                        events.add(node.value.value)
                    if "sensitive" in names:
                        events.add(f"{node.value.value}.viewed")
    return events


@pytest.mark.parametrize("event", sorted(recorded_events()))
def test_an_event_is_dotted_and_reads_as_plain_words(event):
    words = words_of(event)

    assert DOTTED.fullmatch(event), event
    assert words[0].isupper()
    assert not re.search(r"[._]", words)
    assert len(words.split()) >= 2


def test_words_are_kept_only_for_events_that_exist():
    derived = {"list.exported", "assurance.head.contradicted", "workflow.authority_rule.added"}
    derived |= {f"operating.{kind}.{what}" for kind in Kind.values for what in WHAT_BECOMES_OF_AN_OPERATION}

    assert set(WORDS) <= recorded_events() | derived


def test_exports_and_looks_are_known_by_their_ending():
    assert is_export("finance.list_budgets.exported")
    assert words_of("finance.list_budgets.exported") == "List of budgets exported"
    assert is_look("people.employment.viewed")
    assert words_of("people.employment.viewed") == "Employment viewed"


def test_only_what_differs_is_written_with_its_old_and_new_value():
    before = {"name": "Roads", "amount": Decimal("10.00"), "code": "R1"}

    assert changes_between(before, {"name": "Highways", "amount": Decimal("10.00"), "code": "R2"}) == {
        "name": ["Roads", "Highways"],
        "code": ["R1", "R2"],
    }


@pytest.mark.parametrize("name", ["password", "client_secret", "api_token", "recovery_codes"])
def test_the_value_of_a_secret_is_never_written(name):
    assert clean({name: ["old", "new"]}) == {name: [HIDDEN, HIDDEN]}


def test_long_text_is_cut():
    assert len(clean({"note": ["", "x" * 5000]})["note"][1]) == 501
