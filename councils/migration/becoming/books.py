"""Departments, posts, cost centres, codes and purchasing groups."""

from __future__ import annotations

from councils.finance.choices import SubjectiveGroup

from ..choices import CrosswalkKind, Severity
from ..tables import table_called
from .shapes import Becomes, Cells, Check, Crossed, Ours, Plan

LONG_AGO = "DATE '2000-01-01'"
"""SAP's accounts have no first day of validity."""
NEW = {"version": "1"}


def cells(table: str) -> Cells:
    return Cells(table_called(table))


def one_of_groups(value: str) -> str:
    """The subjective group that a text names by its key or its label, as SQL; null when it names none."""
    cases = " ".join(
        f"WHEN lower({value}) IN ('{key}', '{str(label).lower()}') THEN '{key}'"
        for key, label in SubjectiveGroup.choices
    )
    return f"CASE {cases} END"


def department(code: str) -> Ours:
    return Ours("department", "organisation.Department", "code", code, {"departments": "s.key"})


def circle(table: str, parent: str) -> str:
    """Whether following `parent` from a row leads back to it, as SQL."""
    place = table_called(table).place(parent)
    return (
        f"s.cells[{place}] <> '' AND EXISTS (WITH RECURSIVE up AS (SELECT s.cells[{place}] AS code UNION "
        f"SELECT t.cells[{place}] FROM up JOIN migration_stagedrow t ON t.file_id = s.file_id AND t.key = up.code "
        f"WHERE t.cells[{place}] <> '') SELECT 1 FROM up WHERE up.code = s.key)"
    )


def departments() -> Plan:
    c = cells("departments")
    parent = Ours("parent", "organisation.Department", "code", c.raw("parent"), {"departments": "s.key"})
    own = Ours("own", "organisation.Department", "code", c.raw("code"))
    return Plan(
        "departments",
        joins=(parent,),
        checks=(
            Check(
                "unknown_parent", "There is no department {value} to be part of. Add it to the file or correct the code.",
                "parent", missing="parent", when=f"{c.raw('parent')} <> ''",
            ),
            Check("circle", "Following “Part of” leads back to this department.", "parent", when=circle("departments", "parent")),
        ),
        becomes=(
            Becomes(
                "departments", "organisation.Department", {"name": c.raw("name")},
                only_new={"code": c.raw("code"), **NEW}, natural={"code": c.raw("code")},
            ),
            Becomes(
                "departments.parent", "organisation.Department", {"parent_id": "parent.id"}, joins=(own, parent),
                record="own.id", where=f"{c.raw('parent')} <> ''", at_the_end=True,
            ),
        ),
    )  # fmt: skip


def posts() -> Plan:
    c = cells("posts")
    place = department(c.raw("department"))
    own = Ours("own", "organisation.Post", "number", c.raw("number"))
    manager = Ours("manager", "organisation.Post", "number", c.raw("reports_to"), {"posts": "s.key"})
    return Plan(
        "posts",
        joins=(place, manager),
        checks=(
            Check("unknown_department", "There is no department {value}. Load it first or correct the code.", "department", missing="department"),
            Check(
                "unknown_manager", "There is no post {value} to report to. Add it to the file or correct the number.",
                "reports_to", missing="manager", when=f"{c.raw('reports_to')} <> ''",
            ),
            Check("circle", "Following “Reports to” leads back to this post.", "reports_to", when=circle("posts", "reports_to")),
        ),
        becomes=(
            Becomes(
                "posts", "organisation.Post",
                {"title": c.raw("title"), "department_id": "department.id", "grade": c.raw("grade")},
                only_new={
                    "number": c.raw("number"), "opened_on": f"COALESCE({c.date('opened_on')}, {LONG_AGO})", **NEW,
                },
                joins=(place,), natural={"number": c.raw("number")},
            ),
            Becomes(
                "posts.reports_to", "organisation.Post", {"reports_to_id": "manager.id"}, joins=(own, manager),
                record="own.id", where=f"{c.raw('reports_to')} <> ''", at_the_end=True,
            ),
        ),
    )  # fmt: skip


def purchasing_groups() -> Plan:
    c = cells("T024")
    columns = {"name": c.raw("EKNAM"), "telephone": c.raw("TEL_NUMBER"), "email": c.raw("SMTP_ADDR")}
    made = Becomes(
        "T024",
        "migration.PurchasingGroup",
        columns,
        only_new={"code": c.raw("EKGRP")},
        natural={"code": c.raw("EKGRP")},
    )
    return Plan("T024", becomes=(made,))


def accounts() -> Plan:
    c = cells("SKA1")
    crossed = Crossed("crossed", CrosswalkKind.SUBJECTIVE_GROUP, c.raw("KTOKS"))
    group = one_of_groups(crossed.value)
    code = c.stripped("SAKNR")
    return Plan(
        "SKA1",
        joins=(crossed,),
        checks=(
            Check(
                "blocked", "The account is blocked or marked for deletion, so it is not loaded.", "XSPEB",
                when=c.flag("XLOEV", "XSPEB"), severity=Severity.LEFT_OUT,
            ),
            Check(
                "unmatched_group", "Account group {value} is not matched to a subjective group. Match it under Codes.",
                "KTOKS", when=f"NOT {c.flag('XLOEV', 'XSPEB')} AND {group} IS NULL",
            ),
        ),
        becomes=(
            Becomes(
                "SKA1", "finance.SubjectiveCode", {"group": group},
                only_new={"code": code, "name": f"'Account ' || {code}", "valid_from": LONG_AGO, **NEW},
                joins=(crossed,), natural={"code": code},
            ),
        ),
    )  # fmt: skip


def account_names() -> Plan:
    c = cells("SKAT")
    code = Ours(
        "code", "finance.SubjectiveCode", "code", c.stripped("SAKNR"), {"SKA1": cells("SKA1").stripped("SAKNR")}
    )
    name = f"COALESCE(NULLIF({c.raw('TXT50')}, ''), {c.raw('TXT20')})"
    return Plan(
        "SKAT",
        joins=(code,),
        checks=(
            Check(
                "orphan",
                "There is no account {value} to name. Load SKA1 first, or with this file.",
                "SAKNR",
                missing="code",
            ),
            Check("no_name", "Short and long text are both empty.", "TXT50", when=f"{name} = ''"),
        ),
        becomes=(Becomes("SKAT", "finance.SubjectiveCode", {"name": name}, joins=(code,), record="code.id"),),
    )


def codes() -> Plan:
    c = cells("codes")
    group = one_of_groups(c.raw("group"))
    return Plan(
        "codes",
        checks=(
            Check("unknown_group", "“{value}” is not one of the subjective groups, such as Supplies and services.", "group", when=f"{group} IS NULL"),
            Check("ends_early", "The last day is before the first.", "valid_to", when=f"{c.open_date('valid_to')} < {c.date('valid_from')}"),
        ),
        becomes=(
            Becomes(
                "codes", "finance.SubjectiveCode",
                {
                    "name": c.raw("name"), "group": group, "valid_from": c.date("valid_from"),
                    "valid_to": c.open_date("valid_to"),
                },
                only_new={"code": c.raw("code"), **NEW}, natural={"code": c.raw("code")},
            ),
        ),
    )  # fmt: skip


def cost_centres_of_sap() -> Plan:
    c = cells("CSKS")
    named = f"COALESCE(NULLIF({c.raw('ABTEI')}, ''), {c.raw('KHINR')})"
    crossed = Crossed("crossed", CrosswalkKind.DEPARTMENT, named)
    place = department(crossed.value)
    code = c.stripped("KOSTL")
    return Plan(
        "CSKS",
        joins=(crossed, place),
        windows={"first_on": f"min({c.raw('DATAB')}) OVER (PARTITION BY s.key)"},
        checks=(
            Check(
                "unmatched_department",
                "Department {value} is not one of the council’s. Match it under Codes, or load the department first.",
                "ABTEI", value=named, missing="department",
            ),
            Check("ends_early", "The last day is before the first.", "DATBI", when=f"{c.date('DATBI')} < {c.date('DATAB')}"),
            Check("long_code", "A cost centre’s code has 12 characters at most.", "KOSTL", when=f"length({code}) > 12"),
        ),
        becomes=(
            Becomes(
                "CSKS", "finance.CostCentre",
                {"department_id": "department.id", "valid_from": "s.first_on::date", "valid_to": c.open_date("DATBI")},
                only_new={"code": code, "name": f"'Cost centre ' || {code}", **NEW},
                joins=(crossed, place), natural={"code": code},
            ),
        ),
    )  # fmt: skip


def cost_centre_names() -> Plan:
    c = cells("CSKT")
    centre = Ours(
        "centre", "finance.CostCentre", "code", c.stripped("KOSTL"),
        {"CSKS": cells("CSKS").stripped("KOSTL"), "cost_centres": cells("cost_centres").raw("code")},
    )  # fmt: skip
    name = f"COALESCE(NULLIF({c.raw('LTEXT')}, ''), {c.raw('KTEXT')})"
    return Plan(
        "CSKT",
        joins=(centre,),
        checks=(
            Check(
                "orphan",
                "There is no cost centre {value} to name. Load CSKS first, or with this file.",
                "KOSTL",
                missing="centre",
            ),
            Check("no_name", "Name and description are both empty.", "LTEXT", when=f"{name} = ''"),
        ),
        becomes=(Becomes("CSKT", "finance.CostCentre", {"name": name}, joins=(centre,), record="centre.id"),),
    )


def cost_centres() -> Plan:
    c = cells("cost_centres")
    place = department(c.raw("department"))
    holder = Ours("holder", "access.OfficerCard", "work_email", c.raw("holder"), {"officers": "s.key"})
    return Plan(
        "cost_centres",
        joins=(place, holder),
        checks=(
            Check("unknown_department", "There is no department {value}. Load it first or correct the code.", "department", missing="department"),
            Check(
                "unknown_holder", "No officer has the email address {value}. Add the officer first.", "holder",
                missing="holder", when=f"{c.raw('holder')} <> ''",
            ),
            Check("ends_early", "The last day is before the first.", "valid_to", when=f"{c.open_date('valid_to')} < {c.date('valid_from')}"),
        ),
        becomes=(
            Becomes(
                "cost_centres", "finance.CostCentre",
                {
                    "name": c.raw("name"), "department_id": "department.id", "budget_holder_id": "holder.id",
                    "valid_from": c.date("valid_from"), "valid_to": c.open_date("valid_to"),
                },
                only_new={"code": c.raw("code"), **NEW}, joins=(place, holder), natural={"code": c.raw("code")},
            ),
        ),
    )  # fmt: skip


def budgets() -> Plan:
    """The checks only: what a budget becomes is the finance app's own service (`special.py`)."""
    c = cells("budgets")
    centre = Ours(
        "centre", "finance.CostCentre", "code", c.raw("cost_centre"),
        {"CSKS": cells("CSKS").stripped("KOSTL"), "cost_centres": cells("cost_centres").raw("code")},
    )  # fmt: skip
    subjective = Ours(
        "subjective", "finance.SubjectiveCode", "code", c.raw("subjective"),
        {"SKA1": cells("SKA1").stripped("SAKNR"), "codes": cells("codes").raw("code")},
    )  # fmt: skip
    position = f"(SELECT p.budget_amount - p.available_amount FROM finance_budgetposition p WHERE p.cost_centre_id = centre.id AND p.subjective_id = subjective.id AND p.financial_year = {c.raw('year')}::integer)"
    return Plan(
        "budgets",
        joins=(centre, subjective),
        checks=(
            Check("not_a_year", "Write the year in which the financial year begins, like 2026.", "year", when=f"{c.raw('year')} !~ '^(19|20)[0-9][0-9]$'"),
            Check("unknown_cost_centre", "There is no cost centre {value}. Load it first or correct the code.", "cost_centre", missing="centre"),
            Check("unknown_code", "There is no subjective code {value}. Load it first or correct the code.", "subjective", missing="subjective"),
            Check("below_zero", "A budget cannot be below zero.", "amount", when=f"{c.number('amount')} < 0"),
            Check(
                "already_spent", "More than this is promised and spent already. Set the budget to that at least.", "amount",
                when=f"CASE WHEN {c.raw('year')} ~ '^(19|20)[0-9][0-9]$' THEN {c.number('amount')} < {position} END",
            ),
        ),
    )  # fmt: skip
