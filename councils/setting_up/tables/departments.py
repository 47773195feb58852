from __future__ import annotations

from councils.organisation.models import Department
from councils.organisation.services import create_department, rename_department
from shared_services.access.models import OfficerCard

from .kinds import Column, Outcome, Row, RowFault, Table


def save_department(actor: OfficerCard, row: Row) -> Outcome:
    code = row["code"].upper()
    parent = None
    if row["parent code"]:
        parent = Department.objects.filter(code=row["parent code"].upper()).first()
        if parent is None:
            raise RowFault("parent code", f"There is no department {row['parent code']}. Put it above this row")
    known = Department.objects.filter(code=code).first()
    if known is None:
        create_department(actor=actor, code=code, name=row["name"], parent=parent)
        return Outcome.ADDED
    if known.name == row["name"]:
        return Outcome.UNCHANGED
    rename_department(actor=actor, department=known, code=code, name=row["name"])
    return Outcome.CHANGED


DEPARTMENTS = Table(
    key="departments",
    title="Departments",
    permission="organisation.manage_structure",
    columns=(
        Column("code", "Short and unique, up to 12 letters and numbers", "LIB"),
        Column("name", "", "Libraries and culture"),
        Column("parent code", "The department above; empty for a directorate", "NEI", required=False),
    ),
    natural_key=("code",),
    save=save_department,
    noun="department",
    about="Directorates, services and teams. Put each department above those that belong to it.",
)
