"""The leave pages, as an officer, a manager, HR and a stranger see them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from councils.people import services
from councils.people.choices import LeaveStatus
from councils.people.leave_hours import LeaveYear
from councils.people.models import LeaveRequest
from shared_services.tenancy.door import inside_council
from shared_services.workflow.selectors import open_task_for

MONDAY = date(2026, 7, 6)


def days(first: date, last: date) -> dict[str, str]:
    return {
        "first_on_day": str(first.day), "first_on_month": str(first.month), "first_on_year": str(first.year),
        "last_on_day": str(last.day), "last_on_month": str(last.month), "last_on_year": str(last.year),
    }  # fmt: skip


@pytest.fixture
def answers(team):
    return {"leave_type": str(team.annual.pk), **days(MONDAY, MONDAY + timedelta(days=4)), "form_token": str(uuid4())}


@pytest.fixture
def leave(team, northmoor):
    with inside_council(northmoor):
        return services.request_leave(
            actor=team.officer, employment=team.job, leave_type=team.annual, first_on=MONDAY, last_on=MONDAY
        )


def test_my_leave_shows_the_balance_and_the_ledger(team, client_for):
    page = client_for(team.officer).get(reverse("people:my_leave"))

    assert page.status_code == 200
    assert "185.00\xa0hours" in page.text
    assert "Entitlement" in page.text


def test_an_officer_without_an_employment_is_told_whom_to_ask(northmoor, officer_in, client_for):
    client = client_for(officer_in(northmoor))

    assert "Ask HR" in client.get(reverse("people:my_leave")).text
    assert client.get(reverse("people:request_leave")).status_code == 409


def test_asking_for_leave_in_the_browser(team, client_for, answers, northmoor):
    client = client_for(team.officer)
    assert client.get(reverse("people:request_leave")).status_code == 200

    sent = client.post(reverse("people:request_leave"), answers)

    assert sent.status_code == 302
    assert "37.00" in client.get(sent.url).text


def test_the_same_form_sent_twice_asks_once(team, client_for, answers, northmoor):
    client = client_for(team.officer)

    first = client.post(reverse("people:request_leave"), answers)
    second = client.post(reverse("people:request_leave"), answers)

    assert first.url == second.url
    with inside_council(northmoor):
        assert LeaveRequest.objects.count() == 1


def test_working_out_the_hours_asks_for_nothing(team, client_for, answers, northmoor):
    page = client_for(team.officer).post(reverse("people:request_leave"), {**answers, "work_out": "1"})

    assert page.status_code == 200
    assert "37.00 hours" in page.text
    assert "148.00\xa0hours (20.0\xa0days)" in page.text
    with inside_council(northmoor):
        assert not LeaveRequest.objects.exists()


def test_the_hours_are_worked_out_as_the_officer_types(team, client_for, answers):
    client = client_for(team.officer)

    assert "37.00 hours" in client.post(reverse("people:leave_hours"), answers).text
    assert client.post(reverse("people:leave_hours"), {"first_on_day": "6"}).status_code == 200


def test_days_that_cannot_be_asked_for_are_told_before_they_are_sent(team, leave, client_for, answers):
    client = client_for(team.officer)
    weekend = {**answers, **days(date(2026, 7, 11), date(2026, 7, 12))}

    overlapping = client.post(reverse("people:leave_hours"), answers).text

    assert f"You already have leave on some of these days: {leave.reference}" in overlapping
    assert "hours</h2>" not in overlapping
    assert "None of these days is a working day" in client.post(reverse("people:leave_hours"), weekend).text


def test_each_missing_day_is_asked_for_by_name(team, client_for):
    page = client_for(team.officer).post(reverse("people:request_leave"), {"leave_type": str(team.annual.pk)})

    assert "Enter the first day of leave" in page.text
    assert "Enter the last day of leave" in page.text


def test_errors_keep_what_was_typed(team, client_for, answers):
    page = client_for(team.officer).post(reverse("people:request_leave"), {**answers, **days(MONDAY, date(2026, 7, 1))})

    assert page.status_code == 422
    assert "The last day must be the same as or after the first day" in page.text
    assert 'value="2026"' in page.text


def test_cancelled_leave_is_not_called_cancelled_by_whoever_approved_it(team, leave, decide, client_for, northmoor):
    client, address = client_for(team.officer), reverse("people:show_leave", args=[leave.pk])
    manager = team.manager.work_name
    with inside_council(northmoor):
        decide(leave)
    approved = " ".join(strip_tags(client.get(address).text).split())
    with inside_council(northmoor):
        services.cancel_leave(actor=team.officer, request=leave)

    cancelled = " ".join(strip_tags(client.get(address).text).split())

    assert f"Approved by {manager} on" in approved
    assert f"Cancelled by {manager}" not in cancelled
    assert f"Cancelled {manager} had approved it on" in cancelled


FIGURE = re.compile(r"<dt[^>]*>(Left|Waiting for approval|Left if approved)</dt>\s*<dd[^>]*>\s*([^<]*?)\s*</dd>")


def test_every_page_names_the_same_figures_in_the_same_words(team, hr, client_for, answers, northmoor):
    browser = client_for(team.officer)
    before = browser.post(reverse("people:request_leave"), {**answers, "work_out": "1"}).text

    browser.post(reverse("people:request_leave"), answers)

    with inside_council(northmoor):
        leave = LeaveRequest.objects.get()
        task_id = open_task_for(case_id=leave.case_id, outcome="approve")
    figures = [
        ("Left", "185.00\xa0hours (25.0\xa0days)"),
        ("Waiting for approval", "37.00\xa0hours (5.0\xa0days)"),
        ("Left if approved", "148.00\xa0hours (20.0\xa0days)"),
    ]
    assert FIGURE.findall(before) == figures
    assert FIGURE.findall(browser.get(reverse("people:my_leave")).text) == figures
    assert FIGURE.findall(client_for(team.manager).get(reverse("workflow:task", args=[task_id])).text) == figures
    assert FIGURE.findall(client_for(hr).get(team.job.get_absolute_url()).text) == figures
    assert FIGURE.findall(browser.get(reverse("govuk:home")).text) == figures


def test_days_of_a_finished_leave_year_are_refused_with_whom_to_ask(team, hr, client_for, answers, northmoor):
    past = {**answers, **days(date(2026, 3, 30), date(2026, 3, 31))}
    browser = client_for(team.officer)

    worked_out = browser.post(reverse("people:request_leave"), {**past, "work_out": "1"})
    refused = browser.post(reverse("people:request_leave"), past)

    assert "ask HR to record it" in worked_out.text
    assert refused.status_code == 409
    assert "the present one began on 1 April 2026" in refused.text
    with inside_council(northmoor):
        assert not LeaveRequest.objects.exists()
    recorded = client_for(hr).post(
        reverse("people:adjust_leave", args=[team.job.pk]),
        {
            "leave_type": str(team.annual.pk),
            "leave_year_on": "2025-04-01",
            "hours": "-14.8",
            "reason": "Taken in March",
        },
    )
    assert recorded.status_code == 302


def test_days_outside_the_employment_are_refused_with_whom_to_ask(team, client_for, answers):
    refused = client_for(team.officer).post(
        reverse("people:request_leave"), {**answers, **days(date(2025, 1, 6), date(2025, 1, 6))}
    )

    assert refused.status_code == 409
    assert "Your employment starts on 3 March 2025" in refused.text
    assert "ask HR if that date is wrong" in refused.text


def test_leave_that_crosses_from_the_finished_leave_year_can_be_asked_for(team, client_for, answers):
    sent = client_for(team.officer).post(
        reverse("people:request_leave"), {**answers, **days(date(2026, 3, 31), date(2026, 4, 1))}
    )

    assert sent.status_code == 302, sent.text


def test_hr_reads_where_every_hour_of_the_entitlement_comes_from(team, hr, client_for, northmoor):
    with inside_council(northmoor):
        year = LeaveYear.of(date(2025, 4, 1))
        services.post_entitlement(actor=hr, employment=team.job, year=year)
        services.carry_over(actor=hr, employment=team.job, from_year=year)
        services.adjust_leave(
            actor=hr, employment=team.job, leave_type=team.annual, leave_year_on=year.next.first_on,
            hours=Decimal("7.40"), reason="Bought",
        )  # fmt: skip

    page = client_for(hr).get(team.job.get_absolute_url()).text
    before = client_for(hr).get(team.job.get_absolute_url() + "?year=2025-04-01").text

    assert "Carried over from the leave year before: 37.00 hours" in page
    assert "Adjusted by HR: +7.40 hours" in page
    assert "<strong>229.40 hours in all</strong>" in page
    assert "Entitlement</dt><dd>229.40\xa0hours" in page
    assert "Carried over into the next leave year: -37.00 hours" in before


def test_a_refusal_is_an_error_summary_with_the_answers_kept(team, client_for, answers):
    page = client_for(team.officer).post(
        reverse("people:request_leave"), {**answers, **days(MONDAY, date(2026, 12, 31))}
    )

    assert page.status_code == 409
    assert "You have 185.00 hours left" in page.text


def test_an_officer_withdraws_and_hr_and_the_manager_may_look(team, hr, client_for, leave):
    url = reverse("people:show_leave", args=[leave.pk])
    for card in (team.officer, team.manager, hr):
        assert client_for(card).get(url).status_code == 200

    sent = client_for(team.officer).post(reverse("people:withdraw_leave", args=[leave.pk]), {"version": "1"})

    assert sent.status_code == 302
    assert "Withdrawn" in client_for(team.officer).get(url).text


def test_a_colleague_does_not_find_the_request(team, client_for, leave):
    for name in ("show_leave", "withdraw_leave", "cancel_leave", "change_leave"):
        assert client_for(team.colleague).get(reverse(f"people:{name}", args=[leave.pk])).status_code == 404


def test_a_request_is_not_found_next_door(eastvale, officer_in, client_for, leave):
    client = client_for(officer_in(eastvale, "hr_adviser"))

    assert client.get(reverse("people:show_leave", args=[leave.pk])).status_code == 404


def test_changing_leave_that_was_sent_back(team, client_for, leave, northmoor, decide):
    with inside_council(northmoor):
        decide(LeaveRequest.objects.get(pk=leave.pk), "send_back")
    url = reverse("people:change_leave", args=[leave.pk])
    client = client_for(team.officer)
    assert 'value="6"' in client.get(url).text

    sent = client.post(url, {"leave_type": str(team.annual.pk), **days(MONDAY, date(2026, 7, 7)), "version": "2"})

    assert sent.status_code == 302
    with inside_council(northmoor):
        assert LeaveRequest.objects.get(pk=leave.pk).status == LeaveStatus.ASKED


def test_the_calendar_shows_the_team_and_not_the_kind_of_leave(team, client_for, leave):
    page = client_for(team.colleague).get(reverse("people:team_calendar"), {"month": "2026-07"})

    assert page.status_code == 200
    assert "Officer: 6 July 2026" in page.text
    assert "Annual" not in page.text.split("<main")[1]


def test_only_hr_may_choose_another_departments_calendar(team, hr, client_for, officer_in, northmoor, leave):
    query = {"month": "2026-07", "department": str(team.department.pk)}
    stranger = officer_in(northmoor, "budget_holder")

    assert "Officer: 6 July 2026" in client_for(hr).get(reverse("people:team_calendar"), query).text
    assert "Officer: 6 July 2026" not in client_for(stranger).get(reverse("people:team_calendar"), query).text


@pytest.mark.parametrize("month", ["", "2026-13", "9999-01", "x", "2026-07-01"])
def test_a_senseless_month_is_this_month(team, client_for, month):
    page = client_for(team.officer).get(reverse("people:team_calendar"), {"month": month})

    assert "June 2026" in page.text


@pytest.mark.parametrize(
    "name", ["list_leave", "list_employments", "record_employment", "list_schemes", "create_scheme"]
)
def test_hr_pages_open_for_hr_only(team, hr, client_for, leave, name):
    assert client_for(hr).get(reverse(f"people:{name}")).status_code == 200
    assert client_for(team.manager).get(reverse(f"people:{name}")).status_code == 403


@pytest.mark.parametrize(
    "name", ["show_employment", "change_employment", "change_working_pattern", "end_employment", "adjust_leave"]
)
def test_pages_of_one_employment_open_for_hr_only(team, hr, client_for, name):
    url = reverse(f"people:{name}", args=[team.job.pk])

    assert client_for(hr).get(url).status_code == 200
    assert client_for(team.officer).get(url).status_code == 403


def test_hr_adjusts_a_balance_in_the_browser(team, hr, client_for):
    client = client_for(hr)
    sent = client.post(
        reverse("people:adjust_leave", args=[team.job.pk]),
        {"leave_type": str(team.annual.pk), "leave_year_on": "2026-04-01", "hours": "-7.4", "reason": "Taken in May"},
    )

    assert sent.status_code == 302
    assert "177.60" in client.get(sent.url).text


def test_hr_changes_hours_in_the_browser(team, hr, client_for):
    client = client_for(hr)
    hours = {f"{day}_1": "7.4" for day in ("monday", "tuesday", "wednesday")}
    sent = client.post(
        reverse("people:change_working_pattern", args=[team.job.pk]),
        {"from_on_day": "1", "from_on_month": "4", "from_on_year": "2026", "two_weeks": "no", **hours, "version": "1"},
    )

    assert sent.status_code == 302
    assert "22.20" in client.get(sent.url).text


def test_hr_records_an_employment_in_the_browser(team, hr, client_for, officer_in, northmoor):
    card = officer_in(northmoor, name="New Starter")
    client = client_for(hr)
    hours = {f"{day}_1": "7.4" for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
    sent = client.post(
        reverse("people:record_employment"),
        {
            "number": "e77", "card_id": str(card.pk), "post_id": str(team.job.post_id),
            "scheme": str(team.job.scheme_id), "start_on_day": "1", "start_on_month": "10", "start_on_year": "2026",
            "two_weeks": "no", **hours,
        },
    )  # fmt: skip

    assert sent.status_code == 302, sent.text
    assert "New Starter, E77" in client.get(sent.url + "?year=2026-10-01").text


def test_hr_saves_a_scheme_in_the_browser(hr, team, client_for):
    scheme = {
        "name": "Chief officers", "extra_statutory_days": "2", "hours_a_day": "7.4", "full_time_hours": "37",
        "carry_over_limit_days": "5", "bands-count": "2", "bands-0-from_years": "0", "bands-0-days": "28",
        "bands-1-from_years": "5", "bands-1-days": "31",
    }  # fmt: skip
    sent = client_for(hr).post(reverse("people:create_scheme"), scheme)

    assert sent.status_code == 302, sent.text
    assert "28, 31 from 5 years" in client_for(hr).get(sent.url).text


def test_search_finds_leave_for_hr_only(team, hr, client_for, leave):
    assert leave.reference in client_for(hr).get(reverse("govuk:search"), {"q": leave.reference}).text
    found = client_for(team.colleague).get(reverse("govuk:search"), {"q": leave.reference}).text
    assert reverse("people:show_leave", args=[leave.pk]) not in found


def test_hr_finds_people_by_name_in_employments_and_leave_requests(team, hr, client_for):
    browser = client_for(hr)
    name = team.officer.work_name.split()[0]
    for page in ("people:list_employments", "people:list_leave"):
        assert browser.get(reverse(page), {"q": name}).status_code == 200

    found = browser.get(reverse("people:list_employments"), {"q": team.officer.work_name}).content.decode()
    none = browser.get(reverse("people:list_employments"), {"q": "Nobody of that name"}).content.decode()

    assert "Nothing matches" not in found
    assert "Nothing matches" in none
