"""What the front page and the comparison show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.cache import cache
from django.utils import timezone

from shared_services.insight.months import first_month
from shared_services.insight.selectors import SharedSupplier, shared_suppliers, spend_by_category
from shared_services.insight.supplier_names import supplier_key
from shared_services.procurement.reference_data import division_of_proclass, proclass_divisions
from shared_services.procurement.selectors import division_labels
from shared_services.tenancy.models import SHARED_SERVICE_NUMBER, Council

from .comparing import SpendReading, Total

KEEP_SECONDS = 60
SHOWN_SUPPLIERS = 50
CPV_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Partner:
    """A council that is in."""

    name: str
    joined_on: date | None


def partners() -> list[Partner]:
    councils = Council.objects.filter(state=Council.State.LIVE).exclude(number=SHARED_SERVICE_NUMBER)
    return [Partner(*row) for row in councils.order_by("name").values_list("name", "joined_on")]


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What the partners' shared figures come to, and how old the oldest of them is."""

    councils: int
    lines: int
    net_amount: Decimal
    categories: int
    as_at: datetime | None


def service_figures() -> ServiceFigures:
    """The figures of the front page, a minute old at most. Only sums over every partner."""
    kept: ServiceFigures | None = cache.get("joining:front")
    if kept is None:
        kept = _service_figures()
        cache.set("joining:front", kept, KEEP_SECONDS)
    return kept


def _service_figures() -> ServiceFigures:
    table = spend_by_category(first=first_month(), last=timezone.localdate().replace(day=1))
    own = [column for column in table.columns if not column.published and column.as_at is not None]
    cells = [cell for line in table.lines for cell in line.cells if cell.column in own]
    return ServiceFigures(
        councils=len(own),
        lines=sum(cell.lines for cell in cells),
        net_amount=sum((cell.net_amount for cell in cells), Decimal("0.00")),
        categories=sum(any(cell.lines for cell in line.cells if cell.column in own) for line in table.lines),
        as_at=min((column.as_at for column in own if column.as_at), default=None),
    )


@dataclass(frozen=True, slots=True)
class CommonSupplier:
    """A supplier that a visitor and the partners both pay."""

    name: str
    councils: tuple[str, ...]
    partners: int
    """At least so many partners order from it, without their names."""
    own: Total
    shared: Total

    @property
    def paid_by(self) -> str:
        ordering = [f"at least {self.partners} partners by their orders"] if self.partners else []
        return "; ".join(filter(None, [", ".join(self.councils), *ordering]))


@dataclass(frozen=True, slots=True)
class CommonCategory:
    """A category that a visitor and the partners both buy."""

    label: str
    own: Total
    shared: Total


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a visitor's published spend has in common with the partners' shared figures."""

    lines: int
    net_amount: Decimal
    suppliers: int
    unreadable: int
    common_suppliers: tuple[CommonSupplier, ...]
    common_amount: Decimal
    common_categories: tuple[CommonCategory, ...]
    has_categories: bool

    @property
    def shown_suppliers(self) -> tuple[CommonSupplier, ...]:
        return self.common_suppliers[:SHOWN_SUPPLIERS]

    @property
    def share(self) -> int:
        """How much of the visitor's spend goes to suppliers in common, in whole per cent."""
        return int(self.common_amount * 100 / self.net_amount) if self.net_amount > 0 else 0


def known_suppliers() -> dict[str, list[SharedSupplier]]:
    """The suppliers of the shared figures by the key that names are compared under."""
    found: dict[str, list[SharedSupplier]] = {}
    for supplier in shared_suppliers():
        found.setdefault(supplier_key(supplier.name), []).append(supplier)
    return found


def compare(reading: SpendReading) -> Comparison:
    """Set a visitor's totals beside the partners'. What is given back holds only what both have."""
    known = known_suppliers()
    suppliers = [
        CommonSupplier(
            name=known[key][0].name,
            councils=tuple(sorted({council for one in known[key] for council in one.councils})),
            partners=sum(one.partners for one in known[key]),
            own=own,
            shared=Total(sum(one.lines for one in known[key]), sum((one.net_amount for one in known[key]), Decimal(0))),
        )
        for key, own in reading.suppliers.items()
        if key in known
    ]
    suppliers.sort(key=lambda one: (-one.own.net_amount, one.name))
    return Comparison(
        lines=reading.every.lines,
        net_amount=reading.every.net_amount,
        suppliers=reading.supplier_count,
        unreadable=reading.unreadable,
        common_suppliers=tuple(suppliers),
        common_amount=sum((one.own.net_amount for one in suppliers), Decimal("0.00")),
        common_categories=_common_categories(reading),
        has_categories=reading.has_categories,
    )


def _common_categories(reading: SpendReading) -> tuple[CommonCategory, ...]:
    own: dict[str, Total] = {}
    prefixes = proclass_divisions()
    for code, total in reading.categories.items():
        division = code[:2] if len(code) == CPV_DIGITS else division_of_proclass(code, prefixes)
        if division:
            sum_ = own.setdefault(division, Total())
            sum_.lines += total.lines
            sum_.net_amount += total.net_amount
    table = spend_by_category(first=first_month(), last=timezone.localdate().replace(day=1))
    labels = division_labels()
    found = [
        CommonCategory(labels.get(line.division, line.division), own[line.division],
                       Total(sum(cell.lines for cell in line.cells), line.net_amount))
        for line in table.lines
        if line.division in own
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: -one.own.net_amount))
