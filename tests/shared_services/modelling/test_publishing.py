from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from shared_services.modelling.models import ModellingRules
from shared_services.modelling.publishing import ask_to_publish, publish_draft, set_rules
from shared_services.modelling.services import draft_from_version, import_draft, newest_of, save_draft, start_draft
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import operations, services
from shared_services.workflow.definitions import newest_version
from shared_services.workflow.models import ProcessVersion

from .conftest import REQUISITION, ROUTE
from .sketches import LICENCE_STEPS, licence, service, user, with_flows

PASSING = {
    "name": "Refused",
    "answers": [{"step": "check_papers", "outcome": "reject"}],
    "expect": {"outcome": "rejected"},
}


@pytest.fixture
def draft(northmoor, author):
    with inside_council(northmoor):
        started = start_draft(actor=author, title="Taxi licence")
        return save_draft(actor=author, draft_id=started.pk, version=1, bpmn=licence(), tests=[PASSING])


def test_two_officers_publish_a_version_that_new_cases_run(northmoor, author, second, draft, publish):
    version = publish(northmoor, draft, author, second)

    with inside_council(northmoor):
        assert newest_version("taxi_licence").pk == version.pk
        kept = ProcessVersion.objects.get(pk=version.pk)
        assert (kept.version, kept.published_by_name, kept.tests) == (1, "Seb Second", [PASSING])
        assert publish_draft(actor=second, draft_id=draft.pk, version=None) == kept


def test_a_version_is_not_seen_next_door(northmoor, eastvale, author, second, draft, publish):
    version = publish(northmoor, draft, author, second)

    with inside_council(eastvale):
        assert not ProcessVersion.objects.filter(pk=version.pk).exists()


def test_a_published_version_can_never_be_changed_or_removed(northmoor, walled, officer_in, publish):
    author, second = (officer_in(northmoor, "council_administrator") for _ in range(2))
    with inside_council(northmoor):
        draft = start_draft(actor=author, title="Taxi licence")
    version = publish(northmoor, draft, author, second)

    for change in ("UPDATE workflow_processversion SET title = 'x'", "DELETE FROM workflow_processversion"):
        with pytest.raises(ProgrammingError, match="permission denied"), inside_council(northmoor):
            connection.cursor().execute(f"{change} WHERE id = %s", [version.pk])


def test_one_officer_alone_does_not_publish(northmoor, author, second, draft):
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="takes two officers"):
            publish_draft(actor=second, draft_id=draft.pk, version=2)
        ask_to_publish(actor=second, draft_id=draft.pk, version=2)
        with pytest.raises(NotAllowed, match="another officer must confirm"):
            publish_draft(actor=second, draft_id=draft.pk, version=2)
        with pytest.raises(NotAllowed, match="You changed this draft"):
            publish_draft(actor=author, draft_id=draft.pk, version=2)


def test_what_is_changed_after_it_was_asked_for_must_be_asked_for_again(northmoor, author, second, draft):
    with inside_council(northmoor):
        ask_to_publish(actor=author, draft_id=draft.pk, version=2)
        save_draft(actor=author, draft_id=draft.pk, version=2, title="Cab licence")
        with pytest.raises(NotAllowed, match="as the draft is now"):
            publish_draft(actor=second, draft_id=draft.pk, version=3)
        with pytest.raises(Stale):
            publish_draft(actor=second, draft_id=draft.pk, version=2)


def test_the_section_151_officer_sets_how_the_council_publishes(northmoor, author, chief, draft):
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="change how processes are published"):
            set_rules(actor=author, version=None, second_officer=False, authors_may_publish=True)
        set_rules(actor=chief, version=None, second_officer=False, authors_may_publish=True)

        assert publish_draft(actor=author, draft_id=draft.pk, version=2).version == 1
        assert ModellingRules.objects.get(owner_id=northmoor.number).quorum is None


def test_errors_and_red_tests_stop_publishing_and_are_named(northmoor, author, draft):
    broken = licence(flows=with_flows(gone=("decided",)))
    failing = {**PASSING, "expect": {"outcome": "approved"}}
    with inside_council(northmoor):
        saved = save_draft(actor=author, draft_id=draft.pk, version=2, bpmn=broken)
        with pytest.raises(NotAllowed, match="Nothing follows “Approve licence”"):
            ask_to_publish(actor=author, draft_id=draft.pk, version=saved.version)
        saved = save_draft(actor=author, draft_id=draft.pk, version=saved.version, bpmn=licence(), tests=[failing])
        with pytest.raises(NotAllowed, match="Test “Refused”: It should have ended as “Approved”"):
            ask_to_publish(actor=author, draft_id=draft.pk, version=saved.version)


def test_an_override_of_a_joint_process_that_takes_something_away_is_refused_by_name(northmoor, author):
    without = REQUISITION.replace('roleFrom="approver"', 'role="requisitioner"')
    with inside_council(northmoor):
        draft = import_draft(actor=author, bpmn=without, dmn=[ROUTE])
        with pytest.raises(
            NotAllowed, match="Step “Approve requisition” is part of the joint process and must find its role"
        ):
            ask_to_publish(actor=author, draft_id=draft.pk, version=1, warnings_seen=True)


def test_an_override_is_published_for_its_council_and_names_the_joint_version(
    northmoor, eastvale, author, second, publish
):
    with inside_council(northmoor):
        joint = newest_of("requisition_approval")
        draft = draft_from_version(actor=author, version_id=joint.pk)
    version = publish(northmoor, draft, author, second)

    assert (version.based_on_id, version.owner_id) == (joint.pk, northmoor.number)
    with inside_council(northmoor):
        assert newest_version("requisition_approval").pk == version.pk
    with inside_council(eastvale):
        assert newest_version("requisition_approval").pk == joint.pk


def test_a_councils_own_process_does_not_take_a_joint_ones_place(northmoor, shared_service, author, draft):
    from shared_services.workflow.publishing import publish_process

    with inside_council(shared_service):
        publish_process(bpmn=licence(title="Joint taxi licence"), dmn=[])
    with inside_council(northmoor), pytest.raises(NotAllowed, match="“Joint taxi licence” is a joint process"):
        ask_to_publish(actor=author, draft_id=draft.pk, version=2)


def test_the_shared_service_publishes_nothing_without_the_councils(shared_service, pooled_author):
    with inside_council(shared_service):
        draft = start_draft(actor=pooled_author, title="Taxi licence")
        for service_call in (ask_to_publish, publish_draft):
            with pytest.raises(NotAllowed, match="Put the draft to the vote"):
                service_call(actor=pooled_author, draft_id=draft.pk, version=1)


def test_an_author_gains_no_right_by_drawing(northmoor, author, second, draft, publish, monkeypatch):
    """An operation asks for its permission when it runs, and a role that the author does not hold stays another's."""
    done = []
    issue = operations.RegisteredOperation(
        "test.issue", lambda context: done.append(1), "finance.set_virement_limits", ""
    )
    monkeypatch.setitem(operations._registered, "test.issue", issue)
    steps = [user("check_papers", "council_administrator"), *LICENCE_STEPS[1:], service("issue", "test.issue")]
    flows = with_flows(
        ("papers_fine", "papers_in_order", "issue", 'outcome == "approve"'), ("issued", "issue", "large")
    )
    with inside_council(northmoor):
        saved = save_draft(actor=author, draft_id=draft.pk, version=2, bpmn=licence(steps, flows))
    publish(northmoor, saved, author, second)

    with inside_council(northmoor):
        case = services.open_case(
            actor=author, process="taxi_licence", subject_id=new_key(), reference="NMR-TL-1", title="Cab 7"
        )
        task = services.ready_task_of(actor=second, case_id=case.pk)
        with pytest.raises(NotAllowed, match="set how much budget each role may move"), transaction.atomic():
            services.complete_task(actor=second, task_id=task, outcome="approve")
        with pytest.raises(NotAllowed, match="You raised"):
            services.complete_task(actor=author, task_id=task, outcome="approve")
    assert done == []
