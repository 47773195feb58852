"""Sharing the suppliers of a council's orders, under the terms of the data sharing agreement in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.insight.models import SupplierSharing
from shared_services.insight.sharing import share_suppliers
from shared_services.tenancy.errors import NotAllowed

from ..models import AgreementVersion

DATASET = "suppliers of orders"


@dataclass(frozen=True, slots=True)
class SharingTerms:
    """What the agreement in force says of the suppliers of orders."""

    agreement: AgreementVersion
    fields: tuple[str, ...]
    purpose: str
    lawful_basis: str
    shared_with: str
    minimum_group_size: int
    months: int

    @property
    def expires_on(self) -> date:
        today = timezone.localdate()
        months = today.month - 1 + self.months
        return date(today.year + months // 12, months % 12 + 1, 1)


def sharing_terms() -> SharingTerms | None:
    """The terms in force; None where the agreement does not let suppliers of orders be shared."""
    for agreement in AgreementVersion.objects.newest():
        for entry in agreement.terms.get("datasets", []):
            if entry["dataset"] == DATASET:
                return SharingTerms(
                    agreement, tuple(entry["fields"]), entry["purpose"], entry["lawful_basis"], entry["shared_with"],
                    entry["minimum_group_size"], entry["expires_after_months"],
                )  # fmt: skip
    return None


def share_under_terms(*, actor: OfficerCard, digest: str) -> SupplierSharing:
    """Share them under the terms that were read; the section 151 officer may."""
    terms = sharing_terms()
    if terms is None:
        raise NotAllowed("The agreement in force does not let suppliers of orders be shared.")
    if terms.agreement.digest != digest:
        raise NotAllowed("The agreement has changed. Open this page again and read it before you share anything.")
    return share_suppliers(
        actor=actor, agreement=str(terms.agreement), digest=digest, least_councils=terms.minimum_group_size,
        expires_on=terms.expires_on,
    )  # fmt: skip
