from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from shared_services.annexes.models import CaseNote
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import deputies, joint, moving, replay, selectors, services, tasks
from shared_services.workflow.candidates import place_task, refresh_candidates
from shared_services.workflow.models import Case, Decision, Task, TaskCandidate


@pytest.fixture
def manager(shared_service, officer_in):
    return officer_in(shared_service, "category_manager", name="Cat Manager")


@pytest.fixture
def northmoor_head(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Hana Head")


@pytest.fixture
def eastvale_head(eastvale, officer_in):
    return officer_in(eastvale, "head_of_service", name="Eli Head")


@pytest.fixture
def propose(shared_service, northmoor, eastvale, manager, work_done):
    def make(amount="6000.00"):
        councils = [northmoor.number, eastvale.number]
        with inside_council(shared_service):
            case_id = services.open_case(
                actor=manager, process="joint_purchase", subject_id=new_key(), reference="SHA-JP-2026-000001",
                title="Chairs together", amount=Decimal(amount), category="39112000-0",
                facts={"councils": councils}, parts=councils,
            ).pk  # fmt: skip
        for council in (northmoor, eastvale):
            with inside_council(council):
                place_task(task_id=Task.objects.of_this_room().get(case_id=case_id).pk)
        return case_id

    return make


def catch_up(shared_service):
    with inside_council(shared_service):
        tasks.catch_up_cases()


def test_each_council_gets_a_task_of_its_own_decided_by_its_own_matrix(
    northmoor, eastvale, shared_service, officer_in, northmoor_head, eastvale_head, propose
):
    director = officer_in(northmoor, "director")
    small, large = propose(), propose(amount="60000.00")

    with inside_council(northmoor):
        assert selectors.inbox(northmoor_head).get().case_id == small
        assert selectors.inbox(director).get().case_id == large
        assert Task.objects.filter(case_id=small).count() == 1
    with inside_council(shared_service):
        assert Task.objects.filter(owner_id__in=[1, 2], case_id=small).count() == 2


def test_a_delay_puts_a_councils_own_share_at_risk(northmoor, northmoor_head, propose, monkeypatch):
    monkeypatch.setattr(moving.joint, "share_of", lambda case, owner: Decimal("2500.00"))
    propose(amount="6000.00")

    with inside_council(northmoor):
        row = selectors.inbox(northmoor_head).get()

    assert (row.amount, row.at_risk_amount) == (Decimal("2500.00"), Decimal("2500.00"))


def test_the_orders_are_raised_when_every_council_has_agreed(
    northmoor, eastvale, shared_service, northmoor_head, eastvale_head, propose, decide, work_done
):
    case_id = propose()

    decide(northmoor, northmoor_head, case_id)
    catch_up(shared_service)
    assert work_done == []
    decide(eastvale, eastvale_head, case_id)
    assert work_done == []
    catch_up(shared_service)
    catch_up(shared_service)

    assert work_done == ["procurement.raise_orders"]
    with inside_council(shared_service):
        for council in (northmoor, eastvale, eastvale):
            services.resume_case(case_id=case_id, wait="orders_raised", council=council.number)
        case = Case.objects.get(pk=case_id)
        assert (case.status, case.outcome) == ("completed", "ordered")


def test_one_refusal_ends_it_and_takes_the_others_task_away(
    northmoor, eastvale, shared_service, northmoor_head, eastvale_head, propose, decide, work_done
):
    case_id = propose()

    decide(northmoor, northmoor_head, case_id, "reject", note="We have a contract already.")
    with inside_council(eastvale):
        late = Task.objects.of_this_room().get(case_id=case_id)
    catch_up(shared_service)
    with inside_council(eastvale), pytest.raises(NotAllowed, match="no longer needs a decision"):
        services.complete_task(actor=eastvale_head, task_id=late.pk, outcome="approve")

    assert work_done == ["procurement.proposal_not_agreed"]
    with inside_council(eastvale):
        assert not selectors.inbox(eastvale_head).exists()
        assert Task.objects.of_this_room().get(case_id=case_id).status == "cancelled"
        assert not Decision.objects.filter(case_id=case_id).exists()


def test_the_reason_of_a_joint_refusal_reaches_the_shared_service_and_no_other_council(
    northmoor, eastvale, shared_service, northmoor_head, eastvale_head, propose, decide
):
    case_id = propose()
    decide(northmoor, northmoor_head, case_id, "reject", note="We have a contract already.")

    with inside_council(shared_service):
        assert Decision.objects.get(case_id=case_id).reason == "We have a contract already."
        assert not CaseNote.objects.exists()
    with inside_council(eastvale):
        assert not Decision.objects.filter(case_id=case_id).exists()


def test_a_council_cannot_decide_for_another(northmoor, eastvale, northmoor_head, eastvale_head, propose):
    case_id = propose()
    with inside_council(eastvale):
        task = Task.objects.of_this_room().get(case_id=case_id)

    with inside_council(northmoor), pytest.raises(NotAllowed, match="not here"):
        services.complete_task(actor=northmoor_head, task_id=task.pk, outcome="approve")


def test_the_shared_service_withdraws_a_proposal_and_empties_the_councils_inboxes(
    northmoor, shared_service, manager, northmoor_head, eastvale_head, propose
):
    case_id = propose()

    with inside_council(shared_service):
        services.withdraw_case(actor=manager, case_id=case_id, note="Not needed any more.")

    with inside_council(northmoor):
        assert not selectors.inbox(northmoor_head).exists()
        assert not TaskCandidate.objects.filter(task__case_id=case_id).exists()


def test_a_council_cannot_withdraw_a_joint_case(northmoor, northmoor_head, eastvale_head, propose):
    case_id = propose()

    with inside_council(northmoor), pytest.raises(NotAllowed, match="belongs to the shared service"):
        services.withdraw_case(actor=northmoor_head, case_id=case_id)


def test_a_requisition_handed_over_waits_until_it_is_bought_together_or_handed_back(
    northmoor, eastvale, shared_service, officer_in, submit, decide, work_done
):
    requester, holder = officer_in(northmoor, "requisitioner"), officer_in(northmoor, "budget_holder")
    back = submit(northmoor, requester, wants_joint_buying=True)
    bought = submit(northmoor, requester, wants_joint_buying=True, reference="NOR-REQ-2026-000002")
    with inside_council(northmoor):
        for case_id in (back, bought):
            task = Task.objects.of_this_room().to_do().get(case_id=case_id)
            services.complete_task(actor=holder, task_id=task.pk, outcome="approve")
    assert work_done.count("purchasing.hand_over") == 2

    with inside_council(northmoor):
        services.hand_over_case(case_id=back)
        services.hand_over_case(case_id=back)
    with inside_council(shared_service):
        seen = Case.objects.get(pk=back)
        assert (seen.status, seen.step) == ("waiting", "Joint purchase")
        assert not Case.objects.filter(pk=bought).exists()
        assert not Decision.objects.filter(case_id=back).exists()
    with inside_council(eastvale):
        assert not Case.objects.filter(pk=back).exists()

    with inside_council(northmoor):
        services.resume_case(case_id=back, wait="joint_purchase", values={"joint_outcome": "buy_locally"})
        services.resume_case(case_id=bought, wait="joint_purchase", values={"order_reference": "NOR-PO-2026-000001"})
        services.resume_case(case_id=bought, wait="joint_purchase")
        assert Case.objects.get(pk=back).outcome == "ordered"
        assert Case.objects.get(pk=bought).outcome == "bought_together"
    assert work_done.count("purchasing.raise_order") == 1


def test_the_pages_of_a_joint_case_open_in_every_room(
    northmoor, shared_service, manager, northmoor_head, eastvale_head, propose, client_for, monkeypatch
):
    from shared_services.workflow import presenters

    monkeypatch.setattr(presenters, "_presenters", {})
    case_id = propose()
    with inside_council(northmoor):
        task = selectors.inbox(northmoor_head).get()

    page = client_for(northmoor_head).get(f"/tasks/{task.pk}/")
    assert "The shared service reads this reason" in page.content.decode()
    assert client_for(northmoor_head).get(f"/cases/{case_id}/").status_code == 200
    home = client_for(manager).get(f"/cases/{case_id}/").content.decode()
    assert f"{northmoor.short_name}: Agree to the joint purchase" in home


def accept(council, deputy, principal):
    today = timezone.localdate()
    with inside_council(council):
        found = deputies.name_deputy(
            actor=principal, principal_id=principal.pk, deputy_id=deputy.pk, from_on=today, to_on=today
        )
        deputies.accept_deputyship(actor=deputy, deputy_id=found.pk)
        refresh_candidates()


def test_a_deputy_answers_for_his_own_council_and_the_record_names_both(
    northmoor, shared_service, officer_in, northmoor_head, eastvale_head, propose, decide
):
    helper = officer_in(northmoor, "director", name="Bea Deputy")
    accept(northmoor, helper, northmoor_head)
    case_id = propose()

    decide(northmoor, helper, case_id)
    catch_up(shared_service)

    with inside_council(northmoor):
        decision = Decision.objects.get(case_id=case_id)
        assert decision.by == "Bea Deputy for Hana Head"
        assert replay.summarise(None, None).same == 1
    with inside_council(shared_service):
        assert {helper.pk, northmoor_head.pk} == set(Case.objects.get(pk=case_id).approved_by)


def test_a_deputy_goes_as_far_as_the_council_s_own_share(
    monkeypatch, northmoor, officer_in, northmoor_head, eastvale_head, propose
):
    director = officer_in(northmoor, "director", name="Dara Director")
    accept(northmoor, northmoor_head, director)
    monkeypatch.setitem(joint._shares, "joint_purchase", lambda case, council: Decimal("60000.00"))
    beyond = propose(amount="9000.00")

    with inside_council(northmoor):
        assert not selectors.inbox(northmoor_head).filter(case_id=beyond).exists()
        assert selectors.inbox(director).filter(case_id=beyond).exists()


def test_nobody_stands_in_where_his_own_request_would_be_bought(
    monkeypatch, northmoor, officer_in, northmoor_head, eastvale_head, propose, decide
):
    helper = officer_in(northmoor, "director")
    accept(northmoor, helper, northmoor_head)
    monkeypatch.setitem(joint._interests, "joint_purchase", lambda case: {helper.pk})
    case_id = propose()

    with inside_council(northmoor):
        assert not selectors.inbox(helper).exists()
    with pytest.raises(NotAllowed, match="a request that it would buy"):
        decide(northmoor, helper, case_id)


def test_a_basis_written_by_the_sender_is_not_what_an_answer_stands_on(
    northmoor, shared_service, northmoor_head, eastvale_head, propose, decide
):
    case_id = propose()
    with inside_council(shared_service):
        Case.objects.filter(pk=case_id).update(authority={"lines": [["forged", "requisitioner", 1]]})

    decide(northmoor, northmoor_head, case_id)

    with inside_council(northmoor):
        kept = Decision.objects.get(case_id=case_id).basis
        assert [role for _line, role, _needed in kept["lines"]] == ["head_of_service"]
