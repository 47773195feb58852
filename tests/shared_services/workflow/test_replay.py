"""Any past approval, asked again under the lines of its day, leads to the same approver."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import authority, basis, matrix, replay
from shared_services.workflow.models import AuthorityRule, Case, Decision

REQUISITIONS = "requisition_approval"
ROLES = ("budget_holder", "head_of_service", "director", "section_151_officer")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def officers(northmoor, work_done, officer_in):
    with time_machine.travel(START - timedelta(days=30)):
        cards = {role: [officer_in(northmoor, role) for _one in range(3)] for role in ROLES}
        return SimpleNamespace(requester=officer_in(northmoor, "requisitioner"), cards=cards)


def test_approvals_stay_explained_when_the_matrix_changes_after_them(northmoor, officers, submit, decide):
    chief = officers.cards["section_151_officer"][0]
    case_id = submit(northmoor, officers.requester, amount="6000.00")
    for role in ("budget_holder", "head_of_service"):
        decide(northmoor, officers.cards[role][0], case_id)

    with inside_council(northmoor):
        matrix.add_authority_rule(
            actor=chief, decision_type=REQUISITIONS, role="director", amount_from=Decimal(0),
            valid_from=timezone.localdate(),
        )  # fmt: skip
        rule = AuthorityRule.objects.of_this_room().get(decision_type=REQUISITIONS, role="head_of_service")
        matrix.end_authority_rule(actor=chief, rule_id=rule.pk, valid_to=timezone.localdate())

        found = replay.summarise(None, None)

    assert (found.asked, found.same, found.unrecorded) == (2, 2, 0)


def test_an_approval_keeps_its_lines_and_the_holders_of_its_day(northmoor, officers, submit, decide):
    case_id = submit(northmoor, officers.requester)
    holder = officers.cards["budget_holder"][1]
    decide(northmoor, holder, case_id)

    with inside_council(northmoor):
        kept = Decision.objects.get(case_id=case_id).basis
        line = AuthorityRule.objects.of_this_room().get(decision_type=REQUISITIONS, role="budget_holder")
    assert kept["lines"] == [[str(line.pk), "budget_holder", 1]]
    assert set(kept["holders"]) == {str(card.pk) for card in officers.cards["budget_holder"]}


def test_a_line_altered_behind_the_services_back_is_found(northmoor, officers, submit, decide, capsys):
    case_id = submit(northmoor, officers.requester, amount="6000.00")
    decide(northmoor, officers.cards["budget_holder"][0], case_id)
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().filter(role="head_of_service").update(amount_from=Decimal("7000.00"))

    with pytest.raises(SystemExit):
        call_command("replay_approvals", council="northmoor")

    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "The lines of that day ask for budget holder" in said[0]["differences"][0]
    assert said[-1]["different"] == 1


def test_a_role_given_without_a_record_is_found(northmoor, officers, submit, decide):
    intruder = officers.requester
    case_id = submit(northmoor, officers.cards["director"][0])
    with inside_council(northmoor):
        intruder.roles = ["budget_holder"]
        intruder.save()
    decide(northmoor, intruder, case_id)

    with inside_council(northmoor):
        (found,) = replay.summarise(None, None).differing
    assert found.differences == ["The record of roles given and ended names other holders for that moment."]


def test_the_page_and_the_command_say_how_many_are_the_same(northmoor, officers, submit, decide, client_for, capsys):
    decide(northmoor, officers.cards["budget_holder"][0], submit(northmoor, officers.requester))

    page = client_for(officers.cards["section_151_officer"][0]).get("/authority/replay/?replay=1").content.decode()
    call_command("replay_approvals", council="northmoor")

    assert "Approvals asked again" in page
    assert json.loads(capsys.readouterr().out)["same"] == 1


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "end", "change"]),
        st.sampled_from(ROLES),
        st.sampled_from([0, 400, 5000, 20000, 50000]),
        st.sampled_from([None, 30000, 90000]),
        st.sampled_from(["", "L100", "M200"]),
        st.sampled_from(["", "39", "45"]),
        st.integers(1, 3),
        st.sampled_from([10, 20, 30]),
        st.integers(0, 4),
    ),
    min_size=2,
    max_size=6,
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(CHANGES, min_size=3, max_size=6), seed=st.integers(0, 10_000))
def test_thousands_of_approvals_under_changing_matrices_replay_to_the_same_approvers(
    northmoor, officers, submit, days, seed
):
    chance = random.Random(seed)
    with inside_council(northmoor):
        undo = transaction.atomic()
        undo.__enter__()
        try:
            made = _some_weeks(northmoor, officers, submit, days, chance)
            found = replay.summarise(None, None)
            assert (found.asked, found.same, found.differing) == (made, made, [])
        finally:
            transaction.set_rollback(True)
            undo.__exit__(None, None, None)


def _some_weeks(council, officers, submit, days, chance) -> int:
    """Each day some lines change at odd moments, and in between hundreds of approvals fall; gives how many."""
    chief = officers.cards["section_151_officer"][0]
    case = Case.objects.get(pk=submit(council, officers.requester))
    made = 0
    for number, changes in enumerate(days):
        moment = START + timedelta(days=number * 2)
        decisions = []
        for change in changes:
            moment += timedelta(minutes=30)
            with time_machine.travel(moment, tick=False):
                _change(chief, change)
                for _one in range(60):
                    decisions += _approve(case, officers, chance)
        Decision.objects.bulk_create(decisions)
        made += len(decisions)
    return made


def _change(chief, change) -> None:
    kind, role, low, high, centre, category, needed, place, later = change
    today = timezone.localdate()
    line = {
        "role": role, "amount_from": Decimal(low), "amount_to": None if high is None or high <= low else Decimal(high),
        "cost_centre": centre, "category_prefix": category, "needed": needed, "sequence": place,
    }  # fmt: skip
    rule = AuthorityRule.objects.of_this_room().on(today).filter(decision_type=REQUISITIONS, role=role).first()
    try:
        if kind == "add":
            day = today + timedelta(days=later)
            matrix.add_authority_rule(actor=chief, decision_type=REQUISITIONS, valid_from=day, **line)
        elif rule is not None and kind == "end":
            matrix.end_authority_rule(actor=chief, rule_id=rule.pk, valid_to=today + timedelta(days=later))
        elif rule is not None:
            matrix.change_authority_rule(
                actor=chief, rule_id=rule.pk, from_on=today + timedelta(days=later + 1), **line
            )
    except NotAllowed:
        pass  # The same line, or one that has ended: the rule said so.


def _approve(case, officers, chance) -> list[Decision]:
    """What the engine would record for one purchase: its own question, and one holder for each approval."""
    case.amount = Decimal(chance.choice([0, 399, 400, 4999, 5000, 29999, 30000, 60000, 90000]))
    case.category = chance.choice(["", "39112000-0", "45000000-7"])
    centre = chance.choice(["", "L100", "M200"])
    required = authority.deciding_approvals(
        decision_type=REQUISITIONS, amount=case.amount, category=case.category, cost_centre=centre,
        on=timezone.localdate(),
    )  # fmt: skip
    asked = basis.asked(case, required, decision_type=REQUISITIONS, amount=case.amount, cost_centre=centre)
    made = []
    for approval in required[:2]:
        holders = officers.cards[approval.role]
        card = chance.choice(holders)
        made.append(
            Decision(
                owner_id=case.owner_id, case=case, step="approve_requisition", title="Approve", card=card,
                card_name=card.work_name, role=approval.role, outcome="approve", at=timezone.now(),
                basis={**asked, "role": approval.role, "holders": sorted(str(one.pk) for one in holders)},
            )
        )  # fmt: skip
    return made


def test_a_line_added_later_in_the_day_does_not_change_what_was_decided_that_morning(
    northmoor, officers, submit, decide
):
    chief = officers.cards["section_151_officer"][0]
    case_id = submit(northmoor, officers.requester)
    with inside_council(northmoor):
        matrix.add_authority_rule(
            actor=chief, decision_type=REQUISITIONS, role="director", amount_from=Decimal(0),
            valid_from=timezone.localdate(),
        )  # fmt: skip
    decide(northmoor, officers.cards["budget_holder"][0], case_id)

    with inside_council(northmoor):
        assert replay.summarise(None, None).same == 1
        required = authority.required_approvals(
            decision_type=REQUISITIONS, amount=Decimal(600), on=timezone.localdate()
        )
    assert [one.role for one in required] == ["budget_holder", "director"]
