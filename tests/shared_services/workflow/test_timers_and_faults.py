"""Cases whose time has come, cases that a failing step stops, and having them tried again."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from shared_services.annexes.models import CaseNote
from shared_services.audit.models import AuditEntry
from shared_services.messaging import running
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from shared_services.workflow import case_timers, definitions, holds, operations, retrying, selectors, services
from shared_services.workflow.models import AuthorityRule, Case, CaseTimer, Task
from shared_services.workflow.operations import OperationFailed
from shared_services.workflow.publishing import publish_process

from .drawing import (
    about,
    boundary,
    element,
    end,
    flow,
    flows,
    gateway,
    message,
    process,
    service,
    start,
    timed,
    timer,
    user,
)

OVERDUE = process(
    start(), user("decide", role="budget_holder"), boundary("too_late", "decide", timer("P5D")),
    user("escalated", role="director"), end(outcome="done"),
    flows("start decide", "decide end", "too_late escalated", "escalated end"), key="overdue", title="Overdue",
)  # fmt: skip
SERVICE = process(
    start(), user("decide", role="budget_holder"), service("raise_it", "test.raise_it"), end(outcome="done"),
    flows("start decide", "decide raise_it", "raise_it end"), key="raising", title="Raising",
)  # fmt: skip
PAUSED = process(
    start(), timed("cool_off", "P1D"), service("raise_it", "test.raise_it"), end(outcome="done"),
    flows("start cool_off", "cool_off raise_it", "raise_it end"), key="paused", title="Paused",
)  # fmt: skip

PAUSED_PLAIN = process(
    start(), timed("cool_off", "P1D"), end(outcome="done"), flows("start cool_off", "cool_off end"), key="plain_pause",
    title="Paused",
)  # fmt: skip
STUCK = process(
    start(), timed("cool_off", "P1D"), gateway("exclusive", "which"), user("a", role="director"), end(),
    flows("start cool_off", "cool_off which", "a end"), flow("which", "a", "amount &gt; 5"),
    flow("which", "end", "amount &gt; 6"), key="stuck", title="Stuck",
)  # fmt: skip


@pytest.fixture
def broken(monkeypatch):
    """broken[0] is what the operation test.raise_it raises; None lets it be done."""
    state: list = [None]
    done: list[str] = []

    def run(context: operations.OperationContext):
        CaseNote(case_id=context.case.pk, author_name="Operation", text="half done").save(force_insert=True)
        if state[0] is not None:
            raise state[0]
        done.append(context.case.reference)

    monkeypatch.setitem(
        operations._registered, "test.raise_it", operations.RegisteredOperation("test.raise_it", run, None, "")
    )
    state.append(done)
    return state


@pytest.fixture
def publish(shared_service):
    def make(*texts):
        with inside_council(shared_service):
            for text in texts:
                publish_process(bpmn=text, dmn=[])
        definitions.forget()

    yield make
    definitions.forget()


@pytest.fixture
def people(northmoor, officer_in):
    return {
        "requester": officer_in(northmoor, "requisitioner", name="Riley Requester"),
        "holder": officer_in(northmoor, "budget_holder", name="Bo Budget"),
        "director": officer_in(northmoor, "director", name="Di Director"),
        "admin": officer_in(northmoor, "council_administrator", name="Ada Admin"),
    }


@pytest.fixture(autouse=True)
def roles_by_key(monkeypatch):
    from shared_services.workflow import presenters, who

    monkeypatch.setattr(who, "_resolvers", {})
    monkeypatch.setattr(presenters, "_presenters", {})


def open_one(people, key, number=1, **facts):
    return services.open_case(
        actor=people["requester"], process=key, subject_id=new_key(), reference=f"NOR-T-2026-{number:06d}",
        title="A case", facts=facts,
    )  # fmt: skip


def sweep(council):
    with inside_council(council):
        enqueue("workflow.run_due_timers", once="workflow.run_due_timers")
    run_waiting()


def decide(people, who, case, outcome="approve"):
    task = Task.objects.of_this_room().to_do().get(case=case)
    return services.complete_task(actor=people[who], task_id=task.pk, outcome=outcome)


# -- Timers --------------------------------------------------------------------------------------


def test_a_case_whose_time_has_come_is_moved_on_by_the_sweep(northmoor, people, publish, time_machine):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        row = CaseTimer.objects.get()
        assert row.what == "Too late"
        assert abs(row.due_at - case.opened_at - timedelta(days=5)) < timedelta(minutes=1)

    sweep(northmoor)
    with inside_council(northmoor):
        assert selectors.inbox(people["holder"]).filter(case=case).exists()
    time_machine.move_to(timezone.now() + timedelta(days=5, minutes=1))
    sweep(northmoor)
    sweep(northmoor)

    with inside_council(northmoor):
        assert not selectors.inbox(people["holder"]).exists()
        assert selectors.inbox(people["director"]).get().title == "Escalated"
        assert not CaseTimer.objects.exists()
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 1
        assert Case.objects.get(pk=case.pk).step == "Escalated"


def test_deciding_in_time_takes_the_timer_away(northmoor, people, publish):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        decide(people, "holder", case)

        assert not CaseTimer.objects.exists()


def test_time_stands_still_for_a_case_on_hold(northmoor, people, publish, time_machine):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        due_at = CaseTimer.objects.get().due_at
        holds.suspend_case(actor=people["holder"], case_id=case.pk, reason="The auditor has the papers.")
    time_machine.move_to(timezone.now() + timedelta(days=6))
    sweep(northmoor)
    with inside_council(northmoor):
        assert case_timers.run_due_timers(case_id=case.pk) is False
        assert Case.objects.get(pk=case.pk).step == "Decide"

        holds.continue_case(actor=people["holder"], case_id=case.pk)
        assert abs(CaseTimer.objects.get().due_at - due_at - timedelta(days=6)) < timedelta(minutes=1)
    sweep(northmoor)
    with inside_council(northmoor):
        assert selectors.inbox(people["holder"]).filter(case=case).exists()
    time_machine.move_to(timezone.now() + timedelta(days=5, minutes=1))
    sweep(northmoor)
    with inside_council(northmoor):
        assert selectors.inbox(people["director"]).get().title == "Escalated"


def test_withdrawing_takes_the_timer_away(northmoor, people, publish):
    publish(OVERDUE)
    with inside_council(northmoor):
        case = open_one(people, "overdue")
        services.withdraw_case(actor=people["requester"], case_id=case.pk)

        assert not CaseTimer.objects.exists()


def test_one_case_that_cannot_go_on_stops_no_other(northmoor, people, publish, time_machine, broken):
    publish(STUCK, PAUSED)
    with inside_council(northmoor):
        stuck, good = open_one(people, "stuck", 1, amount="1.00"), open_one(people, "paused", 2)

    time_machine.move_to(timezone.now() + timedelta(days=2))
    sweep(northmoor)
    with inside_council(northmoor):
        assert Case.objects.get(pk=good.pk).status == "completed"
        found = Case.objects.get(pk=stuck.pk)
        assert (found.status, found.fault) == ("parked", "The case could not go on from “Cool off” when its time came.")
        assert "no way out that fits" in CaseNote.objects.get(case_id=stuck.pk).text
        version = found.version

    sweep(northmoor)
    with inside_council(northmoor):
        assert Case.objects.get(pk=stuck.pk).version == version
        assert case_timers.due_cases() == []
        with pytest.raises(NotAllowed, match="no way out that fits"):
            retrying.retry_case(actor=people["admin"], case_id=stuck.pk)


def test_a_sweep_writes_what_each_case_became_and_asks_the_database_little(
    northmoor, people, publish, time_machine, django_assert_max_num_queries
):
    publish(OVERDUE, PAUSED_PLAIN)
    with inside_council(northmoor):
        late = [open_one(people, "overdue", number, amount=f"{number}.50") for number in range(1, 9)]
        over = [open_one(people, "plain_pause", number) for number in range(9, 13)]
        keys = [case.pk for case in (*late, *over)]
    time_machine.move_to(timezone.now() + timedelta(days=6), tick=False)
    with inside_council(northmoor), django_assert_max_num_queries(40):
        assert case_timers.run_due_timers_together(case_ids=keys) == []

    with inside_council(northmoor):
        for case in late:
            found = Case.objects.get(pk=case.pk)
            assert (found.step, found.status, found.version) == ("Escalated", "open", 2)
            assert (found.reference, found.amount) == (case.reference, case.amount)
            assert found.tasks.get(status="ready").step == "escalated"
            assert found.tasks.get(status="cancelled").step == "decide"
            assert selectors.inbox(people["director"]).filter(case=case).count() == 1
        for case in over:
            found = Case.objects.get(pk=case.pk)
            assert (found.status, found.outcome, found.step) == ("completed", "done", "")
            assert found.closed_at == timezone.now()
        assert not selectors.inbox(people["holder"]).exists()
        assert not CaseTimer.objects.exists()
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 12
        again = case_timers.run_due_timers_together(case_ids=keys)
        assert set(again) == {case.pk for case in late}
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 12


def test_a_case_that_fails_among_others_leaves_nothing_of_any_behind_before_each_is_tried_alone(
    northmoor, people, publish, time_machine, broken
):
    publish(PAUSED, STUCK)
    with inside_council(northmoor):
        good = [open_one(people, "paused", number) for number in (1, 2)]
        stuck = open_one(people, "stuck", 3, amount="1.00")
        keys = [*(case.pk for case in good), stuck.pk]
    time_machine.move_to(timezone.now() + timedelta(days=2))
    with inside_council(northmoor), pytest.raises(NotAllowed), transaction.atomic():
        case_timers.run_due_timers_together(case_ids=keys)
    with inside_council(northmoor):
        assert {case.version for case in Case.objects.filter(pk__in=keys)} == {1}
        assert not CaseNote.objects.exists()

    sweep(northmoor)
    with inside_council(northmoor):
        assert [Case.objects.get(pk=case.pk).status for case in (*good, stuck)] == ["completed", "completed", "parked"]
        assert CaseNote.objects.filter(text="half done").count() == 2


def test_a_worker_that_dies_in_a_sweep_leaves_its_cases_for_the_next(
    northmoor, people, publish, time_machine, monkeypatch
):
    publish(OVERDUE)
    with inside_council(northmoor):
        cases = [open_one(people, "overdue", number) for number in range(1, 5)]
    time_machine.move_to(timezone.now() + timedelta(days=6))
    monkeypatch.setattr(running, "TOGETHER", 2)
    work, bunches = case_timers.run_due_timers_together, []

    def die_in_the_second(*, case_ids):
        left = work(case_ids=case_ids)
        bunches.append(case_ids)
        if len(bunches) == 2:
            raise KeyboardInterrupt
        return left

    monkeypatch.setattr(case_timers, "run_due_timers_together", die_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        sweep(northmoor)
    with inside_council(northmoor):
        assert Case.objects.filter(step="Escalated").count() == 2
        (message,) = OutboxMessage.objects.open().filter(task="workflow.run_due_timers")
    monkeypatch.setattr(case_timers, "run_due_timers_together", work)
    running.run_promised(task_name="workflow.run_due_timers", council_number=northmoor.number, message_id=message.pk)

    with inside_council(northmoor):
        for case in cases:
            found = Case.objects.get(pk=case.pk)
            assert (found.step, found.version) == ("Escalated", 2)
        assert AuditEntry.objects.filter(event="workflow.case.timed").count() == 4


def test_a_case_that_an_officer_is_at_is_left_for_its_own_turn(walled, northmoor, people, publish, time_machine):
    publish(OVERDUE)
    with inside_council(northmoor):
        busy, free = open_one(people, "overdue", 1).pk, open_one(people, "overdue", 2).pk
    time_machine.move_to(timezone.now() + timedelta(days=6))
    held, done = threading.Event(), threading.Event()

    def officer() -> None:
        with inside_council(northmoor):
            Case.objects.select_for_update().get(pk=busy)
            held.set()
            done.wait(timeout=20)
        connection.close()

    thread = threading.Thread(target=officer)
    thread.start()
    held.wait(timeout=20)
    try:
        with inside_council(northmoor):
            assert case_timers.run_due_timers_together(case_ids=[busy, free]) == [busy]
    finally:
        done.set()
        thread.join(timeout=20)

    with inside_council(northmoor):
        assert Case.objects.get(pk=free).step == "Escalated"
        assert case_timers.run_due_timers(case_id=busy)


def test_a_joint_cases_timer_is_kept_by_its_owner_alone(
    northmoor, eastvale, shared_service, officer_in, publish, time_machine
):
    from shared_services.workflow import tasks

    each = process(
        start(), user("agree", repeated_over_councils(), role="head_of_service", councilFrom="council"),
        boundary("late", "agree", timer("P5D")), end("agreed", "agreed"), end("gone", "gone"),
        flows("start agree", "agree agreed", "late gone"), key="joint_test", title="Joint", councils="list",
    )  # fmt: skip
    publish(each)
    manager, head = officer_in(shared_service, "category_manager"), officer_in(northmoor, "head_of_service")
    councils = [northmoor.number, eastvale.number]
    with inside_council(northmoor):
        AuthorityRule(
            decision_type="joint_test", role="head_of_service", valid_from=timezone.localdate(), sequence=1
        ).save()
    with inside_council(shared_service):
        case = services.open_case(
            actor=manager, process="joint_test", subject_id=new_key(), reference="SHA-T-2026-000001", title="Together",
            facts={"councils": councils}, parts=councils,
        )  # fmt: skip
        assert CaseTimer.objects.count() == 1
    run_waiting()
    with inside_council(northmoor):
        assert not CaseTimer.objects.exists()
        task = Task.objects.of_this_room().get(case_id=case.pk)
        services.complete_task(actor=head, task_id=task.pk, outcome="approve")
    time_machine.move_to(timezone.now() + timedelta(days=6))
    sweep(northmoor)
    with inside_council(shared_service):
        assert Case.objects.get(pk=case.pk).status == "open"
    sweep(shared_service)

    with inside_council(shared_service):
        tasks.catch_up_cases()
        found = Case.objects.get(pk=case.pk)
        assert (found.status, found.outcome) == ("completed", "gone")
        assert not CaseTimer.objects.exists()
    with inside_council(eastvale):
        assert Task.objects.of_this_room().get(case_id=case.pk).status == "cancelled"


def repeated_over_councils():
    from .drawing import repeated

    return repeated("councils", "council")


# -- Steps that fail -----------------------------------------------------------------------------


def test_a_service_step_that_fails_stops_the_case_with_nothing_half_done(northmoor, people, publish, broken):
    publish(SERVICE)
    broken[0] = RuntimeError("connection to Jane Doe’s account lost")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)

        case = Case.objects.get(pk=case.pk)
        assert (case.status, case.fault, case.step) == ("parked", "“Raise it” could not be done.", "Raise it")
        assert not CaseNote.objects.filter(text="half done").exists()
        assert case.decisions.filter(owner_id=northmoor.number).count() == 1
        note = CaseNote.objects.get(case_id=case.pk)
        assert "Jane" not in note.text and "Have it tried again" in note.text


def test_a_rule_that_says_no_to_the_officer_undoes_his_decision(northmoor, people, publish, broken):
    publish(SERVICE)
    broken[0] = NotAllowed("There is not enough budget.")
    with inside_council(northmoor):
        case = open_one(people, "raising")
    with inside_council(northmoor), pytest.raises(NotAllowed, match="not enough budget"):
        decide(people, "holder", case)

    with inside_council(northmoor):
        assert Case.objects.get(pk=case.pk).status == "open"
        assert Task.objects.of_this_room().to_do().filter(case=case).exists()


def test_a_rule_that_says_no_to_the_portal_stops_the_case_with_its_words(
    northmoor, people, publish, broken, time_machine
):
    publish(PAUSED)
    broken[0] = NotAllowed("There is not enough budget.")
    with inside_council(northmoor):
        case = open_one(people, "paused")
    time_machine.move_to(timezone.now() + timedelta(days=2))
    sweep(northmoor)

    with inside_council(northmoor):
        assert Case.objects.get(pk=case.pk).status == "parked"
        assert CaseNote.objects.get(case_id=case.pk).text == "“Raise it” could not be done. There is not enough budget."
        assert not CaseTimer.objects.exists()


def test_an_error_event_drawn_on_the_step_catches_what_a_rule_refuses(northmoor, people, publish, broken):
    publish(
        process(
            start(), user("decide", role="budget_holder"), service("raise_it", "test.raise_it"),
            boundary("failed", "raise_it", "<bpmn:errorEventDefinition/>"), user("repair", role="director"), end(),
            flows("start decide", "decide raise_it", "raise_it end", "failed repair", "repair end"),
            key="caught", title="Caught",
        )
    )  # fmt: skip
    broken[0] = NotAllowed("There is not enough budget.")
    with inside_council(northmoor):
        case = open_one(people, "caught")
        decide(people, "holder", case)

        assert selectors.inbox(people["director"]).get().title == "Repair"
        assert Case.objects.get(pk=case.pk).status == "open"


def test_trying_again_does_only_what_was_not_done(northmoor, people, publish, broken):
    publish(SERVICE)
    broken[0] = OperationFailed("The finance system is closed for the night.")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
        assert "closed for the night" in CaseNote.objects.get(case_id=case.pk).text

        assert retrying.retry_case(actor=people["admin"], case_id=case.pk).status == "parked"
        assert len(selectors.causes_of(case)) == 2
        broken[0] = None
        found = retrying.retry_case(actor=people["admin"], case_id=case.pk)
        again = retrying.retry_case(actor=people["admin"], case_id=case.pk)

        assert (found.status, found.outcome, found.fault) == ("completed", "done", "")
        assert again.version == found.version
        assert broken[1] == ["NOR-T-2026-000001"]
        assert AuditEntry.objects.filter(event="workflow.case.retried").count() == 2


def test_who_may_not_manage_processes_cannot_have_a_case_tried_again(
    northmoor, eastvale, people, publish, broken, officer_in
):
    publish(SERVICE)
    broken[0] = RuntimeError("away")
    stranger = officer_in(eastvale, "council_administrator")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
        version = Case.objects.get(pk=case.pk).version
    with inside_council(northmoor), pytest.raises(NotAllowed, match="may not"):
        retrying.retry_case(actor=people["holder"], case_id=case.pk)
    with inside_council(northmoor), pytest.raises(Stale):
        retrying.retry_case(actor=people["admin"], case_id=case.pk, version=version - 1)
    with inside_council(eastvale), pytest.raises(NotAllowed, match="not here"):
        retrying.retry_case(actor=stranger, case_id=case.pk)


def test_the_pages_show_the_cause_and_the_button_to_those_who_may(
    northmoor, eastvale, people, publish, broken, client_for, officer_in
):
    publish(SERVICE)
    broken[0] = OperationFailed("The finance system is closed for the night.")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
    page, retry = f"/cases/{case.pk}/", f"/cases/{case.pk}/try-again/"

    seen = client_for(people["requester"]).get(page).content.decode()
    assert "closed for the night" in seen and retry not in seen
    admin = client_for(people["admin"])
    assert retry in admin.get(page).content.decode()
    form = admin.get(retry)
    assert "closed for the night" in form.content.decode()
    assert client_for(officer_in(eastvale, "council_administrator")).get(retry).status_code == 404

    broken[0] = None
    sent = {"version": form.context["form"].initial["version"], "form_token": form.context["form_token"]}
    answer = admin.post(retry, sent, follow=True)
    assert "moves on" in answer.content.decode()
    with inside_council(northmoor):
        assert Case.objects.get(pk=case.pk).status == "completed"
    assert "nothing that you can have tried again" in admin.get(retry).content.decode()


def test_programs_have_a_case_tried_again(northmoor, eastvale, people, publish, broken, client_for, officer_in):
    publish(SERVICE)
    broken[0] = RuntimeError("away")
    with inside_council(northmoor):
        case = open_one(people, "raising")
        decide(people, "holder", case)
    address = f"/api/v1/cases/{case.pk}/retry/"
    admin = client_for(people["admin"])

    assert admin.get(f"/api/v1/cases/{case.pk}/").json()["fault"] == "“Raise it” could not be done."
    assert client_for(people["requester"]).post(address, "{}", content_type="application/json").status_code == 403
    stranger = client_for(officer_in(eastvale, "council_administrator"))
    assert stranger.post(address, "{}", content_type="application/json").status_code == 404
    broken[0] = None
    answer = admin.post(address, "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


# -- Calls and messages from outside ---------------------------------------------------------------


def test_a_called_process_gives_tasks_of_its_own_and_stays_on_its_version(northmoor, people, publish):
    publish(
        process(
            start(), user("inner", role="director", outcomes="fine poor"), end(), flows("start inner", "inner end"),
            key="called_test", title="Called", verdict="text",
        ),
        process(
            start(), element("callActivity", "check", calledElement="called_test"), user("after", role="director"), end(),
            flows("start check", "check after", "after end"), key="calling_test", title="Calling", verdict="text",
        ),
    )  # fmt: skip
    with inside_council(northmoor):
        case = open_one(people, "calling_test")
        task = Task.objects.of_this_room().get(case=case)
        assert (task.step, task.outcomes, task.called_version.key) == ("inner", ["fine", "poor"], "called_test")
        services.complete_task(actor=people["director"], task_id=task.pk, outcome="fine", values={"verdict": "sound"})

        after = Task.objects.of_this_room().to_do().get(case=case)
        assert (after.step, after.called_version) == ("after", None)
        assert Case.objects.get(pk=case.pk).state["values"][0]["verdict"] == "sound"


def test_a_message_from_outside_is_named_by_its_step_or_by_its_name(northmoor, people, publish):
    publish(
        process(
            start(), element("intermediateCatchEvent", "hear", about("goods_arrived")), end(outcome="done"),
            flows("start hear", "hear end"), defined=message("goods_arrived"), key="hearing", title="Hearing",
        )
    )  # fmt: skip
    with inside_council(northmoor):
        by_step, by_name = open_one(people, "hearing", 1), open_one(people, "hearing", 2)
        assert by_step.status == "waiting"

        assert services.resume_case(case_id=by_step.pk, wait="hear").status == "completed"
        assert services.resume_case(case_id=by_name.pk, wait="goods_arrived").status == "completed"
