"""Who stands in for whom today: accepted deputies, and an absent officer's manager while nobody else can act.

The engine, the inbox and "who would approve this" ask here, so they cannot disagree. How far a deputy may go
is ADR 0043.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.tenancy.door import current_council
from shared_services.tenancy.statements import JoinedRows

from . import authority, duties
from .choices import DeputyStatus
from .models import AuthorityRule, Case, Deputy, Task
from .who import absent_among, find_kind, managers_of, permission_to_decide, role_in_matrix

DEPUTIES_IN_FORCE = JoinedRows(
    "workflow.Deputy",
    where="t0.owner_id = %s AND t0.status = %s AND t0.from_on <= %s AND t0.to_on >= %s ORDER BY t0.named_at, t0.id",
)
LAYERS = 5
"""How many layers of management are asked while managers are away as well, or may not go as far."""


@dataclass(frozen=True, slots=True)
class Question:
    """One approval that somebody is wanted for."""

    decision_type: str
    role: str
    amount: Decimal | None
    category: str
    cost_centre: str


@dataclass(frozen=True, slots=True)
class StandIn:
    """An officer who may decide for another: by a deputyship, through one of his deputy's, or as his manager."""

    card: UUID
    for_card: UUID
    for_name: str
    deputy_id: UUID | None = None
    through: str = ""

    @property
    def why(self) -> str:
        if self.deputy_id is None:
            return f"manager of {self.for_name}, who is away"
        return f"deputy of {self.for_name}" + (f", through {self.through}" if self.through else "")


def in_record(whom: StandIn | None) -> dict[str, Any]:
    """For whom a deputy acted and why, as a line of the audit record says it; nothing for an officer's own authority."""
    return {"acting_for": whom.for_name, "why": whom.why} if whom else {}


@dataclass
class StandIns:
    """The deputies of one room on one day, read once for all the tasks of a round."""

    on: date
    _deputies: list[Deputy] | None = None
    _lines: dict[str, list[AuthorityRule]] = field(default_factory=dict)
    _cards: dict[UUID, OfficerCard] = field(default_factory=dict)
    _posts: dict[str, set[UUID]] = field(default_factory=dict)
    _away: dict[UUID, bool] = field(default_factory=dict)

    def for_question(self, question: Question, holders: set[UUID], barred: set[UUID]) -> dict[UUID, StandIn]:
        """Those who may act for a role's holders. Who is barred can neither act nor be acted for."""
        if question.role == authority.REQUESTER:
            return {}
        principals = holders - barred
        found: dict[UUID, StandIn] = {}
        for first in self._of(principals, question):
            self._add(found, question, first, barred)
            if first.deputy_id in barred or not self._active(first.deputy_id):
                # Whoever asked for a case does not choose, by naming a deputy, who approves it.
                continue
            # One step onward: the deputy is away too and has named his own.
            for second in self._of({first.deputy_id}, question):
                if second.deputy_id != first.principal_id:
                    self._add(found, question, second, barred, onward_for=first)
        standing = {card: one for card, one in found.items() if card not in principals}
        present = principals | standing.keys()
        if principals and present <= self._absent(present):
            for card, one in self._managers(question, principals, barred).items():
                standing.setdefault(card, one)
        return standing

    def reaches(self, card_id: UUID, question: Question) -> bool:
        """Whether an officer's own role and limit let him give an approval that others were asked for."""
        return self._may_decide(card_id, question) and self.limit_reaches(card_id, question)

    def limit_reaches(self, card_id: UUID, question: Question, *, deputy: Deputy | None = None) -> bool:
        """Whether an officer's own authority reaches an approval, or a cap that was signed for him does."""
        if question.amount is None:
            return True
        known = self._lines_of(question.decision_type)
        lines = [line for line in known if line.holds_on(self.on)]
        if not lines:
            return True
        if deputy is not None and deputy.signed_cap_amount is not None and question.amount <= deputy.signed_cap_amount:
            return True
        place = self._place_of(question, lines, known)
        return any(
            line.sequence >= place
            and (line.amount_to is None or question.amount < line.amount_to)
            and self._speaks(line, question)
            and self._holds(card_id, line.role)
            for line in lines
        )

    def _place_of(self, question: Question, lines: list[AuthorityRule], known: list[AuthorityRule]) -> int:
        """The place in the order that is asked for.

        The highest that the role ever had where no line speaks of this case today: a running case keeps its approvers.
        """
        role = role_in_matrix(question.role)[0]
        speaking = [line.sequence for line in lines if line.role == role and self._speaks(line, question)]
        return min(speaking) if speaking else max((line.sequence for line in known if line.role == role), default=0)

    # -- Deputies -------------------------------------------------------------------------------

    def _of(self, principals: set[UUID], question: Question) -> list[Deputy]:
        if self._deputies is None:
            self._deputies = DEPUTIES_IN_FORCE.find_all(
                current_council().number, DeputyStatus.ACCEPTED.value, self.on, self.on
            )
        return [one for one in self._deputies if one.principal_id in principals and covers(one, question)]

    def _add(
        self,
        found: dict[UUID, StandIn],
        question: Question,
        deputy: Deputy,
        barred: set[UUID],
        onward_for: Deputy | None = None,
    ) -> None:
        card_id = deputy.deputy_id
        if card_id in barred or card_id in found or not self._may_decide(card_id, question):
            return
        within = all(
            one.max_amount is None or (question.amount or 0) <= one.max_amount for one in (onward_for, deputy) if one
        )
        if not within or not self.limit_reaches(card_id, question, deputy=deputy):
            return
        first = onward_for or deputy
        found[card_id] = StandIn(
            card_id, first.principal_id, first.principal_name, deputy.pk, deputy.principal_name if onward_for else ""
        )

    # -- Managers of absent officers --------------------------------------------------------------

    def _absent(self, cards: Iterable[UUID]) -> set[UUID]:
        unknown = {card for card in cards if card not in self._away}
        if unknown:
            away = absent_among(unknown, self.on)
            self._away.update({card: card in away for card in unknown})
        return {card for card in cards if self._away[card]}

    def _managers(self, question: Question, principals: set[UUID], barred: set[UUID]) -> dict[UUID, StandIn]:
        found: dict[UUID, StandIn] = {}
        for principal in sorted(principals):
            asked, seen = {principal}, {principal}
            for _layer in range(LAYERS):
                above = set().union(*(managers_of(card, self.on) for card in sorted(asked))) - seen
                if not above:
                    break
                seen |= above
                able = {
                    card for card in above - barred - principals - self._absent(above) if self.reaches(card, question)
                }
                if able:
                    name = self._card(principal).work_name
                    found.update({card: StandIn(card, principal, name) for card in able})
                    break
                asked = above
        return found

    # -- Facts, each read once -------------------------------------------------------------------

    def _lines_of(self, decision_type: str) -> list[AuthorityRule]:
        if decision_type not in self._lines:
            self._lines[decision_type] = list(AuthorityRule.objects.of_this_room().filter(decision_type=decision_type))
        return self._lines[decision_type]

    def _speaks(self, line: AuthorityRule, question: Question) -> bool:
        return authority.fits(line, category=question.category, cost_centre=question.cost_centre)

    def _holds(self, card_id: UUID, role: str) -> bool:
        kind = find_kind(role)
        if kind is None:
            return role in self._card(card_id).roles
        if role not in self._posts:
            self._posts[role] = kind[0].holders(kind[1], self.on)
        return card_id in self._posts[role]

    def _active(self, card_id: UUID) -> bool:
        return self._card(card_id).active

    def _may_decide(self, card_id: UUID, question: Question) -> bool:
        """Standing in needs what deciding needs: an active officer, no auditor, with the role that allows it."""
        permission = permission_to_decide(question.decision_type)
        able = self._active(card_id) and not self._card(card_id).only_reads
        return able and (not permission or may(self._card(card_id), permission))

    def _card(self, card_id: UUID) -> OfficerCard:
        if card_id not in self._cards:
            wanted = {one.deputy_id for one in self._deputies or []} | {card_id}
            self._cards.update(OfficerCard.objects.of_council(current_council().number).in_bulk(wanted))
        return self._cards[card_id]


def covers(deputy: Deputy, question: Question) -> bool:
    """Whether a deputyship speaks of a process, a role and a cost centre."""
    return (
        (not deputy.decision_types or question.decision_type in deputy.decision_types)
        and (not deputy.roles or role_in_matrix(question.role)[0] in deputy.roles)
        and (not deputy.cost_centres or question.cost_centre in deputy.cost_centres)
    )


def question_of(task: Task, case: Case) -> Question:
    """What a task asks for: in a joint case by this council's own share, on no cost centre of its own."""
    role = authority.role_for(task, case)
    joint = authority.asks_own_matrix(task, case)
    return Question(
        decision_type=task.authority or case.process,
        role=role,
        amount=authority.amount_for(task, case),
        category=case.category,
        cost_centre="" if joint else role_in_matrix(role)[1] or str(case.facts.get("cost_centre") or ""),
    )


def stand_in_for(
    actor: OfficerCard, task: Task, case: Case, *, besides: Iterable[UUID] = (), on: date
) -> StandIn | None:
    """For whom an officer who does not hold a task's role himself may decide it today; None for nobody.

    `besides` are those to whom the task was passed up: their deputies may stand in as the holders' may.
    """
    question = question_of(task, case)
    if question.role == authority.REQUESTER or not actor.active or actor.owner_id != current_council().number:
        return None
    holders = authority.holders_for(task, case) | set(besides)
    cards = OfficerCard.objects.of_council(current_council().number).filter(pk__in=holders)
    barred = authority.barred_from(case) | duties.kept_from(cards, case)
    return StandIns(on).for_question(question, holders, barred).get(actor.pk)
