"""The tables that can be loaded, in the order in which they must be: what is pointed to comes first."""

from __future__ import annotations

from functools import cache

from .fields import Field, Kind, Table
from .sap import sap_tables
from .templates import templates

__all__ = ["LOAD_ORDER", "Field", "Kind", "Table", "all_tables", "table_called"]

LOAD_ORDER = (
    "departments", "posts", "officers", "T024", "SKA1", "SKAT", "codes", "CSKS", "CSKT", "cost_centres", "budgets",
    "LFA1", "suppliers", "LFB1", "LFBK", "EKKO", "EKPO", "EKKN", "EKBE",
    "PA0001", "PA0000", "PA0002", "PA0008", "PA2001", "PA2006",
)  # fmt: skip


@cache
def all_tables() -> dict[str, Table]:
    """Every table by its key, in the order of loading."""
    known = {**sap_tables(), **templates()}
    return {key: known[key] for key in LOAD_ORDER}


def table_called(key: str) -> Table:
    return all_tables()[key]
