"""Opening a council's room: all of it or nothing, step by step, and again after whatever stopped it."""

from __future__ import annotations

import os
import signal
import time

import pytest
from django.conf import settings
from django.core import mail

from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.joining.choices import Status
from shared_services.joining.models import Application, OpeningStep
from shared_services.joining.services import applying, opening
from shared_services.messaging.live_steps import StepStatus
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.running import WrongJob, run_promised, run_waiting
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council
from shared_services.tenancy.owner import owner_connection
from tests.owner_jobs import do_owner_jobs, owner_worker

from .conftest import fill_in

pytestmark = pytest.mark.usefixtures("walled")


@pytest.fixture
def admitted(shared_service, complete) -> Application:
    with inside_council(shared_service):
        complete.status = Status.ADMITTED
        complete.save(update_fields=["status"])
        opening.ask_for_opening(complete)
    return complete


def what_stands() -> tuple[int, int, int]:
    """Rows of the register, schemas and hosts beyond those of the tests' own councils."""
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        return owner.execute(
            "SELECT (SELECT count(*) FROM public.tenancy_council WHERE number > 2),"
            " (SELECT count(*) FROM pg_namespace WHERE nspname ~ '^c[0-9]{4}$' AND nspname > 'c0002'),"
            " (SELECT count(*) FROM public.tenancy_councilhost WHERE tenant_id > 2)"
        ).fetchone()


def steps(shared_service) -> dict[str, str]:
    with inside_council(shared_service):
        return dict(OpeningStep.objects.values_list("key", "status"))


def test_an_admitted_council_gets_its_room_its_host_and_its_administrator(shared_service, admitted, visitor):
    do_owner_jobs()

    council = directory.council_by_slug("wigan")
    assert council is not None
    assert (council.host, council.domain, council.colour) == ("wigan.test", "wigan.gov.uk", "#0b6e4f")
    assert set(steps(shared_service).values()) == {StepStatus.DONE}
    with inside_council(council):
        from councils.organisation.models import CouncilSettings

        card = OfficerCard.objects.get(owner_id=council.number)
        assert (card.work_name, card.roles) == ("Ruby Curlew", ["council_administrator"])
        assert CouncilSettings.objects.get().contact_email == "portal@wigan.gov.uk"
    run_waiting()
    assert {message.to[0] for message in mail.outbox} == {"ruby.curlew@wigan.gov.uk", "amber.siskin@wigan.gov.uk"}
    assert "https://wigan.test/account/password/reset/key/" in " ".join(message.body for message in mail.outbox)
    assert b"portal@wigan.gov.uk" in visitor(council).get("/help/").content
    assert b"Wigan Metropolitan Borough Council" in visitor(shared_service).get("/").content


def test_a_council_that_is_in_cannot_apply_again(shared_service, admitted, wigan):
    do_owner_jobs()

    with inside_council(shared_service), pytest.raises(NotAllowed, match="has joined already"):
        applying.start_application(registered=wigan, work_name="A", work_email="a@wigan.gov.uk")


def test_doing_the_job_twice_opens_one_room(shared_service, admitted):
    do_owner_jobs()
    with inside_council(shared_service):
        OutboxMessage.objects.filter(task="joining.open_council").update(done_at=None)

    do_owner_jobs()

    assert what_stands() == (1, 1, 1)


def test_a_room_is_not_opened_by_a_process_that_serves_rooms(shared_service, admitted):
    with inside_council(shared_service):
        message = OutboxMessage.objects.get(task="joining.open_council")

    with pytest.raises(WrongJob, match="the owner’s worker only"):
        run_promised(task_name=message.task, council_number=0, message_id=message.pk)
    assert run_waiting() == 0


def test_a_failure_half_way_leaves_nothing_behind_and_is_tried_again(shared_service, admitted, officer_in, client_for):
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute("ALTER TABLE public.tenancy_councilhost ADD CONSTRAINT no_more CHECK (tenant_id <= 2)")
    for _ in range(3):
        do_owner_jobs()
        with inside_council(shared_service):
            # The pause between two attempts is over.
            OutboxMessage.objects.filter(task="joining.open_council").update(attempts=0, due_at="2020-01-01T00:00Z")
    assert what_stands() == (0, 0, 0)
    found = steps(shared_service)
    assert found["host"] == StepStatus.FAILED and found["administrator"] == StepStatus.DONE

    with inside_council(shared_service):
        message = OutboxMessage.objects.get(task="joining.open_council")
        opening.give_up(application_id=admitted.pk, error=RuntimeError(), final=True)
        OutboxMessage.objects.filter(pk=message.pk).update(gave_up_at="2026-01-01T00:00Z")
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute("ALTER TABLE public.tenancy_councilhost DROP CONSTRAINT no_more")
    administrator = client_for(officer_in(shared_service, "partnership_administrator"))
    assert b"Portals that could not be set up" in administrator.get("/").content
    assert administrator.post(f"/join/applications/{admitted.pk}/set-up-again/").status_code == 302
    do_owner_jobs()

    assert what_stands() == (1, 1, 1)
    with inside_council(shared_service):
        assert Application.objects.get().status == Status.JOINED


def test_a_worker_killed_half_way_leaves_nothing_behind_and_the_next_one_opens_the_room(shared_service, admitted):
    name = settings.DATABASES["default"]["NAME"]
    with owner_connection(name) as holding:
        holding.execute("BEGIN; LOCK TABLE public.access_officercard IN ACCESS EXCLUSIVE MODE")
        worker = owner_worker()
        _wait_until(lambda: steps(shared_service).get("administrator") == StepStatus.RUNNING)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        holding.execute("ROLLBACK")
    _wait_until(lambda: not _others_at_work(name))

    assert what_stands() == (0, 0, 0)
    assert steps(shared_service)["host"] == StepStatus.WAITING

    do_owner_jobs()

    assert what_stands() == (1, 1, 1)
    assert set(steps(shared_service).values()) == {StepStatus.DONE}
    council = directory.council_by_slug("wigan")
    with inside_council(council):
        assert Account.objects.count() == 1


def _others_at_work(name: str) -> int:
    """Sessions of the owner that are still in a transaction: a killed client's ends when the server notices."""
    with owner_connection(name) as owner:
        row = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND usename = current_user AND xact_start IS NOT NULL"
        ).fetchone()
        return row[0]


def _wait_until(holds, seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "It did not happen in time"
        time.sleep(0.05)


def test_a_council_that_left_applies_again_and_gets_a_new_number_and_its_old_ones_stay_history(
    shared_service, admitted, wigan, visitor
):
    do_owner_jobs()
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute("DELETE FROM public.tenancy_councilhost WHERE tenant_id = 3")
        owner.execute("UPDATE public.tenancy_council SET state = 'ended', ended_on = current_date WHERE number = 3")
    directory.forget()
    with inside_council(shared_service):
        applying.start_application(registered=wigan, work_name="Amber Siskin", work_email="amber.siskin@wigan.gov.uk")
        again = Application.objects.get(status=Status.STARTED)
        again.status = Status.OPEN
        again.save(update_fields=["status"])
    fill_in(shared_service, again)
    with inside_council(shared_service):
        again.refresh_from_db()
        again.status = Status.ADMITTED
        again.save(update_fields=["status"])
        opening.ask_for_opening(again)

    do_owner_jobs()

    new = directory.council_by_slug("wigan")
    assert new is not None and new.number == 4 and new.host == "wigan.test"
    with inside_council(shared_service):
        first, second = Application.objects.filter(registered=wigan).order_by("reference")
        assert {first.status, second.status} == {Status.LEFT, Status.JOINED}
        old = Council.objects.get(pk=3)
        assert (old.registered_id, old.slug, old.state) == (None, "left-3", Council.State.ENDED)
        assert old.code == wigan.council_code != new.code, "a reference never names two records"
    assert visitor(new).get("/account/login/").status_code == 200
