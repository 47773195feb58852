"""What each table's rows become, by table."""

from __future__ import annotations

from functools import cache

from . import books, buying, staff
from .shapes import Plan

PLANS = {
    "departments": books.departments, "posts": books.posts, "officers": staff.officers, "T024": books.purchasing_groups,
    "SKA1": books.accounts, "SKAT": books.account_names, "codes": books.codes, "CSKS": books.cost_centres_of_sap,
    "CSKT": books.cost_centre_names, "cost_centres": books.cost_centres, "budgets": books.budgets,
    "LFA1": buying.vendors, "suppliers": buying.suppliers, "LFB1": buying.vendor_terms, "LFBK": buying.bank_accounts,
    "EKKO": buying.order_heads, "EKPO": buying.order_lines, "EKKN": buying.order_codings, "EKBE": buying.order_history,
    "PA0001": staff.assignments, "PA0000": staff.actions, "PA0002": staff.names, "PA0008": staff.hours,
    "PA2001": staff.absences, "PA2006": staff.quotas,
}  # fmt: skip


@cache
def plan_of(table: str) -> Plan:
    return PLANS[table]()
