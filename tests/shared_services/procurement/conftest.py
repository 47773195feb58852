"""Demand of two councils, handed over, and a team to buy it together."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from shared_services.messaging.running import run_waiting
from shared_services.procurement.models import DemandLine
from shared_services.procurement.services import DemandLineInput, hand_over_demand
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions, joint, services

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _fresh_processes(monkeypatch):
    """The demand here has no requisition behind it, so no council's room could write a consent."""
    definitions.forget()
    monkeypatch.setattr(joint, "_decisions", {})


@pytest.fixture
def hand_over(officer_in):
    """hand_over(council, cpv, net_amount, quantity) -> the keys of a requisition's lines, now with the shared service."""

    def make(council, *codes, net_amount="1000.00", quantity="2", requester=None):
        codes = codes or ("30213100-6",)
        requester = requester or officer_in(council, "requisitioner")
        reference = f"{council.code}-REQ-2026-{next(_numbers):06d}"
        with inside_council(council):
            requisition_id = new_key()
            case = services.open_case(
                actor=requester,
                process="requisition_approval",
                subject_id=requisition_id,
                reference=reference,
                title="Laptops for libraries",
                amount=Decimal(net_amount),
                category=codes[0],
                facts={"cost_centre": "L100", "wants_joint_buying": True},
            )
            hand_over_demand(
                actor=requester,
                case_id=case.pk,
                requisition_id=requisition_id,
                reference=reference,
                title="Laptops for libraries",
                needed_by_on=None,
                lines=[
                    DemandLineInput(
                        requisition_line_id=new_key(),
                        line_number=number,
                        cpv_code=code,
                        description=f"Thing {number}",
                        quantity=Decimal(quantity),
                        unit="each",
                        net_amount=Decimal(net_amount),
                    )
                    for number, code in enumerate(codes, start=1)
                ],
            )
            return list(
                DemandLine.objects.filter(owner_id=council.number, requisition_id=requisition_id)
                .order_by("line_number")
                .values_list("pk", flat=True)
            )

    return make


@pytest.fixture
def category_manager(shared_service, officer_in):
    return officer_in(shared_service, "category_manager", name="Cato Category")


@pytest.fixture
def do_jobs():
    """Do every promised job, room by room, as workers would."""
    return run_waiting
