"""The pages of the shared figures."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.urls import reverse

from shared_services.insight import selectors, services
from shared_services.insight.forms import months_of
from shared_services.insight.models import ConsolidationRun, CouncilStep, PublishedSpend
from shared_services.tenancy.door import inside_council

URLCONF = "config.urls.shared"


def address(name, *args):
    return reverse(f"insight:{name}", args=args, urlconf=URLCONF)


def token_in(response) -> str:
    return re.search(r'name="form_token" value="([^"]+)"', response.content.decode()).group(1)


@pytest.fixture
def browser(manager, client_for):
    return client_for(manager)


@pytest.fixture
def run(northmoor, eastvale, shared_service, records, manager, do_jobs):
    with inside_council(shared_service):
        made = services.start_consolidation(actor=manager)
    do_jobs()
    return made.pk


def test_traffords_published_lines_are_all_there_and_add_up(shared_service):
    with inside_council(shared_service):
        lines = PublishedSpend.objects.filter(gss_code="E08000009")
        total = lines.aggregate(total=Sum("net_amount"))["total"]
        table = selectors.spend_by_category(first=date(2026, 4, 1), last=date(2026, 5, 1))

        assert lines.count() == 592
        assert lines.filter(net_amount__lt=0).count() == 58
        trafford = table.columns[-1]
        assert (trafford.name, trafford.published) == ("Trafford", True)
        assert table.totals[-1] == total


def test_spend_stands_side_by_side_with_age_and_credit(browser, run):
    response = browser.get(address("spend_by_category"), {"period": "m3"})
    page = response.content.decode()

    assert "2 of 2 councils reporting" in page
    assert "£1,000" in page
    assert "£250" in page
    assert "Open Government Licence v3.0" in page
    assert "Trafford (published)" in page


def test_figures_that_are_missing_are_said_to_be_missing(browser, northmoor):
    page = browser.get(address("spend_by_category")).content.decode()

    assert "0 of 2 councils reporting" in page
    assert "Not reported yet" in page
    assert "Some figures are missing" in page


def test_a_category_leads_to_its_months_and_to_the_published_lines(browser, run):
    months = browser.get(address("division_figures", "30"), {"period": "fy2026"})
    unmatched = browser.get(address("division_figures", "none"))
    lines = browser.get(address("list_published_spend"), {"division": "80"})

    assert b"September 2026" in months.content
    assert unmatched.status_code == 200
    assert b"Trafford" in lines.content
    assert browser.get(address("division_figures", "02")).status_code == 404


def test_the_figures_can_be_taken_away_as_csv(browser, run):
    spend = b"".join(browser.get(address("spend_by_category"), {"period": "m3", "export": "csv"}).streaming_content)
    requisitions = browser.get(address("requisitions_by_category"), {"export": "csv"})
    lines = b"".join(browser.get(address("list_published_spend"), {"export": "csv"}).streaming_content)

    assert b"30," in spend
    assert b"1000.00" in spend
    assert requisitions.status_code == 200
    assert lines.count(b"\n") == 593


def test_a_run_is_started_by_a_button_watched_and_done_once(
    browser, shared_service, northmoor, eastvale, records, do_jobs
):
    token = token_in(browser.get(address("list_runs")))
    started = browser.post(address("start_consolidation"), {"form_token": token})
    again = browser.post(address("start_consolidation"), {"form_token": token})
    waiting = browser.get(started.url)
    do_jobs()
    done = browser.get(started.url)
    part = browser.get(started.url, headers={"HX-Request": "true"})

    assert again.url == started.url
    assert b"Waiting" in waiting.content
    assert b"Refresh this page" in waiting.content
    assert b"hx-get" in waiting.content
    assert b"2 of 2 councils reported" in done.content
    assert b"hx-get" not in part.content
    assert b"<html" not in part.content
    with inside_council(shared_service):
        assert ConsolidationRun.objects.count() == 1


def test_a_failed_council_is_asked_again_from_the_page(
    browser, shared_service, northmoor, eastvale, records, manager, do_jobs
):
    records.broken = {northmoor.number}
    with inside_council(shared_service):
        run = services.start_consolidation(actor=manager).pk
    do_jobs()
    records.broken = set()
    shown = browser.get(address("view_run", run))
    retry = address("retry_step", run, northmoor.number)
    page = browser.get(retry)
    browser.post(retry, {"form_token": token_in(page)})
    do_jobs()

    assert retry.encode() in shown.content
    assert b"RuntimeError" in page.content
    with inside_council(shared_service):
        assert set(CouncilStep.objects.of_councils([1, 2]).values_list("status", flat=True)) == {"done"}
    assert browser.get(address("retry_step", run, 999)).status_code == 404


def test_who_may_see_and_who_may_start(shared_service, northmoor, officer_in, client_for, run):
    category_manager = client_for(officer_in(shared_service, "category_manager"))
    director = client_for(officer_in(northmoor, "director"))

    assert category_manager.get(address("view_run", run)).status_code == 200
    assert category_manager.get(address("start_consolidation")).status_code == 403
    assert director.get(address("spend_by_category")).status_code == 404


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("fy2026", date(2026, 4, 1), date(2027, 3, 1)),
        ("m3", date(2026, 9, 1), date(2026, 11, 1)),
        ("m12", date(2025, 12, 1), date(2026, 11, 1)),
        ("nonsense", date(2026, 4, 1), date(2027, 3, 1)),
    ],
)
def test_a_period_is_a_first_and_a_last_month(period, first, last):
    assert months_of(period, today=date(2026, 11, 22)) == (first, last)


def test_bars_are_as_long_as_their_share(shared_service, run):
    with inside_council(shared_service):
        table = selectors.spend_by_category(first=date(2026, 9, 1), last=date(2026, 9, 1))

    shares = [cell.share for cell in table.lines[0].cells if not cell.column.published]
    assert shares == [1000, 250]
    assert table.total == Decimal("1340.00")
