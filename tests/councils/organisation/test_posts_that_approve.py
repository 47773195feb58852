"""A line of the authority matrix may name a post: whoever holds it on the day approves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from councils.organisation import services
from shared_services.workflow import authority, matrix, matrix_findings
from shared_services.workflow.matrix import MatrixLine
from shared_services.workflow.who import CaseFacts


def test_the_holder_of_the_day_approves_and_a_vacant_post_is_found(inside, establishment, officer_in):
    office = establishment()
    finance = officer_in(inside, "finance_officer")
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
