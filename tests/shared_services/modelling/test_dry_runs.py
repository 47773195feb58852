from __future__ import annotations

import pytest

from shared_services.messaging.running import run_waiting
from shared_services.modelling import dry_runs
from shared_services.modelling.choices import DryRunStatus
from shared_services.modelling.dry_runs import start_dry_run
from shared_services.modelling.models import DryRun
from shared_services.modelling.services import draft_from_version, newest_of, save_draft
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Case, Task

from .conftest import REQUISITION

WITHOUT_MATRIX = REQUISITION.replace('roleFrom="approver"', 'role="director"')
NEW_STEP = REQUISITION.replace(
    '<bpmn:sequenceFlow id="flow_marked" sourceRef="requisition_approved" targetRef="buying_route" />',
    '<bpmn:userTask id="check_stock" name="Check stock"><bpmn:extensionElements>'
    '<guildhall:task role="finance_officer" outcomes="approve" /></bpmn:extensionElements></bpmn:userTask>'
    '<bpmn:sequenceFlow id="flow_marked" sourceRef="requisition_approved" targetRef="check_stock" />'
    '<bpmn:sequenceFlow id="flow_checked" sourceRef="check_stock" targetRef="buying_route" />',
)


@pytest.fixture
def closed_cases(northmoor, officer_in, submit, decide):
    """Three small requisitions: two approved by the budget holder, one rejected."""
    requester = officer_in(northmoor, "requisitioner")
    holder = officer_in(northmoor, "budget_holder")
    keys = [submit(northmoor, requester, reference=f"NMR-REQ-{number}") for number in range(3)]
    for key in keys[:2]:
        decide(northmoor, holder, key)
    decide(northmoor, holder, keys[2], outcome="reject", note="No money.")
    return keys


@pytest.fixture
def draft_of(northmoor, author):
    def make(bpmn):
        with inside_council(northmoor):
            draft = draft_from_version(actor=author, version_id=newest_of("requisition_approval").pk)
            return save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=bpmn)

    return make


def test_a_draft_that_changes_no_way_finds_no_case(northmoor, author, closed_cases, draft_of, work_done):
    draft = draft_of(REQUISITION.replace("Nobody approves", "No one approves"))
    done = list(work_done)
    with inside_council(northmoor):
        before = list(Case.objects.order_by("pk").values()), Task.objects.count()
        run = start_dry_run(actor=author, draft_id=draft.pk)

        assert (run.status, run.total, run.same, run.different, run.unclear) == (DryRunStatus.DONE, 3, 3, 0, 0)
        assert (list(Case.objects.order_by("pk").values()), Task.objects.count()) == before
    assert work_done == done


def test_another_approver_is_named_case_by_case(northmoor, author, closed_cases, draft_of):
    draft = draft_of(WITHOUT_MATRIX)
    with inside_council(northmoor):
        run = start_dry_run(actor=author, draft_id=draft.pk)

    assert run.different == 3
    assert run.found[0]["text"] == ["“Approve requisition” would have asked director instead of budget holder."]
    assert {row["reference"] for row in run.found} == {"NMR-REQ-0", "NMR-REQ-1", "NMR-REQ-2"}


def test_a_new_step_is_found_only_in_the_cases_that_would_have_met_it(northmoor, author, closed_cases, draft_of):
    draft = draft_of(NEW_STEP)
    with inside_council(northmoor):
        run = start_dry_run(actor=author, draft_id=draft.pk)

    assert (run.same, run.different) == (1, 2)
    assert run.found[0]["text"] == ["“Check stock” would have come as well: finance officer would have been asked."]


def test_many_cases_are_tried_by_a_job_that_may_run_twice(northmoor, author, closed_cases, draft_of, monkeypatch):
    monkeypatch.setattr(dry_runs, "AT_ONCE", 1)
    monkeypatch.setattr(dry_runs, "A_JOB", 2)
    draft = draft_of(NEW_STEP)
    with inside_council(northmoor):
        run = start_dry_run(actor=author, draft_id=draft.pk)
        assert (run.status, run.done) == (DryRunStatus.RUNNING, 0)
        assert start_dry_run(actor=author, draft_id=draft.pk).pk == run.pk
        dry_runs.continue_dry_run(run_id=run.pk)
        assert DryRun.objects.get(pk=run.pk).done == 2
    run_waiting()

    with inside_council(northmoor):
        run.refresh_from_db()
        assert (run.status, run.done, run.different) == (DryRunStatus.DONE, 3, 2)
        dry_runs.continue_dry_run(run_id=run.pk)
        assert DryRun.objects.get(pk=run.pk).different == 2


def test_a_draft_that_changes_meanwhile_ends_its_dry_run(northmoor, author, closed_cases, draft_of, monkeypatch):
    monkeypatch.setattr(dry_runs, "AT_ONCE", 1)
    draft = draft_of(NEW_STEP)
    with inside_council(northmoor):
        run = start_dry_run(actor=author, draft_id=draft.pk)
        save_draft(actor=author, draft_id=draft.pk, version=2, bpmn=WITHOUT_MATRIX)
        dry_runs.continue_dry_run(run_id=run.pk)

        run.refresh_from_db()
        assert (run.status, run.problem) == (DryRunStatus.FAILED, dry_runs.CHANGED)


def test_a_dry_run_is_its_rooms_own(walled, northmoor, eastvale, officer_in):
    author = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor):
        draft = draft_from_version(actor=author, version_id=newest_of("requisition_approval").pk)
        start_dry_run(actor=author, draft_id=draft.pk)
    with inside_council(eastvale):
        assert not DryRun.objects.exists()
