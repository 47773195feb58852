"""Joint proposals from draft to the councils' orders."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from shared_services.messaging.models import OutboxMessage
from shared_services.procurement import presenters, selectors, services
from shared_services.procurement.choices import DemandStatus, ProposalStatus, ShareStatus
from shared_services.procurement.models import DemandLine, JointProposal, ProposalLine, ProposalShare
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import services as workflow
from shared_services.workflow.models import Case, Task

WORDING = {
    "title": "Laptops together",
    "category": "30213100-6",
    "supplier_name": "Example Computers Ltd",
    "justification": "One price for both",
    "show_totals_to_councils": True,
}


@pytest.fixture
def draft(northmoor, eastvale, shared_service, hand_over, category_manager):
    """A draft over one requisition of each council, worded and priced."""
    keys = hand_over(northmoor, net_amount="1000.00") + hand_over(eastvale, net_amount="600.00")
    with inside_council(shared_service):
        proposal = services.draft_proposal(actor=category_manager, line_ids=keys)
        lines = selectors.lines_of(proposal)
        return services.change_proposal(
            actor=category_manager,
            proposal_id=proposal.pk,
            version=proposal.version,
            prices={line.pk: Decimal("250.00") for line in lines},
            **WORDING,
        ).pk


@pytest.fixture
def sent(draft, shared_service, northmoor, eastvale, category_manager, officer_in, do_jobs):
    """The draft, sent to the councils' heads of service."""
    heads = {council.number: officer_in(council, "head_of_service") for council in (northmoor, eastvale)}
    with inside_council(shared_service):
        proposal = services.submit_proposal(actor=category_manager, proposal_id=draft)
    do_jobs()
    return proposal.pk, proposal.case_id, heads


def answer(council, head, case_id, outcome, note=""):
    with inside_council(council):
        task = Task.objects.of_this_room().to_do().get(case_id=case_id)
        workflow.complete_task(actor=head, task_id=task.pk, outcome=outcome, note=note)


def catch_up(shared_service, case_id):
    with inside_council(shared_service):
        workflow.catch_up(case_id=case_id)


def status_of(shared_service, proposal_id):
    with inside_council(shared_service):
        return JointProposal.objects.of_shared_service().get(pk=proposal_id).status


def test_a_draft_adds_up_estimates_and_agreed_prices_by_council(shared_service, draft):
    with inside_council(shared_service):
        proposal = JointProposal.objects.of_shared_service().get(pk=draft)
        shares = {share.council_name: share for share in selectors.shares_of(proposal)}

    assert proposal.reference.split("-")[1] == "JP"
    assert (proposal.estimated_amount, proposal.net_amount) == (Decimal("1600.00"), Decimal("1000.00"))
    assert proposal.saving_amount == Decimal("600.00")
    assert {name: (share.estimated_amount, share.net_amount) for name, share in shares.items()} == {
        "Northmoor": (Decimal("1000.00"), Decimal("500.00")),
        "Eastvale": (Decimal("600.00"), Decimal("500.00")),
    }


def test_choosing_one_line_brings_its_whole_requisition(northmoor, shared_service, hand_over, category_manager):
    lines = hand_over(northmoor, "30213100-6", "39112000-0")
    with inside_council(shared_service):
        proposal = services.draft_proposal(actor=category_manager, line_ids=lines[:1])

        assert len(selectors.lines_of(proposal)) == 2


def test_the_category_is_the_narrowest_that_covers_every_line(northmoor, shared_service, hand_over, category_manager):
    keys = hand_over(northmoor, "30213100-6", "30213300-8")
    with inside_council(shared_service):
        proposal = services.draft_proposal(actor=category_manager, line_ids=keys)

        assert proposal.category_id == "30213000-5"


def test_a_line_is_in_one_live_proposal_only(northmoor, shared_service, hand_over, category_manager):
    keys = hand_over(northmoor)
    with inside_council(shared_service):
        first = services.draft_proposal(actor=category_manager, line_ids=keys)
        with pytest.raises(NotAllowed, match="in a joint proposal"):
            services.draft_proposal(actor=category_manager, line_ids=keys)
        place = ProposalLine.objects.get(proposal=first)
        with pytest.raises(IntegrityError), transaction.atomic():
            ProposalLine.objects.create(
                owner_id=0,
                proposal=JointProposal.objects.create(
                    owner_id=0, reference="X", title="X", category_id="30213100-6", drafted_by=category_manager
                ),
                share=place.share,
                demand_line_id=keys[0],
                net_amount="1.00",
            )


def test_a_second_officer_with_an_old_page_is_told(shared_service, draft, category_manager):
    with inside_council(shared_service), pytest.raises(Stale):
        services.change_proposal(actor=category_manager, proposal_id=draft, version=1, prices={}, **WORDING)


def test_no_council_sees_a_draft_and_each_sees_its_own_share_once_sent(
    northmoor, eastvale, draft, shared_service, category_manager, officer_in, do_jobs
):
    with inside_council(northmoor):
        assert not JointProposal.objects.filter(pk=draft).exists()
        assert not ProposalShare.objects.exists()

    with inside_council(shared_service):
        services.submit_proposal(actor=category_manager, proposal_id=draft)

    with inside_council(northmoor):
        proposal = JointProposal.objects.get(pk=draft)
        assert [share.council_name for share in ProposalShare.objects.all()] == ["Northmoor"]
        assert [line.share.council_name for line in selectors.lines_of(proposal)] == ["Northmoor"]
        assert [total["council"] for total in proposal.shown_totals] == ["Eastvale", "Northmoor"]


def test_totals_are_not_shown_to_councils_when_the_proposal_says_so(northmoor, draft, shared_service, category_manager):
    with inside_council(shared_service):
        JointProposal.objects.of_shared_service().filter(pk=draft).update(show_totals_to_councils=False)
        services.submit_proposal(actor=category_manager, proposal_id=draft)

    with inside_council(northmoor):
        assert JointProposal.objects.get(pk=draft).shown_totals == []


def test_a_proposal_needs_two_councils_a_supplier_and_reasons(northmoor, shared_service, hand_over, category_manager):
    keys = hand_over(northmoor)
    with inside_council(shared_service):
        proposal = services.draft_proposal(actor=category_manager, line_ids=keys)
        with pytest.raises(NotAllowed, match="the supplier and why"):
            services.submit_proposal(actor=category_manager, proposal_id=proposal.pk)
        proposal = services.change_proposal(
            actor=category_manager, proposal_id=proposal.pk, version=proposal.version, prices={}, **WORDING
        )
        with pytest.raises(NotAllowed, match="at least two councils"):
            services.submit_proposal(actor=category_manager, proposal_id=proposal.pk)


def test_sending_twice_opens_one_case(draft, shared_service, category_manager):
    with inside_council(shared_service):
        first = services.submit_proposal(actor=category_manager, proposal_id=draft)
        second = services.submit_proposal(actor=category_manager, proposal_id=draft)

        assert first.case_id == second.case_id
        assert Case.objects.filter(owner_id=0, subject_id=draft).count() == 1


def test_each_council_gets_a_task_of_its_own_with_its_own_facts(northmoor, eastvale, sent):
    proposal_id, case_id, heads = sent
    for council, net in ((northmoor, "£500"), (eastvale, "£500")):
        with inside_council(council):
            tasks = Task.objects.of_this_room().to_do().filter(case_id=case_id)
            assert tasks.count() == 1
            shown = presenters.present_joint_purchase(Case.objects.get(pk=case_id), heads[council.number])
            assert dict(shown.summary)["Your council would pay (net)"] == net
            assert {line.share.council_name for line in shown.context["lines"]} == {council.short_name}
            assert shown.url == ""


def test_when_every_council_agrees_each_room_is_asked_for_its_order(northmoor, eastvale, shared_service, sent):
    proposal_id, case_id, heads = sent
    answer(northmoor, heads[1], case_id, "approve")
    assert status_of(shared_service, proposal_id) == ProposalStatus.AWAITING_COUNCILS

    answer(eastvale, heads[2], case_id, "approve")
    catch_up(shared_service, case_id)
    catch_up(shared_service, case_id)

    assert status_of(shared_service, proposal_id) == ProposalStatus.AGREED
    with inside_council(shared_service):
        asked = OutboxMessage.objects.filter(task="purchasing.order_from_proposal")
        assert sorted(asked.values_list("owner_id", flat=True)) == [1, 2]
        answers = {
            row.share.council_name: row.answer
            for row in selectors.share_rows(JointProposal.objects.get(pk=proposal_id))
        }
        assert answers == {"Northmoor": "Approved", "Eastvale": "Approved"}


def test_one_refusal_ends_the_proposal_and_frees_its_demand(northmoor, eastvale, shared_service, sent):
    proposal_id, case_id, heads = sent

    answer(eastvale, heads[2], case_id, "reject", "We have a contract of our own")
    catch_up(shared_service, case_id)

    assert status_of(shared_service, proposal_id) == ProposalStatus.NOT_AGREED
    with inside_council(shared_service):
        assert set(DemandLine.objects.of_councils([1, 2]).values_list("status", flat=True)) == {DemandStatus.OPEN}
        rows = {row.share.council_name: row for row in selectors.share_rows(JointProposal.objects.get(pk=proposal_id))}
        assert rows["Eastvale"].reason == "We have a contract of our own"
        assert rows["Northmoor"].answer == selectors.NOT_NEEDED
    with inside_council(northmoor):
        assert not Task.objects.of_this_room().to_do().filter(case_id=case_id).exists()


def test_cancelling_takes_the_tasks_away_and_frees_the_demand(northmoor, shared_service, sent, category_manager):
    proposal_id, case_id, _ = sent
    with inside_council(shared_service):
        with pytest.raises(NotAllowed, match="Say why"):
            services.cancel_proposal(actor=category_manager, proposal_id=proposal_id)
        services.cancel_proposal(actor=category_manager, proposal_id=proposal_id, reason="The supplier withdrew")
        services.cancel_proposal(actor=category_manager, proposal_id=proposal_id, reason="The supplier withdrew")

    assert status_of(shared_service, proposal_id) == ProposalStatus.CANCELLED
    with inside_council(northmoor):
        assert not Task.objects.of_this_room().to_do().filter(case_id=case_id).exists()
        assert set(DemandLine.objects.filter(owner_id=1).values_list("status", flat=True)) == {DemandStatus.OPEN}


def test_the_last_order_reported_closes_the_proposal_and_its_case(northmoor, eastvale, shared_service, sent):
    proposal_id, case_id, heads = sent
    answer(northmoor, heads[1], case_id, "approve")
    answer(eastvale, heads[2], case_id, "approve")
    catch_up(shared_service, case_id)
    with inside_council(shared_service):
        keys = {share.council_id: share.pk for share in ProposalShare.objects.filter(proposal=proposal_id)}

    with inside_council(northmoor):
        for _ in range(2):
            services.report_order(actor=None, share_id=keys[1], order_references=["NMR-PO-2026-000001"])
        with pytest.raises(NotAllowed, match="no share"):
            services.report_order(actor=None, share_id=keys[2], order_references=["NMR-PO-2026-000002"])
    assert status_of(shared_service, proposal_id) == ProposalStatus.AGREED
    with inside_council(eastvale):
        services.report_order(actor=None, share_id=keys[2], order_references=["EVL-PO-2026-000001"])
    assert status_of(shared_service, proposal_id) == ProposalStatus.AGREED
    catch_up(shared_service, case_id)

    assert status_of(shared_service, proposal_id) == ProposalStatus.ORDERED
    with inside_council(shared_service):
        assert Case.objects.get(pk=case_id).outcome == "ordered"
        assert set(DemandLine.objects.of_councils([1, 2]).values_list("status", flat=True)) == {DemandStatus.ORDERED}


def test_an_order_that_failed_is_shown_and_can_be_asked_for_again(
    northmoor, eastvale, shared_service, sent, category_manager
):
    proposal_id, case_id, heads = sent
    answer(northmoor, heads[1], case_id, "approve")
    answer(eastvale, heads[2], case_id, "approve")
    catch_up(shared_service, case_id)
    with inside_council(shared_service):
        share = ProposalShare.objects.get(proposal=proposal_id, council_id=1)
    with inside_council(northmoor):
        services.report_order_failure(share_id=share.pk, reason="Cost centre L100 has £20 left")

    with inside_council(shared_service):
        row = next(row for row in selectors.share_rows(JointProposal.objects.get(pk=proposal_id)) if row.has_failed)
        assert row.share.failure == "Cost centre L100 has £20 left"
        for _ in range(2):
            services.ask_for_order_again(actor=category_manager, proposal_id=proposal_id, share_id=share.pk)
        asked = OutboxMessage.objects.filter(owner_id=1, task="purchasing.order_from_proposal")
        assert asked.count() == 2
        assert ProposalShare.objects.get(pk=share.pk).status == ShareStatus.ORDER_REQUESTED
