"""CPU per operation of the product, of its code without the wall, of the plain-Django yardstick and of bare SQL."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings.owner")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks import ground, story  # noqa: E402
from benchmarks.endings import end  # noqa: E402
from benchmarks.exchanges import PRODUCT, YARDSTICK, Caller, Exchange  # noqa: E402
from benchmarks.figures import Figure, at_most, for_the_reader, taken  # noqa: E402
from benchmarks.outcomes import check_same_work  # noqa: E402
from benchmarks.servers import Program, serving, spent  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
CHUNK = 20
INBOX_CHUNK = 60
WARM_UP = 24
CREATE, APPROVE, INBOX, LEAVE, PAGE, SAME = (
    "requisition with 3 lines created and submitted",
    "requisition approved to order",
    "inbox of 25 with 10,000 open tasks",
    "leave requested and approved",
    "inbox as an HTML page",
    "inbox by the API for the same browser, with the total",
)
PRODUCT_LIKE = ("product", "one_schema")
Costs = dict[str, dict[str, list[float]]]
"""Program -> operation -> CPU seconds per operation, one for each round."""


class Client:
    """The client's process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.client"], cwd=settings.BASE_DIR, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def send(
        self, program: Program, host: str, exchanges: list[Exchange], *, keep: bool = False, connections: int = 1
    ) -> Any:
        order = {"port": program.port, "host": host, "exchanges": exchanges, "keep": keep, "connections": connections}
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"The client gave up on {program.name}.")
        return json.loads(answer)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        end([self.process])


class Side:
    """A program with its caller, and the measuring of one chunk of requests."""

    def __init__(self, program: Program, caller: Caller, client: Client) -> None:
        self.program, self.caller, self.client = program, caller, client
        self.host = caller.scene["host"]

    def cost(self, exchanges: list[Exchange]) -> float:
        """CPU seconds per exchange."""
        before = self.program.cpu_seconds()
        self.client.send(self.program, self.host, exchanges)
        return spent(before, self.program.cpu_seconds()) / len(exchanges)

    def waiting(self, name: str) -> list[dict[str, Any]]:
        tasks: list[dict[str, Any]] = self.client.send(self.program, self.host, self.caller.tasks_of(name), keep=True)[
            0
        ]["results"]
        return tasks

    def warm_up(self) -> None:
        """Every operation often enough, over several connections, that each process has done it."""
        for exchanges in (
            self.caller.create_and_submit(WARM_UP),
            self.caller.inbox(WARM_UP),
            self.caller.ask_for_leave(15),
        ):
            self.client.send(self.program, self.host, exchanges, connections=4)
        if "sessions" in self.caller.scene:
            for pages in (self.caller.inbox_page(WARM_UP), self.caller.inbox_by_browser(WARM_UP)):
                self.client.send(self.program, self.host, pages, connections=4)
        for name in ("holder", "manager"):
            for _ in range(2):
                approvals = self.caller.approve(name, self.waiting(name))
                if approvals:
                    self.client.send(self.program, self.host, approvals, connections=4)

    def round(self) -> Iterator[tuple[str, float]]:
        yield CREATE, self.cost(self.caller.create_and_submit(CHUNK))
        yield APPROVE, self.cost(self.caller.approve("holder", self.waiting("holder")))
        yield INBOX, self.cost(self.caller.inbox(INBOX_CHUNK))
        asked = self.cost(self.caller.ask_for_leave(CHUNK))
        yield LEAVE, asked + self.cost(self.caller.approve("manager", self.waiting("manager")))
        if "sessions" in self.caller.scene:
            yield PAGE, self.cost(self.caller.inbox_page(INBOX_CHUNK))
            yield SAME, self.cost(self.caller.inbox_by_browser(INBOX_CHUNK))


def programs() -> dict[str, Program]:
    name = settings.DATABASES["default"]["NAME"]
    return {
        program.name: program
        for program in (
            Program("product", "config.wsgi:application", "benchmarks.settings.portal", name),
            Program("one_schema", "config.wsgi:application", "benchmarks.settings.one_schema", ground.ONE_SCHEMA),
            Program(
                "yardstick", "benchmarks.yardstick.wsgi:application", "benchmarks.yardstick.settings", ground.YARDSTICK
            ),
            Program(
                "lean",
                "benchmarks.yardstick.wsgi:application",
                "benchmarks.yardstick.settings",
                ground.LEAN,
                {"YARDSTICK_FULL_CLEAN": "0", "YARDSTICK_DATABASE": ground.LEAN},
            ),
            Program("bare", "benchmarks.bare.wsgi:application", "benchmarks.yardstick.settings", ground.BARE),
        )
    }


def prepare() -> dict[str, dict[str, Any]]:
    """Fill the four databases; what each program's caller needs to know."""
    ground.build_product()
    call_command("collectstatic", interactive=False, verbosity=0)
    product = json.loads(
        ground.run_module(
            "benchmarks.product_scene", "1", str(story.OPEN_TASKS), settings_module="benchmarks.settings.portal"
        )
    )
    ground.analyse(settings.DATABASES["default"]["NAME"])
    ground.copy_without_the_wall()
    ground.analyse(ground.ONE_SCHEMA)
    ground.make_database(ground.YARDSTICK)
    yardstick = json.loads(
        ground.run_module("benchmarks.yardstick.scene", settings_module="benchmarks.yardstick.settings")
    )
    ground.analyse(ground.YARDSTICK)
    for copy in (ground.LEAN, ground.BARE):
        ground.make_database(copy, template=ground.YARDSTICK)
        ground.analyse(copy)
    return {"product": product, "one_schema": product, "yardstick": yardstick, "lean": yardstick, "bare": yardstick}


def take_costs(folder: Path, scenes: dict[str, dict[str, Any]]) -> Costs:
    found = programs()
    costs: Costs = {name: defaultdict(list) for name in found}
    client = Client()
    sides = {
        name: Side(program, Caller(PRODUCT if name in PRODUCT_LIKE else YARDSTICK, scenes[name]), client)
        for name, program in found.items()
    }
    with client, serving(found.values(), folder, settings.BASE_DIR):
        for side in sides.values():
            side.warm_up()
        for turn in range(ROUNDS):
            # Each round begins with another program, so that none always follows the same neighbour.
            names = list(sides)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                for operation, seconds in sides[name].round():
                    costs[name][operation].append(seconds)
        memory = [process.memory_info().rss / 2**20 for process in found["product"].web_processes()]
        (folder / "web_memory.json").write_text(json.dumps(memory))
    print(check_same_work(found, PRODUCT_LIKE))
    return costs


def ratio(costs: Costs, above: str, below: str, operation: str) -> float:
    return statistics.median(a / b for a, b in zip(costs[above][operation], costs[below][operation], strict=True))


def whole_round(costs: Costs, name: str) -> list[float]:
    """CPU of one round of all operations, each counted once."""
    return [
        sum(parts)
        for parts in zip(*(costs[name][operation] for operation in (CREATE, APPROVE, INBOX, LEAVE)), strict=True)
    ]


def page_against(costs: Costs, call: str) -> float:
    return statistics.median(a / b for a, b in zip(costs["product"][PAGE], costs["product"][call], strict=True))


def figures_of(costs: Costs) -> list[Figure]:
    operations = (CREATE, APPROVE, INBOX, LEAVE)
    figures = [
        at_most(f"{name}: product / plain Django", ratio(costs, "product", "yardstick", name), 1.5)
        for name in operations
    ]
    figures += [
        for_the_reader(f"{name}: product / plain Django without full_clean", ratio(costs, "product", "lean", name), "x")
        for name in operations
    ]
    figures.append(at_most("inbox as an HTML page / its API call", page_against(costs, INBOX), 2.0))
    figures.append(
        for_the_reader("inbox as an HTML page / the same by the API, with the total", page_against(costs, SAME), "x")
    )
    walls = [a / b for a, b in zip(whole_round(costs, "product"), whole_round(costs, "one_schema"), strict=True)]
    figures.append(
        at_most("login per council and row-level security / the same code without", statistics.median(walls), 1.15)
    )
    figures += [
        for_the_reader(f"{name}: with the wall / without", ratio(costs, "product", "one_schema", name), "x")
        for name in operations
    ]
    figures += [
        for_the_reader(f"{name}: product / hand-written SQL", ratio(costs, "product", "bare", name), "x")
        for name in operations
    ]
    for name in (*operations, PAGE, SAME):
        figures.append(for_the_reader(f"{name}: product's CPU", statistics.median(costs["product"][name]) * 1000, "ms"))
        for program, whose in (("yardstick", "plain Django's CPU"), ("lean", "the same without full_clean")):
            if name in costs[program]:
                figures.append(for_the_reader(f"{name}: {whose}", statistics.median(costs[program][name]) * 1000, "ms"))
    return figures


def page_figures(scene: dict[str, Any], folder: Path) -> list[Figure]:
    """The pages of a council with 10,000 open cases beside those of one with 100."""
    small = json.loads(
        ground.run_module(
            "benchmarks.product_scene", str(ground.SMALL_COUNCIL), str(story.FEW_TASKS),
            settings_module="benchmarks.settings.portal",
        )
    )  # fmt: skip
    paths = {"small": small, "scene": scene}
    for name, words in paths.items():
        (folder / f"{name}.json").write_text(json.dumps(words))
    ground.analyse(settings.DATABASES["default"]["NAME"])
    found = json.loads(
        ground.run_module(
            "benchmarks.parts.pages", *(str(folder / f"{name}.json") for name in paths),
            settings_module="benchmarks.settings.portal",
        )
    )  # fmt: skip
    few, many = f"{story.FEW_TASKS:,}", f"{story.OPEN_TASKS:,}"
    counted, cases = found["inbox"]["queries"], found["case page"]["queries"]
    return [
        at_most(f"queries of the inbox page with {few} open tasks", counted[0], 8, "queries"),
        at_most(f"queries of the inbox page with {many} open tasks", counted[1], 8, "queries"),
        at_most(f"queries of a case's page with {many} open cases / with {few}", cases[1] / cases[0], 1.0),
        *(
            at_most(f"{page} with {many} open cases / with {few}", found[page]["ratio"], 1.3)
            for page in ("inbox", "case page")
        ),
        for_the_reader(f"queries of a case's page with {many} open cases", cases[1], "queries"),
    ]


def measure(folder: Path) -> list[Figure]:
    scenes = prepare()
    costs = take_costs(folder, scenes)
    (folder / "costs.json").write_text(json.dumps(costs, indent=1))
    return [
        *figures_of(costs),
        *taken(["pages at two sizes"], lambda: page_figures(scenes["product"], folder)),
    ]


if __name__ == "__main__":
    from benchmarks.parts import report

    report(measure)
