"""Demand handed over by councils and handed back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared_services.audit.models import AuditEntry
from shared_services.messaging.models import OutboxMessage
from shared_services.procurement import selectors, services
from shared_services.procurement.choices import DemandStatus
from shared_services.procurement.models import DemandLine
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.models import Case


def test_demand_is_seen_by_its_council_and_the_shared_service_and_by_nobody_else(
    northmoor, eastvale, shared_service, hand_over
):
    (line,) = hand_over(northmoor)

    with inside_council(shared_service):
        assert DemandLine.objects.filter(owner_id=northmoor.number, pk=line).exists()
        assert Case.objects.filter(owner_id=northmoor.number).exists()
    with inside_council(eastvale):
        assert not DemandLine.objects.filter(pk=line).exists()
        assert not Case.objects.filter(owner_id=northmoor.number).exists()


def test_handing_over_twice_adds_nothing(northmoor, hand_over):
    (line,) = hand_over(northmoor)
    with inside_council(northmoor):
        first = DemandLine.objects.get(pk=line)

        again = services.hand_over_demand(
            actor=None,
            case_id=first.case_id,
            requisition_id=first.requisition_id,
            reference=first.reference,
            title=first.title,
            needed_by_on=None,
            lines=[
                services.DemandLineInput(
                    first.requisition_line_id, 1, first.cpv_id, "Changed", Decimal("9"), "each", Decimal("9.00")
                )
            ],
        )

        assert again == 0
        assert DemandLine.objects.get(owner_id=northmoor.number).description == "Thing 1"


def test_demand_stands_side_by_side_by_category(northmoor, eastvale, shared_service, hand_over):
    hand_over(northmoor, "30213100-6", net_amount="1000.00")
    hand_over(eastvale, "30213300-8", net_amount="500.00")
    hand_over(eastvale, "39112000-0", net_amount="80.00")

    with inside_council(shared_service):
        divisions = selectors.demand_by_category()
        groups = selectors.demand_by_category(under="30", digits=selectors.GROUP_DIGITS)

    assert [(row.digits, row.net_amount, row.together) for row in divisions] == [
        ("30", Decimal("1500.00"), True),
        ("39", Decimal("80.00"), False),
    ]
    assert [cell.net_amount for cell in divisions[0].cells] == [Decimal("1000.00"), Decimal("500.00")]
    assert [(row.digits, row.lines) for row in groups] == [("302", 2)]


def test_handing_back_sends_the_whole_requisition_home_once(northmoor, shared_service, hand_over, category_manager):
    lines = hand_over(northmoor, "30213100-6", "39112000-0")
    with inside_council(shared_service):
        first = services.return_demand(actor=category_manager, line_ids=lines[:1], reason="Too small to share")
        second = services.return_demand(actor=category_manager, line_ids=lines[1:], reason="Too small to share")

        states = set(DemandLine.objects.of_councils([northmoor.number]).values_list("status", flat=True))
        assert states == {DemandStatus.RETURNED}
        assert OutboxMessage.objects.filter(owner_id=northmoor.number, task="procurement.buy_locally").count() == 1
        assert AuditEntry.objects.filter(event="procurement.demand.returned").count() == 1
    assert len(first) == 1
    assert second == []


def test_handing_back_needs_a_reason_and_the_permission(
    northmoor, shared_service, hand_over, category_manager, officer_in
):
    lines = hand_over(northmoor)
    clerk = officer_in(shared_service, "partnership_administrator")
    with inside_council(shared_service):
        with pytest.raises(NotAllowed, match="Say why"):
            services.return_demand(actor=category_manager, line_ids=lines, reason=" ")
        with pytest.raises(NotAllowed, match="You may not"):
            services.return_demand(actor=clerk, line_ids=lines, reason="Because")


def test_a_council_withdraws_its_demand_until_others_rely_on_it(
    northmoor, eastvale, shared_service, hand_over, category_manager
):
    (mine,) = hand_over(northmoor)
    (theirs,) = hand_over(eastvale)
    with inside_council(northmoor):
        requisition = DemandLine.objects.get(pk=mine).requisition_id
    with inside_council(shared_service):
        proposal = services.draft_proposal(actor=category_manager, line_ids=[mine, theirs])

    with inside_council(northmoor), pytest.raises(NotAllowed, match="already buying"):
        services.withdraw_demand(actor=None, requisition_id=requisition)

    with inside_council(shared_service):
        services.cancel_proposal(actor=category_manager, proposal_id=proposal.pk)
    with inside_council(northmoor):
        services.withdraw_demand(actor=None, requisition_id=requisition)
        services.withdraw_demand(actor=None, requisition_id=requisition)
        assert DemandLine.objects.get(pk=mine).status == DemandStatus.RETURNED
