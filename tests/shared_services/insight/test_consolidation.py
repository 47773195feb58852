"""Bringing the councils' figures together."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shared_services.insight import selectors, services
from shared_services.insight.choices import RunTrigger
from shared_services.insight.models import CategoryFigure, ConsolidationRun, CouncilStep
from shared_services.insight.sources import FigureRow
from shared_services.messaging.live_steps import StepStatus
from shared_services.messaging.models import OutboxMessage
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

from .conftest import MONTH


def states(shared_service) -> dict[int, str]:
    with inside_council(shared_service):
        return dict(CouncilStep.objects.of_councils([1, 2]).values_list("owner_id", "status"))


def start(shared_service, manager):
    with inside_council(shared_service):
        return services.start_consolidation(actor=manager)


def test_every_council_adds_up_its_own_figures_in_its_own_room(
    northmoor, eastvale, shared_service, records, manager, do_jobs
):
    run = start(shared_service, manager)
    assert states(shared_service) == {1: StepStatus.WAITING, 2: StepStatus.WAITING}

    do_jobs()

    assert sorted(records.asked) == [1, 2]
    with inside_council(shared_service):
        steps = selectors.steps_of(run)
        assert [(step.status, step.attempts, step.lines) for step in steps] == [
            (StepStatus.DONE, 1, 2),
            (StepStatus.DONE, 1, 5),
        ]
        table = selectors.spend_by_category(first=MONTH, last=MONTH)
        line = table.lines[0]
        own = [cell.net_amount for cell in line.cells if not cell.column.published]
        assert (line.division, own) == ("30", [Decimal("1000.00"), Decimal("250.00")])
        assert (table.reporting, table.councils) == (2, 2)


def test_a_council_sees_its_own_figures_and_step_only(northmoor, eastvale, shared_service, records, manager, do_jobs):
    start(shared_service, manager)
    do_jobs()

    with inside_council(northmoor):
        assert set(CategoryFigure.objects.values_list("owner_id", flat=True)) == {1}
        assert set(CouncilStep.objects.values_list("owner_id", flat=True)) == {1}
        assert not ConsolidationRun.objects.exists()


def test_one_council_that_fails_does_not_stop_the_other_and_says_nothing_private(
    northmoor, eastvale, shared_service, records, manager, do_jobs
):
    records.broken = {1}
    start(shared_service, manager)

    do_jobs()

    assert states(shared_service) == {1: StepStatus.FAILED, 2: StepStatus.DONE}
    with inside_council(shared_service):
        step = CouncilStep.objects.of_councils([1]).get()
        assert "RuntimeError" in step.cause
        assert "Private Person" not in step.cause
        table = selectors.spend_by_category(first=MONTH, last=MONTH)
        assert (table.reporting, table.is_complete) == (1, False)


def test_a_failure_leaves_the_earlier_figures_in_place(northmoor, eastvale, shared_service, records, manager, do_jobs):
    start(shared_service, manager)
    do_jobs()
    records.broken = {1}
    start(shared_service, manager)
    do_jobs()

    with inside_council(northmoor):
        assert CategoryFigure.objects.filter(owner_id=1).count() == 2


def test_an_officer_asks_a_failed_council_again(northmoor, eastvale, shared_service, records, manager, do_jobs):
    records.broken = {1}
    start(shared_service, manager)
    do_jobs()
    records.broken = set()

    with inside_council(shared_service):
        step = CouncilStep.objects.of_councils([1]).get()
        services.retry_step(actor=manager, council=1, step_id=step.pk)
        with pytest.raises(NotAllowed, match="only a council that failed"):
            services.retry_step(actor=manager, council=1, step_id=step.pk)
    do_jobs()

    assert states(shared_service) == {1: StepStatus.DONE, 2: StepStatus.DONE}
    with inside_council(shared_service):
        assert CouncilStep.objects.of_councils([1]).get().attempts == 2


def test_new_figures_replace_the_earlier_ones(northmoor, eastvale, shared_service, records, manager, do_jobs):
    start(shared_service, manager)
    do_jobs()
    records.spend[1] = [FigureRow(MONTH, "39", 1, Decimal("5.00"))]
    start(shared_service, manager)
    do_jobs()

    with inside_council(northmoor):
        figures = CategoryFigure.objects.filter(owner_id=1).values_list("division", "net_amount")
        assert list(figures) == [("39", Decimal("5.00"))]


def test_a_job_that_runs_twice_counts_once(northmoor, eastvale, shared_service, records, manager, do_jobs):
    start(shared_service, manager)
    do_jobs()
    with inside_council(northmoor):
        step = CouncilStep.objects.get(owner_id=1)
        services.begin_step(step_id=step.pk)
        services.consolidate(step_id=step.pk)

        assert CategoryFigure.objects.filter(owner_id=1).count() == 2
        assert CouncilStep.objects.get(owner_id=1).status == StepStatus.DONE
    assert records.asked.count(1) == 1


def test_one_run_at_a_time(northmoor, eastvale, shared_service, records, manager):
    start(shared_service, manager)

    with pytest.raises(NotAllowed, match="2 councils have still to report|under way"):
        start(shared_service, manager)


def test_only_those_who_may_start_a_run(shared_service, records, officer_in):
    clerk = officer_in(shared_service, "category_manager")
    with inside_council(shared_service), pytest.raises(NotAllowed, match="You may not run"):
        services.start_consolidation(actor=clerk)


def test_a_step_whose_worker_died_is_asked_for_again_and_after_three_tries_given_to_an_officer(
    northmoor, eastvale, shared_service, records, manager
):
    start(shared_service, manager)
    long_ago = timezone.now() - timedelta(hours=1)
    for council, attempts in ((northmoor, 1), (eastvale, 3)):
        with inside_council(council):
            CouncilStep.objects.of_councils([council.number]).update(attempts=attempts)
    with inside_council(shared_service):
        CouncilStep.objects.of_councils([1, 2]).update(status=StepStatus.RUNNING, started_at=long_ago)
        OutboxMessage.objects.all().update(done_at=timezone.now())

        assert services.restart_lost_steps() == 1
        assert services.restart_lost_steps() == 0

        assert OutboxMessage.objects.filter(owner_id=1, done_at__isnull=True).count() == 1
    assert states(shared_service) == {1: StepStatus.WAITING, 2: StepStatus.FAILED}


def test_the_nightly_run_names_nobody(northmoor, eastvale, shared_service, records, do_jobs):
    with inside_council(shared_service):
        run = services.start_consolidation(actor=None, trigger=RunTrigger.NIGHTLY)
    do_jobs()

    assert run.started_by_id is None
    assert set(states(shared_service).values()) == {StepStatus.DONE}


def test_old_figures_are_shown_as_old(northmoor, eastvale, shared_service, records, manager, do_jobs):
    start(shared_service, manager)
    do_jobs()
    with inside_council(shared_service):
        CouncilStep.objects.of_councils([2]).update(ended_at=timezone.now() - timedelta(days=2))

        table = selectors.spend_by_category(first=MONTH, last=MONTH)

    assert [(column.name, column.is_fresh) for column in table.columns if not column.published] == [
        ("Northmoor", True),
        ("Eastvale", False),
    ]
    assert table.reporting == 1


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 22), date(2024, 11, 1)),
        (date(2026, 1, 31), date(2024, 1, 1)),
        (date(2026, 12, 1), date(2024, 12, 1)),
    ],
)
def test_figures_are_kept_for_two_years(today, first):
    assert services.first_month(today) == first
