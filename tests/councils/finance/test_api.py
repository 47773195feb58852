"""Budgets and virements through the API."""

from __future__ import annotations

import pytest

from tests.councils.books import FURNITURE, STATIONERY
from tests.programs import program_of


@pytest.fixture
def virement(books) -> dict:
    return {
        "financial_year": books.financial_year,
        "from_cost_centre": books.museum,
        "from_subjective": STATIONERY,
        "to_cost_centre": books.library,
        "to_subjective": FURNITURE,
        "amount": "1500.50",
        "reason": "The library needs desks more than the museum needs paper.",
    }


def test_a_finance_officer_moves_budget_once(books, virement):
    finance = program_of(books.finance, "finance:write")
    path = f"balances/?cost_centre={books.library}&subjective={FURNITURE}&financial_year={books.financial_year}"

    made = finance.post("virements/", virement, idempotency_key="v1")
    again = finance.post("virements/", virement, idempotency_key="v1")

    assert made.status_code == 201 and made.json() == again.json()
    assert finance.get(path).json()["results"][0]["available_amount"] == "11500.50"


def test_moving_more_than_there_is_is_refused_with_the_balance(books, virement):
    response = program_of(books.finance, "finance:write").post("virements/", {**virement, "amount": "10000.01"})

    assert response.status_code == 409
    assert "£10,000" in response.json()["detail"]


def test_a_code_that_is_not_there_is_not_found(books, virement):
    response = program_of(books.finance, "finance:write").post("virements/", {**virement, "to_cost_centre": "NONE"})

    assert response.status_code == 404


def test_an_officer_without_a_budget_sees_no_balance(books, officer_in):
    stranger = program_of(officer_in(books.council, "requisitioner"), "finance:read")
    holder = program_of(books.holder, "finance:read")

    assert stranger.get("balances/").json()["results"] == []
    assert len(holder.get("balances/").json()["results"]) == 4
