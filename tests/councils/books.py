"""A council's books for tests: one department, its cost centres, budgets, and the officers who work with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from councils.finance.services import save_cost_centre, set_budgets
from councils.finance.years import financial_year_of
from councils.organisation.models import Department
from councils.organisation.services import appoint, create_post, set_department_leads
from councils.purchasing.drafts import CodingDraft, LineDraft, RequisitionDraft
from shared_services.tenancy.door import inside_council

DESKS, CHAIRS, PAPER = "39121100-7", "39112000-0", "30197630-1"
FURNITURE, STATIONERY = "4000", "4020"


@dataclass(frozen=True)
class Books:
    """The council, its officers and the codes that have money."""

    council: Any
    requester: Any
    holder: Any
    finance: Any
    s151: Any
    head: Any
    needed_by_on: date
    financial_year: int
    library: str = "LIB01"
    museum: str = "MUS01"


def needed_by() -> date:
    """A day soon, within one financial year whatever day the tests run."""
    soon = localdate() + timedelta(days=30)
    return soon if financial_year_of(soon) == financial_year_of(localdate()) else localdate()


def open_books(council: Any, officer_in: Any, *, budget: str = "10000.00") -> Books:
    """Open the books of a council: a department with its head, two cost centres with furniture and stationery budgets."""
    administrator = officer_in(council, "council_administrator", name="Ada Administrator")
    books = Books(
        council=council,
        requester=officer_in(council, "requisitioner", name="Rita Requester"),
        holder=officer_in(council, "budget_holder", name="Bola Budget"),
        finance=officer_in(council, "finance_officer", name="Finn Finance"),
        s151=officer_in(council, "section_151_officer", name="Sam Section"),
        head=officer_in(council, "head_of_service", name="Hana Head"),
        needed_by_on=needed_by(),
        financial_year=financial_year_of(needed_by()),
    )
    with inside_council(council):
        department = Department.objects.create(code="LIBS", name="Libraries and museums")
        post = create_post(actor=administrator, number="L1", title="Head of libraries", department=department)
        appoint(actor=administrator, post=post, card_id=books.head.pk)
        set_department_leads(actor=administrator, department=department, head_post=post, director_post=None)
        for code, name in ((books.library, "Central library"), (books.museum, "City museum")):
            save_cost_centre(
                actor=books.finance, code=code, name=name, department_id=department.pk, valid_from=date(2020, 4, 1),
                budget_holder_id=books.holder.pk,
            )  # fmt: skip
        set_budgets(
            actor=books.finance,
            financial_year=books.financial_year,
            amounts={
                (centre, subjective): Decimal(budget)
                for centre in (books.library, books.museum)
                for subjective in (FURNITURE, STATIONERY)
            },
        )
    return books


def three_lines(books: Books, **changes: Any) -> RequisitionDraft:
    """A complete requisition: desks on one code, chairs split by percent, paper split by pounds."""
    values: dict[str, Any] = {
        "title": "Desks for the reading room",
        "justification": "The old desks are broken.",
        "needed_by_on": books.needed_by_on,
        "delivery_location": "Central library, High Street, NM1 1AA",
        "supplier_name": "Invented Furniture Limited",
        "lines": (
            LineDraft("Desk 1600 mm", Decimal(4), Decimal("150.00"), cpv=DESKS, codings=(on(books.library, FURNITURE),)),
            LineDraft(
                "Chair", Decimal(10), Decimal("33.33"), cpv=CHAIRS,
                codings=(
                    CodingDraft(books.library, FURNITURE, percent=Decimal("60")),
                    CodingDraft(books.museum, FURNITURE, percent=Decimal("40")),
                ),
            ),
            LineDraft(
                "Paper", Decimal("2.5"), Decimal("20.00"), unit="box", vat_code="Z", cpv=PAPER,
                codings=(
                    CodingDraft(books.library, STATIONERY, amount=Decimal("30.00")),
                    CodingDraft(books.museum, STATIONERY, amount=Decimal("20.00")),
                ),
            ),
        ),
    }  # fmt: skip
    return RequisitionDraft(**{**values, **changes})


def one_line(books: Books, amount: str, **changes: Any) -> RequisitionDraft:
    """A complete requisition of one line that costs this much on the library's furniture."""
    line = LineDraft("Shelving", Decimal(1), Decimal(amount), cpv=DESKS, codings=(on(books.library, FURNITURE),))
    return three_lines(books, title="Shelving", lines=(line,), **changes)


def on(cost_centre: str, subjective: str) -> CodingDraft:
    return CodingDraft(cost_centre, subjective)
