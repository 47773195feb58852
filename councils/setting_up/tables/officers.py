from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import ROLES
from shared_services.accounts.services import change_officer, create_officer, grant_role
from shared_services.tenancy.door import current_council

from .kinds import Column, Outcome, Row, RowFault, Table

BY_LABEL = {role.label.lower(): role.key for role in ROLES.values() if not role.pooled}


def roles_of(text: str) -> list[str]:
    """Roles written as "Budget holder; Requisitioner", by label or key. Raises RowFault for one that is not there."""
    found = []
    for word in (part.strip() for part in text.split(";")):
        if not word:
            continue
        key = BY_LABEL.get(word.lower(), word.lower())
        if key not in BY_LABEL.values():
            known = ", ".join(ROLES[one].label for one in BY_LABEL.values())
            raise RowFault("roles", f"There is no role “{word}”. Use these, separated by semicolons: {known}")
        found.append(key)
    return sorted(set(found))


def save_officer(actor: OfficerCard, row: Row) -> Outcome:
    email, roles = row["work email"].lower(), roles_of(row["roles"])
    try:
        validate_email(email)
    except ValidationError:
        raise RowFault("work email", "Enter an email address like name@example.gov.uk") from None
    known = OfficerCard.objects.of_council(current_council().number).filter(work_email=email).first()
    if known is None:
        create_officer(
            actor=actor, work_name=row["full name"], work_email=email, job_title=row["job title"], roles=roles
        )  # fmt: skip
        return Outcome.ADDED
    missing = [role for role in roles if role not in known.roles]
    renamed = (known.work_name, known.job_title) != (row["full name"], row["job title"])
    if renamed:
        known = change_officer(
            actor=actor, card_id=known.pk, version=known.version, work_name=row["full name"], work_email=email,
            job_title=row["job title"],
        )  # fmt: skip
    for role in missing:
        grant_role(actor=actor, card_id=known.pk, role=role)
    return Outcome.CHANGED if renamed or missing else Outcome.UNCHANGED


OFFICERS = Table(
    key="officers",
    title="Officers",
    permission="accounts.manage_officers",
    columns=(
        Column("full name", "", "Amber Siskin"),
        Column("work email", "At the council’s own domain. The officer is sent a link to choose a password", "amber.siskin@example.gov.uk"),
        Column("job title", "", "Library manager"),
        Column("roles", "Separated by semicolons; empty for none", "Budget holder; Requisitioner", required=False),
    ),
    natural_key=("work email",),
    save=save_officer,
    noun="officer",
    about="A row adds an officer, or changes the name and title and adds roles. It never takes a role away.",
)  # fmt: skip
