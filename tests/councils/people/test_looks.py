"""Who looked at employments and leave of others is in the record; one's own is nobody's business."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from tests.programs import program_of


def looks(council, event: str) -> list[tuple[str, str]]:
    with inside_council(council):
        return list(AuditEntry.objects.filter(event=event).values_list("actor_name", "subject_id"))


def test_a_look_at_an_employment_is_recorded_once_with_who_looked(northmoor, team, hr, client_for):
    client_for(hr).get(team.job.get_absolute_url())

    assert looks(northmoor, "people.employment.viewed") == [("Hera Adviser", str(team.job.pk))]


def test_a_look_at_the_lists_is_recorded_with_what_was_asked(northmoor, team, hr, client_for):
    client_for(hr).get(reverse("people:list_employments"), {"q": "E1"})
    client_for(hr).get(reverse("people:list_leave"))

    with inside_council(northmoor):
        assert AuditEntry.objects.get(event="people.employments.viewed").facts == {"query": "q=E1"}
    assert len(looks(northmoor, "people.leave_requests.viewed")) == 1


def test_a_download_is_recorded_as_an_export_and_not_as_a_look(northmoor, team, hr, client_for):
    client_for(hr).get(reverse("people:list_employments"), {"export": "csv"})

    assert looks(northmoor, "people.employments.viewed") == []
    assert len(looks(northmoor, "people.list_employments.exported")) == 1


def test_a_managers_look_at_leave_is_recorded_and_the_officers_own_is_not(northmoor, team, ask, client_for):
    with inside_council(northmoor):
        leave = ask(date(2026, 7, 6))
        address = leave.get_absolute_url()

    client_for(team.officer).get(address)
    client_for(team.manager).get(address)

    assert [who for who, _ in looks(northmoor, "people.leave_request.viewed")] == ["Manager"]


def test_who_was_refused_or_found_nothing_did_not_look(northmoor, team, client_for):
    client_for(team.colleague).get(team.job.get_absolute_url())

    assert looks(northmoor, "people.employment.viewed") == []


def test_a_program_that_reads_employments_is_recorded_for_hr_and_not_for_the_officers_own(northmoor, team, hr):
    program_of(team.officer, "people:read").get(f"employments/{team.job.pk}/")
    program_of(hr, "people:read").get(f"employments/{team.job.pk}/")

    assert looks(northmoor, "people.employment.viewed") == [("Hera Adviser", str(team.job.pk))]


def test_changing_an_employment_writes_old_and_new_values(northmoor, team, hr):
    from councils.people import services
    from councils.people.models import LeaveScheme

    with inside_council(northmoor):
        services.change_employment(
            actor=hr, employment=team.job, post_id=team.job.post_id, scheme=LeaveScheme.objects.get(name="Green Book"),
            continuous_service_on=date(2024, 1, 1), version=team.job.version,
        )  # fmt: skip
        line = AuditEntry.objects.get(event="people.employment.changed")

    assert line.facts["changes"] == {"continuous_service_on": ["2025-03-03", "2024-01-01"]}
