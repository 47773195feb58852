"""What the client asks of each program: the same steps, in the addresses of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from benchmarks import story

Exchange = list[dict[str, Any]]


@dataclass
class Addresses:
    """Where a program answers."""

    requisitions: str
    submit: str
    tasks: str
    complete: str
    leave: str
    employment: str


PRODUCT = Addresses(
    requisitions="/api/v1/requisitions/",
    submit="/api/v1/requisitions/{id}/submit/",
    tasks="/api/v1/inbox/?page_size=25",
    complete="/api/v1/inbox/{task}/decide/",
    leave="/api/v1/leave-requests/",
    employment="employment_id",
)
YARDSTICK = Addresses(
    requisitions="/requisitions",
    submit="/requisitions/{id}/submit",
    tasks="/tasks",
    complete="/tasks/{task}/complete",
    leave="/leave",
    employment="employment",
)


@dataclass
class Caller:
    """One program's side: addresses, tokens, and the leave it has asked for so far."""

    addresses: Addresses
    scene: dict[str, Any]
    leave_asked: int = 0
    days: list[Any] = field(default_factory=lambda: story.working_days(40))

    def _as(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.scene['tokens'][name]}"}

    def create_and_submit(self, count: int) -> list[Exchange]:
        form = {**story.FORM, "needed_by_on": story.needed_by().isoformat()}
        headers = self._as("requester")
        return [
            [
                {"method": "POST", "path": self.addresses.requisitions, "body": form, "headers": headers},
                {"method": "POST", "path": self.addresses.submit, "body": {}, "headers": headers},
            ]
            for _ in range(count)
        ]

    def tasks_of(self, name: str) -> list[Exchange]:
        return [[{"method": "GET", "path": self.addresses.tasks, "headers": self._as(name)}]]

    def approve(self, name: str, tasks: list[dict[str, Any]]) -> list[Exchange]:
        return [
            [
                {
                    "method": "POST",
                    "path": self.addresses.complete.replace("{task}", task["id"]),
                    "body": {"outcome": "approve"},
                    "headers": self._as(name),
                }
            ]
            for task in tasks
        ]

    def inbox(self, count: int) -> list[Exchange]:
        return self.tasks_of("busy") * count

    def inbox_page(self, count: int) -> list[Exchange]:
        return [[{"method": "GET", "path": "/inbox/", "headers": self._in_browser()}]] * count

    def inbox_by_browser(self, count: int) -> list[Exchange]:
        """The API call that gives a signed-in browser what the page shows: the first 25 and how many there are."""
        path = f"{self.addresses.tasks}&total=true"
        return [[{"method": "GET", "path": path, "headers": self._in_browser()}]] * count

    def _in_browser(self) -> dict[str, str]:
        """The cookies of a browser that has opened a page here before: its session's, and its forms'."""
        kept = {self.scene["session_cookie"]: self.scene["sessions"]["busy"], self.scene["csrf_cookie"]: "f" * 32}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}

    def ask_for_leave(self, count: int) -> list[Exchange]:
        found = []
        for _ in range(count):
            takers = self.scene["leave"]
            taker = takers[self.leave_asked % len(takers)]
            day = self.days[self.leave_asked // len(takers)].isoformat()
            self.leave_asked += 1
            form = {
                self.addresses.employment: taker["employment"], "leave_type": "annual", "first_on": day, "last_on": day,
            }  # fmt: skip
            found.append(
                [
                    {
                        "method": "POST",
                        "path": self.addresses.leave,
                        "body": form,
                        "headers": {"Authorization": f"Bearer {taker['token']}"},
                    }
                ]
            )
        return found
