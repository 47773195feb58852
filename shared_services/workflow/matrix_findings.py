"""What is wrong with a matrix: gaps in amounts, lines that nobody can fulfil, lines that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, groupby

from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import PERMISSIONS, may
from shared_services.govuk.words import counted, spoken_money
from shared_services.tenancy.door import current_council

from . import authority
from .matrix import MatrixLine
from .who import find_kind, find_resolver, permission_to_decide


@dataclass(frozen=True, slots=True)
class MatrixFinding:
    """One thing to put right in a process's lines."""

    decision_type: str
    rule: str
    message: str


def find_in(lines: Iterable[MatrixLine], decision_types: Iterable[str] = ()) -> list[MatrixFinding]:
    """Everything found in lines that hold on the same day; `decision_types` must each have some."""
    ordered = sorted(lines, key=lambda line: (line.decision_type, line.sequence, line.amount_from))
    found: list[MatrixFinding] = []
    for decision_type, group in groupby(ordered, key=lambda line: line.decision_type):
        of_type = list(group)
        found.extend(MatrixFinding(decision_type, "gap", text) for text in _gaps(of_type))
        found.extend(MatrixFinding(decision_type, "nobody", text) for text in _nobody(of_type))
        found.extend(MatrixFinding(decision_type, "contradiction", text) for text in _contradictions(of_type))
    covered = {line.decision_type for line in ordered}
    found.extend(
        MatrixFinding(decision_type, "gap", "No line at all: nothing of this kind can be sent for approval.")
        for decision_type in decision_types
        if decision_type not in covered
    )
    return found


def _gaps(lines: list[MatrixLine]) -> Iterator[str]:
    """Amounts that no line covers for every cost centre and category."""
    general = [line for line in lines if not line.cost_centre and not line.category_prefix]
    if not general:
        yield "Every line is for one cost centre or category: nothing else can be sent for approval."
        return
    reached: Decimal | None = Decimal(0)
    for line in sorted(general, key=lambda one: one.amount_from):
        if reached is None:
            return
        if line.amount_from > reached:
            yield (
                f"Nobody approves from {spoken_money(reached)} to under {spoken_money(line.amount_from)} "
                "where no line for a cost centre or category does."
            )
        reached = None if line.amount_to is None else max(reached, line.amount_to)
    if reached is not None:
        yield f"Nobody approves {spoken_money(reached)} or more. Let the highest line have no upper limit."


def _nobody(lines: list[MatrixLine]) -> Iterator[str]:
    cards = list(OfficerCard.objects.of_council(current_council().number).active())
    permission = permission_to_decide(lines[0].decision_type)
    able = {card.pk for card in cards if not permission or may(card, permission)}
    for role, needed in sorted({(line.role, line.needed) for line in lines}):
        label, in_text = authority.role_label(role), authority.role_in_text(role)
        kind = find_kind(role)
        if kind is not None:
            held = kind[0].holders(kind[1], timezone.localdate()) & {card.pk for card in cards}
            if not held:
                yield f"{label} is vacant, so nobody can fulfil its lines. Appoint somebody or change them."
            elif not held & able:
                yield f"Whoever is {in_text} may not {PERMISSIONS[permission]}. Give that officer a role that may."
            continue
        count = sum(role in card.roles for card in cards)
        by_case = find_resolver(role) is not None
        if not count and by_case:
            yield (
                f"No active officer has the role {in_text}: its lines are fulfilled only where the case’s "
                "department or cost centre names somebody."
            )
        elif not count:
            yield f"No active officer is {in_text}, so nobody can fulfil its lines. Give somebody the role."
        elif needed > 1 and by_case:
            yield (
                f"{needed} different officers must approve as {in_text}, and a case’s department or cost centre "
                "names one as a rule. Ask for one, or for a role that several hold."
            )
        elif count < needed:
            officers = counted(count, "active officer")
            yield f"{needed} different officers must approve as {in_text}, and only {officers} could."


def _contradictions(lines: list[MatrixLine]) -> Iterator[str]:
    for one, two in combinations(lines, 2):
        same = (one.role, one.cost_centre, one.category_prefix) == (two.role, two.cost_centre, two.category_prefix)
        if not same or not _overlap(one, two):
            continue
        in_text = authority.role_in_text(one.role)
        where = f" on cost centre {one.cost_centre}" if one.cost_centre else ""
        if one.needed != two.needed:
            yield (
                f"Two lines for {in_text}{where} cover the same amounts and ask for {one.needed} and {two.needed} "
                "officers: the larger number counts. End one of them."
            )
        elif one.sequence != two.sequence:
            yield (
                f"Two lines for {in_text}{where} cover the same amounts in places {one.sequence} and "
                f"{two.sequence}: the first place counts. End one of them."
            )
        else:
            yield f"Two lines for {in_text}{where} cover the same amounts. End one of them."


def _overlap(one: MatrixLine, two: MatrixLine) -> bool:
    return (one.amount_to is None or two.amount_from < one.amount_to) and (
        two.amount_to is None or one.amount_from < two.amount_to
    )
