"""What one attempt is, and the book that attempts are written into."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Attempt:
    """One try at another council's data. `outcome` says in a few words what the product answered."""

    area: str
    actor: str
    target: str
    outcome: str
    leaked: bool


@dataclass
class Book:
    """All attempts of one report."""

    attempts: list[Attempt] = field(default_factory=list)

    def refused(self, area: str, actor: str, target: str, outcome: str) -> None:
        self.attempts.append(Attempt(area, actor, target, outcome[:200], leaked=False))

    def leaked(self, area: str, actor: str, target: str, outcome: str) -> None:
        self.attempts.append(Attempt(area, actor, target, outcome[:200], leaked=True))

    def judge(self, area: str, actor: str, target: str, outcome: str, *, leak: bool) -> None:
        (self.leaked if leak else self.refused)(area, actor, target, outcome)

    @property
    def leaks(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.leaked]

    def by_area(self) -> list[tuple[str, int, int, int]]:
        """Rows of (area, attempts, refusals, leaks), in the order the areas were tried."""
        tried = Counter(attempt.area for attempt in self.attempts)
        leaks = Counter(attempt.area for attempt in self.leaks)
        return [(area, count, count - leaks[area], leaks[area]) for area, count in tried.items()]

    def as_data(self) -> dict[str, Any]:
        return {
            "attempts": len(self.attempts),
            "leaks": len(self.leaks),
            "areas": [dict(zip(("area", "attempts", "refused", "leaked"), row, strict=True)) for row in self.by_area()],
            "detail": [asdict(attempt) for attempt in self.attempts],
        }
