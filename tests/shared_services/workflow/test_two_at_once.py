"""Two officers at the same moment, on two real connections."""

from __future__ import annotations

import threading

from django.db import connection

from shared_services.annexes.models import CaseNote
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import remarks, services
from shared_services.workflow.models import Decision, Task


def test_of_two_approvals_at_once_one_wins_and_the_other_is_told(walled, northmoor, officer_in, submit, work_done):
    requester = officer_in(northmoor, "requisitioner")
    approvers = [officer_in(northmoor, "budget_holder", name=name) for name in ("Bo Budget", "Bea Budget")]
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        task_id = Task.objects.of_this_room().get(case_id=case_id).pk
    ready, told, failed = threading.Barrier(2), [], []

    def approve(officer) -> None:
        try:
            ready.wait(timeout=10)
            with inside_council(northmoor):
                services.complete_task(actor=officer, task_id=task_id, outcome="approve")
        except NotAllowed as refusal:
            told.append(refusal.message)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[officer]) for officer in approvers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert failed == []
    assert len(told) == 1 and "has already dealt with this: approved on" in told[0]
    assert work_done.count("purchasing.raise_order") == 1
    with inside_council(northmoor):
        assert Decision.objects.filter(case_id=case_id).count() == 1


def test_a_comment_sent_twice_at_once_is_one(walled, northmoor, officer_in, submit, work_done):
    requester = officer_in(northmoor, "requisitioner")
    officer_in(northmoor, "budget_holder")
    case_id = submit(northmoor, requester)
    ready, failed = threading.Barrier(2), []

    def comment() -> None:
        try:
            ready.wait(timeout=10)
            with inside_council(northmoor):
                remarks.comment_on_case(actor=requester, case_id=case_id, text="They are for the reading room.")
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=comment) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert failed == []
    with inside_council(northmoor):
        assert CaseNote.objects.filter(case_id=case_id).count() == 1
