"""What a demo council will buy in its year, decided beforehand, so that its budgets can cover it."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from councils.finance.years import financial_year_of
from councils.purchasing.drafts import CodingDraft, LineDraft, RequisitionDraft

from .filling import working_time
from .purchases import PURCHASES
from .purchases.kinds import Purchase
from .purchases.words import DELIVERY, PLACES
from .structure import SERVICES, Service, centre_codes

REQUISITIONS = 500
DAYS_BACK = 365
PENNY = Decimal("0.01")
OVERHEADS = ("1000", "2010", "4020")
"""Salaries, energy and stationery: every cost centre has a budget for them."""
FATES = (
    ("ordered", 74), ("rejected", 5), ("returned", 7), ("withdrawn", 4), ("joint", 7), ("left as a draft", 3),
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """One requisition to come: who raises it and when, what it says, and what becomes of it."""

    at: datetime
    officer: str
    draft: RequisitionDraft
    fate: str
    heads: tuple[tuple[str, str, Decimal], ...]
    stop_before: str = ""
    """The role whose decision is left to the visitor of the demo."""

    @property
    def net(self) -> Decimal:
        return sum((amount for _centre, _code, amount in self.heads), Decimal(0))


def plan_year(*, now: datetime, chance: random.Random, count: int = REQUISITIONS) -> list[Plan]:
    """Requisitions of the year before `now`, in order of time; the last are those a visitor finds waiting."""
    waiting = [plan for plan in for_visitors(now=now, chance=chance) if plan.at < now][:count]
    plans = []
    for _ in range(count - len(waiting)):
        service = chance.choice(SERVICES)
        day = (now - timedelta(days=chance.uniform(1, DAYS_BACK))).date()
        fate = chance.choices([name for name, _ in FATES], [weight for _, weight in FATES])[0]
        offered = [purchase for purchase in PURCHASES[service.code] if purchase.joint]
        if fate == "joint" and not offered:
            fate = "ordered"
        purchase = chance.choice(offered if fate == "joint" else PURCHASES[service.code])
        plans.append(_plan(service, purchase, fate, working_time(day, chance), chance))
    return sorted((plan for plan in [*plans, *waiting] if plan.at < now), key=lambda plan: plan.at)


def for_visitors(*, now: datetime, chance: random.Random) -> list[Plan]:
    """What each demo account finds waiting: drafts, and tasks for the budget holder, the head and the director."""
    library = SERVICES[0]
    books, shelving, kiosks, festival, refurbishment, rewiring, laptops, paper, furniture = PURCHASES[library.code]
    # Purchase, fate, whose decision is left, days ago, times the usual quantity.
    wanted: list[tuple[Purchase, str, str, float, float]] = [
        (books, "ordered", "budget_holder", 2, 0.2), (paper, "ordered", "budget_holder", 1, 0.5),
        (shelving, "ordered", "budget_holder", 3, 0.3), (furniture, "joint", "budget_holder", 1, 0.4),
        (laptops, "joint", "budget_holder", 4, 0.8), (festival, "ordered", "budget_holder", 2, 1),
        (kiosks, "ordered", "head_of_service", 8, 1), (laptops, "joint", "head_of_service", 9, 1.2),
        (kiosks, "ordered", "head_of_service", 10, 0.9), (festival, "ordered", "head_of_service", 8, 1.6),
        (refurbishment, "ordered", "director", 18, 1), (rewiring, "ordered", "director", 17, 1),
        (books, "left as a draft", "", 1, 0.4), (shelving, "left as a draft", "", 3, 0.5),
        (furniture, "left as a draft", "", 6, 0.6), (paper, "sent back", "", 5, 0.6),
    ]  # fmt: skip
    return [
        _plan(library, purchase, fate, working_time((now - timedelta(days=days)).date() - _to_friday(now, days), chance), chance,
              officer="LIB-officer-1", stop_before=stop, size=size)
        for purchase, fate, stop, days, size in wanted
    ]  # fmt: skip


def _to_friday(now: datetime, days: float) -> timedelta:
    """Back to Friday from a weekend, so that nothing waits in the future."""
    return timedelta(days=max(0, (now - timedelta(days=days)).weekday() - 4))


def _plan(
    service: Service,
    purchase: Purchase,
    fate: str,
    at: datetime,
    chance: random.Random,
    *,
    officer: str = "",
    stop_before: str = "",
    size: float = 1,
) -> Plan:
    centre = chance.choice(centre_codes(service))[0]
    needed_by = at.date() + timedelta(days=chance.randrange(14, 60))
    lines, heads = [], []
    for item in purchase.items:
        price = Decimal(str(round(chance.uniform(*item.price), 2 if item.price[1] > 1 else 4)))
        quantity = Decimal(max(1, round(chance.randint(*item.quantity) * size)))
        lines.append(
            LineDraft(
                item.what, quantity, price, item.unit, item.vat, item.cpv, (CodingDraft(centre, purchase.subjective),)
            )
        )
        heads.append((centre, purchase.subjective, (quantity * price).quantize(PENNY, ROUND_HALF_UP)))
    draft = RequisitionDraft(
        title=purchase.title.format(place=chance.choice(PLACES)),
        justification=purchase.why,
        needed_by_on=needed_by,
        delivery_location=chance.choice(DELIVERY),
        supplier_name=purchase.supplier,
        supplier_email=f"orders@{purchase.supplier.lower().replace(' ', '-')}.example",
        wants_joint_buying=fate == "joint",
        lines=tuple(lines),
    )
    who = officer or f"{service.code}-officer-{chance.choice((1, 2))}"
    return Plan(at, who, draft, fate, tuple(heads), stop_before)


def budgets_for(
    plans: list[Plan], *, years: list[int], chance: random.Random
) -> dict[int, dict[tuple[str, str], Decimal]]:
    """Each year's budget by head: enough for what is planned, rounded as councils round, and something to spare."""
    needed: dict[int, dict[tuple[str, str], Decimal]] = {year: defaultdict(Decimal) for year in years}
    for plan in plans:
        year = financial_year_of(plan.draft.needed_by_on or plan.at.date())
        for centre, code, amount in plan.heads:
            needed[year][centre, code] += amount
    found: dict[int, dict[tuple[str, str], Decimal]] = {}
    for year in years:
        found[year] = {}
        for service in SERVICES:
            codes = {*OVERHEADS, *(purchase.subjective for purchase in PURCHASES[service.code])}
            for centre, _name in centre_codes(service):
                for code in sorted(codes):
                    spare = chance.uniform(1.05, 1.5)
                    base = salaries_of(centre) * 12 if code == "1000" else Decimal(chance.randrange(8, 40) * 1000)
                    wanted = base + needed[year].get((centre, code), Decimal(0)) * Decimal(str(round(spare, 2)))
                    found[year][centre, code] = (wanted / 500).quantize(Decimal(1), ROUND_HALF_UP) * 500
    return found


def salaries_of(centre: str) -> Decimal:
    """A cost centre's pay bill of one month."""
    return Decimal(18_000 + sum(map(ord, centre)) % 37 * 1_150)
