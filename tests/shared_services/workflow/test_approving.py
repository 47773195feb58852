from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shared_services.annexes.models import CaseNote
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import operations, selectors, services, who
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.models import AuthorityRule, Case, Decision, Task, TaskCandidate


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def budget_holder(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Bo Budget", job_title="Libraries manager")


@pytest.fixture
def head(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Hana Head")


def test_a_small_requisition_needs_the_budget_holder_only(
    northmoor, requester, budget_holder, head, submit, decide, work_done
):
    case_id = submit(northmoor, requester)

    case = decide(northmoor, budget_holder, case_id)

    assert work_done == ["purchasing.requisition_approved", "purchasing.raise_order"]
    assert (case.status, case.outcome) == ("completed", "ordered")
    with inside_council(northmoor):
        assert not TaskCandidate.objects.filter(task__case_id=case_id).exists()


def test_a_larger_one_goes_to_the_head_of_service_as_well(
    northmoor, requester, budget_holder, head, submit, decide, work_done
):
    case_id = submit(northmoor, requester, amount="6000.00")

    decide(northmoor, budget_holder, case_id)

    assert work_done == []
    with inside_council(northmoor):
        assert list(selectors.inbox(head).values_list("role", flat=True)) == ["head_of_service"]
        assert not selectors.inbox(budget_holder).exists()
    decide(northmoor, head, case_id)
    assert work_done == ["purchasing.requisition_approved", "purchasing.raise_order"]


def test_the_limits_are_the_matrix_of_the_council_on_the_day(northmoor, requester, budget_holder, head, submit):
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().filter(role="head_of_service").update(amount_from="100.00")

    case_id = submit(northmoor, requester, amount="600.00")

    with inside_council(northmoor):
        assert Case.objects.get(pk=case_id).state["values"][0]["approvers"] == ["budget_holder", "head_of_service"]


def test_nobody_approves_a_requisition_of_their_own(northmoor, officer_in, budget_holder, submit, decide):
    both = officer_in(northmoor, "requisitioner", "budget_holder", name="Sam Same")
    case_id = submit(northmoor, both)

    with pytest.raises(NotAllowed, match="You raised NOR-REQ-2026-000001"):
        decide(northmoor, both, case_id)

    with inside_council(northmoor):
        assert not selectors.inbox(both).exists()
        assert selectors.inbox(budget_holder).count() == 1


def test_the_same_officer_does_not_approve_twice(northmoor, requester, officer_in, head, submit, decide, work_done):
    both = officer_in(northmoor, "budget_holder", "head_of_service", name="Sam Same")
    case_id = submit(northmoor, requester, amount="6000.00")
    decide(northmoor, both, case_id)

    with pytest.raises(NotAllowed, match="You have already approved"):
        decide(northmoor, both, case_id)

    decide(northmoor, head, case_id)
    assert work_done[-1] == "purchasing.raise_order"


def test_a_task_that_nobody_may_do_is_parked_with_the_reason_and_freed_when_someone_gets_the_role(
    northmoor, officer_in, requester, submit
):
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        parked = selectors.parked_tasks().get(case_id=case_id)
        assert "No active officer is budget holder" in parked.parked_reason

    holder = officer_in(northmoor, "budget_holder")
    with inside_council(northmoor):
        refresh_candidates()
        assert selectors.inbox(holder).get().pk == parked.pk
        assert not selectors.parked_tasks().exists()


def test_whoever_loses_the_role_loses_the_task(northmoor, requester, officer_in, budget_holder, submit, decide):
    other = officer_in(northmoor, "budget_holder")
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        budget_holder.roles = []
        budget_holder.save()

    with pytest.raises(NotAllowed, match="You are not budget holder"):
        decide(northmoor, budget_holder, case_id)
    with inside_council(northmoor):
        refresh_candidates()
        assert not selectors.inbox(budget_holder).exists()
        assert selectors.inbox(other).exists()


def test_many_tasks_find_their_new_holder_in_as_many_queries_as_one(
    northmoor, requester, budget_holder, officer_in, submit, monkeypatch
):
    for number in range(12):
        submit(northmoor, requester, amount=f"{600 + number}.00", reference=f"NOR-REQ-2026-00001{number}")
    asked = []
    successor = officer_in(northmoor, "budget_holder")
    monkeypatch.setattr(who, "_resolvers", {"budget_holder": lambda facts: asked.append(facts) or {successor.pk}})

    with inside_council(northmoor), CaptureQueriesContext(connection) as spent:
        changed = refresh_candidates()

    assert (changed, len(asked)) == (12, 1)
    assert len([query for query in spent if "SAVEPOINT" not in query["sql"]]) <= 12
    with inside_council(northmoor):
        assert selectors.inbox(successor).count() == 12
        assert not selectors.inbox(budget_holder).exists()


def test_a_second_officer_is_told_who_did_what_and_when(
    northmoor, requester, budget_holder, officer_in, submit, decide
):
    other = officer_in(northmoor, "budget_holder")
    case_id = submit(northmoor, requester)
    decide(northmoor, budget_holder, case_id)
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case_id)

        with pytest.raises(NotAllowed, match="Bo Budget has already dealt with this: approved on"):
            services.complete_task(actor=other, task_id=task.pk, outcome="approve")


def test_the_same_answer_sent_twice_does_nothing_twice(northmoor, requester, budget_holder, submit, decide, work_done):
    case_id = submit(northmoor, requester)
    decide(northmoor, budget_holder, case_id)
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case_id)

        services.complete_task(actor=budget_holder, task_id=task.pk, outcome="approve")

        assert work_done.count("purchasing.raise_order") == 1
        assert Decision.objects.filter(case_id=case_id).count() == 1


def test_a_page_that_is_out_of_date_is_refused(northmoor, requester, budget_holder, submit, decide):
    case_id = submit(northmoor, requester)

    with pytest.raises(Stale):
        decide(northmoor, budget_holder, case_id, version=7)


def test_rejecting_needs_a_reason_and_keeps_it_in_the_room(
    northmoor, requester, budget_holder, submit, decide, work_done
):
    case_id = submit(northmoor, requester)
    with pytest.raises(NotAllowed, match="Enter a reason"):
        decide(northmoor, budget_holder, case_id, "reject")

    case = decide(northmoor, budget_holder, case_id, "reject", note="We have chairs in store.")

    assert (case.outcome, work_done) == ("rejected", ["purchasing.requisition_rejected"])
    with inside_council(northmoor):
        decision = Decision.objects.get(case_id=case_id)
        assert (decision.reason, decision.parts, decision.card_job_title) == ("", [], "Libraries manager")
        assert CaseNote.objects.get(case_id=case_id).text == "We have chairs in store."
        assert selectors.history_of(case)[-1].reason == "We have chairs in store."
        assert "store" not in str(Case.objects.filter(pk=case_id).values().get())


def test_a_requisition_sent_back_comes_round_again_with_its_new_amount(
    northmoor, requester, budget_holder, head, submit, decide, work_done
):
    case_id = submit(northmoor, requester, amount="600.00")
    decide(northmoor, budget_holder, case_id, "send_back", note="Ask for twenty, not two.")
    with inside_council(northmoor):
        assert selectors.inbox(requester).get().step == "revise_requisition"
        assert services.ready_task_of(actor=requester, case_id=case_id) == selectors.open_task_for(
            case_id=case_id, outcome="resubmit"
        )

    decide(northmoor, requester, case_id, "resubmit", values={"amount": "6000.00"})
    decide(northmoor, budget_holder, case_id)
    case = decide(northmoor, head, case_id)

    assert (case.amount, case.outcome) == (case.amount.__class__("6000.00"), "ordered")
    assert work_done == ["purchasing.requisition_returned", "purchasing.requisition_approved", "purchasing.raise_order"]


def test_only_the_requester_may_send_it_again(northmoor, requester, budget_holder, submit, decide):
    case_id = submit(northmoor, requester)
    decide(northmoor, budget_holder, case_id, "send_back", note="Why?")

    with pytest.raises(NotAllowed, match="Only Riley Requester"):
        decide(northmoor, budget_holder, case_id, "resubmit")


def test_an_operation_that_refuses_undoes_the_decision(
    northmoor, requester, budget_holder, submit, decide, monkeypatch
):
    def refuse(context):
        raise NotAllowed("There are £10 left on L100. Ask Finance for a virement.")

    monkeypatch.setitem(
        operations._registered,
        "purchasing.raise_order",
        operations.RegisteredOperation("purchasing.raise_order", refuse, None, ""),
    )
    case_id = submit(northmoor, requester)

    with pytest.raises(NotAllowed, match="virement"):
        decide(northmoor, budget_holder, case_id)

    with inside_council(northmoor):
        assert Task.objects.of_this_room().get(case_id=case_id).status == "ready"
        assert not Decision.objects.filter(case_id=case_id).exists()


def test_withdrawing_takes_the_task_out_of_inboxes(northmoor, requester, budget_holder, submit):
    case_id = submit(northmoor, requester)

    with inside_council(northmoor):
        services.withdraw_case(actor=requester, case_id=case_id)
        services.withdraw_case(actor=requester, case_id=case_id)

        assert Case.objects.get(pk=case_id).status == "withdrawn"
        assert not selectors.inbox(budget_holder).exists()
        assert Decision.objects.filter(case_id=case_id).count() == 1


def test_a_decision_is_written_in_the_record(northmoor, requester, budget_holder, submit, decide):
    case_id = submit(northmoor, requester)
    decide(northmoor, budget_holder, case_id)

    with inside_council(northmoor):
        entry = AuditEntry.objects.get(event="workflow.task.completed")
        assert (entry.actor_name, entry.facts["outcome"], entry.facts["case"]) == ("Bo Budget", "approve", str(case_id))


def test_a_decision_never_changes(northmoor, requester, budget_holder, submit, decide):
    from django.db import DatabaseError, transaction

    case_id = submit(northmoor, requester)
    decide(northmoor, budget_holder, case_id)

    with inside_council(northmoor), pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.filter(case_id=case_id).update(card_name="Somebody else")


def test_a_case_of_one_council_is_not_there_for_another(northmoor, eastvale, requester, budget_holder, submit):
    case_id = submit(northmoor, requester)

    with inside_council(eastvale):
        assert not Case.objects.filter(pk=case_id).exists()
        assert not Task.objects.filter(case_id=case_id).exists()
        assert not TaskCandidate.objects.filter(task__case_id=case_id).exists()


def test_what_a_process_does_not_declare_never_reaches_a_shared_row(northmoor, requester, work_done):
    with inside_council(northmoor), pytest.raises(ValueError, match="does not declare reason"):
        services.open_case(
            actor=requester, process="requisition_approval", subject_id=requester.pk, reference="X", title="X",
            facts={"reason": "for a named child"},
        )  # fmt: skip
