"""The price of a delay: what a case's waiting puts at risk, and from which day, by what its own app says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from shared_services.govuk.words import spoken_date, tabled_money
from shared_services.tenancy.door import current_council

if TYPE_CHECKING:
    from .models import Case, Task


@dataclass(frozen=True, slots=True)
class AtRisk:
    """From `on`, waiting any longer costs something: `amount` where it is money, `why` in words (never on a shared row)."""

    on: date | None = None
    amount: Decimal | None = None
    why: str = ""


PriceOfDelay = Callable[["Case"], "AtRisk | None"]
_prices: dict[str, PriceOfDelay] = {}


def price_of_delay(process: str) -> Callable[[PriceOfDelay], PriceOfDelay]:
    """Register how to tell, from the record behind a case of `process`, what its waiting puts at risk."""

    def register(function: PriceOfDelay) -> PriceOfDelay:
        _prices[process] = function
        return function

    return register


def at_risk(case: Case) -> AtRisk:
    """What waiting puts at risk; nothing known where no app says so, or where the record lies in another room."""
    find = _prices.get(case.process)
    if find is None or case.owner_id != current_council().number:
        return AtRisk(amount=case.amount)
    return find(case) or AtRisk(amount=case.amount)


def in_words(task: Task) -> str:
    """What is at stake and from when, for a list."""
    if task.at_risk_on is None:
        return ""
    money = tabled_money(task.at_risk_amount) if task.at_risk_amount else ""
    return f"{money} from {spoken_date(task.at_risk_on)}".strip() if money else f"From {spoken_date(task.at_risk_on)}"
