"""Requisitions and orders through the API: from a form sent as JSON to a purchase order."""

from __future__ import annotations

import pytest

from councils.finance.models import BudgetPosition
from councils.purchasing.models import PurchaseOrder, Requisition
from shared_services.tenancy.door import inside_council
from tests.councils.books import CHAIRS, DESKS, FURNITURE
from tests.programs import Program, program_of


@pytest.fixture
def requester(books) -> Program:
    return program_of(books.requester, "purchasing:write", "workflow:read", "finance:read")


@pytest.fixture
def holder(books) -> Program:
    return program_of(books.holder, "purchasing:read", "workflow:write")


@pytest.fixture
def form(books) -> dict:
    coding = {"cost_centre": books.library, "subjective": FURNITURE}
    return {
        "title": "Desks for the reading room",
        "justification": "The old desks are broken.",
        "needed_by_on": books.needed_by_on.isoformat(),
        "delivery_location": "Central library",
        "supplier_name": "Invented Furniture Limited",
        "lines": [
            {"description": "Desk", "quantity": "4", "unit_price": "150.00", "cpv": DESKS, "codings": [coding]},
            {
                "description": "Chair",
                "quantity": 10,
                "unit_price": 33.33,
                "cpv": CHAIRS,
                "codings": [
                    {**coding, "percent": 60},
                    {**coding, "cost_centre": books.museum, "percent": 40},
                ],
            },
        ],
    }


def test_a_requisition_is_written_changed_submitted_approved_and_ordered(books, requester, holder, form):
    started = requester.post("requisitions/", form, idempotency_key="1")
    assert started.status_code == 201
    assert started.json()["net_amount"] == "933.30"
    path = f"requisitions/{started.json()['id']}/"

    changed = requester.put(path, {**form, "title": "Desks"}, if_match=started["ETag"])
    assert (changed.status_code, changed.json()["title"]) == (200, "Desks")
    detail = requester.get(path).json()
    assert [line["net_amount"] for line in detail["lines"]] == ["600.00", "333.30"]
    assert [coding["amount"] for coding in detail["lines"][1]["codings"]] == ["199.98", "133.32"]

    submitted = requester.post(f"{path}submit/", if_match=changed["ETag"])
    assert submitted.json()["status"] == "submitted"
    (balance,) = requester.get(
        f"balances/?cost_centre={books.museum}&subjective={FURNITURE}&financial_year={books.financial_year}"
    ).json()["results"] or [None]
    assert balance is None or balance["reserved_amount"] == "133.32"

    (task,) = holder.get("inbox/").json()["results"]
    assert (task["reference"], task["outcomes"]) == (submitted.json()["reference"], ["approve", "reject", "send_back"])
    decided = holder.post(f"inbox/{task['id']}/decide/", {"outcome": "approve"}, idempotency_key="2")
    assert decided.json()["status"] == "completed"

    (order,) = requester.get(f"orders/?requisition_id={started.json()['id']}").json()["results"]
    paper = requester.get(f"orders/{order['id']}/pdf/")
    assert paper.content.startswith(b"%PDF-")
    assert len(requester.get(f"orders/{order['id']}/").json()["lines"]) == 2
    history = requester.get(f"cases/{submitted.json()['case_id']}/").json()["history"]
    assert [line["outcome"] for line in history] == ["", "Approved"]


def test_written_and_submitted_in_one_request(books, requester, form):
    response = requester.post("requisitions/", {**form, "submit": True})

    assert (response.status_code, response.json()["status"]) == (201, "submitted")
    with inside_council(books.council):
        assert (
            BudgetPosition.objects.get(
                cost_centre__code=books.library, subjective__code=FURNITURE, financial_year=books.financial_year
            ).reserved_amount
            > 0
        )


def test_what_cannot_be_submitted_leaves_nothing_behind(books, requester, form):
    form["lines"][0]["unit_price"] = "9000.00"

    response = requester.post("requisitions/", {**form, "submit": True})

    assert response.status_code == 409
    with inside_council(books.council):
        assert not Requisition.objects.exists()


def test_the_requester_does_not_approve_his_own(books, requester, form):
    case_id = requester.post("requisitions/", {**form, "submit": True}).json()["case_id"]

    assert requester.get("inbox/").json()["results"] == []
    assert requester.get(f"cases/{case_id}/").json()["status"] == "open"


def test_deciding_twice_orders_once(books, requester, holder, form):
    requester.post("requisitions/", {**form, "submit": True})
    (task,) = holder.get("inbox/").json()["results"]

    first = holder.post(f"inbox/{task['id']}/decide/", {"outcome": "approve"})
    second = holder.post(f"inbox/{task['id']}/decide/", {"outcome": "reject", "note": "Changed my mind"})

    assert (first.status_code, second.status_code) == (200, 409)
    assert "Bola Budget" in second.json()["detail"]
    with inside_council(books.council):
        assert PurchaseOrder.objects.count() == 1


def test_another_councils_requisition_is_not_found(books, requester, form, eastvale, officer_in):
    found = requester.post("requisitions/", form).json()["id"]
    neighbour = program_of(officer_in(eastvale, "finance_officer"), "purchasing:read")

    assert neighbour.get(f"requisitions/{found}/").status_code == 404
    assert neighbour.get("requisitions/").json()["results"] == []


def test_errors_in_a_line_point_at_it(requester, form):
    form["lines"][1]["quantity"] = "a few"
    form["lines"][1]["codings"][0]["colour"] = "red"

    errors = requester.post("requisitions/", form).json()["errors"]

    assert {error["pointer"] for error in errors} == {"#/lines/1/quantity", "#/lines/1/codings/0/colour"}


def test_cpv_codes_are_found_by_words(requester):
    hits = requester.get("cpv-codes/?q=desks").json()["results"]

    assert any(hit["code"] == "39121100-7" for hit in hits)
    assert requester.get("cpv-codes/").status_code == 400
