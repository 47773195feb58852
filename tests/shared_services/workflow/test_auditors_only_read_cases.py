"""An auditor sees every case and takes part in none, whatever other roles he holds."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import claims, deputies, holds, questions, remarks, retrying, rules, services
from shared_services.workflow.candidates import refresh_candidates
from shared_services.workflow.choices import TaskStatus
from shared_services.workflow.models import Case, Task
from tests.programs import program_of


@pytest.fixture
def auditor(northmoor, officer_in):
    return officer_in(northmoor, "auditor", "budget_holder", "council_administrator")


@pytest.fixture
def case_id(northmoor, officer_in, submit):
    officer_in(northmoor, "budget_holder")
    return submit(northmoor, officer_in(northmoor, "requisitioner"))


def test_an_auditor_comments_on_no_case_and_neither_holds_nor_retries_it(northmoor, auditor, case_id):
    upload = SimpleUploadedFile("note.txt", b"Seen.", content_type="text/plain")
    with inside_council(northmoor):
        Case.objects.filter(pk=case_id).update(status="parked")
        for tried in (
            lambda: remarks.comment_on_case(actor=auditor, case_id=case_id, text="I would not."),
            lambda: remarks.add_case_file(actor=auditor, case_id=case_id, upload=upload),
            lambda: holds.suspend_case(actor=auditor, case_id=case_id, reason="I look at it."),
            lambda: retrying.retry_case(actor=auditor, case_id=case_id),
        ):
            with pytest.raises(NotAllowed):
                tried()


def test_an_auditors_pages_and_programs_are_refused_and_offer_nothing(auditor, case_id, client_for):
    client, program = client_for(auditor), program_of(auditor, "workflow:write")

    for page in ("comment_on_case", "add_case_file", "hold_case", "retry_case"):
        assert client.get(reverse(f"workflow:{page}", args=[case_id])).status_code == 403, page
    for verb, body in (("comment", {"text": "No."}), ("hold", {"reason": "No."}), ("retry", {})):
        assert program.post(f"cases/{case_id}/{verb}/", body).status_code == 403, verb
    page = client.get(reverse("workflow:case", args=[case_id])).content.decode()
    assert "Library chairs" in page
    assert "Comment on this case" not in page and "Put this case on hold" not in page


def test_an_auditor_with_a_deciding_role_is_no_candidate_holder_or_deputy(northmoor, auditor, officer_in, submit):
    requester, bo = officer_in(northmoor, "requisitioner"), officer_in(northmoor, "budget_holder", name="Bo Budget")
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        task = Task.objects.of_this_room().get(case_id=case_id)
        assert set(task.candidates.values_list("card_id", flat=True)) == {bo.pk}
        with pytest.raises(NotAllowed, match="You may not decide"):
            services.complete_task(actor=auditor, task_id=task.pk, outcome="approve")
        with pytest.raises(NotAllowed, match="may not decide"):
            claims.forward_task(actor=bo, task_id=task.pk, to_card_id=auditor.pk, note="Please.")
        with pytest.raises(NotAllowed, match="auditor"):
            questions.ask_question(actor=bo, task_id=task.pk, to_card_id=auditor.pk, question="Is it right?")

        today = timezone.localdate()
        found = deputies.name_deputy(actor=bo, principal_id=bo.pk, deputy_id=auditor.pk, from_on=today, to_on=today)
        deputies.accept_deputyship(actor=auditor, deputy_id=found.pk)
        refresh_candidates()
        assert set(task.candidates.values_list("card_id", flat=True)) == {bo.pk}
        assert rules.why_not(auditor, task, task.case)


def test_who_becomes_an_auditor_loses_the_tasks_that_waited(northmoor, officer_in, submit):
    requester, bo = officer_in(northmoor, "requisitioner"), officer_in(northmoor, "budget_holder")
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        OfficerCard.objects.filter(pk=bo.pk).update(roles=["budget_holder", "auditor"])
        refresh_candidates()

        task = Task.objects.of_this_room().get(case_id=case_id)
        assert not task.candidates.exists() and task.status == TaskStatus.PARKED
