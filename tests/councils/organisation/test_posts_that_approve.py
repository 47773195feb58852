"""A line of the authority matrix may name a post: whoever holds it on the day approves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localdate

from councils.organisation import services
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import authority, matrix, matrix_findings
from shared_services.workflow.matrix import MatrixLine
from shared_services.workflow.who import CaseFacts


def test_a_post_alone_lets_nobody_approve(inside, establishment, officer_in):
    office = establishment()
    role, head = f"post:{office.head.pk}", office.people["Head"]
    facts = CaseFacts("requisition_approval", office.people["Officer"].pk)
    line = MatrixLine.read({"decision_type": "requisition_approval", "role": role})

    assert authority.holders(role, facts) == set()
    assert not authority.holds(head, role, facts)
    assert any("may not approve requisitions" in one.message for one in matrix_findings.find_in([line]))


def test_nobody_gives_his_own_post_a_line(inside, establishment):
    office = establishment()
    head = give(office.people["Head"], "finance_officer")

    with pytest.raises(NotAllowed, match="You hold this post yourself"):
        matrix.add_authority_rule(
            actor=head, decision_type="requisition_approval", role=f"post:{office.head.pk}", amount_from=Decimal(0),
            valid_from=localdate(),
        )  # fmt: skip


def give(card, role):
    card.roles = [role]
    card.save()
    return card


def test_the_holder_of_the_day_approves_and_a_vacant_post_is_found(inside, establishment, officer_in):
    office = establishment()
    finance = officer_in(inside, "finance_officer")
    give(office.people["Head"], "head_of_service")
    rule = matrix.add_authority_rule(
        actor=finance, decision_type="requisition_approval", role=f"post:{office.head.pk}", amount_from=Decimal(0),
        valid_from=localdate(),
    )  # fmt: skip
    facts = CaseFacts("requisition_approval", office.people["Officer"].pk)

    assert authority.holders(rule.role, facts) == {office.people["Head"].pk}
    assert authority.holds(office.people["Head"], rule.role, facts)
    assert authority.role_label(rule.role) == "Head (P3)"
    assert authority.holders(rule.role, CaseFacts("x", facts.requester_id, on=date(2019, 1, 1))) == set()

    administrator = officer_in(inside, "council_administrator")
    services.vacate(actor=administrator, post=office.head, to_on=localdate() - timedelta(days=1))
    assert authority.holders(rule.role, facts) == set()
    found = [one.message for one in matrix_findings.find_in([MatrixLine.of(rule)])]
    assert any("Head (P3) is vacant" in text for text in found)
