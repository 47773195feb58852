"""Budgets, balances and virements."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from councils.finance import services
from councils.finance.heads import HeadAmount
from councils.finance.holders import budget_holder_ids, cost_centres_held_by
from councils.finance.models import (
    Budget,
    BudgetPosition,
    Commitment,
    CostCentre,
    FinanceSettings,
    SubjectiveCode,
    Virement,
)
from councils.finance.periods import spread
from councils.finance.years import financial_year_of, period_of
from shared_services.audit.selectors import entries_about
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale
from tests.councils.books import FURNITURE, STATIONERY

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(books):
    with inside_council(books.council):
        yield books


def head(books, subjective=FURNITURE, centre=None) -> BudgetPosition:
    return BudgetPosition.objects.get(
        cost_centre__code=centre or books.library, subjective__code=subjective, financial_year=books.financial_year
    )


def amount_on(position, amount) -> HeadAmount:
    return HeadAmount(position.cost_centre_id, position.subjective_id, Decimal(amount))


def reserve(books, amount, position=None, source=None):
    return services.reserve(
        actor=books.requester, source_id=source or uuid4(), source_reference="NMR-REQ-2026-000001",
        financial_year=books.financial_year, heads=[amount_on(position or head(books), amount)],
    )  # fmt: skip


def vire(books, amount, actor=None, **changes):
    values = {
        "from_cost_centre": CostCentre.objects.get(code=books.museum),
        "from_subjective": SubjectiveCode.objects.get(code=FURNITURE),
        "to_cost_centre": CostCentre.objects.get(code=books.library),
        "to_subjective": SubjectiveCode.objects.get(code=FURNITURE),
    }
    return services.vire(
        actor=actor or books.finance, financial_year=books.financial_year, amount=Decimal(amount),
        reason="The library needs desks.", **{**values, **changes},
    )  # fmt: skip


def test_the_last_penny_can_be_reserved_and_not_one_more(room):
    reserve(room, "10000.00")

    with pytest.raises(NotAllowed, match="£0 available"):
        reserve(room, "0.01")

    assert head(room).available_amount == 0


def test_the_database_itself_refuses_an_overspent_line(room):
    with pytest.raises(IntegrityError, match="position_never_overspent"), transaction.atomic():
        BudgetPosition.objects.filter(pk=head(room).pk).update(committed_amount=Decimal("10000.01"))


def test_several_heads_are_reserved_together_or_not_at_all(room):
    short, enough = head(room), head(room, STATIONERY)
    reserve(room, "9999.00")

    with pytest.raises(NotAllowed):
        services.reserve(
            actor=room.requester, source_id=uuid4(), source_reference="R", financial_year=room.financial_year,
            heads=[amount_on(enough, "5.00"), amount_on(short, "5.00")],
        )  # fmt: skip

    assert head(room, STATIONERY).reserved_amount == 0
    assert Commitment.objects.count() == 1


def test_a_head_without_a_budget_says_so(room):
    other = SubjectiveCode.objects.get(code="2010")

    with pytest.raises(NotAllowed, match="2010 Energy has no budget"):
        services.reserve(
            actor=room.requester, source_id=uuid4(), source_reference="R", financial_year=room.financial_year,
            heads=[HeadAmount(head(room).cost_centre_id, other.pk, Decimal("1.00"))],
        )  # fmt: skip


def test_an_order_takes_over_what_its_requisition_reserved(room):
    source, order = uuid4(), uuid4()
    reserve(room, "600.00", source=source)

    services.commit(
        actor=room.holder, source_id=source, order_id=order, order_reference="NMR-PO-2026-000001",
        financial_year=room.financial_year, heads=[amount_on(head(room), "550.00")],
    )  # fmt: skip

    position = head(room)
    assert (position.reserved_amount, position.committed_amount) == (0, Decimal("550.00"))
    assert services.release(actor=room.finance, source_id=order) == Decimal("550.00")
    assert services.release(actor=room.finance, source_id=order) == 0
    assert head(room).available_amount == Decimal("10000.00")


def test_actuals_are_posted_once(room):
    source = uuid4()
    for _ in range(2):
        services.post_actuals(
            actor=room.finance, source_id=source, source_reference="PAY-07", financial_year=room.financial_year,
            heads=[amount_on(head(room), "250.00")],
        )  # fmt: skip

    assert head(room).actual_amount == Decimal("250.00")


def test_a_virement_moves_budget_and_the_periods_still_add_up(room):
    virement = vire(room, "2500.00")

    assert virement.reference.startswith("NMR-VIR-")
    assert head(room).budget_amount == Decimal("12500.00")
    assert head(room, centre=room.museum).budget_amount == Decimal("7500.00")
    for centre in (room.library, room.museum):
        revised = Budget.objects.filter(cost_centre__code=centre, subjective__code=FURNITURE).aggregate(
            revised=Sum("revised_amount"), original=Sum("original_amount")
        )
        assert revised["revised"] == head(room, centre=centre).budget_amount
        assert revised["original"] == Decimal("10000.00")


def test_the_record_of_a_virement_says_where_from_and_where_to(room):
    virement = vire(room, "2500.00")

    facts = entries_about(virement).get().facts
    assert facts["moved_from"] == f"{virement.from_cost_centre.code}/{virement.from_subjective.code}"
    assert facts["moved_to"] == f"{virement.to_cost_centre.code}/{virement.to_subjective.code}"


def test_promised_money_cannot_be_vired(room):
    reserve(room, "9000.00", position=head(room, centre=room.museum))

    with pytest.raises(NotAllowed, match="£1,000 available"):
        vire(room, "1000.01")


@pytest.mark.parametrize(
    ("who", "amount", "words"),
    [
        ("holder", "5000.01", "up to £5,000"),
        ("finance", "50000.01", "up to £50,000"),
        ("requester", "1.00", "move budget from one code"),
        ("head", "1.00", "whose budget you hold"),
    ],
)
def test_each_role_has_its_own_limit(room, who, amount, words):
    with pytest.raises(NotAllowed, match=words):
        vire(room, amount, actor=getattr(room, who))

    assert not Virement.objects.exists()


def test_within_their_limits_each_may_vire(room):
    vire(room, "5000.00", actor=room.holder)
    vire(room, "10.00", actor=room.s151)


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
def test_nothing_is_no_virement(room, amount):
    with pytest.raises(NotAllowed, match="above zero"):
        vire(room, amount)


def test_money_cannot_move_to_where_it_is(room):
    same = CostCentre.objects.get(code=room.museum)

    with pytest.raises(NotAllowed, match="two different"):
        vire(room, "1.00", to_cost_centre=same)


def test_a_budget_is_spread_over_its_periods_to_the_penny(room):
    assert sum(spread(Decimal("100.00"))) == Decimal("100.00")
    rows = Budget.objects.filter(cost_centre__code=room.library, subjective__code=FURNITURE)
    assert rows.count() == 12
    assert rows.aggregate(sum=Sum("original_amount"))["sum"] == Decimal("10000.00")


def test_a_budget_cannot_be_set_below_what_is_promised(room):
    reserve(room, "4000.00")

    with pytest.raises(NotAllowed, match="£4,000 promised and spent"):
        services.set_budgets(
            actor=room.finance, financial_year=room.financial_year,
            amounts={(room.library, FURNITURE): Decimal("3999.99")},
        )  # fmt: skip

    assert head(room).budget_amount == Decimal("10000.00")


def test_setting_a_budget_again_revises_it_and_keeps_the_original(room):
    services.set_budgets(
        actor=room.finance, financial_year=room.financial_year, amounts={(room.library, FURNITURE): Decimal("12000.00")}
    )

    rows = Budget.objects.filter(cost_centre__code=room.library, subjective__code=FURNITURE)
    sums = rows.aggregate(original=Sum("original_amount"), revised=Sum("revised_amount"))
    assert sums == {"original": Decimal("10000.00"), "revised": Decimal("12000.00")}
    assert head(room).budget_amount == Decimal("12000.00")


def test_the_holder_of_a_post_holds_its_budget(room):
    from councils.organisation.models import Appointment, Department, Post

    department = Department.objects.get(code="LIBS")
    post = Post.objects.create(number="P1", title="Librarian", department=department, opened_on="2020-04-01")
    centre = services.save_cost_centre(
        actor=room.finance, code="LIB02", name="Branch", department_id=department.pk, valid_from=post.opened_on,
        budget_holder_post_id=post.pk,
    )  # fmt: skip
    assert budget_holder_ids([centre.pk]) == {}

    Appointment.objects.create(post=post, card=room.head, from_on="2020-04-01")

    assert budget_holder_ids([centre.pk]) == {centre.pk: room.head.pk}
    assert cost_centres_held_by(room.head.pk) == [centre.pk]


def test_the_second_of_two_who_change_a_cost_centre_is_told(room):
    centre = CostCentre.objects.get(code=room.library)
    values = {
        "actor": room.finance, "code": centre.code, "department_id": centre.department_id,
        "valid_from": centre.valid_from, "budget_holder_id": centre.budget_holder_id, "cost_centre": centre,
    }  # fmt: skip
    services.save_cost_centre(**values, name="Library", version=1)

    with pytest.raises(Stale):
        services.save_cost_centre(**values, name="Bibliothek", version=1)

    assert CostCentre.objects.get(code=room.library).name == "Library"


def test_only_the_section_151_officer_sets_the_limits(room):
    with pytest.raises(NotAllowed, match="Section 151 officer"):
        services.change_virement_limits(
            actor=room.finance, budget_holder_amount=Decimal(1), finance_officer_amount=Decimal(2)
        )

    services.change_virement_limits(actor=room.s151, budget_holder_amount=Decimal(1), finance_officer_amount=Decimal(2))

    assert FinanceSettings.objects.get(only=True).budget_holder_virement_amount == 1


def test_the_financial_year_starts_in_april():
    from datetime import date

    assert [financial_year_of(day) for day in (date(2027, 3, 31), date(2027, 4, 1))] == [2026, 2027]
    assert [period_of(day) for day in (date(2026, 4, 1), date(2026, 12, 31), date(2027, 3, 31))] == [1, 9, 12]
