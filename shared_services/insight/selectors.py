"""The shared figures side by side, each with how old it is and how many councils stand behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Sum
from django.utils import timezone

from shared_services.messaging.live_steps import StepStatus
from shared_services.procurement.selectors import division_labels
from shared_services.tenancy.directory import all_councils

from .choices import FigureKind
from .models import CategoryFigure, ConsolidationRun, CouncilStep, PublishedSpend, SupplierFigure

FRESH_FOR = timedelta(hours=26)
"""A nightly figure with two hours' grace; older ones are shown with a warning, never as if they were new."""
NOT_MATCHED = "none"
NOT_MATCHED_LABEL = "Not matched to a category"
NOTHING = Decimal("0.00")
DRAWN = 8


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """One council's column: where its figures come from and how old they are."""

    key: str
    name: str
    colour: str
    published: bool
    as_at: datetime | None
    is_fresh: bool
    failed: bool = False
    note: str = ""

    @property
    def has_reported(self) -> bool:
        return self.published or self.as_at is not None


@dataclass(frozen=True, slots=True)
class FigureCell:
    column: FigureColumn
    lines: int
    net_amount: Decimal
    share: int
    """Its length as a bar: per thousand of the longest in the table."""


@dataclass(frozen=True, slots=True)
class FigureLine:
    division: str
    label: str
    cells: tuple[FigureCell, ...]
    net_amount: Decimal


@dataclass(frozen=True, slots=True)
class FigureTable:
    columns: tuple[FigureColumn, ...]
    lines: tuple[FigureLine, ...]
    totals: tuple[Decimal, ...]
    total: Decimal
    reporting: int
    councils: int

    @property
    def dearest(self) -> tuple[FigureLine, ...]:
        """The lines worth drawing: a bar for every small category would only be longer to scroll."""
        return self.lines[:DRAWN]

    @property
    def column_totals(self) -> list[tuple[FigureColumn, Decimal]]:
        return list(zip(self.columns, self.totals, strict=True))

    @property
    def is_complete(self) -> bool:
        return self.reporting == self.councils


def spend_by_category(*, first: date, last: date, kind: str = FigureKind.SPEND) -> FigureTable:
    """Spend (or demand) by CPV division from month `first` to month `last`, councils side by side.

    Councils on the portal come from the consolidation; published spend of others is added for spend only.
    """
    councils = all_councils()
    columns = [_own_column(council, steps) for council, steps in _latest_steps(councils)]
    amounts: dict[tuple[str, str], tuple[int, Decimal]] = {}
    figures = (
        CategoryFigure.objects.of_councils(council.number for council in councils)
        .filter(kind=kind)
        .between(first, last)
        .order_by()
        .values("owner_id", "division")
        .annotate(count=Sum("lines"), net=Sum("net_amount"))
    )
    for row in figures:
        amounts[row["division"] or NOT_MATCHED, str(row["owner_id"])] = (row["count"], row["net"])
    if kind == FigureKind.SPEND:
        columns += _published_columns()
        published = (
            PublishedSpend.objects.filter(paid_on__gte=first, paid_on__lt=_month_after(last))
            .order_by()
            .values("gss_code", "division")
            .annotate(count=Count("pk"), net=Sum("net_amount"))
        )
        for paid in published:
            amounts[paid["division"] or NOT_MATCHED, paid["gss_code"]] = (paid["count"], paid["net"])
    return _table(tuple(columns), amounts, len(councils))


def months_of_division(*, division: str, first: date, last: date) -> list[tuple[date, dict[str, Decimal]]]:
    """One division's spend month by month: the councils' figures and the published spend, by column key."""
    months: dict[date, dict[str, Decimal]] = defaultdict(dict)
    numbers = [council.number for council in all_councils()]
    wanted = "" if division == NOT_MATCHED else division
    for figure in CategoryFigure.objects.of_councils(numbers).spend().between(first, last).filter(division=wanted):
        months[figure.month_on][str(figure.owner_id)] = figure.net_amount
    published = PublishedSpend.objects.filter(division=wanted, paid_on__gte=first, paid_on__lt=_month_after(last))
    for line in published:
        month = months[line.paid_on.replace(day=1)]
        month[line.gss_code] = month.get(line.gss_code, NOTHING) + line.net_amount
    return sorted(months.items(), reverse=True)


@dataclass(frozen=True, slots=True)
class SharedSupplier:
    """A supplier as the shared figures name it: who paid it, in how many lines, how much.

    Councils that publish are named; of the partners whose orders are counted only how many there are at least is told,
    and their orders and amounts to one figure. Exact ones would tell one council's orders to whoever looks before and
    after it joins the group, leaves it or orders again.
    """

    name: str
    councils: tuple[str, ...]
    lines: int
    net_amount: Decimal
    partners: int = 0


def shared_suppliers() -> list[SharedSupplier]:
    """Every supplier in the published spend that the partnership holds, and of the orders that partners share."""
    rows = (
        PublishedSpend.objects.order_by()
        .values("beneficiary_name")
        .annotate(lines=Count("pk"), net=Sum("net_amount"), councils=ArrayAgg("council_name", distinct=True))
    )
    published = [
        SharedSupplier(row["beneficiary_name"], tuple(row["councils"]), row["lines"], row["net"]) for row in rows
    ]
    ordered = SupplierFigure.objects.in_large_groups(timezone.localdate())
    return published + [
        SharedSupplier(
            row["shown"],
            (),
            int(to_one_figure(row["lines"])),
            to_one_figure(row["net"]).quantize(NOTHING),
            row["least"],
        )
        for row in ordered
    ]


def to_one_figure(amount: Decimal | int) -> Decimal:
    """Rounded to its first figure: 1,449 is 1,000 and 950 is 1,000."""
    amount = Decimal(amount)
    return amount.quantize(Decimal(1).scaleb(amount.adjusted()), ROUND_HALF_UP) if amount else amount


def latest_run() -> ConsolidationRun | None:
    return ConsolidationRun.objects.of_shared_service().first()


def steps_of(run: ConsolidationRun) -> list[CouncilStep]:
    """Every council's step in a run."""
    numbers = [council.number for council in all_councils()]
    return list(CouncilStep.objects.of_councils(numbers).filter(run=run).order_by("council_name"))


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run and how its councils fared."""

    run: ConsolidationRun
    total: int
    done: int
    failed: int

    @property
    def unfinished(self) -> int:
        return self.total - self.done - self.failed


def recent_runs(limit: int = 20) -> list[RunSummary]:
    """The latest runs, newest first."""
    runs = list(ConsolidationRun.objects.of_shared_service().select_related("started_by")[:limit])
    numbers = [council.number for council in all_councils()]
    counted: dict[object, dict[str, int]] = defaultdict(dict)
    found = CouncilStep.objects.of_councils(numbers).filter(run__in=runs).order_by()
    for row in found.values("run_id", "status").annotate(count=Count("pk")):
        counted[row["run_id"]][row["status"]] = row["count"]
    return [
        RunSummary(
            run,
            total=sum(counted[run.pk].values()),
            done=counted[run.pk].get(StepStatus.DONE, 0),
            failed=counted[run.pk].get(StepStatus.FAILED, 0),
        )
        for run in runs
    ]


def _latest_steps(councils: Iterable) -> list[tuple[object, list[CouncilStep]]]:
    """Each council with its latest step and, if that one is not done, its latest that is."""
    found = []
    for council in councils:
        steps = list(CouncilStep.objects.of_councils([council.number]).order_by("-queued_at")[:1])
        if not steps or steps[0].status != StepStatus.DONE:
            done = CouncilStep.objects.of_councils([council.number]).filter(status=StepStatus.DONE)
            steps += list(done.order_by("-ended_at")[:1])
        found.append((council, steps))
    return found


def _own_column(council, steps: list[CouncilStep]) -> FigureColumn:
    done = next((step for step in steps if step.status == StepStatus.DONE), None)
    as_at = done.ended_at if done else None
    failed = bool(steps) and steps[0].status == StepStatus.FAILED
    return FigureColumn(
        key=str(council.number),
        name=council.short_name,
        colour=council.colour,
        published=False,
        as_at=as_at,
        is_fresh=as_at is not None and timezone.now() - as_at <= FRESH_FOR and not failed,
        failed=failed,
    )


def _published_columns() -> list[FigureColumn]:
    rows = (
        PublishedSpend.objects.order_by()
        .values("gss_code", "council_name")
        .annotate(earliest=Min("paid_on"), latest=Max("paid_on"))
    )
    return [
        FigureColumn(
            key=row["gss_code"],
            name=row["council_name"],
            colour="#505a5f",
            published=True,
            as_at=None,
            is_fresh=True,
            note=f"Payments from {_spoken(row['earliest'])} to {_spoken(row['latest'])}",
        )
        for row in sorted(rows, key=lambda row: row["council_name"])
    ]


def _table(
    columns: tuple[FigureColumn, ...], amounts: dict[tuple[str, str], tuple[int, Decimal]], councils: int
) -> FigureTable:
    labels = division_labels()
    longest = max((abs(net) for _, net in amounts.values()), default=NOTHING) or Decimal(1)
    lines = []
    for division in {division for division, _ in amounts}:
        cells = tuple(
            FigureCell(column, count, net, max(0, int(net * 1000 / longest)))
            for column in columns
            for count, net in [amounts.get((division, column.key), (0, NOTHING))]
        )
        lines.append(
            FigureLine(
                division=division,
                label=NOT_MATCHED_LABEL if division == NOT_MATCHED else labels.get(division, division),
                cells=cells,
                net_amount=sum((cell.net_amount for cell in cells), NOTHING),
            )
        )
    lines.sort(key=lambda line: (line.division == NOT_MATCHED, -line.net_amount))
    totals = tuple(sum((line.cells[place].net_amount for line in lines), NOTHING) for place in range(len(columns)))
    return FigureTable(
        columns=columns,
        lines=tuple(lines),
        totals=totals,
        total=sum(totals, NOTHING),
        reporting=sum(1 for column in columns if not column.published and column.is_fresh),
        councils=councils,
    )


def _month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _spoken(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


__all__ = [
    "NOT_MATCHED",
    "FigureTable",
    "NOT_MATCHED_LABEL",
    "RunSummary",
    "SharedSupplier",
    "latest_run",
    "months_of_division",
    "recent_runs",
    "shared_suppliers",
    "spend_by_category",
    "steps_of",
]
