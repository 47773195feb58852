"""Rooms that are suspended, renamed or go on as their successor."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.relay import TAKE
from shared_services.messaging.running import run_promised, run_waiting
from shared_services.operating.choices import Kind, Status
from shared_services.operating.models import Operation
from shared_services.operating.services.asking import ask_for
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council, RegisteredCouncil
from shared_services.tenancy.owner import owner_connection

from .conftest import REASON, fresh
from .test_backups import database

pytestmark = pytest.mark.usefixtures("walled")

NEW = {"name": "Northmoor and Dales Council", "short_name": "Northmoor and Dales", "slug": "moordales", "colour": "#0b6e4f"}  # fmt: skip


@pytest.fixture
def suspended(ask, done):
    """Northmoor, suspended; its role may log in again afterwards, because roles belong to the whole server."""
    operation = done(ask(Kind.SUSPEND))
    assert operation.status == Status.DONE, operation.cause
    yield operation
    with owner_connection("postgres") as owner:
        owner.execute("ALTER ROLE c0001 LOGIN")


@pytest.mark.whole_server
def test_a_suspended_council_is_closed_with_a_plain_page_that_names_no_data(
    northmoor, s151, client_for, suspended, monkeypatch
):
    with pytest.raises(DatabaseError), inside_council(fresh(1)):
        OfficerCard.objects.count()
    connections.close_all()

    page = Client_at("northmoor.test").get("/")

    assert page.status_code == 503
    text = page.content.decode()
    assert "suspended since" in text and "by Ivo Tansy" in text and "platform@" in text
    assert "Opal Linnet" not in text and REASON not in text
    program = Client_at("northmoor.test").get("/api/v1/me/")
    assert program.status_code == 503 and program.json()["code"] == "suspended"

    # A process that read the map before it was suspended takes it for live, until the database lets it in no more.
    known = directory.council_by_host("northmoor.test")
    monkeypatch.setitem(directory._by_host, "northmoor.test", replace(known, state=Council.State.LIVE))
    late = Client_at("northmoor.test").get("/")
    assert late.status_code == 503 and "suspended since" in late.content.decode()


def Client_at(host: str):
    from django.test import Client

    return Client(headers={"host": host})


@pytest.mark.whole_server
def test_jobs_of_a_suspended_council_wait_and_go_on_when_it_is_resumed(
    shared_service, northmoor, officer_in, ask, done, suspended
):
    with inside_council(shared_service):
        key = enqueue("assurance.seal_lines", council=1)
    fresh(1)

    assert run_promised(task_name="assurance.seal_lines", council_number=1, message_id=key) is False
    with owner_connection(database()) as owner:
        rows = owner.execute(TAKE, [["prompt", "bulk"], "{}", 50, 50]).fetchall()
        assert all(row[1] != 1 for row in rows)

    assert done(ask(Kind.RESUME)).status == Status.DONE
    fresh(1)
    run_waiting()
    with inside_council(shared_service):
        message = OutboxMessage.objects.get(pk=key)
    assert message.done_at is not None and message.attempts == 0
    assert Client_at("northmoor.test").get("/account/login/").status_code == 200


@pytest.mark.whole_server
def test_the_partners_go_on_without_a_suspended_council_and_still_know_its_name(suspended):
    fresh(1)

    assert [council.slug for council in directory.all_councils()] == ["eastvale"]
    assert directory.council_by_number(1).name == "Northmoor City Council"
    assert Client_at("eastvale.test").get("/account/login/").status_code == 200


def test_a_council_that_is_not_suspended_cannot_be_resumed(ask):
    with pytest.raises(NotAllowed, match="not suspended"):
        ask(Kind.RESUME)


def test_the_earlier_address_of_a_renamed_council_leads_to_the_new_one_for_a_time(northmoor, ask, done):
    operation = done(ask(Kind.RENAME, details=NEW))
    assert operation.status == Status.DONE, operation.cause
    entry = fresh(1)

    assert (entry.name, entry.host, entry.colour) == ("Northmoor and Dales Council", "moordales.test", "#0b6e4f")
    moved = Client_at("northmoor.test").post("/account/login/?next=/")
    assert moved.status_code == 307 and moved["Location"] == "http://moordales.test/account/login/?next=/"
    assert Client_at("moordales.test").get("/account/login/").status_code == 200

    with owner_connection(database()) as owner:
        owner.execute(
            "UPDATE public.tenancy_councilhost SET redirects_until = %s WHERE domain = 'northmoor.test'",
            [timezone.localdate() - timedelta(days=1)],
        )
    fresh(1)
    assert Client_at("northmoor.test").get("/").status_code == 404


def test_a_council_can_take_its_earlier_name_back(ask, done):
    done(ask(Kind.RENAME, details=NEW))
    back = {"name": "Northmoor City Council", "short_name": "Northmoor", "slug": "northmoor", "colour": "#8f1d3f"}

    assert done(ask(Kind.RENAME, details=back, confirmation="moordales")).status == Status.DONE

    entry = fresh(1)
    assert entry.hosts == ("northmoor.test",)
    assert directory.moved_to("moordales.test") == "northmoor.test"


@pytest.mark.parametrize("slug", ["eastvale", "www", "Not a name"])
def test_a_web_name_of_another_council_or_none_at_all_is_refused(ask, slug):
    with pytest.raises(NotAllowed):
        ask(Kind.RENAME, details={**NEW, "slug": slug})


@pytest.fixture
def reorganised(northmoor) -> None:
    """The register says that one council ends and another succeeds it, and Northmoor is entered as the first."""
    with owner_connection(database()) as owner:
        owner.execute("UPDATE public.tenancy_council SET registered_id = 'E07000207' WHERE number = 1")
        owner.execute(
            "UPDATE public.tenancy_registeredcouncil SET succeeded_by_id = 'E08000010' WHERE gss_code = 'E07000207'"
        )


def test_a_council_goes_on_as_its_successor_with_its_room_when_it_agrees(
    northmoor, reorganised, ask, agree, done, s151
):
    operation = ask(Kind.SUCCEED, details={**NEW, "gss_code": "E08000010"})
    assert done(operation).status == Status.ASKED
    agree(operation)

    operation = done(operation)

    assert operation.status == Status.DONE, operation.cause
    assert operation.figures["succeeds"] == "E07000207"
    entry = fresh(1)
    assert (entry.host, entry.domain, entry.code) == ("moordales.test", "wigan.gov.uk", "NMR")
    with inside_council(entry):
        assert OfficerCard.objects.filter(owner_id=1, work_name="Opal Linnet").exists()
        assert Council.objects.get(pk=1).registered_id == "E08000010"


def test_nobody_goes_on_as_a_council_that_the_register_does_not_name_as_its_successor(reorganised, ask):
    with pytest.raises(NotAllowed, match="does not name"):
        ask(Kind.SUCCEED, details={**NEW, "gss_code": "E08000012"})


def test_two_councils_cannot_go_on_as_the_same_successor(reorganised, ask):
    with owner_connection(database()) as owner:
        owner.execute("UPDATE public.tenancy_council SET registered_id = 'E08000010' WHERE number = 2")

    with pytest.raises(NotAllowed, match="portal of its own already"):
        ask(Kind.SUCCEED, details={**NEW, "gss_code": "E08000010"})


def test_only_the_platform_operator_may_and_a_second_asking_is_refused(shared_service, northmoor, officer_in, ask):
    other = officer_in(shared_service, "partnership_administrator")
    with inside_council(shared_service), pytest.raises(NotAllowed, match="Platform operator"):
        ask_for(actor=other, kind=Kind.BACK_UP, council_number=1)
    ask(Kind.BACK_UP)

    with pytest.raises(NotAllowed, match="under way already"):
        ask(Kind.BACK_UP)


def test_the_operators_pages_tell_figures_and_nothing_that_is_in_a_room(
    shared_service, northmoor, operator, administrator, ask, done, client_for
):
    done(ask(Kind.BACK_UP))
    browser = client_for(operator)

    rooms = browser.get("/operations/").content.decode()
    room = browser.get("/operations/rooms/1/").content.decode()

    assert "Northmoor City Council" in rooms and "KB" in rooms or "MB" in rooms
    assert "Back up" in room and administrator.work_name not in room
    refused = pytest.raises(DatabaseError, match="permission denied")
    with inside_council(shared_service), refused, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM c0001.accounts_account")


def test_each_kind_has_a_form_that_explains_what_happens(shared_service, northmoor, operator, backup, client_for):
    browser = client_for(operator)
    for name in ("back-up", "drill", "restore", "rename", "succeed", "suspend", "access"):
        assert browser.get(f"/operations/rooms/1/{name}/").status_code == 200, name

    wrong = browser.post("/operations/rooms/1/suspend/", {"reason": "A reason", "confirmation": "other"})
    assert wrong.status_code == 409 and b"Type the web name" in wrong.content and b"A reason" in wrong.content
    assert b'href="#id_confirmation"' in wrong.content, "the error leads to the question that it is about"
    right = browser.post(
        "/operations/rooms/1/rename/", {**NEW, "reason": "They were renamed", "confirmation": "northmoor"}
    )
    assert right.status_code == 302, right.content
    with inside_council(shared_service):
        assert Operation.objects.get(kind=Kind.RENAME).details["slug"] == "moordales"
    assert b"Rename" in browser.get(right["Location"]).content


def test_what_was_asked_can_be_withdrawn_until_it_is_answered(shared_service, operator, backup, ask, client_for):
    operation = ask(Kind.RESTORE, backup_id=backup.pk)

    assert client_for(operator).post(f"/operations/{operation.pk}/withdraw/").status_code == 302

    with inside_council(shared_service):
        assert Operation.objects.get(pk=operation.pk).status == Status.WITHDRAWN
        assert RegisteredCouncil.objects.exists()


def test_the_operators_home_page_names_what_failed_until_it_is_asked_for_again(
    shared_service, northmoor, operator, ask, client_for
):
    failed = ask(Kind.BACK_UP)
    with inside_council(shared_service):
        Operation.objects.filter(pk=failed.pk).update(status=Status.FAILED)
    home = client_for(operator).get("/").content.decode()
    assert "Work on councils’ portals that failed" in home and f"/operations/{failed.pk}/" in home

    ask(Kind.BACK_UP)

    assert "rooms that failed" not in client_for(operator).get("/").content.decode()
