from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shared_services.modelling.models import DryRun, JointProposal, ProcessDraft, Vote
from shared_services.modelling.services import draft_from_version, joint_version, newest_of, save_draft, start_draft
from shared_services.modelling.voting import propose_draft
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council

from .conftest import REQUISITION, ROUTE
from .sketches import licence


@pytest.fixture
def draft(northmoor, author):
    with inside_council(northmoor):
        return start_draft(actor=author, title="Taxi licence")


@pytest.fixture
def proposal(shared_service, pooled_author):
    with inside_council(shared_service):
        draft = draft_from_version(actor=pooled_author, version_id=joint_version("requisition_approval").pk)
        shorter = REQUISITION.replace('due="10" handledAt', 'due="5" handledAt')
        save_draft(actor=pooled_author, draft_id=draft.pk, version=1, bpmn=shorter)
        return propose_draft(actor=pooled_author, draft_id=draft.pk, version=2, warnings_seen=True)


def page(client, name, *args):
    return client.get(reverse(f"modelling:{name}", args=args, urlconf="config.urls.council"))


def send(client, page_name, *args, **data):
    address = reverse(f"modelling:{page_name}", args=args, urlconf="config.urls.council")
    return client.post(address, {"form_token": new_key(), **data})


def text_of(response) -> str:
    return response.content.decode()


def test_the_list_shows_joint_processes_and_drafts(client_for, author, draft):
    response = page(client_for(author), "list_processes")

    for words in ("Requisition approval", "Joint", "Taxi licence", "Being designed", "Design a new process"):
        assert words in text_of(response)


def test_officers_without_the_permission_see_no_processes(client_for, northmoor, officer_in, draft):
    client = client_for(officer_in(northmoor, "requisitioner"))

    assert page(client, "list_processes").status_code == 403
    assert page(client, "draft", draft.pk).status_code == 403


def test_a_process_is_shown_as_picture_words_tables_and_files(client_for, author, northmoor):
    with inside_council(northmoor):
        version = newest_of("requisition_approval")
    client = client_for(author)
    shown = text_of(page(client, "version", version.pk))

    for words in (
        "Approve requisition",
        "Find the route and due days",
        "Due days",
        "Drawing (BPMN)",
        version.sha256,
    ):
        assert words in shown
    assert page(client, "version_picture", version.pk)["Content-Type"] == "image/svg+xml"
    file = page(client, "version_bpmn", version.pk)
    assert file.content.decode() == REQUISITION
    assert file["Content-Disposition"] == 'attachment; filename="requisition_approval.bpmn"'
    assert b"<definitions" in page(client, "version_dmn", version.pk, 1).content
    assert page(client, "version_dmn", version.pk, 99).status_code == 404
    assert page(client, "process", "requisition_approval").status_code == 302
    assert page(client, "process", "no_such_process").status_code == 404


def test_a_process_is_begun_from_a_title(client_for, author, northmoor):
    response = send(client_for(author), "start_draft", title="Street party")

    with inside_council(northmoor):
        draft = ProcessDraft.objects.get(key="street_party")
    assert response["Location"].endswith(f"/processes/drafts/{draft.pk}/")


def test_files_are_imported_and_bad_ones_told(client_for, author, northmoor):
    client = client_for(author)
    bad = send(client, "import_draft", bpmn=SimpleUploadedFile("a.bpmn", b"<a>"))
    assert bad.status_code == 422
    assert "not well-formed XML" in text_of(bad)

    files = {
        "bpmn": SimpleUploadedFile("a.bpmn", REQUISITION.encode()),
        "dmn": [SimpleUploadedFile("a.dmn", ROUTE.encode())],
    }
    response = send(client, "import_draft", **files)

    assert response.status_code == 302
    with inside_council(northmoor):
        draft = ProcessDraft.objects.get(key="requisition_approval")
        assert (draft.bpmn, draft.dmn) == (REQUISITION, [ROUTE])


def test_a_drafts_page_names_what_is_wrong_and_offers_no_publishing(client_for, author, northmoor, draft):
    with inside_council(northmoor):
        broken = licence().replace('<bpmn:sequenceFlow id="decided"', '<bpmn:sequenceFlow id="gone"', 1)
        broken = broken.replace(
            'sourceRef="approve_licence" targetRef="licence_decision"', 'sourceRef="large" targetRef="nowhere"'
        )
        save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=broken)

    shown = text_of(page(client_for(author), "draft", draft.pk))

    assert "Nothing follows “Approve licence”" in shown
    assert "Ask for it to be published" not in shown


def test_a_test_is_written_run_changed_and_removed_in_the_browser(client_for, author, northmoor, draft):
    client = client_for(author)
    answers = {"answers-count": "1", "answers-0-step": "decide", "answers-0-outcome": "approve", "answers-0-values": ""}
    wrong = send(client, "add_trial", draft.pk, name="Granted", version=1, start_amount="ten", **answers)
    assert wrong.status_code == 422
    assert "Enter a number, like 6000.00" in text_of(wrong)

    send(client, "add_trial", draft.pk, name="Granted", version=1, start_amount="10", outcome="rejected", **answers)
    assert "It should have ended as “Rejected” but ended as “Approved”" in text_of(page(client, "trials", draft.pk))
    assert "Granted" in text_of(page(client, "change_trial", draft.pk, 1))

    send(
        client, "change_trial", draft.pk, 1, name="Granted", version=2, start_amount="10", outcome="approved",
        approvers="Line manager", path="decide", **answers,
    )  # fmt: skip
    assert "Passed" in text_of(page(client, "trials", draft.pk))
    with inside_council(northmoor):
        [test] = ProcessDraft.objects.get(pk=draft.pk).tests
        assert test["start"] == {"amount": "10.00"}
        assert test["expect"] == {"outcome": "approved", "approvers": ["line_manager"], "path": ["decide"]}

    assert send(client, "remove_trial", draft.pk, 1, version=3).status_code == 302
    assert page(client, "change_trial", draft.pk, 1).status_code == 404


def test_two_officers_publish_in_the_browser(client_for, author, second, northmoor, draft):
    one, two = client_for(author), client_for(second)
    assert "It takes two officers to publish" in text_of(page(two, "draft", draft.pk))
    refused = send(two, "publish_draft", draft.pk, version=1)
    assert refused.status_code == 409

    assert send(one, "ask_to_publish", draft.pk, version=1).status_code == 302
    assert "Ada Author has asked" in text_of(page(two, "draft", draft.pk))
    assert "To publish" in text_of(two.get("/"))
    response = send(two, "publish_draft", draft.pk, version=1)

    with inside_council(northmoor):
        version = newest_of("taxi_licence")
    assert response["Location"].endswith(f"/processes/versions/{version.pk}/")


def test_a_stale_page_publishes_nothing(client_for, author, second, northmoor, draft):
    send(client_for(author), "ask_to_publish", draft.pk, version=1)
    with inside_council(northmoor):
        save_draft(actor=author, draft_id=draft.pk, version=1, title="Cab licence")

    response = send(client_for(second), "publish_draft", draft.pk, version=1)

    assert response.status_code == 409
    assert "Someone else changed this" in text_of(response)


def test_a_council_tries_a_proposal_then_votes(client_for, northmoor, chief, proposal):
    client = client_for(chief)
    assert "1 change" in text_of(page(client, "list_processes"))
    before = text_of(page(client, "proposal", proposal.pk))
    assert "Change and send again: working days to act 10 → 5." in before
    assert "Vote for your council" not in before

    tried = send(client, "try_proposal", proposal.pk)
    assert "there was nothing to try it on" in text_of(client.get(tried["Location"]))
    empty = send(client, "vote", proposal.pk, reason="")
    assert empty.status_code == 422
    assert send(client, "vote", proposal.pk, in_favour="yes", reason="Quicker.").status_code == 302

    shown = text_of(page(client, "proposal", proposal.pk))
    assert "1 yes and 0 no of 2 councils. 2 must agree." in shown
    assert "Quicker." in shown
    with inside_council(northmoor):
        assert Vote.objects.get().card_name == "Sam Section"


def test_another_councils_draft_and_dry_run_are_not_found(client_for, northmoor, eastvale, officer_in, author, draft):
    send(client_for(author), "try_draft", draft.pk)
    with inside_council(northmoor):
        run = DryRun.objects.get()
    neighbour = client_for(officer_in(eastvale, "council_administrator"))

    for name in ("draft", "draft_picture", "draft_bpmn", "trials", "publish_draft", "ask_to_publish", "abandon_draft"):
        assert page(neighbour, name, draft.pk).status_code == 404
    assert page(neighbour, "dry_run", run.pk).status_code == 404


def test_the_shared_service_proposes_and_withdraws(client_for, shared_service, pooled_author, proposal):
    client = client_for(pooled_author)
    assert "Withdraw this proposal" in text_of(page(client, "proposal", proposal.pk))
    assert send(client, "withdraw_proposal", proposal.pk).status_code == 302

    with inside_council(shared_service):
        assert JointProposal.objects.get(pk=proposal.pk).status == "withdrawn"
        version = ProcessDraft.objects.get(pk=proposal.draft_id).version
    assert "Put it to the vote" in text_of(page(client, "draft", proposal.draft_id))
    response = send(client, "propose_draft", proposal.draft_id, version=version, seen="yes")
    assert response.status_code == 302


def test_rules_are_set_by_those_who_may(client_for, chief, author):
    assert page(client_for(author), "rules").status_code == 403
    shown = text_of(page(client_for(chief), "rules"))
    assert "Must a second officer confirm" in shown
    assert "How many councils must agree" not in shown

    assert (
        send(client_for(chief), "rules", second_officer="no", authors_may_publish="yes", version=1).status_code == 302
    )


def test_cases_are_moved_after_a_preview(client_for, northmoor, officer_in, author, second, submit, publish):
    submit(northmoor, officer_in(northmoor, "requisitioner"))
    with inside_council(northmoor):
        old = newest_of("requisition_approval")
        draft = draft_from_version(actor=author, version_id=old.pk)
    new = publish(northmoor, draft, author, second)
    client = client_for(author)
    assert "Own version 1" in text_of(page(client, "choose_version", old.pk))

    preview = text_of(page(client, "move_cases", old.pk, new.pk))
    assert "NOR-REQ-2026-000001" in preview
    with inside_council(northmoor):
        from shared_services.workflow.models import Case

        case = Case.objects.get()
    assert send(client, "move_cases", old.pk, new.pk, cases=str(case.pk)).status_code == 302
    with inside_council(northmoor):
        case.refresh_from_db()
        assert case.process_version_id == new.pk
