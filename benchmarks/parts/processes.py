"""What processes cost: a decision, ten thousand cases whose time has come, publishing a large drawing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings.owner")
django.setup()

from benchmarks import ground  # noqa: E402
from benchmarks.figures import Figure, at_most, for_the_reader, taken  # noqa: E402

DUE = 10_000
DECISION = "a decision: load, complete, run on, save, audit"
TIMERS = f"{DUE:,} due cases moved on by one worker"
TIMER = "a due case moved on by the sweep"
PUBLISHING = "publishing and linting a process of 60 elements"


def figures_of(found: dict[str, float]) -> list[Figure]:
    return [
        at_most(DECISION, found["decision_cpu_ms"], 8, "ms of CPU"),
        at_most(TIMERS, found["timers_seconds"], 60, "s"),
        at_most(TIMER, found["timer_cpu_ms"], 5, "ms of CPU"),
        at_most(PUBLISHING, found["publishing_seconds"], 1, "s"),
        for_the_reader(f"{TIMERS}: each", found["timers_seconds"] / DUE * 1000, "ms"),
        for_the_reader("restoring and storing a case", found["state_ms"], "ms of CPU"),
        for_the_reader("a stored case of that process", found["state_bytes"], "bytes"),
    ]


def take() -> list[Figure]:
    ground.build_product()
    answer = ground.run_module("benchmarks.process_scene", str(DUE), settings_module="benchmarks.settings.portal")
    return figures_of(json.loads(answer.splitlines()[-1]))


def measure(folder: Path) -> list[Figure]:
    return taken([DECISION, TIMERS, TIMER, PUBLISHING], take)


if __name__ == "__main__":
    from benchmarks.parts import report

    report(measure)
