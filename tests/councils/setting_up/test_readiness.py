"""Going live: computed checks, and over a red one only with a named officer's reason that every partner reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from councils.setting_up.readiness import checks
from shared_services.joining.models import LiveDecision
from shared_services.operating.choices import Kind, Status
from shared_services.operating.models import Operation
from shared_services.tenancy.door import inside_council
from tests.councils.books import open_books


@pytest.fixture
def books(northmoor, officer_in):
    return open_books(northmoor, officer_in)


def red(council) -> dict[str, tuple[str, ...]]:
    with inside_council(council):
        return {check.title: check.found for check in checks() if not check.ok}


def test_an_empty_council_is_red_where_nothing_is_there(northmoor):
    found = red(northmoor)

    assert "An approver for every cost centre and amount" in found
    assert "A budget for every cost centre" in found
    assert "Duties are separated" not in found


def test_a_cost_centre_without_an_approver_for_some_amount_is_named_with_the_amount(northmoor, books):
    found = red(northmoor)["An approver for every cost centre and amount"]

    assert found == ("LIB01 Central library: no director, asked from £50,000",)


def test_duties_in_one_hand_are_named(northmoor, books, officer_in):
    officer_in(northmoor, "finance_officer", "budget_holder", name="Robin Both")

    assert "Robin Both is finance officer and budget holder" in red(northmoor)["Duties are separated"]


def test_a_red_check_goes_only_when_its_cause_goes(northmoor, books, officer_in, client_for):
    page = client_for(books.s151).get("/set-up/readiness/").content.decode()
    assert "no director" in page

    from councils.organisation.models import Department
    from councils.organisation.services import appoint, create_post, set_department_leads

    administrator = officer_in(northmoor, "council_administrator")
    director = officer_in(northmoor, "director")
    with inside_council(northmoor):
        department = Department.objects.get()
        post = create_post(actor=administrator, number="D1", title="Director", department=department)
        appoint(actor=administrator, post=post, card_id=director.pk)
        set_department_leads(
            actor=administrator, department=department, head_post=department.head_post, director_post=post
        )

    assert "no director" not in client_for(books.s151).get("/set-up/readiness/").content.decode()


def test_going_live_over_red_needs_a_reason_that_every_partner_reads(
    northmoor, eastvale, books, officer_in, client_for
):
    browser = client_for(books.s151)

    refused = browser.post("/set-up/go-live/", {"reason": ""})
    done = browser.post("/set-up/go-live/", {"reason": "The director takes up the post on 1 December."})

    assert refused.status_code == 422 and b"Enter your reason for going live while this is red" in refused.content
    assert b"(optional)" not in refused.content
    assert done.status_code == 302
    partner = client_for(officer_in(eastvale)).get("/joining/votes/live/").content.decode()
    assert "Northmoor City Council" in partner and "Sam Section" in partner
    assert "The director takes up the post on 1 December." in partner
    assert "An approver for every cost centre and amount" in partner


def test_the_partners_read_the_name_of_the_council_whose_decision_it_is_whatever_it_wrote(
    northmoor, eastvale, books, officer_in, client_for
):
    with inside_council(northmoor):
        LiveDecision(
            owner_id=northmoor.number, parts=[eastvale.number], council_name="Zqx Borough Council", checks=[], red=0,
            officer_name="Sam Section",
        ).save(force_insert=True)  # fmt: skip

    partner = client_for(officer_in(eastvale)).get("/joining/votes/live/").content.decode()

    assert "Northmoor City Council" in partner and "Zqx" not in partner


def test_a_decision_stays_as_it_was_made_and_is_made_once(northmoor, eastvale, books, client_for):
    browser = client_for(books.s151)
    browser.post("/set-up/go-live/", {"reason": "We are ready enough."})
    browser.post("/set-up/go-live/", {"reason": "Another reason."})

    for council in (northmoor, eastvale):
        with inside_council(council):
            assert LiveDecision.objects.get().reason == "We are ready enough."
            with pytest.raises(DatabaseError), transaction.atomic():
                LiveDecision.objects.update(reason="")


def test_nobody_but_the_section_151_officer_goes_live(northmoor, books, officer_in, client_for):
    assert client_for(books.finance).get("/set-up/go-live/").status_code == 403
    assert b"The section 151 officer decides" in client_for(books.finance).get("/set-up/readiness/").content


def test_a_restore_drill_that_passed_lately_makes_its_check_green(northmoor, shared_service):
    assert "No backup of this council" in red(northmoor)["Restore drill"][0]
    with inside_council(shared_service):
        drill = Operation(
            owner_id=0, parts=[1], council_id=1, kind=Kind.DRILL, status=Status.DONE, asked_by_name="The portal",
            ended_at=timezone.now(),
        )  # fmt: skip
        drill.save(force_insert=True)

    assert "Restore drill" not in red(northmoor)

    with inside_council(shared_service):
        Operation.objects.update(ended_at=timezone.now() - timedelta(days=91))
    assert "The last trial was" in red(northmoor)["Restore drill"][0]
    with inside_council(shared_service):
        Operation.objects.update(status=Status.FAILED, ended_at=timezone.now())
    assert "failed" in red(northmoor)["Restore drill"][0]
