"""Where the partnership asks its councils, they vote; each for itself, and the result decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.db import ProgrammingError, transaction
from django.utils import timezone

from shared_services.joining.choices import Admission, Status, Voice
from shared_services.joining.models import AdmissionVote, Application
from shared_services.joining.services import admission
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

DAYS_TO_VOTE = 14
AFTER_THE_VOTE = timedelta(days=DAYS_TO_VOTE + 1)


@pytest.fixture
def administrator(shared_service, officer_in):
    return officer_in(shared_service, "partnership_administrator")


@pytest.fixture
def voting(shared_service, administrator, complete):
    """voting(rule) -> an application whose officers have signed, put to the partners' vote."""

    def put(rule):
        with inside_council(shared_service):
            admission.change_admission(actor=administrator, admission=rule, days_to_vote=DAYS_TO_VOTE, version=None)
            complete.status = Status.SIGNING
            complete.save(update_fields=["status"])
            admission.decide_after_signatures(complete)
        return complete

    return put


@pytest.fixture
def vote(officer_in):
    """vote(council, voice) -> that council's section 151 officer votes."""

    def cast(council, voice, reason=""):
        voter = officer_in(council, "section_151_officer")
        with inside_council(council):
            admission.cast_vote(actor=voter, vote_id=AdmissionVote.objects.get().pk, voice=voice, reason=reason)

    return cast


def status_after_counting(shared_service) -> str:
    with inside_council(shared_service):
        admission.count_votes()
        return Application.objects.get().status


@pytest.mark.parametrize(
    "change",
    [{"closes_on": timezone.localdate() + timedelta(days=90)}, {"application_key": new_key()}, {"services": []}],
)
def test_a_partner_gives_its_voice_and_changes_nothing_else_of_the_vote(northmoor, voting, change):
    voting(Admission.MAJORITY)

    with inside_council(northmoor):
        assert AdmissionVote.objects.update(voice=Voice.FOR, voted_at=timezone.now()) == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AdmissionVote.objects.update(**change)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            AdmissionVote.objects.all().delete()


def test_every_partner_is_asked_and_reads_nothing_of_the_application(northmoor, eastvale, voting):
    voting(Admission.MAJORITY)

    for council in (northmoor, eastvale):
        with inside_council(council):
            asked = AdmissionVote.objects.get()
            assert asked.applicant_id == "E08000010" and asked.services == ["hr", "procurement"]
            assert not Application.objects.exists()


def test_a_majority_is_more_than_half_of_the_partners(shared_service, northmoor, eastvale, voting, vote):
    voting(Admission.MAJORITY)

    vote(northmoor, Voice.FOR)
    assert status_after_counting(shared_service) == Status.VOTING

    vote(eastvale, Voice.FOR)
    assert status_after_counting(shared_service) == Status.ADMITTED


def test_one_voice_against_stops_a_unanimous_vote_and_the_applicant_is_told_why(
    shared_service, northmoor, voting, vote
):
    voting(Admission.UNANIMOUS)

    vote(northmoor, Voice.AGAINST, "Its audit opinion is outstanding.")

    assert status_after_counting(shared_service) == Status.REFUSED
    run_waiting()
    assert "Its audit opinion is outstanding." in mail.outbox[-1].body


def test_who_does_not_vote_in_time_does_not_count(shared_service, northmoor, eastvale, voting, vote):
    voting(Admission.MAJORITY)
    vote(northmoor, Voice.FOR)

    with time_machine.travel(timezone.now() + AFTER_THE_VOTE):
        assert status_after_counting(shared_service) == Status.ADMITTED


def test_a_vote_is_changed_until_the_last_day_and_not_after(northmoor, officer_in, voting):
    voting(Admission.MAJORITY)
    voter = officer_in(northmoor, "section_151_officer")
    with inside_council(northmoor):
        asked = AdmissionVote.objects.get()
        admission.cast_vote(actor=voter, vote_id=asked.pk, voice=Voice.AGAINST, reason="Too early.")
        admission.cast_vote(actor=voter, vote_id=asked.pk, voice=Voice.FOR, reason="")

        with (
            time_machine.travel(timezone.now() + AFTER_THE_VOTE),
            pytest.raises(NotAllowed, match="The voting has ended"),
        ):
            admission.cast_vote(actor=voter, vote_id=asked.pk, voice=Voice.AGAINST, reason="Late.")


def test_a_vote_against_gives_its_reason(northmoor, officer_in, voting):
    voting(Admission.MAJORITY)
    voter = officer_in(northmoor, "section_151_officer")

    with inside_council(northmoor), pytest.raises(NotAllowed, match="Enter a reason"):
        admission.cast_vote(
            actor=voter, vote_id=AdmissionVote.objects.get().pk, voice=Voice.AGAINST, reason=" "
        )  # fmt: skip


def test_a_partner_votes_on_its_page_and_another_partners_vote_is_not_found(
    northmoor, eastvale, officer_in, client_for, voting
):
    voting(Admission.MAJORITY)
    voter = officer_in(northmoor, "section_151_officer")
    with inside_council(eastvale):
        theirs = AdmissionVote.objects.get().pk
    with inside_council(northmoor):
        own = AdmissionVote.objects.get().pk
    browser = client_for(voter)

    assert b"Wigan" in browser.get("/joining/votes/").content
    assert b"Your council has not voted" in browser.get("/").content
    assert browser.get(f"/joining/votes/{theirs}/").status_code == 404
    assert browser.post(f"/joining/votes/{own}/", {"voice": "for", "reason": ""}).status_code == 302
    with inside_council(northmoor):
        assert AdmissionVote.objects.get().voice == Voice.FOR


def test_only_the_partnership_administrator_changes_how_councils_are_admitted(
    shared_service, administrator, officer_in, client_for
):
    other = officer_in(shared_service, "category_manager")
    page = "/join/applications/admission/"

    assert client_for(other).get(page).status_code == 403
    answer = client_for(administrator).post(page, {"admission": "majority", "days_to_vote": "7", "version": "1"})
    assert answer.status_code == 302
    with inside_council(shared_service):
        assert admission.admission_settings().admission == Admission.MAJORITY


def test_the_team_sees_the_applications_and_a_visitor_does_not(
    shared_service, administrator, complete, client_for, visitor
):
    page = f"/join/applications/{complete.pk}/"

    shown = client_for(administrator).get(page)

    assert b"Flint Heron" in shown.content
    assert "/account/login/" in visitor(shared_service).get(page).headers["Location"]
    assert b"Wigan" not in visitor(shared_service).get("/").content
