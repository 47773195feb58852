from __future__ import annotations

import pytest

from shared_services.modelling.services import draft_from_version, joint_version, newest_of, save_draft
from shared_services.modelling.voting import propose_draft
from shared_services.tenancy.door import inside_council
from tests.programs import program_of

from .conftest import REQUISITION, ROUTE

SHORTER = REQUISITION.replace('due="10" handledAt', 'due="5" handledAt')


@pytest.fixture
def program(author):
    return program_of(author, "modelling:write", "workflow:write")


def test_a_process_is_listed_and_exported_byte_for_byte(program, northmoor):
    [row] = program.get("processes/?key=requisition_approval").json()["results"]
    detail = program.get(f"processes/{row['id']}/").json()

    assert (row["council"], row["version"]) == (0, 1)
    assert (detail["bpmn"], detail["running"]) == (REQUISITION, 0)
    assert ROUTE in detail["dmn"]


def test_a_draft_is_imported_checked_changed_and_published_by_two_programs(program, second, northmoor):
    made = program.post("process-drafts/", {"bpmn": REQUISITION, "dmn": [ROUTE]})
    address = f"process-drafts/{made.json()['id']}/"
    read = program.get(address)
    blind = program.put(address, {"bpmn": SHORTER})
    changed = program.put(address, {"bpmn": SHORTER}, If_Match=read["ETag"])
    stale = program.put(address, {"title": "Other"}, If_Match=read["ETag"])
    tried = program.post(f"{address}dry-run/", {})
    asked = program.post(f"{address}ask-to-publish/", {"warnings_seen": True}, If_Match=changed["ETag"])
    alone = program.post(f"{address}publish/", {}, If_Match=changed["ETag"])
    published = program_of(second, "modelling:write").post(f"{address}publish/", {}, If_Match=changed["ETag"])

    assert (made.status_code, made["Location"]) == (201, f"/api/v1/{address}")
    assert (read.json()["findings"], read.json()["ready"], read.json()["changes"]) == ([], True, [])
    assert (blind.status_code, changed.status_code, stale.status_code) == (428, 200, 412)
    assert tried.json()["status"] == "done"
    assert asked.json()["asked_by_name"] == "Ada Author"
    assert (alone.status_code, published.status_code) == (409, 200)
    with inside_council(northmoor):
        assert str(newest_of("requisition_approval").pk) == published.json()["id"]


def test_a_weakening_is_refused_by_name_over_the_api_too(program):
    weaker = REQUISITION.replace('outcomes="approve reject send_back"', 'outcomes="approve reject"')
    made = program.post("process-drafts/", {"bpmn": weaker, "dmn": [ROUTE]})
    address = f"process-drafts/{made.json()['id']}/"

    assert program.get(address).json()["refusals"] == [
        "Step “Approve requisition” is part of the joint process and must keep its answers."
    ]
    refused = program.post(f"{address}ask-to-publish/", {"warnings_seen": True})
    assert refused.status_code == 409
    assert "must keep its answers" in refused.json()["detail"]


def test_a_council_votes_over_the_api(northmoor, shared_service, pooled_author, chief):
    with inside_council(shared_service):
        draft = draft_from_version(actor=pooled_author, version_id=joint_version("requisition_approval").pk)
        save_draft(actor=pooled_author, draft_id=draft.pk, version=1, bpmn=SHORTER)
        proposal = propose_draft(actor=pooled_author, draft_id=draft.pk, version=2, warnings_seen=True)
    program = program_of(chief, "modelling:write")
    address = f"process-votes/{proposal.pk}/"

    early = program.post(f"{address}vote/", {"in_favour": True, "reason": "Quicker."})
    program.post(f"{address}dry-run/", {})
    voted = program.post(f"{address}vote/", {"in_favour": True, "reason": "Quicker."})

    assert (early.status_code, voted.status_code) == (409, 200)
    assert [vote["council"] for vote in program.get(address).json()["votes"]] == [northmoor.number]
    assert program.get("process-votes/?status=open").json()["results"][0]["quorum"] == 2


def test_what_belongs_to_others_is_not_found(program, eastvale, officer_in):
    made = program.post("process-drafts/", {"bpmn": REQUISITION, "dmn": [ROUTE]})
    neighbour = program_of(officer_in(eastvale, "council_administrator"), "modelling:write", "workflow:write")
    address = f"process-drafts/{made.json()['id']}/"

    assert neighbour.get(address).status_code == 404
    assert neighbour.post(f"{address}abandon/", {}).status_code == 404
    assert neighbour.put(address, {"title": "Theirs"}, If_Match='"1"').status_code == 404
