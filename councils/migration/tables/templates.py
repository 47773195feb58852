"""Plain files for councils without SAP, and for what SAP's tables do not hold: one row a record, plain headings."""

from __future__ import annotations

from functools import cache

from .fields import Field, Kind, Table

PEOPLE = "accounts.manage_officers"
STRUCTURE = "organisation.manage_structure"
BUDGETS = "finance.manage_budgets"


def _text(name: str, label: str, length: int, *, required: bool = False, aliases: tuple[str, ...] = ()) -> Field:
    return Field(name, label, Kind.TEXT, length, required, aliases)


@cache
def templates() -> dict[str, Table]:
    """Every plain template, by name."""
    found = (
        Table(
            "departments", "Departments",
            (
                _text("code", "Code", 12, required=True, aliases=("Department code",)),
                _text("name", "Name", 120, required=True, aliases=("Department name",)),
                _text("parent", "Part of", 12, aliases=("Parent department", "Parent")),
            ),
            ("code",), permission=STRUCTURE, is_template=True,
        ),
        Table(
            "posts", "Posts",
            (
                _text("number", "Post number", 12, required=True),
                _text("title", "Title", 120, required=True, aliases=("Job title",)),
                _text("department", "Department", 12, required=True, aliases=("Department code",)),
                _text("reports_to", "Reports to", 12, aliases=("Reports to post", "Manager post")),
                _text("grade", "Grade", 20),
                Field("opened_on", "Opened on", Kind.DATE, 8),
            ),
            ("number",), permission=STRUCTURE, is_template=True,
        ),
        Table(
            "officers", "Officers",
            (
                Field("personnel_number", "Personnel number", Kind.KEY, 8),
                _text("name", "Full name", 150, required=True, aliases=("Name",)),
                Field("email", "Work email", Kind.EMAIL, 254, True, ("Work email address", "Email")),
                _text("job_title", "Job title", 150),
            ),
            ("email",), permission=PEOPLE, personal=True, is_template=True,
        ),
        Table(
            "cost_centres", "Cost centres",
            (
                _text("code", "Cost centre", 12, required=True, aliases=("Cost centre code", "Code")),
                _text("name", "Name", 120, required=True, aliases=("Cost centre name",)),
                _text("department", "Department", 12, required=True, aliases=("Department code",)),
                Field("holder", "Budget holder email", Kind.EMAIL, 254, aliases=("Budget holder",)),
                Field("valid_from", "Valid from", Kind.DATE, 8, required=True),
                Field("valid_to", "Valid to", Kind.DATE, 8),
            ),
            ("code",), is_template=True,
        ),
        Table(
            "codes", "Subjective codes",
            (
                _text("code", "Subjective code", 12, required=True, aliases=("Code", "Account code")),
                _text("name", "Name", 120, required=True, aliases=("Subjective name", "Description")),
                _text("group", "Subjective group", 40, required=True, aliases=("Group", "SeRCOP group")),
                Field("valid_from", "Valid from", Kind.DATE, 8, required=True),
                Field("valid_to", "Valid to", Kind.DATE, 8),
            ),
            ("code",), is_template=True,
        ),
        Table(
            "budgets", "Budgets",
            (
                Field("year", "Financial year", Kind.KEY, 4, required=True, aliases=("Year",)),
                _text("cost_centre", "Cost centre", 12, required=True, aliases=("Cost centre code",)),
                _text("subjective", "Subjective code", 12, required=True, aliases=("Code",)),
                Field("amount", "Budget", Kind.MONEY, 14, required=True, aliases=("Amount", "Annual budget")),
            ),
            ("year", "cost_centre", "subjective"), permission=BUDGETS, is_template=True,
        ),
        Table(
            "suppliers", "Suppliers",
            (
                Field("number", "Supplier number", Kind.KEY, 10, required=True, aliases=("Supplier",)),
                _text("name", "Supplier name", 160, required=True, aliases=("Name",)),
                _text("vat_number", "VAT number", 20),
                _text("company_number", "Company number", 16),
                _text("street", "Street", 80, aliases=("Address",)),
                _text("town", "Town", 40, aliases=("City",)),
                _text("postcode", "Postcode", 10),
                _text("country", "Country", 3),
                _text("telephone", "Telephone", 30),
                _text("email", "Email", 254),
                Field("blocked", "Blocked", Kind.FLAG, 5),
            ),
            ("number",), is_template=True,
        ),
    )  # fmt: skip
    return {table.key: table for table in found}
