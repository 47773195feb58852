"""Prices and splits to the penny."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from councils.finance.heads import share_out
from councils.finance.selectors import Percentage
from councils.purchasing.drafts import CodingDraft, LineDraft
from councils.purchasing.pricing import price_lines, split_cost
from shared_services.tenancy.errors import NotAllowed

PENNY = Decimal("0.01")
RATES = {
    "S": Percentage(Decimal("20.00"), True),
    "R": Percentage(Decimal("5.00"), True),
    "Z": Percentage(Decimal("0.00"), True),
    "I": Percentage(Decimal("20.00"), False),
}
pounds = st.decimals(min_value=0, max_value=10_000_000, places=2)
weights = st.lists(st.decimals(min_value=Decimal("0.0001"), max_value=100, places=4), min_size=1, max_size=20)
lines = st.lists(
    st.builds(
        LineDraft,
        description=st.just("Thing"),
        quantity=st.decimals(min_value=Decimal("0.001"), max_value=100_000, places=3),
        unit_price=st.decimals(min_value=0, max_value=100_000, places=4),
        vat_code=st.sampled_from(sorted(RATES)),
    ),
    min_size=1,
    max_size=12,
)


@given(pounds, weights)
def test_shares_always_add_up_and_none_is_a_penny_off(total, shares):
    split = share_out(total, shares)

    assert sum(split) == total
    whole = sum(shares)
    for part, weight in zip(split, shares, strict=True):
        assert part == part.quantize(PENNY)
        assert abs(part - total * weight / whole) < PENNY


@given(pounds, st.integers(min_value=1, max_value=20))
def test_equal_shares_differ_by_a_penny_at_most(total, count):
    split = share_out(total, [Decimal(1)] * count)

    assert max(split) - min(split) <= PENNY


@given(lines)
def test_vat_is_rounded_once_for_each_rate(drafts):
    prices = price_lines(drafts, RATES)

    for code, rate in RATES.items():
        of_rate = [price for price, draft in zip(prices, drafts, strict=True) if draft.vat_code == code]
        total = sum((price.net for price in of_rate), Decimal(0)) * rate.percent / 100
        assert sum((price.vat for price in of_rate), Decimal(0)) == total.quantize(PENNY, ROUND_HALF_UP)
    for price in prices:
        # The database's own check: never a penny away from the line's exact VAT.
        assert abs(price.vat * 100 - price.net * price.percent) < 1


@given(pounds, st.lists(st.integers(min_value=1, max_value=97), min_size=1, max_size=3))
def test_percentages_that_make_a_hundred_split_to_the_penny(cost, parts):
    if sum(parts) >= 100:
        parts = [1] * len(parts)
    percents = [*parts, 100 - sum(parts)]
    codings = [CodingDraft("A", "1", percent=Decimal(percent)) for percent in percents]

    assert sum(split_cost(cost, codings, line=1)) == cost


def test_one_code_pays_the_whole_line():
    assert split_cost(Decimal("99.99"), [CodingDraft("A", "1")], line=1) == [Decimal("99.99")]


def test_three_thirds_give_the_odd_penny_to_the_first():
    thirds = [CodingDraft("A", "1", percent=part) for part in map(Decimal, ("33.3334", "33.3333", "33.3333"))]

    assert split_cost(Decimal("100.00"), thirds, line=1) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_irrecoverable_vat_is_charged_to_the_budget():
    price = price_lines([LineDraft("Van", Decimal(1), Decimal("100.00"), vat_code="I")], RATES)[0]

    assert (price.net, price.vat, price.cost) == (Decimal("100.00"), Decimal("20.00"), Decimal("120.00"))


@pytest.mark.parametrize(
    ("codings", "words"),
    [
        ((CodingDraft("A", "1", percent=Decimal(60)), CodingDraft("B", "1", percent=Decimal(30))), "add up to 90%"),
        ((CodingDraft("A", "1", amount=Decimal(60)), CodingDraft("B", "1", amount=Decimal(30))), "add up to £90.00"),
        ((CodingDraft("A", "1", amount=Decimal(60)), CodingDraft("B", "1", percent=Decimal(40))), "every share"),
        ((CodingDraft("A", "1"), CodingDraft("B", "1")), "every share"),
    ],
)
def test_shares_that_do_not_add_up_are_refused_with_what_to_do(codings, words):
    with pytest.raises(NotAllowed, match=words):
        split_cost(Decimal("100.00"), codings, line=3)
