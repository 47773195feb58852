"""The matrix, deputies and separated duties through the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import AuthorityRule
from tests.programs import program_of

REQUISITIONS = "requisition_approval"


@pytest.fixture
def finance(northmoor, work_done, officer_in):
    return program_of(officer_in(northmoor, "finance_officer"), "workflow:write")


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_a_line_is_added_changed_from_a_day_on_and_ended(northmoor, finance):
    line = {"decision_type": REQUISITIONS, "role": "director", "amount_from": "700.00", "valid_from": in_days(0)}
    made = finance.post("authority-rules/", line)
    assert made.status_code == 201 and made.json()["needed"] == 1
    url = f"authority-rules/{made.json()['id']}/"

    changed = finance.post(f"{url}change/", {"role": "director", "needed": 2, "from_on": in_days(3)})
    assert changed.status_code == 201 and changed.json()["valid_from"] == in_days(3)
    assert finance.get(url).json()["valid_to"] == in_days(2)
    ended = finance.post(f"authority-rules/{changed.json()['id']}/end/", {"valid_to": in_days(9)})

    assert ended.json()["valid_to"] == in_days(9)
    on = finance.get(f"authority-rules/?decision_type={REQUISITIONS}&role=director&on={in_days(4)}").json()["results"]
    assert sorted(one["needed"] for one in on) == [1, 2]


def test_what_makes_no_sense_is_refused_in_words(northmoor, finance):
    line = {"decision_type": REQUISITIONS, "role": "director", "valid_from": in_days(0)}

    assert finance.post("authority-rules/", {**line, "amount_from": "9.00", "amount_to": "5.00"}).status_code == 409
    assert finance.post("authority-rules/", {**line, "needed": 12}).status_code == 400
    assert "No published process" in finance.post("authority-rules/", {**line, "decision_type": "tea"}).json()["detail"]


def test_the_matrix_is_changed_by_those_who_may_only(northmoor, work_done, officer_in):
    other = program_of(officer_in(northmoor, "budget_holder"), "workflow:write")

    assert other.get("authority-rules/").status_code == 200
    line = {"decision_type": REQUISITIONS, "role": "director", "valid_from": in_days(0)}
    assert other.post("authority-rules/", line).status_code == 403


def test_another_councils_line_and_deputy_are_not_found(northmoor, eastvale, finance, officer_in):
    neighbour = program_of(officer_in(eastvale, "section_151_officer"), "workflow:write")
    with inside_council(northmoor):
        key = AuthorityRule.objects.of_this_room().first().pk

    assert neighbour.get(f"authority-rules/{key}/").status_code == 404
    assert neighbour.post(f"authority-rules/{key}/end/", {"valid_to": in_days(1)}).status_code == 404


def test_who_would_approve_and_why(northmoor, finance, officer_in):
    head = officer_in(northmoor, "head_of_service", name="Hana Head")

    answer = finance.get(f"who-would-approve/?decision_type={REQUISITIONS}&amount=6000&on={in_days(2)}").json()

    assert [one["role"] for one in answer["approvals"]] == ["budget_holder", "head_of_service"]
    assert answer["approvals"][1]["approvers"] == [{"id": str(head.pk), "name": "Hana Head", "stands_in": ""}]
    assert "£5,000 or more" in answer["approvals"][1]["because"]
    assert finance.get("who-would-approve/?decision_type=x&amount=lots").status_code == 400


def test_a_deputy_is_named_and_accepts(northmoor, work_done, officer_in):
    hana, bea = (officer_in(northmoor, "head_of_service", name=name) for name in ("Hana Head", "Bea Deputy"))
    asking, asked = program_of(hana, "workflow:write"), program_of(bea, "workflow:write")

    made = asking.post("deputies/", {"deputy_id": str(bea.pk), "from_on": in_days(0), "to_on": in_days(5)})
    assert made.status_code == 201
    url = f"deputies/{made.json()['id']}/"
    assert asking.post(f"{url}accept/", {}).status_code == 403
    accepted = asked.post(f"{url}accept/", {})

    assert accepted.json()["status"] == "accepted"
    stranger = program_of(officer_in(northmoor, "director"), "workflow:write")
    assert stranger.get(url).status_code == 404
    assert asked.post(f"{url}end/", {}).json()["status"] == "ended"


def test_rules_and_conflicts_are_listed_for_those_who_may_see_them(northmoor, work_done, officer_in):
    both = officer_in(northmoor, "council_administrator", "director")
    chief = program_of(officer_in(northmoor, "section_151_officer"), "workflow:read")

    answer = chief.get("separated-duties/").json()

    assert {rule["key"] for rule in answer["rules"]} >= {"roles-and-approving", "requester-may-not-approve"}
    assert {one["officer_id"] for one in answer["conflicts"]} == {str(both.pk)}
    assert chief.get("replay/").json() == {"asked": 0, "same": 0, "not_by_the_matrix": 0, "different": []}
    assert program_of(officer_in(northmoor, "director"), "workflow:read").get("separated-duties/").status_code == 403
