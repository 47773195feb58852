"""Whatever is drawn: a case that is stored and restored after every step goes the same way as one that never is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

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
    message,
    read,
    repeated,
    service,
    start,
    timed,
    timer,
    user,
)  # fmt: skip

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CALLED = UUID(int=7)


class Drawing:
    """A drawing put together from blocks, each with one way in and one way out."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._numbers = count(1)

    def key(self, kind: str) -> str:
        return f"{kind}{next(self._numbers)}"

    def add(self, block, inside: list[str]) -> tuple[str, str]:
        """Draw a block; gives its first and its last step."""
        kind, more = block
        key = self.key(kind)
        if kind in ("user", "service", "pause", "throw", "hear"):
            inside.append(
                {
                    "user": lambda: user(key),
                    "service": lambda: service(key),
                    "pause": lambda: timed(key, "P2D"),
                    "hear": lambda: element("receiveTask", key, messageRef="ready"),
                    "throw": lambda: element("intermediateThrowEvent", key, about()),
                }[kind]()
            )
            return key, key
        if kind == "call":
            inside.append(element("callActivity", key, calledElement="other"))
            return key, key
        if kind == "watched":
            out, late, caught = self.key("out"), self.key("late"), self.key("caught")
            host = service(key) if more == "error" else user(key)
            what = {
                "error": "<bpmn:errorEventDefinition/>",
                "message": about(),
                "interrupts": timer("P3D"),
                "goes_round": timer("R2/P1D", "timeCycle"),
            }[more]
            inside += [host, boundary(late, key, what, interrupts=more != "goes_round"), gateway("exclusive", out)]
            inside += [service(caught), flows(f"{key} {out}", f"{late} {caught}")]
            if more == "goes_round":
                last = self.key("end")
                inside += [end(last), flow(caught, last)]
            else:
                inside.append(flow(caught, out))
            return key, out
        if kind in ("part", "each"):
            drawn: list[str] = []
            first, last = self.key("start"), self.key("end")
            a, b = self.sequence(more, drawn)
            drawn += [start(first), end(last), flow(first, a), flow(b, last)]
            many = repeated("councils", f"item_{key}", in_turn=len(more) % 2 == 0) if kind == "each" else ""
            inside.append(element("subProcess", key, "".join(drawn) + many))
            return key, key
        if kind == "again":
            a, b = self.sequence(more, inside)
            back, ask = self.key("back"), self.key("user")
            inside += [gateway("exclusive", back), user(ask), gateway("exclusive", key, default=f"{key}_out{key}")]
            inside += [gateway("exclusive", f"out{key}"), flows(f"{back} {a}", f"{b} {ask}", f"{ask} {key}")]
            inside += [flow(key, back, "outcome == 'reject'"), flow(key, f"out{key}")]
            return back, f"out{key}"
        join = f"join{key}"
        default = ""
        for number, branch in enumerate(more):
            a, b = self.sequence(branch, inside)
            condition = "" if kind == "parallel" or number == 0 else f"amount &gt; {number}"
            default = default or f"{key}_{a}"
            inside += [flow(key, a, condition), flow(b, join)]
        inside += [gateway(kind, key, default if kind != "parallel" else ""), gateway(kind, join)]
        return key, join

    def sequence(self, blocks, inside: list[str]) -> tuple[str, str]:
        ends = [self.add(block, inside) for block in blocks]
        for (_, last), (first, _) in zip(ends, ends[1:], strict=False):
            inside.append(flow(last, first))
        return ends[0][0], ends[-1][1]


plain = st.sampled_from(
    [("user", None), ("service", None), ("pause", None), ("throw", None), ("hear", None), ("call", None)]
)
watched = st.tuples(st.just("watched"), st.sampled_from(["error", "message", "interrupts", "goes_round"]))


def larger(blocks):
    sequences = st.lists(blocks, min_size=1, max_size=3)
    branches = st.lists(sequences, min_size=2, max_size=3)
    return st.one_of(
        st.tuples(st.sampled_from(["parallel", "inclusive", "exclusive"]), branches),
        st.tuples(st.sampled_from(["part", "each", "again"]), sequences),
    )


drawings = st.lists(st.recursive(st.one_of(plain, watched), larger, max_leaves=8), min_size=1, max_size=3)
moves = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from(["approve", "approve", "reject", "later"]), st.integers(0, 4)),
    max_size=25,
)


class Other:
    """The one process that is called."""

    definition = read(
        start(), user("called_user"), service("called_service"), end(),
        flows("start called_user", "called_user called_service", "called_service end"), key="other",
    )  # fmt: skip

    def newest(self, key):
        return CALLED, self.definition

    def pinned(self, version_id):
        assert version_id == CALLED
        return self.definition


class Player:
    """Plays the same moves on a run that stays in memory, or on one that is stored after every step."""

    def __init__(self, definition, *, stored: bool) -> None:
        self.definition, self.stored = definition, stored
        self.now, self.done, self.failing = MONDAY, [], 0
        self.run = Run.start(definition, {"amount": "1.50", "councils": [3, 5]}, now=MONDAY)
        self.advance()

    def perform(self, step, values):
        self.failing += 1
        if self.failing % 3 == 0:
            raise OperationFailed
        items = sorted((name, value) for name, value in values.items() if name.startswith("item_"))
        self.done.append((step.id, items))
        return {"amount": f"{len(self.done) % 4}.50"}

    def keep(self) -> None:
        if self.stored:
            kept = json.loads(json.dumps(self.run.state()))
            self.run = Run.restore(self.definition, kept, now=self.now)
            assert self.run.state() == kept

    def advance(self, **options) -> None:
        self.keep()
        self.run.advance(self.perform, now=self.now, **options)
        self.keep()

    def move(self, which: int, what: str, hours: int) -> None:
        if what == "later":
            self.now += timedelta(hours=12 * (hours + 1))
        else:
            waiting = [found for found in self.run.waiting() if found.step.kind == "user"]
            if waiting:
                found = waiting[which % len(waiting)]
                self.run.complete(found.engine_id, {"outcome": what})
        self.advance(retry=which % 5 == 0)

    @property
    def sight(self):
        run = self.run
        return {
            "waiting": [(found.step.id, found.item, dict(found.values)) for found in run.waiting()],
            "timers": [(found.step.id, found.due_at) for found in run.timers()],
            "faults": [found.step.id for found in run.faults()],
            "values": run.values,
            "marks": run.passed(),
            "finished": run.finished,
            "done": self.done,
        }


@settings(max_examples=120, deadline=None)
@given(drawings, moves)
def test_a_stored_case_goes_the_same_way_as_one_that_stays_in_memory(blocks, played):
    drawing, inside = Drawing(), []
    first, last = drawing.sequence(blocks, inside)
    definition = read(
        start(), end(), *inside, flow("start", first), flow(last, "end"), defined=message(), called=Other(),
        councils="list",
    )  # fmt: skip

    try:
        lasting, stored = Player(definition, stored=False), Player(definition, stored=True)
        assert stored.sight == lasting.sight
        for move in played:
            lasting.move(*move)
            stored.move(*move)
            assert stored.sight == lasting.sight
    except EngineFault as fault:
        assert "without anybody acting" in str(fault)
