"""Running what can be drawn: timers between steps and on the edge of a task."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from .drawing import boundary, end, flows, read, service, start, timed, timer, user
from .runs import MONDAY, Case


def test_a_timer_between_steps_waits_its_time():
    case = Case(
        read(
            start(), timed("cool_off", "P3D"), user("sign"), end(), flows("start cool_off", "cool_off sign", "sign end")
        )
    )

    assert case.at == ["cool_off"]
    assert case.later(days=2, hours=23).at == ["cool_off"]
    assert case.later(hours=1).at == ["sign"]
    assert not case.run.timers()


def test_a_boundary_timer_that_interrupts_takes_the_task_away():
    definition = read(
        start(), user("decide"), boundary("too_late", "decide", timer("P5D")), user("escalated", role="director"), end(),
        flows("start decide", "decide end", "too_late escalated", "escalated end"),
    )  # fmt: skip
    case, quick = Case(definition), Case(definition)

    assert [found.due_at for found in case.run.timers()] == [MONDAY + timedelta(days=5)]
    assert case.later(days=5).at == ["escalated"]
    quick.answer("decide")
    assert quick.run.finished and not quick.run.timers()


def test_a_boundary_timer_that_goes_round_reminds_as_often_as_drawn():
    case = Case(
        read(
            start(), user("decide"), boundary("remind", "decide", timer("R3/P1D", "timeCycle"), interrupts=False),
            service("send_reminder"), end(), end("reminded"),
            flows("start decide", "decide end", "remind send_reminder", "send_reminder reminded"),
        )
    )  # fmt: skip

    for number in range(1, 4):
        case.later(days=1)
        assert case.done == ["send_reminder"] * number
        assert case.at == ["decide"]
    case.later(days=10)
    assert len(case.done) == 3
    assert case.answer("decide").run.finished


def test_rounds_that_were_missed_are_not_made_up_for():
    case = Case(
        read(
            start(), user("decide"), boundary("remind", "decide", timer("R5/P1D", "timeCycle"), interrupts=False),
            service("send_reminder"), end(), end("reminded"),
            flows("start decide", "decide end", "remind send_reminder", "send_reminder reminded"),
        )
    )  # fmt: skip

    case.later(days=3, hours=1)

    assert case.done == ["send_reminder"]
    assert [found.due_at for found in case.run.timers()] == [MONDAY + timedelta(days=4)]


def test_what_a_reminder_started_goes_on_after_the_task_is_done():
    case = Case(
        read(
            start(), user("decide"), boundary("remind", "decide", timer("R2/P1D", "timeCycle"), interrupts=False),
            user("call_them"), end(), end("called"),
            flows("start decide", "decide end", "remind call_them", "call_them called"),
        )
    )  # fmt: skip

    assert case.later(days=1).at == ["call_them", "decide"]
    assert case.answer("decide").at == ["call_them"]
    assert case.answer("call_them").run.finished


@pytest.mark.parametrize(
    ("kind", "time", "due"),
    [
        ("timeDuration", "PT90M", MONDAY + timedelta(minutes=90)),
        ("timeDuration", "wait_days", MONDAY + timedelta(days=4)),
        ("timeDate", "2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
        ("timeDate", "2026-12-01T09:30", datetime(2026, 12, 1, 9, 30, tzinfo=UTC)),
        ("timeDate", "needed_on - 1", datetime(2026, 12, 23, tzinfo=UTC)),
        ("timeDuration", "P1M", datetime(2026, 12, 23, 9, tzinfo=UTC)),
    ],
)
def test_the_time_of_a_timer_is_a_time_or_an_expression(kind, time, due):
    definition = read(
        start(), timed("pause", time, kind), end(), flows("start pause", "pause end"),
        wait_days="number", needed_on="date",
    )  # fmt: skip

    case = Case(definition, {"wait_days": 4, "needed_on": "2026-12-24"})

    assert [found.due_at for found in case.run.timers()] == [due]


def test_away_from_home_no_timer_goes_off_and_no_call_begins():
    case = Case(read(start(), user("a"), timed("pause", "PT1H"), end(), flows("start a", "a pause", "pause end")))
    case.answer("a")
    case.now += timedelta(hours=2)

    case.go(at_home=False)
    assert case.at == ["pause"]
    assert case.go().run.finished
