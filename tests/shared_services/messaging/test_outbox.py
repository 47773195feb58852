"""Promised jobs: committed with the work, run once, in the right room."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from shared_services.messaging import outbox, registry, running
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.tasks import CouncilTask, council_task, for_every_council
from shared_services.tenancy.door import current_council, inside_council
from shared_services.tenancy.errors import NoCouncil, NotAllowed, Stale, WrongRoom

done: list[tuple[str, object]] = []
troubles: list[Exception] = []
told: list[tuple[str, bool]] = []


def tell(*, error: Exception, final: bool, subject_id: uuid.UUID, on: date | None = None) -> None:
    told.append((type(error).__name__, final))


@council_task(name="tests.note", max_attempts=3, when_it_fails=tell)
def note(subject_id: uuid.UUID, on: date | None = None) -> None:
    if troubles:
        raise troubles[0]
    done.append((current_council().key, subject_id if on is None else (subject_id, on)))


@pytest.fixture(autouse=True)
def _nothing_yet():
    done.clear()
    troubles.clear()
    told.clear()


def run(message_id, council):
    return running.run_promised(task_name="tests.note", council_number=council.number, message_id=message_id)


def test_a_job_runs_in_the_room_it_was_promised_in_with_keys_of_their_own_types(northmoor):
    subject = uuid.uuid4()
    with inside_council(northmoor):
        message_id = outbox.enqueue("tests.note", subject_id=subject, on=date(2026, 4, 1))

    assert run(message_id, northmoor)

    assert done == [(northmoor.key, (subject, date(2026, 4, 1)))]
    with inside_council(northmoor):
        assert OutboxMessage.objects.get(pk=message_id).done_at is not None


def test_a_job_that_is_done_is_not_run_again(northmoor):
    with inside_council(northmoor):
        message_id = outbox.enqueue("tests.note", subject_id=uuid.uuid4())

    assert [run(message_id, northmoor) for _ in range(3)] == [True, False, False]

    assert len(done) == 1


def test_a_promise_goes_with_the_transaction_that_made_it(northmoor):
    with inside_council(northmoor):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            outbox.enqueue("tests.note", subject_id=uuid.uuid4())
            raise ZeroDivisionError

        assert not OutboxMessage.objects.open().exists()


def test_another_council_neither_sees_nor_runs_the_job(northmoor, eastvale):
    with inside_council(northmoor):
        message_id = outbox.enqueue("tests.note", subject_id=uuid.uuid4())

    assert run(message_id, eastvale) is False

    with inside_council(eastvale):
        assert not OutboxMessage.objects.filter(pk=message_id).exists()
    assert done == []


def test_a_council_cannot_ask_for_work_in_another_room_but_the_shared_service_can(northmoor, eastvale, shared_service):
    with inside_council(northmoor), pytest.raises(WrongRoom):
        outbox.enqueue("tests.note", council=eastvale, subject_id=uuid.uuid4())
    with inside_council(shared_service):
        message_id = outbox.enqueue("tests.note", council=eastvale, subject_id=uuid.uuid4())

    assert run(message_id, shared_service) is False, "the job is the council’s, not the asker’s"
    assert run(message_id, eastvale) is True
    assert done[0][0] == eastvale.key


def test_the_database_refuses_a_promise_in_anothers_room_whatever_the_code_says(northmoor, eastvale):
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="row-level security"), inside_council(northmoor):
        OutboxMessage.objects.create(owner_id=eastvale.number, task="tests.note", queue="prompt")


def test_a_failure_is_rolled_back_kept_with_its_cause_and_tried_again_until_the_last_attempt(northmoor):
    with inside_council(northmoor):
        message_id = outbox.enqueue("tests.note", subject_id=uuid.uuid4())
    troubles.append(ValueError("Mrs Example, 1 Sample Street"))

    for attempt in (1, 2, 3):
        with pytest.raises(ValueError, match="Sample"):
            run(message_id, northmoor)
        with inside_council(northmoor):
            message = OutboxMessage.objects.get(pk=message_id)
        assert message.attempts == attempt
        assert message.due_at > timezone.now()
        assert (message.gave_up_at is None) == (attempt < 3)

    assert message.last_error.startswith("ValueError in note")
    assert "Sample" not in message.last_error, "the outbox holds nothing personal"
    assert told == [("ValueError", False), ("ValueError", False), ("ValueError", True)]
    assert run(message_id, northmoor) is False


def test_a_rule_that_says_no_is_final_and_a_lost_race_is_not(northmoor):
    with inside_council(northmoor):
        refused = outbox.enqueue("tests.note", subject_id=uuid.uuid4())
        raced = outbox.enqueue("tests.note", subject_id=uuid.uuid4())

    troubles[:] = [NotAllowed("Ask the budget holder.")]
    with pytest.raises(NotAllowed):
        run(refused, northmoor)
    troubles[:] = [Stale()]
    with pytest.raises(Stale):
        run(raced, northmoor)

    with inside_council(northmoor):
        assert OutboxMessage.objects.get(pk=refused).gave_up_at is not None
        assert OutboxMessage.objects.get(pk=raced).gave_up_at is None


def test_a_message_that_names_another_task_than_was_promised_is_refused(northmoor):
    with inside_council(northmoor):
        message_id = outbox.enqueue("tests.note", subject_id=uuid.uuid4())

    with pytest.raises(running.WrongJob):
        running.run_promised(task_name="messaging.fan_out", council_number=northmoor.number, message_id=message_id)


def test_the_owner_does_none_of_a_rooms_jobs_whatever_queue_its_row_names(northmoor, settings):
    with inside_council(northmoor):
        message_id = outbox.enqueue("tests.note", subject_id=uuid.uuid4())
        OutboxMessage.objects.filter(pk=message_id).update(queue="owner")
    settings.WALL_MODE = "owner"

    with pytest.raises(running.WrongJob, match="not a job of the owner"):
        run(message_id, northmoor)
    with pytest.raises(running.WrongJob, match="not a job of the owner"):
        running.run_from_schedule(task_name="messaging.promise", council_number=0, arguments={"task": "tests.note"})
    assert running.run_waiting() == 0
    assert not done


def test_a_room_has_nothing_done_by_the_owner(northmoor, settings):
    with inside_council(northmoor):
        message_id = outbox.enqueue("joining.open_council", application_id=uuid.uuid4())
    settings.WALL_MODE = "owner"

    with pytest.raises(running.WrongJob, match="by the shared service only"):
        running.run_promised(
            task_name="joining.open_council", council_number=northmoor.number, message_id=message_id
        )  # fmt: skip
    assert running.run_waiting() == 0


def test_the_schedule_may_start_only_tasks_that_say_so(northmoor):
    with pytest.raises(running.WrongJob):
        running.run_from_schedule(task_name="tests.note", council_number=northmoor.number, arguments={})


def test_only_what_the_schedule_asks_for_is_fanned_out(shared_service):
    with pytest.raises(NotAllowed, match="No line of the schedule"):
        running.run_from_schedule(
            task_name="messaging.fan_out",
            council_number=shared_service.number,
            arguments={"task": "purchasing.order_from_proposal"},
        )


def test_a_task_is_neither_sent_nor_run_without_its_council():
    with pytest.raises(NoCouncil):
        note.delay(subject_id=str(uuid.uuid4()))
    with pytest.raises(NoCouncil):
        (note.s() | note.s()).apply_async()
    note.push_request(called_directly=False, headers={})
    try:
        with pytest.raises(NoCouncil):
            CouncilTask.__call__(note)
    finally:
        note.pop_request()


def test_only_keys_are_promised(northmoor):
    with inside_council(northmoor):
        with pytest.raises(outbox.NotAKey):
            outbox.enqueue("tests.note", subject_id=object())
        with pytest.raises(outbox.NotAKey):
            outbox.enqueue("tests.note", subject_id="a long story " * 40)
        with pytest.raises(registry.UnknownTask):
            outbox.enqueue("tests.unknown")


def test_a_sweep_is_promised_to_every_council_and_not_twice_while_it_is_open(northmoor, eastvale, shared_service):
    with inside_council(shared_service):
        first = for_every_council("tests.note", subject_id=uuid.uuid4())
        second = for_every_council("tests.note", subject_id=uuid.uuid4())
    assert (first, second) == (2, 0)

    running.run_waiting()

    assert sorted(key for key, _ in done) == sorted([northmoor.key, eastvale.key])
    with inside_council(shared_service):
        assert for_every_council("tests.note", subject_id=uuid.uuid4()) == 2


def test_one_councils_failure_stops_no_other(northmoor, eastvale, shared_service, monkeypatch):
    from shared_services.messaging.registry import RegisteredTask, register, task

    before = task("tests.note")

    def only_eastvale(subject_id: uuid.UUID) -> None:
        if current_council().number == northmoor.number:
            raise RuntimeError
        done.append((current_council().key, subject_id))

    only_eastvale.__module__ = before.function.__module__
    register(RegisteredTask("tests.note", only_eastvale, before.queue, 3, False, None))
    try:
        with inside_council(shared_service):
            for_every_council("tests.note", subject_id=uuid.uuid4())
        running.run_waiting()
    finally:
        register(before)

    assert [key for key, _ in done] == [eastvale.key]


def test_waits_grow_and_are_never_longer_than_an_hour():
    waits = [running.pause_after(attempt) for attempt in range(1, 30)]

    assert waits[0] < waits[5] < waits[9]
    assert max(waits) <= timedelta(hours=1) * 1.2


def test_every_line_of_the_schedule_names_a_task_that_exists():
    from config.schedule import SCHEDULE

    for line in SCHEDULE.values():
        registry.task(line["kwargs"]["task"])
        assert registry.task(line["task"]).from_schedule
        assert line["options"]["headers"] == {"council": 0}
