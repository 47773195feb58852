"""Running what can be drawn: gateways, timers, messages, failures, subprocesses, calls and repetitions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from shared_services.workflow.engine import EngineFault, Run
from shared_services.workflow.operations import OperationFailed

from .drawing import (
    about,
    boundary,
    element,
    end,
    flow,
    flows,
    gateway,
    key_of,
    message,
    process,
    read,
    repeated,
    service,
    start,
    steps_of,
    timed,
    timer,
    user,
)  # fmt: skip

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ERROR = "<bpmn:errorEventDefinition/>"
TERMINATE = "<bpmn:terminateEventDefinition/>"


class Case:
    """A run that is stored as JSON and restored before each step."""

    def __init__(self, definition, values=None, perform=None):
        self.definition, self.done = definition, []
        self.now = MONDAY
        self.perform = perform or self.note
        self.run = Run.start(definition, values or {}, now=self.now)
        self.go()

    def note(self, step, values):
        self.done.append(step.id)
        return {}

    def go(self, **options):
        self.run.advance(self.perform, now=self.now, **options)
        self.kept = self.run.state()
        self.run = Run.restore(self.definition, self.kept, now=self.now)
        assert self.run.state() == self.kept
        return self

    def answer(self, step, outcome="approve", **values):
        self.run.complete(key_of(self.run, step), {**values, "outcome": outcome})
        return self.go()

    def later(self, **time):
        self.now += timedelta(**time)
        return self.go()

    @property
    def at(self):
        return steps_of(self.run)


def test_a_parallel_gateway_waits_for_every_branch():
    case = Case(
        read(
            start(), gateway("parallel", "split"), user("legal"), user("finance"), gateway("parallel", "join"),
            user("sign"), end(),
            flows("start split", "split legal", "split finance", "legal join", "finance join", "join sign", "sign end"),
        )
    )  # fmt: skip

    assert case.at == ["finance", "legal"]
    assert case.answer("legal").at == ["finance"]
    assert case.answer("finance").at == ["sign"]
    assert case.answer("sign").run.finished


def test_a_change_on_one_branch_is_not_lost_where_the_branches_meet():
    definition = read(
        start(), gateway("parallel", "split"), user("legal", into="legal_says"), user("finance", into="finance_says"),
        gateway("parallel", "join"), gateway("exclusive", "both", default="both_no"), end("yes", "yes"), end("no", "no"),
        flows("start split", "split legal", "split finance", "legal join", "finance join", "join both", "both no"),
        flow("both", "yes", "legal_says == 'approve' and finance_says == 'reject' and amount == 7"),
        legal_says="text", finance_says="text",
    )  # fmt: skip

    case = Case(definition, {"amount": "5.00"})
    case.answer("legal", amount="7.00").answer("finance", "reject")

    assert case.run.finished
    assert case.run.values["amount"] == "7.00"


def test_branches_that_meet_in_a_circle_meet_in_every_round():
    definition = read(
        start(), gateway("exclusive", "again"), gateway("parallel", "split"), user("legal"), user("finance"),
        gateway("parallel", "join"), gateway("exclusive", "agreed", default="agreed_again"), end(),
        flows("start again", "again split", "split legal", "split finance", "legal join", "finance join", "join agreed"),
        flow("agreed", "end", "outcome == 'approve'"), flow("agreed", "again"),
    )  # fmt: skip
    case = Case(definition)

    for _ in range(3):
        case.answer("legal", "reject")
        assert case.at == ["finance"]
        case.answer("finance", "reject")
        assert case.at == ["finance", "legal"]
    case.answer("finance").answer("legal")

    assert case.run.finished


INCLUSIVE = (
    start(), gateway("inclusive", "which", default="which_plain"), user("big"), user("digital"), user("plain"),
    gateway("inclusive", "join"), user("sign"), end(),
    flows("start which", "which plain", "big join", "digital join", "plain join", "join sign", "sign end"),
    flow("which", "big", "amount &gt; 100"), flow("which", "digital", "digital_service"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ({"amount": "500", "digital_service": True}, ["big", "digital"]),
        ({"amount": "500", "digital_service": False}, ["big"]),
        ({"amount": "5", "digital_service": True}, ["digital"]),
        ({"amount": "5", "digital_service": False}, ["plain"]),
    ],
)
def test_an_inclusive_gateway_takes_every_way_that_fits_and_waits_for_those(values, steps):
    case = Case(read(*INCLUSIVE, digital_service="boolean"), values)

    assert case.at == steps
    for step in steps:
        assert case.at != ["sign"]
        case.answer(step)
    assert case.at == ["sign"]


def test_an_inclusive_join_waits_for_a_subprocess_on_its_way():
    inner = start("in") + user("look_inside") + end("out") + flows("in look_inside", "look_inside out")
    case = Case(read(
        start(), gateway("inclusive", "which", default="which_none"), element("subProcess", "part", inner), user("quick"),
        user("none"), gateway("inclusive", "join"), user("sign"), end(),
        flows("start which", "which none", "none join", "part join", "quick join", "join sign", "sign end"),
        flow("which", "part", "amount &gt; 1"), flow("which", "quick", "amount &gt; 2"),
    ), {"amount": "5"})  # fmt: skip

    assert case.at == ["look_inside", "quick"]
    assert case.answer("quick").at == ["look_inside"]
    assert case.answer("look_inside").at == ["sign"]


def test_a_gateway_that_nothing_fits_says_so_by_name():
    definition = read(
        start(), gateway("exclusive", "which_way"), user("a"), end(), flows("start which_way", "a end"),
        flow("which_way", "a", "amount &gt; 5"), flow("which_way", "end", "amount &gt; 6"),
    )  # fmt: skip

    with pytest.raises(EngineFault, match="“Which way” has no way out"):
        Case(definition, {"amount": "1"})


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


def test_an_error_event_catches_a_service_step_that_fails():
    def fail(step, values):
        raise OperationFailed(code="no_budget")

    drawn = (
        start(), service("raise_order"), boundary("no_money", "raise_order", '<bpmn:errorEventDefinition errorRef="e"/>'),
        user("ask_finance"), end(), flows("start raise_order", "raise_order end", "no_money ask_finance", "ask_finance end"),
    )  # fmt: skip
    fits = '<bpmn:error id="e" errorCode="no_budget"/>'
    other = '<bpmn:error id="e" errorCode="offline"/>'

    caught = Case(read(*drawn, defined=fits), perform=fail)
    assert caught.at == ["ask_finance"]
    assert not caught.run.faults()
    missed = Case(read(*drawn, defined=other), perform=fail)
    assert [found.step.id for found in missed.run.faults()] == ["raise_order"]


def test_a_failure_in_a_subprocess_is_caught_on_its_edge():
    def fail(step, values):
        raise OperationFailed

    inner = start("in") + service("order_it") + user("beside") + gateway("parallel", "both") + end("out") + flows(
        "in both", "both order_it", "both beside", "order_it out", "beside out"
    )  # fmt: skip
    case = Case(
        read(
            start(), element("subProcess", "buying", inner), boundary("failed", "buying", ERROR), user("repair"), end(),
            flows("start buying", "buying end", "failed repair", "repair end"),
        ),
        perform=fail,
    )  # fmt: skip

    assert case.at == ["repair"]
    assert case.answer("repair").run.finished


def test_an_error_end_leaves_its_subprocess_by_the_error_event():
    inner = start("in") + user("check") + gateway("exclusive", "fine", default="fine_wrong") + end("right") + end(
        "wrong", inside=ERROR
    ) + flows("in check", "check fine", "fine wrong") + flow("fine", "right", "outcome == 'approve'")  # fmt: skip
    definition = read(
        start(), element("subProcess", "checks", inner), boundary("failed", "checks", ERROR), end("refused", "refused"),
        end("accepted", "accepted"), flows("start checks", "checks accepted", "failed refused"),
    )  # fmt: skip
    good, bad = Case(definition), Case(definition)

    good.run.complete(key_of(good.run, "check"), {"outcome": "approve"})
    good.run.advance(good.perform)
    bad.run.complete(key_of(bad.run, "check"), {"outcome": "reject"})
    bad.run.advance(bad.perform)

    assert (good.run.finished, good.run.outcome) == (True, "accepted")
    assert (bad.run.finished, bad.run.outcome) == (True, "refused")


def test_a_failed_step_stops_its_branch_alone_and_can_be_tried_again():
    broken = [True]

    def perform(step, values):
        if broken[0]:
            raise OperationFailed(cause=RuntimeError("away"))
        return {"reference": "PO-1"}

    case = Case(
        read(
            start(), gateway("parallel", "split"), service("order_it"), user("tell"), gateway("parallel", "join"), end(),
            flows("start split", "split order_it", "split tell", "order_it join", "tell join", "join end"),
            reference="text",
        ),
        perform=perform,
    )  # fmt: skip

    assert case.at == ["tell"]
    broken[0] = False
    case.answer("tell")
    assert [found.step.id for found in case.run.faults()] == ["order_it"]
    case.go(retry=True)
    assert case.run.finished
    assert case.run.values["reference"] == "PO-1"


def test_a_message_reaches_whoever_waits_for_it_whichever_comes_first():
    drawn = (
        start(), gateway("parallel", "split"), user("prepare"), element("intermediateThrowEvent", "tell", about()),
        user("other"), element("receiveTask", "hear", messageRef="ready"), gateway("parallel", "join"), end(),
        flows("start split", "split prepare", "prepare tell", "tell join", "split other", "other hear", "hear join", "join end"),
    )  # fmt: skip
    early, late = (Case(read(*drawn, defined=message())) for _ in range(2))

    assert early.answer("prepare").at == ["other"]
    assert early.answer("other").run.finished
    assert late.answer("other").at == ["hear", "prepare"]
    assert late.answer("prepare").run.finished


def test_a_message_on_the_edge_of_a_task_interrupts_it():
    case = Case(
        read(
            start(), gateway("parallel", "split"), user("prepare"), user("withdraw_it"),
            element("sendTask", "stop", messageRef="ready"), boundary("stopped", "prepare", about()), end(), end("gone"),
            flows("start split", "split prepare", "split withdraw_it", "withdraw_it stop", "stop gone", "prepare end", "stopped end"),
            defined=message(),
        )
    )  # fmt: skip

    assert case.answer("withdraw_it").run.finished


def test_a_terminate_end_takes_every_branch_away():
    case = Case(
        read(
            start(), gateway("parallel", "split"), user("a"), user("b"), end("stop", "stopped", TERMINATE), end(),
            flows("start split", "split a", "split b", "a stop", "b end"),
        )
    )  # fmt: skip
    case.run.complete(key_of(case.run, "a"), {})
    case.run.advance(case.perform)

    assert (case.run.finished, case.run.outcome, steps_of(case.run)) == (True, "stopped", [])


def test_a_terminate_end_inside_a_subprocess_ends_that_alone():
    inner = start("in") + gateway("parallel", "both") + user("a") + user("b") + end("stop", inside=TERMINATE) + end(
        "out"
    ) + flows("in both", "both a", "both b", "a stop", "b out")  # fmt: skip
    case = Case(
        read(
            start(),
            element("subProcess", "part", inner),
            user("after"),
            end(),
            flows("start part", "part after", "after end"),
        )
    )

    assert case.at == ["a", "b"]
    assert case.answer("a").at == ["after"]


def test_a_subprocess_is_marked_in_the_picture_step_by_step():
    inner = start("in") + user("look") + end("out") + flows("in look", "look out")
    case = Case(
        read(
            start(),
            element("subProcess", "part", inner),
            user("after"),
            end(),
            flows("start part", "part after", "after end"),
        )
    )

    assert case.run.passed() == {"start": "done", "part": "current", "in": "done", "look": "current"}
    marks = case.answer("look").run.passed()
    assert (marks["look"], marks["part"], marks["after"]) == ("done", "done", "current")


class Library:
    """Published processes by key; the newest is the last."""

    def __init__(self):
        self.versions: dict[UUID, tuple[str, object]] = {}

    def publish(self, key, definition):
        self.versions[uuid4()] = (key, definition)

    def newest(self, key):
        return [(version, found) for version, (name, found) in self.versions.items() if name == key][-1]

    def pinned(self, version_id):
        return self.versions[version_id][1]


def called(name):
    return read(
        start(), user(f"check_{name}"), user(f"confirm_{name}"), end("done", "called_outcome"),
        flows(f"start check_{name}", f"check_{name} confirm_{name}", f"confirm_{name} done"),
        key="checking", result="text", secret="text",
    )  # fmt: skip


def test_a_call_runs_the_process_it_began_with_and_hands_values_over_and_back():
    library = Library()
    library.publish("checking", called("old"))
    definition = read(
        start(), element("callActivity", "check", calledElement="checking"), end("over", "over"),
        flows("start check", "check over"), called=library, result="text", other="text",
    )  # fmt: skip
    case = Case(definition, {"amount": "5.00", "other": "mine"})
    assert case.at == ["check_old"]
    found = case.run.waiting()[0]
    assert found.version in library.versions
    assert found.values == {"amount": "5.00"}
    assert case.run.passed()["check"] == "current"

    library.publish("checking", called("new"))
    assert case.answer("check_old", amount="6.00").at == ["confirm_old"]
    assert case.run.variables_at(key_of(case.run, "confirm_old"))["secret"] == "text"
    case.run.complete(key_of(case.run, "confirm_old"), {"outcome": "approve", "result": "fine", "secret": "x"})
    case.run.advance(case.perform)

    assert (case.run.finished, case.run.outcome) == (True, "over")
    assert case.run.values == {"amount": "6.00", "other": "mine", "result": "fine", "outcome": "approve"}
    assert Case(definition).at == ["check_new"]


def test_processes_that_call_each_other_for_ever_are_stopped():
    library = Library()
    me = read(
        start(), element("callActivity", "again", calledElement="small"), end(), flows("start again", "again end"),
        called=library,
    )  # fmt: skip
    library.publish("small", me)

    with pytest.raises(EngineFault, match="deep"):
        Case(me)


@pytest.mark.parametrize("in_turn", [True, False])
def test_a_subprocess_for_each_council(in_turn):
    inner = start("in") + user("agree", councilFrom="council") + service("note_it") + end("out") + flows(
        "in agree", "agree note_it", "note_it out"
    )  # fmt: skip
    seen = []

    def perform(step, values):
        seen.append(values["council"])
        return {}

    case = Case(
        read(
            start(), element("subProcess", "each", inner + repeated("councils", "council", in_turn=in_turn)), end(),
            flows("start each", "each end"), councils="list",
        ),
        {"councils": [4, 9, 12]},
        perform,
    )  # fmt: skip

    for number in (4, 9, 12):
        here = [(found.engine_id, found.values["council"]) for found in case.run.waiting()]
        assert [council for _, council in here] == ([number] if in_turn else [n for n in (4, 9, 12) if n >= number])
        case.run.complete(here[0][0], {"outcome": "approve"})
        case.go()
    assert seen == [4, 9, 12]
    assert case.run.finished
    assert "council" not in case.run.values


def test_a_service_step_for_each_item_of_a_list():
    seen = []
    case = Case(
        read(
            start(), service("tell", inside=repeated("[1, 2, 2]", "item", in_turn=True)),
            service("tell_again", inside=repeated("[7, 8]", "item")), end(),
            flows("start tell", "tell tell_again", "tell_again end"),
        ),
        perform=lambda step, values: seen.append(values["item"]),
    )  # fmt: skip

    assert seen == [1, 2, 2, 7, 8]
    assert case.run.finished


def test_the_first_answer_that_ends_a_repetition_takes_the_other_rounds_away():
    inner = start("in") + user("agree") + end("out") + flows("in agree", "agree out")
    case = Case(
        read(
            start(),
            element("subProcess", "each", inner + repeated("councils", "council", until="outcome != 'approve'")),
            user("after"), end(), flows("start each", "each after", "after end"), councils="list",
        ),
        {"councils": [1, 2, 3]},
    )  # fmt: skip

    assert case.answer("agree").at == ["agree", "agree"]
    assert case.answer("agree", "reject").at == ["after"]


def test_a_timer_on_the_edge_of_a_repeated_task():
    case = Case(
        read(
            start(), user("agree", repeated("councils", "council"), councilFrom="council"),
            boundary("late", "agree", timer("P2D")), user("chase"), end(),
            flows("start agree", "agree end", "late chase", "chase end"), councils="list",
        ),
        {"councils": [1, 2]},
    )  # fmt: skip

    case.answer("agree")
    assert case.at == ["agree"]
    assert case.later(days=2).at == ["chase"]


def test_a_case_of_before_values_belonged_to_the_process_goes_on():
    definition = read(
        start(), user("agree", repeated("councils", "council"), councilFrom="council"), user("sign"), end(),
        flows("start agree", "agree sign", "sign end"), councils="list",
    )  # fmt: skip
    keys = [str(uuid4()) for _ in range(4)]
    old = {
        "format": 1,
        "completed": False,
        "values": [{"amount": "5.00", "councils": [1, 2]}, {"amount": "5.00", "councils": [1, 2], "council": 1},
                   {"amount": "5.00", "councils": [1, 2], "council": 2}],
        "tree": [
            ["Start", -1, 64, 0, -1, 0],
            ["start", 0, 64, 0, -1, 0],
            ["agree", 1, 32, [False, {"merged": []}], 0, keys[0]],
            ["agree [child]", 2, 16, [True, {"key_or_index": 0}], 1, keys[1]],
            ["agree [child]", 2, 16, [True, {"key_or_index": 1}], 2, keys[2]],
            ["sign", 2, 4, 0, -1, keys[3]],
            ["end", 5, 4, 0, -1, 0],
        ],
    }  # fmt: skip

    run = Run.restore(definition, old, now=MONDAY)
    assert [(str(found.engine_id), found.item) for found in run.waiting()] == [(keys[1], 1), (keys[2], 2)]
    for key in keys[1:3]:
        run.complete(UUID(key), {"outcome": "approve"})
        run.advance(lambda step, values: None)

    assert steps_of(run) == ["sign"]
    assert run.values == {"amount": "5.00", "councils": [1, 2], "outcome": "approve"}


def test_the_drawings_of_these_tests_are_read_as_they_are_kept():
    assert process(start(), end()).count("bpmn:process") == 2
