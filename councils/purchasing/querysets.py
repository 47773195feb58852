"""Questions officers ask of requisitions and orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Func, Prefetch, Value
from django.db.models.functions import Replace, Trim, Upper

from .choices import EDITABLE, STANDING, SameBy

LEGAL_FORMS = r"\y(LIMITED|LTD|PLC|LLP|LP|INC|CIC|CIO|COMPANY|CO|UK|GROUP|HOLDINGS|THE|T A|TA)\y"
"""Words of a supplier's name that two clerks write differently, as PostgreSQL writes a pattern."""


def _without(text: Any, pattern: str, instead: str = "") -> Func:
    return Func(
        text, Value(pattern), Value(instead), Value("g"), function="regexp_replace", output_field=models.TextField()
    )


COMPARED: dict[str, Any] = {
    SameBy.VAT: _without(_without(Upper("vat_number"), "[^A-Z0-9]"), "^GB"),
    SameBy.COMPANY: _without(_without(Upper("company_number"), "[^A-Z0-9]"), "^0+"),
    SameBy.NAME: Trim(
        _without(
            _without(_without(Replace(Upper("name"), Value("&"), Value(" AND ")), "[^A-Z0-9]+", " "), LEGAL_FORMS),
            " +",
            " ",
        )
    ),
}
"""What two suppliers that are one have alike, whatever they are written like."""


class SupplierQuerySet(models.QuerySet[Any]):
    def in_use(self) -> Self:
        """Those that are not marked for deletion."""
        return self.filter(closed=False)

    def alike_by(self, what: str) -> Self:
        """Suppliers that others in use resemble: the same VAT number, company number, or name but for how it is written."""
        each = self.model.objects.in_use().annotate(compared=COMPARED[what]).exclude(compared="")
        twice = each.order_by().values("compared").annotate(times=Count("pk")).filter(times__gt=1)
        alike = self.in_use().annotate(compared=COMPARED[what]).filter(compared__in=twice.values("compared"))
        return alike.order_by("compared", "number")


class RequisitionQuerySet(models.QuerySet[Any]):
    def editable(self) -> Self:
        """Requisitions the requester may still change."""
        return self.filter(status__in=EDITABLE)

    def with_lines(self) -> Self:
        """Requisitions with their lines, CPV codes and codings, in three queries at any size."""
        from .models import LineCoding, RequisitionLine

        codings = LineCoding.objects.select_related("cost_centre", "subjective")
        lines = RequisitionLine.objects.select_related("cpv").prefetch_related(Prefetch("codings", codings))
        return self.select_related("requester").prefetch_related(Prefetch("lines", lines))


class Share(NamedTuple):
    """What one head pays of one line."""

    line_id: UUID
    cost_centre_id: UUID
    subjective_id: UUID
    amount: Decimal


class LineCodingQuerySet(models.QuerySet[Any]):
    def shares(self) -> list[Share]:
        """The codings as plain figures: no instances, because an approval reads them once and drops them."""
        return [Share(*row) for row in self.values_list("line_id", "cost_centre_id", "subjective_id", "amount")]


class PurchaseOrderQuerySet(models.QuerySet[Any]):
    def issued(self) -> Self:
        """Orders that stand."""
        return self.filter(status__in=STANDING)

    def with_lines(self) -> Self:
        """Orders with what the order page and its PDF print."""
        from .models import OrderLine

        return self.select_related("requisition", "requester", "issued_by").prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("cpv"))
        )
