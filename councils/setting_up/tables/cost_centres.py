from __future__ import annotations

from django.utils import timezone

from councils.finance.choices import SubjectiveGroup
from councils.finance.models import CostCentre, SubjectiveCode
from councils.finance.services import save_cost_centre, save_subjective_code
from councils.finance.years import financial_year_of
from councils.organisation.models import Department
from shared_services.access.models import OfficerCard

from .kinds import Column, Outcome, Row, RowFault, Table, officer_by_email

GROUPS = {str(label).lower(): value for value, label in SubjectiveGroup.choices} | {
    value.lower(): value for value in SubjectiveGroup.values
}


def year_start():
    """The first day of this financial year: what is brought now is used from then on."""
    today = timezone.localdate()
    return today.replace(year=financial_year_of(today), month=4, day=1)


def save_centre(actor: OfficerCard, row: Row) -> Outcome:
    code = row["code"].upper()
    department = Department.objects.filter(code=row["department code"].upper()).first()
    if department is None:
        raise RowFault("department code", f"There is no department {row['department code']}. Add it first")
    holder = officer_by_email(row["budget holder email"], "budget holder email")
    if "budget_holder" not in holder.roles:
        raise RowFault("budget holder email", f"{holder.work_name} does not have the role Budget holder")
    known = CostCentre.objects.filter(code=code).first()
    if known and (known.name, known.department_id, known.budget_holder_id) == (row["name"], department.pk, holder.pk):
        return Outcome.UNCHANGED
    save_cost_centre(
        actor=actor, code=code, name=row["name"], department_id=department.pk, budget_holder_id=holder.pk,
        valid_from=known.valid_from if known else year_start(), valid_to=known.valid_to if known else None,
        cost_centre=known,
    )  # fmt: skip
    return Outcome.CHANGED if known else Outcome.ADDED


def save_code(actor: OfficerCard, row: Row) -> Outcome:
    group = GROUPS.get(row["group"].lower())
    if group is None:
        groups = ", ".join(str(label) for label in SubjectiveGroup.labels)
        raise RowFault("group", f"There is no group “{row['group']}”. Use one of these: {groups}")
    known = SubjectiveCode.objects.filter(code=row["code"]).first()
    if known and (known.name, known.group) == (row["name"], group):
        return Outcome.UNCHANGED
    save_subjective_code(
        actor=actor, code=row["code"], name=row["name"], group=group,
        valid_from=known.valid_from if known else year_start(), valid_to=known.valid_to if known else None,
        subjective=known,
    )  # fmt: skip
    return Outcome.CHANGED if known else Outcome.ADDED


COST_CENTRES = Table(
    key="cost-centres",
    title="Cost centres",
    permission="finance.manage_cost_centres",
    columns=(
        Column("code", "Unique, up to 12 letters and numbers", "LIB10"),
        Column("name", "", "Central library"),
        Column("department code", "", "LIB"),
        Column("budget holder email", "An officer with the role Budget holder", "amber.siskin@example.gov.uk"),
    ),
    natural_key=("code",),
    save=save_centre,
    noun="cost centre",
    about="Where money is spent, and who answers for it.",
)
CODES = Table(
    key="codes",
    title="Subjective codes",
    permission="finance.manage_cost_centres",
    columns=(
        Column("code", "Unique, up to 12 letters and numbers", "4000"),
        Column("name", "", "Furniture"),
        Column("group", "The SeRCOP group", str(SubjectiveGroup.SUPPLIES.label)),
    ),
    natural_key=("code",),
    save=save_code,
    noun="code",
    about="What money is spent on. The portal starts with the usual codes: bring your own, or keep them.",
)
