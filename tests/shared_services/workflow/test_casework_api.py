"""The same verbs for programs."""

from __future__ import annotations

import pytest

from shared_services.tenancy.door import inside_council
from shared_services.workflow import going_back
from shared_services.workflow.models import Case, Task
from tests.programs import program_of


@pytest.fixture(autouse=True)
def _no_records(monkeypatch):
    monkeypatch.setattr(going_back, "_hooks", {"requisition_approval": lambda case, step, actor: None})


@pytest.fixture
def people(northmoor, officer_in):
    return {
        "requester": officer_in(northmoor, "requisitioner", name="Riley Requester"),
        "bo": officer_in(northmoor, "budget_holder", name="Bo Budget"),
        "kim": officer_in(northmoor, "budget_holder", name="Kim Keeper"),
        "ada": officer_in(northmoor, "council_administrator", name="Ada Administrator"),
    }


@pytest.fixture
def programs(people):
    return {name: program_of(card, "workflow:write") for name, card in people.items()}


@pytest.fixture
def task(northmoor, people, submit):
    case_id = submit(northmoor, people["requester"])
    with inside_council(northmoor):
        return Task.objects.of_this_room().get(case_id=case_id)


def test_a_program_claims_forwards_asks_and_answers(people, programs, task):
    path = f"inbox/{task.pk}/"

    claimed = programs["bo"].post(f"{path}claim/", {}, if_match='"1"')
    assert (claimed.status_code, claimed.json()["claimed_by_name"]) == (200, "Bo Budget")
    assert programs["bo"].get("inbox/").json()["results"][0]["claimed_by_name"] == "Bo Budget"
    assert programs["kim"].get("inbox/").json()["results"] == []
    assert len(programs["kim"].get("inbox/?claimed=others").json()["results"]) == 1
    refused = programs["kim"].post(f"{path}claim/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "claimed")

    asked = programs["bo"].post(f"{path}ask/", {"to_card_id": str(people["requester"].pk), "question": "Why?"})
    assert asked.status_code == 201
    answer = programs["requester"].post(f"inbox/{asked.json()['id']}/answer/", {"answer": "Because."})
    assert (answer.status_code, answer.json()["status"]) == (200, "done")

    ahead = programs["bo"].get(f"{path}ahead/").json()["answers"]
    assert ahead[0]["sentence"].endswith("the case ends: ordered")
    forwarded = programs["bo"].post(f"{path}forward/", {"to_card_id": str(people["kim"].pk), "note": "Yours."})
    assert forwarded.json()["claimed_by_name"] == "Kim Keeper"
    assert programs["kim"].post(f"{path}release/", {}).json()["claimed_by_name"] == ""


def test_a_stale_program_is_told(programs, task):
    programs["bo"].post(f"inbox/{task.pk}/claim/", {})
    programs["bo"].post(f"inbox/{task.pk}/release/", {})

    stale = programs["kim"].post(f"inbox/{task.pk}/claim/", {}, if_match='"1"')

    assert stale.status_code in (409, 412)


def test_a_program_holds_continues_comments_and_sends_back(programs, task, northmoor, people, decide):
    path = f"cases/{task.case_id}/"

    held = programs["ada"].post(f"{path}hold/", {"reason": "Wait."})
    assert (held.status_code, held.json()["suspended_at"] is not None) == (200, True)
    assert programs["ada"].post(f"{path}go-on/", {}).json()["suspended_at"] is None
    assert programs["requester"].post(f"{path}comment/", {"text": "More may follow."}).status_code == 200
    assert programs["requester"].get(path).json()["history"][-1]["reason"] == "More may follow."
    none = programs["ada"].post(f"{path}back/", {"step": "approve_requisition", "reason": "Oops."})
    assert (none.status_code, none.json()["code"]) == (409, "step")
    assert programs["bo"].post(f"{path}back/", {"step": "x", "reason": "Oops."}).status_code == 403

    decide(northmoor, people["bo"], task.case_id, "reject", note="No.")
    assert programs["ada"].post(f"{path}reopen/", {"reason": "Money."}).json()["status"] == "open"


def test_another_councils_tasks_and_cases_are_not_there(eastvale, officer_in, task):
    next_door = program_of(officer_in(eastvale, "budget_holder", "council_administrator"), "workflow:write")

    for verb, body in (("hold", {"reason": "x"}), ("reopen", {"reason": "x"}), ("comment", {"text": "x"})):
        assert next_door.post(f"cases/{task.case_id}/{verb}/", body).status_code == 404
    assert next_door.post(f"inbox/{task.pk}/claim/", {}).status_code in (404, 409)
    assert next_door.get(f"inbox/{task.pk}/ahead/").status_code == 404
    with inside_council(eastvale):
        assert not Case.objects.filter(pk=task.case_id).exists()
