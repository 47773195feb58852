"""The authority matrix as law: lines change from a day on, whole matrices are signed, faults are found."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import authority, matrix, matrix_findings, matrix_plans, selectors
from shared_services.workflow.matrix import MatrixLine
from shared_services.workflow.matrix_processes import matrix_processes
from shared_services.workflow.models import AuthorityRule, MatrixPlan

REQUISITIONS = "requisition_approval"


@pytest.fixture
def chief(northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer", name="Sam Section")


@pytest.fixture
def finance(northmoor, officer_in):
    return officer_in(northmoor, "finance_officer", name="Finn Finance")


@pytest.fixture
def inside(northmoor, work_done, chief, finance):
    with inside_council(northmoor):
        yield northmoor


def tomorrow() -> date:
    return timezone.localdate() + timedelta(days=1)


def lines(*texts: str) -> list[MatrixLine]:
    """ "budget_holder 0-5000 x2" -> lines in the order given."""
    made = []
    for place, text in enumerate(texts, 1):
        role, amounts, *many = text.split()
        low, _, high = amounts.partition("-")
        made.append(
            MatrixLine.read(
                {
                    "decision_type": REQUISITIONS, "role": role, "amount_from": low, "amount_to": high or None,
                    "needed": many[0][1:] if many else 1, "sequence": place * 10,
                }
            )
        )  # fmt: skip
    return made


def roles_on(day: date, amount: str) -> list[str]:
    required = authority.required_approvals(decision_type=REQUISITIONS, amount=Decimal(amount), on=day)
    return [one.role for one in required]


def rule_of(role: str) -> AuthorityRule:
    return AuthorityRule.objects.of_this_room().filter(decision_type=REQUISITIONS, role=role).latest("valid_from")


def test_a_line_changes_from_a_day_on_and_says_the_old_until_then(inside, finance):
    day = tomorrow() + timedelta(days=9)

    changed = matrix.change_authority_rule(
        actor=finance, rule_id=rule_of("director").pk, from_on=day, amount_from=Decimal("20000.00"),
        minute_reference="C12/26",
    )  # fmt: skip

    assert (changed.valid_from, changed.minute_reference) == (day, "C12/26")
    assert "director" not in roles_on(day - timedelta(days=1), "30000")
    assert "director" in roles_on(day, "30000")
    assert "director" in roles_on(day - timedelta(days=1), "60000")


def test_a_change_never_holds_today(inside, finance):
    with pytest.raises(NotAllowed, match="from tomorrow at the earliest"):
        matrix.change_authority_rule(
            actor=finance, rule_id=rule_of("director").pk, from_on=timezone.localdate(), needed=2
        )


def test_changing_a_line_that_somebody_else_changed_is_told(inside, finance):
    rule = rule_of("director")
    matrix.end_authority_rule(actor=finance, rule_id=rule.pk, valid_to=tomorrow() + timedelta(days=30))

    with pytest.raises(Stale):
        matrix.change_authority_rule(actor=finance, rule_id=rule.pk, from_on=tomorrow(), needed=2, version=1)


def test_a_grid_adds_changes_and_ends_in_one_go(inside, finance):
    rules = list(AuthorityRule.objects.of_this_room().filter(decision_type=REQUISITIONS).order_by("sequence"))
    wanted = [(rules[0].pk, MatrixLine.of(rules[0])), (None, lines("director 1000")[0])]
    wanted.append((rules[1].pk, MatrixLine.read({**MatrixLine.of(rules[1]).values(), "amount_from": "6000"})))

    counts = matrix.change_matrix(
        actor=finance, decision_type=REQUISITIONS, from_on=tomorrow(), lines=wanted, seen=[one.pk for one in rules]
    )

    assert counts == (1, 1, 2)
    assert roles_on(timezone.localdate(), "5500") == ["budget_holder", "head_of_service"]
    assert roles_on(tomorrow(), "5500") == ["budget_holder", "director"] or set(roles_on(tomorrow(), "5500")) == {
        "budget_holder", "director",
    }  # fmt: skip
    assert "section_151_officer" not in roles_on(tomorrow(), "200000")


def test_a_grid_of_an_older_matrix_is_refused(inside, finance):
    seen = list(AuthorityRule.objects.of_this_room().filter(decision_type=REQUISITIONS).values_list("pk", flat=True))
    matrix.add_authority_rule(
        actor=finance, decision_type=REQUISITIONS, role="director", amount_from=Decimal(1), valid_from=tomorrow()
    )

    with pytest.raises(Stale):
        matrix.change_matrix(actor=finance, decision_type=REQUISITIONS, from_on=tomorrow(), lines=[], seen=seen)


def test_a_prepared_matrix_holds_only_once_another_officer_has_signed_it(inside, chief, finance):
    day = tomorrow() + timedelta(days=6)
    plan = matrix_plans.prepare_matrix(actor=finance, from_on=day, lines=lines("head_of_service 0", "director 900"))
    assert roles_on(day, "1000") == ["budget_holder"]

    matrix_plans.sign_matrix(actor=chief, plan_id=plan.pk)
    matrix_plans.sign_matrix(actor=chief, plan_id=plan.pk)

    assert roles_on(day - timedelta(days=1), "1000") == ["budget_holder"]
    assert roles_on(day, "1000") == ["head_of_service", "director"]
    assert AuthorityRule.objects.of_this_room().on(day).filter(decision_type="joint_purchase").count() == 0


def test_nobody_signs_a_matrix_that_he_prepared(inside, chief):
    plan = matrix_plans.prepare_matrix(actor=chief, from_on=tomorrow(), lines=lines("director 0"))

    with pytest.raises(NotAllowed, match="somebody else must sign"):
        matrix_plans.sign_matrix(actor=chief, plan_id=plan.pk)


def test_a_finance_officer_prepares_and_does_not_sign(inside, chief, finance):
    plan = matrix_plans.prepare_matrix(actor=chief, from_on=tomorrow(), lines=lines("director 0"))

    with pytest.raises(NotAllowed, match="sign an authority matrix"):
        matrix_plans.sign_matrix(actor=finance, plan_id=plan.pk)


def test_a_matrix_changed_after_it_was_read_is_not_signed(inside, chief, finance):
    plan = matrix_plans.prepare_matrix(actor=finance, from_on=tomorrow(), lines=lines("director 0"))
    matrix_plans.prepare_matrix(
        actor=finance, from_on=tomorrow(), lines=lines("budget_holder 0"), plan_id=plan.pk, version=1
    )

    with pytest.raises(Stale):
        matrix_plans.sign_matrix(actor=chief, plan_id=plan.pk, version=1)


def test_a_matrix_is_not_signed_once_its_day_has_come(inside, chief, finance):
    plan = matrix_plans.prepare_matrix(actor=finance, from_on=tomorrow(), lines=lines("director 0"))

    with time_machine.travel(timezone.now() + timedelta(days=1)), pytest.raises(NotAllowed, match="later day"):
        matrix_plans.sign_matrix(actor=chief, plan_id=plan.pk)


def test_gaps_contradictions_and_lines_that_nobody_can_fulfil_are_found(inside, officer_in):
    found = [one.message for one in matrix_findings.find_in(lines("finance_officer 0-5000", "director 6000-9000"))]
    assert any("from £5,000 to under £6,000" in text for text in found)
    assert any("Nobody approves £9,000 or more" in text for text in found)
    assert any("No active officer is director" in text for text in found)

    twice = lines("finance_officer 0", "finance_officer 100 x3")
    found = [one.message for one in matrix_findings.find_in(twice)]
    assert any("ask for 1 and 3 officers" in text for text in found)
    assert any("3 different officers must approve as finance officer, and only 1 active officer" in t for t in found)


def test_a_sound_matrix_has_no_findings(inside, officer_in):
    assert matrix_findings.find_in(lines("finance_officer 0-5000", "section_151_officer 5000")) == []


def test_a_process_without_any_line_is_found(inside):
    found = matrix_findings.find_in(lines("finance_officer 0"), dict(matrix_processes()))

    assert [one.decision_type for one in found] == ["joint_purchase"]


def test_the_processes_that_ask_the_matrix_are_read_from_their_drawings(inside):
    assert dict(matrix_processes()).keys() == {"requisition_approval", "joint_purchase"}


def test_a_joint_purchase_and_a_post_are_decided_by_one_officer(inside, finance):
    for role, process in (("director", "joint_purchase"), ("post:0190b7a0-0000-7000-8000-000000000000", REQUISITIONS)):
        with pytest.raises(NotAllowed, match="one officer is asked for"):
            matrix.add_authority_rule(
                actor=finance, decision_type=process, role=role, amount_from=Decimal(0), needed=2,
                valid_from=timezone.localdate(),
            )  # fmt: skip


def test_where_two_holders_must_approve_the_task_comes_twice_and_says_who_has(
    northmoor, work_done, officer_in, submit, decide, client_for
):
    requester = officer_in(northmoor, "requisitioner")
    one, two, three = (officer_in(northmoor, "director", name=f"Director {n}") for n in ("One", "Two", "Three"))
    finance = officer_in(northmoor, "finance_officer")
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().update(valid_to=date(2020, 5, 1))
        matrix.add_authority_rule(
            actor=finance, decision_type=REQUISITIONS, role="director", amount_from=Decimal(0), needed=2,
            valid_from=timezone.localdate(),
        )  # fmt: skip
    case_id = submit(northmoor, requester)

    decide(northmoor, one, case_id)

    assert work_done == []
    with inside_council(northmoor):
        assert selectors.inbox(two).get().progress == "1 of 2 approved: Director One"
        assert not selectors.inbox(one).exists()
    assert "1 of 2 approved: Director One" in client_for(two).get("/inbox/").content.decode()
    assert "1 of 2 approved: Director One" in client_for(requester).get(f"/cases/{case_id}/").content.decode()
    with pytest.raises(NotAllowed, match="You have already approved"):
        decide(northmoor, one, case_id)
    decide(northmoor, three, case_id)
    assert work_done[-1] == "purchasing.raise_order"


def test_one_rejection_rejects_where_several_must_approve(northmoor, work_done, officer_in, submit, decide):
    requester = officer_in(northmoor, "requisitioner")
    one, two = officer_in(northmoor, "director"), officer_in(northmoor, "director")
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().update(valid_to=date(2020, 5, 1))
        AuthorityRule.objects.create(
            owner_id=northmoor.number,
            decision_type=REQUISITIONS,
            role="director",
            needed=2,
            valid_from=date(2026, 1, 1),
        )
    case_id = submit(northmoor, requester)
    decide(northmoor, one, case_id)

    decide(northmoor, two, case_id, "reject", note="Too dear.")

    assert work_done == ["purchasing.requisition_rejected"]


def test_another_councils_plans_are_not_found(northmoor, eastvale, work_done, officer_in, client_for):
    with inside_council(northmoor):
        plan = matrix_plans.prepare_matrix(
            actor=officer_in(northmoor, "finance_officer"), from_on=tomorrow(), lines=lines("director 0")
        )
    neighbour = client_for(officer_in(eastvale, "section_151_officer"))

    for page in ("", "change/", "sign/", "withdraw/"):
        assert neighbour.get(f"/authority/prepared/{plan.pk}/{page}").status_code == 404
    with inside_council(eastvale):
        assert not MatrixPlan.objects.filter(pk=plan.pk).exists()


def test_the_grid_page_keeps_what_was_typed_and_saves_it_without_javascript(northmoor, work_done, finance, client_for):
    client = client_for(finance)
    page = client.get(f"/authority/change/{REQUISITIONS}/")
    form = page.context["form"]
    rows = page.context["lines"]["lines"].rows
    sent = {"version": form.initial["version"], "lines-count": str(len(rows)), "minute_reference": "C7"}
    for row in rows:
        for field in row.form:
            value = field.value()
            sent[field.html_name] = "" if value is None else str(value)
    day = tomorrow()
    sent |= {"from_on_day": str(day.day), "from_on_month": str(day.month), "from_on_year": str(day.year)}

    more = client.post(page.request["PATH_INFO"], {**sent, "edit_lines": "add:lines"})
    assert len(more.context["lines"]["lines"].rows) == len(rows) + 1
    wrong = client.post(page.request["PATH_INFO"], {**sent, "lines-0-amount_to": "0", "lines-0-amount_from": "5"})
    assert wrong.status_code == 422 and "The upper limit must be more" in wrong.content.decode()
    done = client.post(page.request["PATH_INFO"], {**sent, "lines-1-amount_from": "7000"}, follow=True)

    assert "0 added, 1 changed, 0 ended" in done.content.decode()
    with inside_council(northmoor):
        assert rule_of("head_of_service").minute_reference == "C7"
        assert roles_on(day, "6000") == ["budget_holder"]


def test_a_grid_changes_no_line_for_one_s_own_role(inside, chief):
    rules = list(AuthorityRule.objects.of_this_room().filter(decision_type=REQUISITIONS).order_by("sequence"))
    wanted = [(rule.pk, MatrixLine.of(rule)) for rule in rules[:-1]]
    own = MatrixLine.read({**MatrixLine.of(rules[-1]).values(), "amount_from": "0"})
    assert own.role == "section_151_officer"

    with pytest.raises(NotAllowed, match="two people change who decides"):
        matrix.change_matrix(
            actor=chief, decision_type=REQUISITIONS, from_on=tomorrow(), lines=[*wanted, (rules[-1].pk, own)],
            seen=[one.pk for one in rules],
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="two people change who decides"):
        matrix.change_authority_rule(actor=chief, rule_id=rules[-1].pk, from_on=tomorrow(), amount_from=Decimal("0.00"))


def test_two_section_151_officers_may_give_their_role_a_line(inside, chief, officer_in):
    other = officer_in(inside, "section_151_officer")
    wanted = lines("budget_holder 0", "section_151_officer 100")
    plan = matrix_plans.prepare_matrix(actor=other, from_on=tomorrow(), lines=wanted)

    matrix_plans.sign_matrix(actor=chief, plan_id=plan.pk)

    assert roles_on(tomorrow(), "200") == ["budget_holder", "section_151_officer"]


def test_a_line_names_no_role_that_may_not_approve(inside, finance):
    with pytest.raises(NotAllowed, match="may not approve requisitions"):
        matrix_plans.prepare_matrix(actor=finance, from_on=tomorrow(), lines=lines("requisitioner 0"))
