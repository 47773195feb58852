from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse

from councils.purchasing.models import Supplier
from councils.purchasing.selectors import alike_suppliers
from councils.purchasing.services import save_supplier
from shared_services.access.models import OfficerCard
from shared_services.govuk.words import counted
from shared_services.tenancy.errors import NotAllowed

from .kinds import Column, Outcome, Row, RowFault, Standing, Table

LONGEST = {
    "number": 10, "name": 160, "vat number": 20, "company number": 16, "street": 80, "town": 40, "postcode": 10,
    "country": 3, "telephone": 30,
}  # fmt: skip
BLOCKED = {"yes": True, "no": False, "": False}


def save_row(actor: OfficerCard, row: Row) -> Outcome:
    for column, longest in LONGEST.items():
        if len(row[column]) > longest:
            raise RowFault(column, f"This is longer than {longest} characters")
    if row["email"]:
        try:
            validate_email(row["email"])
        except ValidationError:
            raise RowFault("email", "Enter an email address like orders@example.com, or leave the cell empty") from None
    if row["blocked"].lower() not in BLOCKED:
        raise RowFault("blocked", "Put yes or no, or leave the cell empty")
    kept = {column.replace(" ", "_"): row[column] for column in LONGEST if column != "number"}
    kept["country"] = row["country"].upper()
    try:
        _, added = save_supplier(
            actor=actor, number=row["number"], email=row["email"], blocked=BLOCKED[row["blocked"].lower()], **kept
        )
    except NotAllowed as refusal:
        column = (refusal.code or "").replace("_", " ")
        if column not in row:
            raise
        raise RowFault(column, refusal.message) from None
    return Outcome.UNCHANGED if added is None else Outcome.ADDED if added else Outcome.CHANGED


def standing() -> list[Standing]:
    """How many there are, which of them look like one, and the other way in."""
    register = reverse("purchasing:list_suppliers")
    return [
        Standing(f"{counted(Supplier.objects.in_use().count(), 'supplier')} in the register", register),
        *(
            Standing(f"{counted(alike, 'supplier')} have {by.found}", f"{register}?same={by.value}")
            for by, alike in alike_suppliers().items()
            if alike
        ),
        Standing(
            "Bring them from the legacy system’s extract instead (LFA1, LFB1, LFBK)", reverse("migration:bring_files")
        ),
    ]


SUPPLIERS = Table(
    key="suppliers",
    title="Suppliers",
    permission="purchasing.manage_suppliers",
    columns=(
        Column("number", "Your own number, up to 10 letters and figures. Noughts in front are left out", "100234"),
        Column("name", "", "Heron Office Supplies Ltd"),
        Column("vat number", "GB and 9 or 12 figures", "GB123456789", required=False),
        Column("company number", "As Companies House has it", "01234567", required=False),
        Column("street", "", "4 Dock Road", required=False),
        Column("town", "", "Sandford", required=False),
        Column("postcode", "", "ZZ1 1ZZ", required=False),
        Column("country", "Two letters; empty for the United Kingdom", "GB", required=False),
        Column("telephone", "", "0303 000 0000", required=False),
        Column("email", "Where orders are sent", "orders@example.com", required=False),
        Column("blocked", "Yes for a supplier that nothing is bought from", "No", required=False),
    ),
    natural_key=("number",),
    save=save_row,
    noun="supplier",
    about="Whom the council buys from. Bank accounts do not come by this file: two finance officers enter each of them.",
    standing=standing,
)
