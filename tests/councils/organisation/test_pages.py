"""The organisation's pages."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from councils.organisation import services
from councils.organisation.models import Appointment, ClosureDay, Department, Post
from councils.organisation.selectors import council_settings
from shared_services.messaging.models import OutboxMessage
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed


@pytest.fixture
def council(northmoor, establishment):
    with inside_council(northmoor):
        return establishment()


def today() -> dict[str, str]:
    on = localdate()
    return {"from_on_day": str(on.day), "from_on_month": str(on.month), "from_on_year": str(on.year)}


@pytest.mark.parametrize("name", ["list_departments", "list_posts", "list_officers", "chart", "calendar"])
def test_every_officer_may_read_the_structure(council, client_for, name):
    page = client_for(council.people["Officer"]).get(reverse(f"organisation:{name}"))

    assert page.status_code == 200


def test_the_chart_nests_posts_under_their_managers_and_names_vacancies(council, client_for, northmoor):
    with inside_council(northmoor):
        Appointment.objects.filter(post=council.officer).delete()

    page = client_for(council.people["Head"]).get(reverse("organisation:chart")).text

    assert "4 posts" in page
    assert "1 of them vacant" in page
    assert page.index("Chief</a>") < page.index("Director</a>") < page.index("Head</a>") < page.index("Officer</a>")


def test_the_officers_list_shows_department_and_manager(council, client_for):
    page = client_for(council.people["Officer"]).get(reverse("organisation:list_officers"), {"q": "Head"})

    assert "Highways" in page.text
    assert "Director" in page.text


def test_the_officers_list_filters_by_department(council, client_for):
    client = client_for(council.people["Officer"])

    page = client.get(reverse("organisation:list_officers"), {"department": str(council.highways.pk), "export": "csv"})

    names = [line.split(",")[0] for line in b"".join(page.streaming_content).decode("utf-8-sig").splitlines()[1:]]
    assert names == ["Head", "Officer"]


def test_an_officers_page_names_post_manager_and_team(council, client_for, administrator):
    url = reverse("organisation:show_officer", args=[council.people["Head"].pk])

    page = client_for(administrator).get(url).text

    assert "Director" in page
    assert "Officer</a>" in page
    assert reverse("accounts:show_officer", args=[council.people["Head"].pk]) in page


def test_an_officer_of_the_council_next_door_is_not_found(council, client_for, eastvale, officer_in):
    stranger = officer_in(eastvale)

    page = client_for(council.people["Head"]).get(reverse("organisation:show_officer", args=[stranger.pk]))

    assert page.status_code == 404


def test_the_administrator_adds_a_department_and_a_post(council, client_for, administrator, northmoor):
    client = client_for(administrator)
    sent = client.post(
        reverse("organisation:create_department"),
        {"code": "prk", "name": "Parks", "parent": str(council.place.pk), "form_token": str(uuid4())},
    )
    assert sent.status_code == 302, sent.text
    with inside_council(northmoor):
        parks = Department.objects.get(code="PRK")

    sent = client.post(
        reverse("organisation:create_post"),
        {"number": "p9", "title": "Gardener", "department": str(parks.pk), "reports_to": str(council.head.pk)},
    )

    assert sent.status_code == 302, sent.text
    assert "Vacant" in client.get(sent.url).text


def test_the_administrator_appoints_and_open_tasks_look_for_their_deciders_again(
    council, client_for, administrator, northmoor
):
    with inside_council(northmoor):
        version = Post.objects.get(pk=council.head.pk).version
    sent = client_for(administrator).post(
        reverse("organisation:appoint", args=[council.head.pk]),
        {"card_id": str(council.people["Officer"].pk), **today(), "acting": "yes", "version": str(version)},
    )

    assert sent.status_code == 302, sent.text
    with inside_council(northmoor):
        assert Appointment.objects.get(post=council.head, to_on=None).acting
        assert OutboxMessage.objects.filter(once_key="workflow.refresh_candidates").count() == 1


def test_a_stale_form_is_told_so(council, client_for, administrator):
    page = client_for(administrator).post(
        reverse("organisation:rename_department", args=[council.place.pk]),
        {"code": "PLC", "name": "Places", "version": "1"},
    )

    assert page.status_code == 409
    assert "Someone else changed this" in page.text


@pytest.mark.parametrize("name", ["rename_department", "move_department", "set_department_leads", "close_department"])
def test_forms_about_a_department_open_for_those_who_may_change_it(council, client_for, administrator, name):
    url = reverse(f"organisation:{name}", args=[council.highways.pk])

    assert client_for(administrator).get(url).status_code == 200
    assert client_for(council.people["Head"]).get(url).status_code == 403


@pytest.mark.parametrize("name", ["change_post", "appoint", "vacate", "close_post"])
def test_forms_about_a_post_open_for_those_who_may_change_it(council, client_for, administrator, name):
    url = reverse(f"organisation:{name}", args=[council.head.pk])

    assert client_for(administrator).get(url).status_code == 200
    assert client_for(council.people["Head"]).get(url).status_code == 403


def test_pages_of_one_department_and_post_open_for_everyone(council, client_for):
    client = client_for(council.people["Officer"])

    assert client.get(reverse("organisation:show_department", args=[council.place.pk])).status_code == 200
    assert client.get(reverse("organisation:show_post", args=[council.head.pk])).status_code == 200


def test_the_administrator_names_and_removes_a_closure_day(council, client_for, administrator, northmoor):
    client = client_for(administrator)
    client.post(
        reverse("organisation:add_closure_day"),
        {"on_day": "24", "on_month": "12", "on_year": "2099", "title": "Christmas closure"},
    )
    with inside_council(northmoor):
        day = ClosureDay.objects.get()
    assert client.get(reverse("organisation:remove_closure_day", args=[day.pk])).status_code == 200

    client.post(reverse("organisation:remove_closure_day", args=[day.pk]))

    with inside_council(northmoor):
        assert not ClosureDay.objects.exists()


def test_the_administrator_changes_the_settings(council, client_for, administrator, northmoor):
    client = client_for(administrator)
    url = reverse("organisation:change_settings")
    assert client.get(url).status_code == 200
    answers = {
        "leave_year_start_day": "1", "leave_year_start_month": "1", "bank_holiday_division": "scotland",
        "full_time_hours": "36", "joint_buying_categories": "30192\n331", "version": "1",
    }  # fmt: skip

    assert client.post(url, answers).status_code == 302
    assert client.post(url, answers).status_code == 409

    with inside_council(northmoor):
        settings = council_settings()
        assert settings.joint_buying_categories == ["30192", "331"]
        assert settings.leave_year_start_month == 1


def test_only_the_section_151_officer_decides_whether_an_overspend_is_stopped(
    council, client_for, administrator, northmoor, officer_in
):
    url = reverse("organisation:change_budget_check")
    client = client_for(officer_in(northmoor, "section_151_officer"))
    assert client_for(administrator).post(url, {"budget_check_mode": "warn", "version": "1"}).status_code == 403
    with inside_council(northmoor), pytest.raises(NotAllowed, match="Section 151 officer"):
        services.change_settings(actor=administrator, budget_check_mode="warn")

    assert client.get(url).status_code == 200
    assert client.post(url, {"budget_check_mode": "warn", "version": "1"}).status_code == 302

    with inside_council(northmoor):
        assert council_settings().budget_check_mode == "warn"


def test_search_finds_officers_departments_and_posts(council, client_for):
    page = client_for(council.people["Officer"]).get(reverse("govuk:search"), {"q": "High"})

    assert reverse("organisation:show_department", args=[council.highways.pk]) in page.text


def test_the_list_of_staff_and_the_list_of_roles_have_names_of_their_own(northmoor, officer_in, client_for):
    browser = client_for(officer_in(northmoor, "council_administrator"))

    staff, roles = (
        browser.get(reverse(name)).text for name in ("organisation:list_officers", "accounts:list_officers")
    )

    assert re.search(r"<h1[^>]*>\s*Staff directory", staff)
    assert re.search(r"<h1[^>]*>\s*Officers and roles", roles)
