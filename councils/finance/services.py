"""What can happen to a council's money: reserve, commit, release, post, vire, and set budgets.

`reserve`, `commit` and `release` are steps of another app's service and part of its transaction: it holds the
lock on its own record and writes the audit line; the commitments themselves are the record here. They have no
savepoint of their own, because two more round trips at every approval would buy nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import check_may
from shared_services.audit.changes import changes_between, values_of
from shared_services.audit.services import record
from shared_services.messaging.outbox import enqueue
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.references import next_reference
from shared_services.workflow.duties import check_may_do

from . import rules
from .choices import CommitmentKind
from .heads import HeadAmount, gathered
from .models import BudgetPosition, Commitment, CostCentre, FinanceSettings, SubjectiveCode, Virement
from .periods import move_budget_between_periods, set_periods
from .positions import Movement, move

CENTRE_FIELDS = (
    "code", "name", "department_id", "budget_holder_id", "budget_holder_post_id", "valid_from", "valid_to",
)  # fmt: skip
MOST_HEADS = 50
"""Heads of one upload that the audit line names, with their old and new amounts."""
SUBJECTIVE_FIELDS = ("code", "name", "group", "valid_from", "valid_to")
RELEASE = """
    UPDATE finance_commitment SET released_at = %s
     WHERE source_id = %s AND kind = %s AND released_at IS NULL
 RETURNING cost_centre_id, subjective_id, amount, financial_year
"""


def reserve(
    *,
    actor: OfficerCard,
    source_id: UUID,
    source_reference: str,
    financial_year: int,
    heads: Iterable[HeadAmount],
) -> list[Commitment]:
    """Take a requisition's money out of the available balance (a pre-commitment on each head).

    Raises NotAllowed with the balance and who may vire. Locks the heads' positions; the caller holds the
    requisition's row, so that it is reserved once.
    """
    heads = gathered(heads)
    _move_or_refuse(financial_year, {entry.head: Movement(reserved=entry.amount) for entry in heads})
    return _write(CommitmentKind.PRE_COMMITMENT, source_id, source_reference, financial_year, heads)


def commit(
    *,
    actor: OfficerCard | None,
    source_id: UUID,
    order_id: UUID,
    order_reference: str,
    financial_year: int,
    heads: Iterable[HeadAmount],
) -> list[Commitment]:
    """Turn a requisition's reservation into the order's commitment; reserve nothing beforehand and it is checked now.

    Raises NotAllowed as `reserve` does: an order never overspends, whatever the council's setting.
    """
    heads = gathered(heads)
    movements: dict[tuple[UUID, UUID], Movement] = {}
    for entry in _released(source_id, CommitmentKind.PRE_COMMITMENT, financial_year):
        movements[entry.head] = Movement(reserved=-entry.amount)
    for entry in heads:
        movements.setdefault(entry.head, Movement()).committed += entry.amount
    _move_or_refuse(financial_year, movements)
    return _write(CommitmentKind.COMMITMENT, order_id, order_reference, financial_year, heads)


def release(*, actor: OfficerCard | None, source_id: UUID) -> Decimal:
    """Give back what a requisition reserved or an order committed; returns the pounds. A second call gives nothing."""
    released = Decimal("0.00")
    with connection.cursor() as cursor:
        for kind, total in ((CommitmentKind.PRE_COMMITMENT, "reserved"), (CommitmentKind.COMMITMENT, "committed")):
            cursor.execute(RELEASE, [timezone.now(), source_id, kind.value])
            by_year: dict[int, dict[tuple[UUID, UUID], Movement]] = {}
            for cost_centre_id, subjective_id, amount, year in cursor.fetchall():
                by_year.setdefault(year, {})[cost_centre_id, subjective_id] = Movement(**{total: -amount})
                released += amount
            for year, movements in sorted(by_year.items()):
                _move_or_refuse(year, movements)
    return released


@transaction.atomic
def post_actuals(
    *, actor: OfficerCard, source_id: UUID, source_reference: str, financial_year: int, heads: Iterable[HeadAmount]
) -> list[Commitment]:
    """Post money that was spent without an order, such as salaries; finance officers may. Posting twice changes nothing."""
    check_may(actor, "finance.manage_budgets")
    check_may_do(actor, "finance.manage_budgets")
    if Commitment.objects.live().filter(source_id=source_id, kind=CommitmentKind.ACTUAL).exists():
        return list(Commitment.objects.live().filter(source_id=source_id, kind=CommitmentKind.ACTUAL))
    heads = gathered(heads)
    _move_or_refuse(financial_year, {entry.head: Movement(actual=entry.amount) for entry in heads})
    posted = _write(CommitmentKind.ACTUAL, source_id, source_reference, financial_year, heads)
    record(actor, "finance.actuals.posted", ("finance.commitment", source_id), reference=source_reference)
    return posted


def check_virement(
    *,
    actor: OfficerCard,
    financial_year: int,
    from_cost_centre: CostCentre,
    from_subjective: SubjectiveCode,
    to_cost_centre: CostCentre,
    to_subjective: SubjectiveCode,
    amount: Decimal,
) -> None:
    """Ask what moving the budget would ask, and change nothing. Raises NotAllowed; the balance is asked when it moves."""
    if (from_cost_centre.pk, from_subjective.pk) == (to_cost_centre.pk, to_subjective.pk):
        raise NotAllowed("Choose two different codes: money cannot move to where it is.")
    if amount <= 0:
        raise NotAllowed("Enter an amount above zero, like 125.50.")
    check_may_do(actor, "finance.vire")
    rules.check_may_vire(
        actor,
        amount=amount,
        from_centre=from_cost_centre,
        to_centre=to_cost_centre,
        settings=FinanceSettings.objects.get(only=True),
    )
    rules.check_head_has_budget(to_cost_centre, to_subjective, financial_year)


@transaction.atomic
def vire(
    *,
    actor: OfficerCard,
    financial_year: int,
    from_cost_centre: CostCentre,
    from_subjective: SubjectiveCode,
    to_cost_centre: CostCentre,
    to_subjective: SubjectiveCode,
    amount: Decimal,
    reason: str,
    made_on: date | None = None,
) -> Virement:
    """Move budget from one head to another, within the officer's limit and the available balance.

    Raises NotAllowed when the limit or the balance is too small. Locks both positions.
    """
    made_on = made_on or localdate()
    giving, taking = (from_cost_centre.pk, from_subjective.pk), (to_cost_centre.pk, to_subjective.pk)
    check_virement(
        actor=actor,
        financial_year=financial_year,
        from_cost_centre=from_cost_centre,
        from_subjective=from_subjective,
        to_cost_centre=to_cost_centre,
        to_subjective=to_subjective,
        amount=amount,
    )
    shortages = move(financial_year, {giving: Movement(budget=-amount), taking: Movement(budget=amount)})
    if shortages:
        rules.refuse_virement(from_cost_centre, from_subjective, financial_year, available=shortages[0].available)
    move_budget_between_periods(financial_year, giving=giving, taking=taking, amount=amount, on=made_on)
    virement = Virement.objects.create(
        reference=next_reference("VIR", made_on.year),
        financial_year=financial_year,
        from_cost_centre=from_cost_centre,
        from_subjective=from_subjective,
        to_cost_centre=to_cost_centre,
        to_subjective=to_subjective,
        amount=amount,
        reason=reason,
        made_on=made_on,
        made_at=timezone.now(),
        made_by_id=actor.pk,
    )

    record(
        actor,
        "finance.budget.vired",
        virement,
        amount=str(amount),
        moved_from=f"{from_cost_centre.code}/{from_subjective.code}",
        moved_to=f"{to_cost_centre.code}/{to_subjective.code}",
        reason=reason,
    )
    return virement


@transaction.atomic
def set_budgets(*, actor: OfficerCard | None, financial_year: int, amounts: Mapping[tuple[str, str], Decimal]) -> int:
    """Set the year's budget of many heads at once, by (cost centre code, subjective code); finance officers may.

    A load from the shell acts without an officer.

    Each amount is spread evenly over the periods. The first is the original budget, a later one the revised.
    Raises NotAllowed for an unknown code, or when less would be left than is promised and spent.
    """
    if actor is not None:
        check_may(actor, "finance.manage_budgets")
        check_may_do(actor, "finance.manage_budgets")
    by_id = rules.heads_by_id(amounts)
    if any(amount < 0 for amount in amounts.values()):
        raise NotAllowed("A budget cannot be below zero. Use a virement to move money from one head to another.")

    differences = set_periods(financial_year, by_id)
    BudgetPosition.objects.bulk_create(
        [
            BudgetPosition(financial_year=financial_year, cost_centre_id=head[0], subjective_id=head[1])
            for head in sorted(by_id)
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    shortages = move(financial_year, {head: Movement(budget=change) for head, change in differences.items()})
    if shortages:
        rules.refuse_budget_cut(shortages, by_id)

    heads = [f"{centre}/{subjective}" for centre, subjective in amounts]
    totals = [[amount - differences[head], amount] for head, amount in by_id.items()]
    changes = {name: pair for name, pair in zip(heads, totals, strict=True) if pair[0] != pair[1]}
    record(
        actor,
        "finance.budgets.set",
        ("finance.budget", financial_year),
        heads=heads[:MOST_HEADS],
        changes=dict(list(changes.items())[:MOST_HEADS]),
        head_count=len(heads),
        total_amount=str(sum(amounts.values(), Decimal(0))),
    )
    return len(amounts)


@transaction.atomic
def save_cost_centre(
    *,
    actor: OfficerCard,
    code: str,
    name: str,
    department_id: UUID,
    valid_from: date,
    valid_to: date | None = None,
    budget_holder_id: UUID | None = None,
    budget_holder_post_id: UUID | None = None,
    cost_centre: CostCentre | None = None,
    version: int | None = None,
) -> CostCentre:
    """Add a cost centre, or change one and who holds its budget; finance officers may."""
    check_may(actor, "finance.manage_cost_centres")
    centre = CostCentre() if cost_centre is None else CostCentre.objects.select_for_update().get(pk=cost_centre.pk)
    if cost_centre is not None:
        rules.check_version(centre, version)
    rules.check_code_is_free(CostCentre, code, besides=cost_centre.pk if cost_centre else None)
    rules.check_open_dates(valid_from, valid_to)
    if (budget_holder_id, budget_holder_post_id) != (centre.budget_holder_id, centre.budget_holder_post_id):
        rules.check_holder(actor, budget_holder_id, budget_holder_post_id)

    before = values_of(centre, CENTRE_FIELDS) if cost_centre is not None else {}
    centre.code, centre.name, centre.department_id = code, name, department_id
    centre.budget_holder_id, centre.budget_holder_post_id = budget_holder_id, budget_holder_post_id
    centre.valid_from, centre.valid_to = valid_from, valid_to
    _save(centre, is_new=cost_centre is None)

    verb = "added" if cost_centre is None else "changed"
    changes = changes_between(before, centre)
    record(actor, f"finance.cost_centre.{verb}", centre, code=code, holder=str(budget_holder_id or ""), changes=changes)
    if cost_centre is not None:
        enqueue("workflow.refresh_candidates", once="workflow.refresh_candidates")
    return centre


@transaction.atomic
def save_subjective_code(
    *,
    actor: OfficerCard,
    code: str,
    name: str,
    group: str,
    valid_from: date,
    valid_to: date | None = None,
    subjective: SubjectiveCode | None = None,
    version: int | None = None,
) -> SubjectiveCode:
    """Add a subjective code, or change one; finance officers may."""
    check_may(actor, "finance.manage_cost_centres")
    saved = SubjectiveCode() if subjective is None else SubjectiveCode.objects.select_for_update().get(pk=subjective.pk)
    if subjective is not None:
        rules.check_version(saved, version)
    rules.check_code_is_free(SubjectiveCode, code, besides=subjective.pk if subjective else None)
    rules.check_open_dates(valid_from, valid_to)

    before = values_of(saved, SUBJECTIVE_FIELDS) if subjective is not None else {}
    saved.code, saved.name, saved.group = code, name, group
    saved.valid_from, saved.valid_to = valid_from, valid_to
    _save(saved, is_new=subjective is None)

    verb = "added" if subjective is None else "changed"
    changes = changes_between(before, saved)
    record(actor, f"finance.subjective_code.{verb}", saved, code=code, group=group, changes=changes)
    return saved


@transaction.atomic
def change_virement_limits(
    *, actor: OfficerCard, budget_holder_amount: Decimal, finance_officer_amount: Decimal, version: int | None = None
) -> FinanceSettings:
    """Set how much budget holders and finance officers may vire; the section 151 officer may."""
    check_may(actor, "finance.set_virement_limits")
    settings = FinanceSettings.objects.select_for_update().get(only=True)
    rules.check_version(settings, version)

    before = values_of(settings, ("budget_holder_virement_amount", "finance_officer_virement_amount"))
    settings.budget_holder_virement_amount = budget_holder_amount
    settings.finance_officer_virement_amount = finance_officer_amount
    _save(settings, is_new=False)

    record(actor, "finance.virement_limits.changed", settings, changes=changes_between(before, settings))
    return settings


def _save(row: CostCentre | SubjectiveCode | FinanceSettings, *, is_new: bool) -> None:
    if not is_new:
        row.version += 1
    row.save(force_insert=is_new)


def _move_or_refuse(financial_year: int, movements: dict[tuple[UUID, UUID], Movement]) -> None:
    if shortages := move(financial_year, movements):
        rules.refuse_overspend(shortages, financial_year)


def _released(source_id: UUID, kind: CommitmentKind, financial_year: int) -> list[HeadAmount]:
    """Close the live commitments of a source in one year and say what they held."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [timezone.now(), source_id, kind.value])
        return [HeadAmount(*row[:3]) for row in cursor.fetchall() if row[3] == financial_year]


def _write(
    kind: CommitmentKind, source_id: UUID, reference: str, financial_year: int, heads: list[HeadAmount]
) -> list[Commitment]:
    now = timezone.now()
    return Commitment.objects.bulk_create(
        Commitment(
            kind=kind,
            source_id=source_id,
            source_reference=reference,
            cost_centre_id=entry.cost_centre_id,
            subjective_id=entry.subjective_id,
            financial_year=financial_year,
            amount=entry.amount,
            made_at=now,
        )
        for entry in heads
        if entry.amount
    )
