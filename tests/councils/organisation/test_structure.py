"""Departments, posts and who holds them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from councils.organisation import selectors, services
from councils.organisation.models import Appointment, Department, Post
from councils.organisation.structure import Structure, flattened
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.errors import NotAllowed, Stale


def test_a_department_cannot_be_placed_under_its_own_part(inside, administrator, establishment):
    council = establishment()

    with pytest.raises(NotAllowed, match="is part of Place"):
        services.move_department(actor=administrator, department=council.place, parent=council.highways)


def test_a_post_cannot_report_to_a_post_below_it(inside, administrator, establishment):
    council = establishment()

    with pytest.raises(NotAllowed, match="reports to"):
        services.change_post(
            actor=administrator,
            post=council.director,
            title="Director",
            department=council.place,
            reports_to=council.officer,
        )


def test_a_stale_page_does_not_overwrite_a_newer_name(inside, administrator, establishment):
    council = establishment()
    seen = Department.objects.get(pk=council.highways.pk).version
    services.rename_department(actor=administrator, department=council.highways, code="HWY", name="Roads", version=seen)

    with pytest.raises(Stale):
        services.rename_department(
            actor=administrator, department=council.highways, code="HWY", name="Streets", version=seen
        )

    assert Department.objects.get(pk=council.highways.pk).name == "Roads"


def test_only_those_who_may_change_the_structure(inside, establishment):
    council = establishment()

    with pytest.raises(NotAllowed, match="change departments and posts"):
        services.create_department(actor=council.people["Officer"], code="X", name="Mine")


def test_a_department_with_open_posts_stays_open(inside, administrator, establishment):
    council = establishment()

    with pytest.raises(NotAllowed, match="open posts"):
        services.close_department(actor=administrator, department=council.highways)


def test_appointing_somebody_else_ends_the_holders_time_the_day_before(inside, administrator, establishment):
    council = establishment()
    today = localdate()

    services.appoint(actor=administrator, post=council.head, card_id=council.people["Officer"].pk, from_on=today)

    before = Appointment.objects.get(post=council.head, card_id=council.people["Head"].pk)
    assert before.to_on == today - timedelta(days=1)
    assert selectors.holders_of_posts([council.head.pk]) == {council.head.pk: council.people["Officer"].pk}


def test_appointing_the_same_officer_twice_appoints_once(inside, administrator, establishment):
    council = establishment()
    events = AuditEntry.objects.filter(event="organisation.post.filled").count()

    services.appoint(actor=administrator, post=council.head, card_id=council.people["Head"].pk)

    assert Appointment.objects.filter(post=council.head).count() == 1
    assert AuditEntry.objects.filter(event="organisation.post.filled").count() == events


def test_an_appointment_made_by_mistake_today_can_be_taken_back(inside, administrator, establishment):
    council = establishment()
    services.vacate(actor=administrator, post=council.head, to_on=localdate() - timedelta(days=1))
    wrong = services.appoint(actor=administrator, post=council.head, card_id=council.people["Chief"].pk)

    services.cancel_appointment(actor=administrator, appointment=wrong)

    assert Post.objects.vacant(on=localdate()).filter(pk=council.head.pk).exists()


def test_the_holder_of_the_post_above_is_the_line_manager(inside, establishment):
    council = establishment()

    assert selectors.managers_of_card(council.people["Officer"].pk) == {council.people["Head"].pk}
    assert selectors.reports_of_card(council.people["Head"].pk) == {council.people["Officer"].pk}


def test_a_vacant_managers_post_passes_the_question_further_up(inside, administrator, establishment):
    council = establishment()
    services.vacate(actor=administrator, post=council.head, to_on=localdate() - timedelta(days=1))

    assert selectors.managers_of_card(council.people["Officer"].pk) == {council.people["Director"].pk}


def test_nobody_is_his_own_manager_although_he_acts_in_the_post_above(inside, administrator, establishment):
    council = establishment()
    services.appoint(actor=administrator, post=council.head, card_id=council.people["Officer"].pk, acting=True)

    assert selectors.managers_of_card(council.people["Officer"].pk) == {council.people["Director"].pk}


def test_the_top_post_has_no_manager(inside, establishment):
    council = establishment()

    assert selectors.managers_of_card(council.people["Chief"].pk) == set()


def test_a_department_without_a_lead_is_answered_for_by_the_one_above(inside, administrator, establishment):
    council = establishment()
    team = services.create_department(actor=administrator, code="POT", name="Potholes", parent=council.highways)

    assert selectors.head_of_service_of(team.pk) == {council.people["Head"].pk}
    assert selectors.director_of(team.pk) == {council.people["Director"].pk}


def test_a_head_of_service_does_not_answer_for_his_own_request(inside, establishment):
    council = establishment()

    found = selectors.head_of_service_of(council.highways.pk, besides=council.people["Head"].pk)

    assert found == {council.people["Director"].pk}


def test_the_whole_structure_takes_four_reads(inside, establishment, django_assert_max_num_queries):
    establishment()

    with django_assert_max_num_queries(4):
        structure = Structure()
        chart = list(flattened(structure.post_tree()))
        tree = list(flattened(structure.department_tree()))

    assert [branch.subject.number for branch in chart] == ["P1", "P2", "P3", "P4"]
    assert [branch.depth for branch in chart] == [0, 1, 2, 3]
    assert [branch.subject.code for branch in tree] == ["PLC", "HWY"]


def test_the_resolvers_find_managers_by_the_structure(inside, establishment):
    from shared_services.workflow.who import CaseFacts, find_resolver

    council = establishment()
    case = CaseFacts(process="leave_request", requester_id=council.people["Officer"].pk)

    assert find_resolver("line_manager")(case) == {council.people["Head"].pk}
    assert find_resolver("head_of_service")(case) == {council.people["Head"].pk}
    assert find_resolver("director")(case) == {council.people["Director"].pk}


def test_nobody_appoints_himself_or_makes_his_own_post_lead(inside, establishment, administrator):
    council = establishment()
    post = services.create_post(actor=administrator, number="P8", title="Fixer", department=council.place)

    with pytest.raises(NotAllowed, match="cannot appoint yourself"):
        services.appoint(actor=administrator, post=post, card_id=administrator.pk)
    Appointment.objects.create(post=post, card_id=administrator.pk, from_on=localdate())
    with pytest.raises(NotAllowed, match="own post"):
        services.set_department_leads(
            actor=administrator, department=council.highways, head_post=post, director_post=None
        )
