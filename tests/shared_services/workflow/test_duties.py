"""Separated duties: refused when a role is given and when somebody acts; exceptions are signed and end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from shared_services.accounts import services as accounts
from shared_services.annexes.selectors import notes_on
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import duties, keeping_duties
from shared_services.workflow.models import DutyException, DutyRule


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Ministrator")


@pytest.fixture
def chief(northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer", name="Sam Section")


@pytest.fixture
def sign(northmoor, chief):
    def make(card, days=30, key="roles-and-approving"):
        with inside_council(northmoor):
            rule = DutyRule.objects.for_this_room().get(key=key)
            return keeping_duties.sign_duty_exception(
                actor=chief, rule_id=rule.pk, card_id=card.pk, reason="Two people are ill; Sam checks weekly.",
                until_on=timezone.localdate() + timedelta(days=days),
            )  # fmt: skip

    return make


def test_a_role_that_brings_separated_duties_together_is_refused_by_name(northmoor, administrator, officer_in):
    other = officer_in(northmoor, "council_administrator")

    with inside_council(northmoor), pytest.raises(NotAllowed, match="whoever gives roles may not approve purchases"):
        accounts.grant_role(actor=administrator, card_id=other.pk, role="director")
    with inside_council(northmoor), pytest.raises(NotAllowed, match="Separated duties"):
        accounts.create_officer(
            actor=administrator, work_name="Both", work_email="both@northmoor.test", job_title="Both",
            roles=["council_administrator", "budget_holder"],
        )  # fmt: skip


def test_a_role_that_brings_nothing_together_is_given(northmoor, administrator, officer_in):
    other = officer_in(northmoor, "requisitioner")

    with inside_council(northmoor):
        accounts.grant_role(actor=administrator, card_id=other.pk, role="budget_holder")


def test_an_exception_lets_the_role_be_given_until_its_day_and_the_officer_act(
    northmoor, administrator, officer_in, sign, submit, decide, work_done
):
    other = officer_in(northmoor, "council_administrator", name="Otto Other")
    for key in ("roles-and-approving", "roles-and-budgets"):
        sign(other, key=key)
    with inside_council(northmoor):
        other = accounts.grant_role(actor=administrator, card_id=other.pk, role="budget_holder")
    requester = officer_in(northmoor, "requisitioner")

    decide(northmoor, other, submit(northmoor, requester))

    late = submit(northmoor, requester, reference="NOR-REQ-2026-000002")
    with (
        time_machine.travel(timezone.now() + timedelta(days=31)),
        pytest.raises(NotAllowed, match="Separated duties"),
    ):
        decide(northmoor, other, late)


def test_whoever_brings_duties_together_already_is_refused_when_acting_and_listed(
    northmoor, officer_in, submit, decide, work_done, chief, client_for
):
    both = officer_in(northmoor, "council_administrator", "budget_holder", name="Bo Both")
    case_id = submit(northmoor, officer_in(northmoor, "requisitioner"))

    with pytest.raises(NotAllowed, match="whoever gives roles may not approve purchases"):
        decide(northmoor, both, case_id)
    with inside_council(northmoor):
        assert {(one.card.pk, one.rule.key) for one in duties.conflicts()} >= {(both.pk, "roles-and-approving")}
        with pytest.raises(NotAllowed, match="Separated duties"):
            accounts.grant_role(actor=both, card_id=chief.pk, role="hr_adviser")
    page = client_for(chief).get("/duties/").content.decode()
    assert "Bo Both" in page and "Sign an exception" in page


def test_an_exception_is_never_ones_own_always_ends_and_says_why(northmoor, chief, officer_in, sign):
    other = officer_in(northmoor, "council_administrator")
    with pytest.raises(NotAllowed, match="for yourself"):
        sign(chief)
    with pytest.raises(NotAllowed, match="must end"):
        sign(other, days=400)
    with pytest.raises(NotAllowed, match="no exception from this rule"):
        sign(other, key="requester-may-not-approve")

    first, second = sign(other), sign(other)

    assert first.pk == second.pk
    with inside_council(northmoor):
        assert [note.text for note in notes_on(first.pk)] == ["Two people are ill; Sam checks weekly."]
        keeping_duties.end_duty_exception(actor=chief, exception_id=first.pk)
        assert not DutyException.objects.of_this_room().in_force(on=timezone.localdate()).exists()


def test_only_the_section_151_officer_signs(northmoor, administrator, officer_in):
    other = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor), pytest.raises(NotAllowed, match="You may not sign"):
        keeping_duties.sign_duty_exception(
            actor=administrator, rule_id=DutyRule.objects.for_this_room().first().pk, card_id=other.pk,
            until_on=timezone.localdate(), reason="Because",
        )  # fmt: skip


def test_a_council_keeps_further_duties_apart_for_itself_alone(northmoor, eastvale, administrator, officer_in, chief):
    with inside_council(northmoor):
        rule = keeping_duties.add_duty_rule(
            actor=administrator, sentence="Whoever keeps employments may not order",
            first="people.manage_employments", second="purchasing.issue_order", scope="always",
        )  # fmt: skip
        adviser = officer_in(northmoor, "hr_adviser")
        with pytest.raises(NotAllowed, match="whoever keeps employments may not order"):
            accounts.grant_role(actor=administrator, card_id=adviser.pk, role="finance_officer")
        with pytest.raises(NotAllowed):
            keeping_duties.end_duty_rule(actor=administrator, rule_id=rule.pk)
    next_door, helper = officer_in(eastvale, "council_administrator"), officer_in(eastvale, "hr_adviser")
    with inside_council(eastvale):
        accounts.grant_role(actor=next_door, card_id=helper.pk, role="finance_officer")
        assert not DutyRule.objects.filter(pk=rule.pk).exists()
    with inside_council(northmoor):
        keeping_duties.end_duty_rule(actor=chief, rule_id=rule.pk)
        accounts.grant_role(actor=administrator, card_id=adviser.pk, role="finance_officer")


def test_the_shared_services_rules_are_not_ended_by_a_council(northmoor, chief):
    with inside_council(northmoor):
        rule = DutyRule.objects.for_this_room().get(key="roles-and-approving")
        with pytest.raises(NotAllowed, match="holds for every council"):
            keeping_duties.end_duty_rule(actor=chief, rule_id=rule.pk)


def test_a_rule_for_one_case_refuses_whoever_did_the_other_duty_in_it(northmoor, officer_in, administrator):
    officer, other = officer_in(northmoor, "finance_officer"), officer_in(northmoor, "finance_officer")
    with inside_council(northmoor):
        keeping_duties.add_duty_rule(
            actor=administrator, sentence="Whoever sends out an order may not cancel it",
            first="purchasing.issue_order", second="purchasing.cancel_order", scope="same_case",
        )  # fmt: skip
        done = {"purchasing.issue_order": {officer.pk}}

        with pytest.raises(NotAllowed, match="may not cancel it"):
            duties.check_may_do(officer, "purchasing.cancel_order", done=done)
        duties.check_may_do(other, "purchasing.cancel_order", done=done)


def test_the_refusal_stands_on_the_page_where_the_role_is_given(northmoor, administrator, officer_in, client_for):
    other = officer_in(northmoor, "council_administrator")

    page = client_for(administrator).post(f"/account/officers/{other.pk}/roles/grant/", {"role": "director"})

    assert page.status_code == 409
    assert "Separated duties: whoever gives roles may not approve purchases" in page.content.decode()
