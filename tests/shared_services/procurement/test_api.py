"""Demand, proposals and figures for programs."""

from __future__ import annotations

import pytest

from shared_services.messaging.running import run_waiting
from tests.programs import program_of


@pytest.fixture
def program(category_manager):
    return program_of(category_manager, "procurement:write", "insight:read")


@pytest.fixture
def lines(northmoor, eastvale, hand_over):
    return [str(key) for key in hand_over(northmoor) + hand_over(eastvale)]


def test_demand_is_listed_filtered_and_handed_back(program, northmoor, lines):
    everything = program.get("demand/").json()["results"]
    one = program.get(f"demand/?council={northmoor.number}&cpv=302").json()["results"]
    wrong = program.get("demand/?council=123456789")
    back = program.post("demand/hand-back/", {"line_ids": lines[:1], "reason": "Too small"})

    assert len(everything) == 2
    assert [row["council"] for row in one] == [northmoor.number]
    assert wrong.status_code == 400
    assert len(back.json()["references"]) == 1


def test_a_proposal_is_drafted_changed_sent_and_cancelled(program, northmoor, eastvale, officer_in, lines):
    made = program.post("proposals/", {"line_ids": lines, "title": "Laptops together"})
    address = f"proposals/{made.json()['id']}/"
    detail = program.get(address)
    body = {
        "title": "Laptops together",
        "category": "30213100-6",
        "supplier_name": "Example Computers Ltd",
        "justification": "One price",
        "show_totals_to_councils": True,
        "prices": [{"line_id": line["id"], "agreed_unit_price": "250.00"} for line in detail.json()["lines"]],
    }
    blind = program.put(address, body)
    changed = program.put(address, body, If_Match=detail["ETag"])
    stale = program.put(address, body, If_Match=detail["ETag"])
    sent = program.post(f"{address}submit/", {}, If_Match=changed["ETag"])
    shares = program.get(address).json()["shares"]
    cancelled = program.post(f"{address}cancel/", {"reason": "Not wanted"})

    assert made.status_code == 201
    assert made["Location"].endswith(address)
    assert (blind.status_code, changed.status_code, stale.status_code) == (428, 200, 412)
    assert changed.json()["net_amount"] == "1000.00"
    assert sent.json()["status"] == "awaiting_councils"
    assert {share["answer"] for share in shares} == {"Waiting for an answer"}
    assert cancelled.json()["status"] == "cancelled"


def test_lines_move_in_and_out_of_a_draft(program, lines):
    made = program.post("proposals/", {"line_ids": lines[:1]}).json()
    added = program.post(f"proposals/{made['id']}/add-demand/", {"line_ids": lines[1:]})
    demand = {row["id"]: row["requisition_id"] for row in program.get("demand/").json()["results"]}
    removed = program.post(f"proposals/{made['id']}/remove-demand/", {"requisition_id": demand[lines[0]]})
    taken = program.post("proposals/", {"line_ids": lines[1:]})

    assert added.json()["net_amount"] == "2000.00"
    assert removed.json()["net_amount"] == "1000.00"
    assert taken.status_code == 409


def test_figures_and_consolidations_are_read_and_started(shared_service, northmoor, officer_in, program):
    manager = program_of(officer_in(shared_service, "shared_service_manager"), "insight:write")
    started = manager.post("consolidations/", {})
    second = manager.post("consolidations/", {})
    forbidden = program.post("consolidations/", {})
    run_waiting()
    detail = manager.get(f"consolidations/{started.json()['id']}/").json()
    retry = manager.post(f"consolidations/{started.json()['id']}/retry/", {"council": northmoor.number})

    assert (started.status_code, second.status_code, forbidden.status_code) == (201, 409, 403)
    assert {step["status"] for step in detail["steps"]} == {"done"}
    assert retry.status_code == 409
    assert manager.get("figures/?kind=spend").status_code == 200
    assert manager.get("published-spend/?total=true").json()["total"] == 592


@pytest.mark.parametrize("path", ["demand/", "proposals/", "figures/", "consolidations/", "published-spend/"])
def test_a_councils_host_does_not_serve_these(northmoor, officer_in, path):
    program = program_of(officer_in(northmoor, "director"), "purchasing:read")

    assert program.get(path).status_code == 404
