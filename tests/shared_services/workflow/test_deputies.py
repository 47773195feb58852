"""Deputies: asked, accepted, in force for their days and scope, no further than their own limit, never in a circle."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from shared_services.audit.models import AuditEntry
from shared_services.messaging.models import OutboxMessage
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import answers, deputies, replay, selectors, services, who
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.models import AuthorityRule, Case, Decision, TaskCandidate


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def hana(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Hana Head")


@pytest.fixture
def bea(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", name="Bea Deputy")


@pytest.fixture
def one_line(northmoor, work_done):
    """Heads of service approve anything under £50,000, directors everything from £50,000."""
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().update(valid_to=date(2020, 5, 1))
        for role, low, high in (("head_of_service", "0.00", "50000.00"), ("director", "50000.00", None)):
            AuthorityRule.objects.create(
                owner_id=northmoor.number, decision_type="requisition_approval", role=role, amount_from=Decimal(low),
                amount_to=high and Decimal(high), sequence=10, valid_from=date(2026, 1, 1),
            )  # fmt: skip


@pytest.fixture
def stand_in(northmoor):
    """stand_in(deputy, principal, ...) -> an accepted deputyship for today and tomorrow."""

    def make(deputy, principal, *, accept=True, days=1, **scope):
        today = timezone.localdate()
        with inside_council(northmoor):
            found = deputies.name_deputy(
                actor=principal, principal_id=principal.pk, deputy_id=deputy.pk, from_on=today,
                to_on=today + timedelta(days=days), **scope,
            )  # fmt: skip
            if accept:
                deputies.accept_deputyship(actor=deputy, deputy_id=found.pk)
                refresh_candidates()
            return found

    return make


def in_inbox(council, card) -> bool:
    with inside_council(council):
        return selectors.inbox(card).exists()


def test_a_deputy_decides_for_a_colleague_and_the_record_names_both(
    northmoor, one_line, requester, officer_in, submit, decide, stand_in, client_for
):
    helper = officer_in(northmoor, "director", name="Bea Deputy")
    hana = officer_in(northmoor, "head_of_service", name="Hana Head")
    stand_in(helper, hana)

    case_id = submit(northmoor, requester)
    page = client_for(helper).get("/inbox/").content.decode()
    assert "Hana Head" in page
    decide(northmoor, helper, case_id)

    with inside_council(northmoor):
        decision = Decision.objects.get(case_id=case_id)
        assert decision.by == "Bea Deputy for Hana Head"
        assert (decision.card_id, decision.for_card_id) == (helper.pk, hana.pk)
        assert set(Case.objects.get(pk=case_id).approved_by) == {helper.pk, hana.pk}
        audit = AuditEntry.objects.filter(event="workflow.task.completed").latest("at")
        assert audit.facts["acting_for"] == "Hana Head"
        assert "Bea Deputy for Hana Head" in [line.by for line in selectors.history_of(Case.objects.get(pk=case_id))]


def test_nothing_changes_until_the_deputy_accepts(northmoor, one_line, requester, hana, officer_in, submit, stand_in):
    helper = officer_in(northmoor, "director")
    asked = stand_in(helper, hana, accept=False)
    submit(northmoor, requester)
    assert not in_inbox(northmoor, helper)

    with inside_council(northmoor):
        deputies.accept_deputyship(actor=helper, deputy_id=asked.pk)
        assert OutboxMessage.objects.filter(task="workflow.refresh_candidates", done_at=None).exists()
        refresh_candidates()

    assert in_inbox(northmoor, helper)
    with inside_council(northmoor):
        assert TaskCandidate.objects.get(card=helper).for_name == "Hana Head"
        deputies.end_deputyship(actor=hana, deputy_id=asked.pk)
        refresh_candidates()
    assert not in_inbox(northmoor, helper)


def test_only_the_deputy_answers_and_once(northmoor, hana, bea, requester, stand_in):
    asked = stand_in(bea, hana, accept=False)
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="Only Bea Deputy"):
            deputies.accept_deputyship(actor=requester, deputy_id=asked.pk)
        with pytest.raises(Stale):
            deputies.accept_deputyship(actor=bea, deputy_id=asked.pk, version=7)
        deputies.decline_deputyship(actor=bea, deputy_id=asked.pk)
        deputies.decline_deputyship(actor=bea, deputy_id=asked.pk)
        with pytest.raises(NotAllowed, match="declined or over"):
            deputies.accept_deputyship(actor=bea, deputy_id=asked.pk)


def test_a_deputy_goes_no_further_than_his_own_limit(
    northmoor, one_line, requester, officer_in, bea, submit, decide, stand_in
):
    director = officer_in(northmoor, "director", name="Dora Director")
    stand_in(bea, director)
    case_id = submit(northmoor, requester, amount="60000.00")

    assert not in_inbox(northmoor, bea)
    with pytest.raises(NotAllowed, match="You are not director"):
        decide(northmoor, bea, case_id)


def test_a_higher_limit_that_was_signed_lets_him(
    northmoor, one_line, requester, officer_in, bea, submit, decide, stand_in
):
    director, chief = officer_in(northmoor, "director"), officer_in(northmoor, "section_151_officer")
    found = stand_in(bea, director)
    with inside_council(northmoor):
        for actor in (bea, director):
            with pytest.raises(NotAllowed):
                deputies.sign_higher_limit(actor=actor, deputy_id=found.pk, amount=Decimal("60000.00"))
        deputies.sign_higher_limit(actor=chief, deputy_id=found.pk, amount=Decimal("60000.00"))
    large = submit(northmoor, requester, amount="60000.01", reference="NOR-REQ-2026-000002")
    case_id = submit(northmoor, requester, amount="60000.00")

    decide(northmoor, bea, case_id)
    with pytest.raises(NotAllowed, match="You are not director"):
        decide(northmoor, bea, large)


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        ({"decision_types": ["requisition_approval"]}, True),
        ({"decision_types": ["leave_request"]}, False),
        ({"roles": ["head_of_service"]}, True),
        ({"roles": ["director"]}, False),
        ({"cost_centres": ["L100"]}, True),
        ({"cost_centres": ["M200"]}, False),
        ({"max_amount": Decimal("600.00")}, True),
        ({"max_amount": Decimal("599.99")}, False),
    ],
)
def test_a_deputy_acts_within_his_scope(northmoor, one_line, requester, hana, officer_in, submit, stand_in, scope, may):
    helper = officer_in(northmoor, "director")
    stand_in(helper, hana, **scope)

    submit(northmoor, requester)

    assert in_inbox(northmoor, helper) is may


def test_a_deputyship_holds_on_its_days_only(northmoor, one_line, requester, hana, officer_in, submit, stand_in):
    helper = officer_in(northmoor, "director")
    stand_in(helper, hana)
    submit(northmoor, requester)
    assert in_inbox(northmoor, helper)

    with time_machine.travel(timezone.now() + timedelta(days=2)), inside_council(northmoor):
        refresh_candidates()
        assert not selectors.inbox(helper).exists()


def test_nobody_stands_in_on_his_own_case_nor_for_whoever_raised_it(
    northmoor, one_line, officer_in, submit, decide, stand_in
):
    asker = officer_in(northmoor, "requisitioner", "director", name="Asker")
    holder = officer_in(northmoor, "requisitioner", "head_of_service", name="Holder")
    stand_in(asker, holder)
    own = submit(northmoor, asker)
    for_holder = submit(northmoor, holder, reference="NOR-REQ-2026-000002")

    with pytest.raises(NotAllowed, match="You raised"):
        decide(northmoor, asker, own)
    with pytest.raises(NotAllowed, match="You are not head of service"):
        decide(northmoor, asker, for_holder)


def test_nobody_approves_twice_as_himself_and_as_deputy(
    northmoor, one_line, requester, hana, bea, officer_in, submit, decide, stand_in
):
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().filter(role="head_of_service").update(needed=2)
    stand_in(bea, hana)
    case_id = submit(northmoor, requester)
    decide(northmoor, bea, case_id)

    with pytest.raises(NotAllowed, match="You have already approved"):
        decide(northmoor, bea, case_id)
    decide(northmoor, hana, case_id)


def test_a_colleague_who_was_approved_for_does_not_approve_again(
    northmoor, one_line, requester, hana, officer_in, submit, decide, stand_in
):
    helper = officer_in(northmoor, "director")
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().filter(role="head_of_service").update(needed=2)
    stand_in(helper, hana)
    case_id = submit(northmoor, requester)
    decide(northmoor, helper, case_id)

    with pytest.raises(NotAllowed, match="You have already approved"):
        decide(northmoor, hana, case_id)


def test_circles_are_refused_directly_and_through_others(northmoor, hana, bea, officer_in, stand_in):
    third = officer_in(northmoor, "head_of_service", name="Cy Third")
    stand_in(bea, hana)
    stand_in(third, bea)

    for deputy, principal in ((hana, bea), (hana, third)):
        with pytest.raises(NotAllowed, match="go round in a circle"):
            stand_in(deputy, principal)
    with inside_council(northmoor), pytest.raises(NotAllowed, match="his own deputy"):
        deputies.name_deputy(
            actor=hana, principal_id=hana.pk, deputy_id=hana.pk, from_on=timezone.localdate(),
            to_on=timezone.localdate(),
        )  # fmt: skip


def test_a_chain_goes_one_step_onward_and_no_further(
    northmoor, one_line, requester, hana, officer_in, submit, stand_in
):
    first, second, third = (officer_in(northmoor, "director", name=f"Director {n}") for n in ("One", "Two", "Three"))
    stand_in(first, hana)
    stand_in(second, first)
    stand_in(third, second)

    submit(northmoor, requester)

    assert [in_inbox(northmoor, card) for card in (first, second, third)] == [True, True, False]


def test_others_are_named_for_by_those_who_manage_deputies_only(northmoor, hana, bea, officer_in):
    today = timezone.localdate()
    days = {"principal_id": hana.pk, "deputy_id": bea.pk, "from_on": today, "to_on": today}
    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="You may not name deputies for others"):
            deputies.name_deputy(actor=bea, **days)
        named = deputies.name_deputy(actor=officer_in(northmoor, "council_administrator"), **days)
        assert named.status == "asked"


def test_who_would_approve_names_deputies_of_the_day(northmoor, one_line, requester, hana, officer_in, stand_in):
    helper = officer_in(northmoor, "director", name="Dora Director")
    stand_in(helper, hana, days=3)
    today = timezone.localdate()

    def ask(day):
        with inside_council(northmoor):
            return answers.who_would_approve(
                decision_type="requisition_approval", amount=Decimal("600.00"), category="", cost_centre="L100",
                requester=requester, on=day,
            )  # fmt: skip

    (answer,) = ask(today + timedelta(days=3))
    assert [card.work_name for card in answer.officers] == ["Hana Head"]
    assert [(one.officer.work_name, one.why) for one in answer.stand_ins] == [("Dora Director", "deputy of Hana Head")]
    (later,) = ask(today + timedelta(days=4))
    assert later.stand_ins == []


def test_an_officer_names_a_deputy_on_a_page_who_accepts_on_another(northmoor, hana, bea, requester, client_for):
    day = timezone.localdate()
    sent = {"deputy": str(bea.pk), "cost_centres": "L100, M200", "max_amount": ""}
    for name in ("from_on", "to_on"):
        sent |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}

    done = client_for(hana).post("/deputies/name/", sent, follow=True)
    assert "Bea Deputy has been asked" in done.content.decode()
    assert "L100, M200" in done.content.decode()
    url = done.redirect_chain[-1][0]
    assert client_for(requester).get(url).status_code == 404
    assert "You are asked to stand in" in client_for(bea).get("/deputies/").content.decode()
    done = client_for(bea).post(f"{url}accept/", {"version": "1"}, follow=True)

    assert "You stand in for Hana Head" in done.content.decode()
    again = client_for(bea).post(f"{url}end/", {"version": "1"})
    assert again.status_code == 409


def test_another_councils_deputyship_is_not_found(northmoor, eastvale, hana, bea, officer_in, stand_in, client_for):
    found = stand_in(bea, hana)
    neighbour = client_for(officer_in(eastvale, "council_administrator", "hr_adviser"))

    for page in ("", "accept/", "decline/", "end/"):
        assert neighbour.get(f"/deputies/{found.pk}/{page}").status_code == 404


def test_a_deputy_needs_the_role_that_allows_the_decision(
    northmoor, one_line, requester, hana, officer_in, submit, decide, stand_in
):
    clerk = officer_in(northmoor, "finance_officer", name="Cleo Clerk")
    with inside_council(northmoor):
        AuthorityRule.objects.of_this_room().filter(role="head_of_service").update(sequence=20)
        AuthorityRule.objects.create(
            owner_id=northmoor.number, decision_type="requisition_approval", role="finance_officer",
            amount_from=Decimal("40000.00"), sequence=30, valid_from=date(2026, 1, 1),
        )  # fmt: skip
    stand_in(clerk, hana)

    case_id = submit(northmoor, requester)

    assert not in_inbox(northmoor, clerk)
    with pytest.raises(NotAllowed, match="You are not head of service"):
        decide(northmoor, clerk, case_id)


def test_a_requester_does_not_choose_who_approves_through_his_own_deputy(
    northmoor, one_line, hana, bea, officer_in, submit, decide, stand_in
):
    chosen = officer_in(northmoor, "director", name="Dara Director")
    stand_in(bea, hana)
    stand_in(chosen, bea)

    case_id = submit(northmoor, bea)

    assert not in_inbox(northmoor, chosen)
    with pytest.raises(NotAllowed, match="You are not head of service"):
        decide(northmoor, chosen, case_id)


def test_nobody_stands_in_for_an_officer_who_may_not_decide_himself(
    northmoor, one_line, requester, hana, officer_in, submit, decide, stand_in
):
    helper = officer_in(northmoor, "director", name="Dara Director")
    stand_in(helper, hana)
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        hana.roles = ["council_administrator", "head_of_service"]
        hana.save()

    with pytest.raises(NotAllowed, match="You are not head of service"):
        decide(northmoor, helper, case_id)


def test_a_deputy_for_one_cost_centre_is_asked_where_it_pays_along_with_others(
    northmoor, work_done, monkeypatch, requester, officer_in, decide, stand_in
):
    holder = officer_in(northmoor, "budget_holder", name="Lib Holder")
    main = officer_in(northmoor, "budget_holder", name="Main Holder")
    helper = officer_in(northmoor, "budget_holder", name="Bea Deputy")
    paid_by = {"L100": main.pk, "LIB10": holder.pk}
    monkeypatch.setitem(who._resolvers, "budget_holder", lambda case: {paid_by[case.cost_centre]})
    stand_in(helper, holder, cost_centres=["LIB10"], roles=["budget_holder"])
    with inside_council(northmoor):
        case_id = services.open_case(
            actor=requester, process="requisition_approval", subject_id=new_key(), reference="NOR-REQ-2026-000002",
            title="Chairs", amount=Decimal("600.00"),
            facts={"cost_centre": "L100", "cost_centres": ["L100", "LIB10"], "wants_joint_buying": False},
        ).pk  # fmt: skip

    assert not in_inbox(northmoor, helper)
    decide(northmoor, main, case_id)
    assert in_inbox(northmoor, helper)
    decide(northmoor, helper, case_id)

    with inside_council(northmoor):
        assert Decision.objects.get(case_id=case_id, card=helper).by == "Bea Deputy for Lib Holder"
        assert replay.summarise(None, None).same == 2


def test_nobody_names_himself_as_another_s_deputy(northmoor, one_line, hana, officer_in, stand_in):
    administrator = officer_in(northmoor, "council_administrator")
    today = timezone.localdate()

    with inside_council(northmoor), pytest.raises(NotAllowed, match="cannot name yourself"):
        deputies.name_deputy(
            actor=administrator, principal_id=hana.pk, deputy_id=administrator.pk, from_on=today, to_on=today
        )
