"""A council's room copied to a sandbox: nothing of a person in it, nothing shared from it."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import DatabaseError, connection

from councils.organisation.models import CouncilSettings
from councils.purchasing.models import Requisition
from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.running import run_waiting
from shared_services.operating.choices import Kind, Status
from shared_services.operating.services.asking import ask_for
from shared_services.tenancy import directory, wall
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council
from shared_services.tenancy.owner import owner_connection
from shared_services.tenancy.provisioning import next_number
from shared_services.workflow.models import AuthorityRule
from tests.councils.books import open_books

from .conftest import fresh
from .test_backups import database

pytestmark = pytest.mark.usefixtures("walled")

PERSONAL = "Zephyrine Quillfeather"
"""Planted in every field that is masked."""


@pytest.fixture
def role_gone():
    """Roles belong to the whole server: a sandbox's goes with the test's database."""
    yield
    with owner_connection("postgres") as owner:
        if owner.execute("SELECT 1 FROM pg_roles WHERE rolname = 'c9000'").fetchone():
            owner.execute("ALTER ROLE c9000 NOLOGIN")


@pytest.fixture
def planted(northmoor, officer_in):
    books = open_books(northmoor, officer_in)
    with inside_council(northmoor):
        Requisition(
            reference="NMR-REQ-2026-000901", title=PERSONAL, justification=PERSONAL, requester=books.requester,
            supplier_name=PERSONAL, supplier_email="zephyrine@quillfeather.test", delivery_location=PERSONAL,
        ).save(force_insert=True)  # fmt: skip
    with owner_connection(database()) as owner:
        owner.execute("UPDATE c0001.organisation_councilsettings SET contact_email = 'zephyrine@quillfeather.test'")
        owner.execute("UPDATE public.access_officercard SET work_name = %s WHERE owner_id = 1", [PERSONAL])
    return books


@pytest.fixture
def sandbox(planted, ask, agree, done, role_gone, s151):
    operation = ask(Kind.CLONE)
    agree(operation)
    operation = done(operation)
    assert operation.status == Status.DONE, operation.cause
    return fresh(9000)


def everything_in(key: str, number: int) -> str:
    """Every row of a room, and every shared row that it owns, as text."""
    found = []
    with owner_connection(database()) as owner:
        for (table,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [key]).fetchall():
            found += owner.execute(f'SELECT t::text FROM {key}."{table}" t').fetchall()
        for model in wall.pooled_models():
            table = model._meta.db_table
            found += owner.execute(f'SELECT t::text FROM public."{table}" t WHERE owner_id = %s', [number]).fetchall()
    return "\n".join(row[0] for row in found)


def test_without_the_councils_word_nothing_is_copied(ask, done):
    assert done(ask(Kind.CLONE)).status == Status.ASKED
    assert directory.council_by_number(9000) is None


def test_nothing_in_a_sandbox_tells_of_a_person_and_what_is_not_personal_is_there(northmoor, planted, sandbox, s151):
    assert PERSONAL in everything_in("c0001", 1)

    text = everything_in(sandbox.key, sandbox.number)

    assert PERSONAL not in text and "quillfeather" not in text.lower()
    assert text.count(s151.work_email) >= 1, "only the administrator who agreed is named"
    with inside_council(sandbox):
        copied = Requisition.objects.get(reference="NMR-REQ-2026-000901")
        assert copied.title == "Text left out" and copied.supplier_name.startswith("Name ")
        card = OfficerCard.objects.get(pk=copied.requester_id)
        assert card.owner_id == 9000 and card.work_name.startswith("Name ") and card.roles == planted.requester.roles
        assert CouncilSettings.objects.get().contact_email.endswith("@example.invalid")
        rules = AuthorityRule.objects.filter(owner_id=9000).count()
    with inside_council(northmoor):
        assert rules == AuthorityRule.objects.filter(owner_id=1).count() > 0


def test_only_the_administrator_who_agreed_has_a_way_in(sandbox, s151, visitor):
    run_waiting()

    with inside_council(sandbox):
        accounts = Account.objects.with_card()
        assert [(one.email, one.card.roles) for one in accounts] == [(s151.work_email, ["council_administrator"])]
    link = [message for message in mail.outbox if message.to == [s151.work_email]][-1]
    assert "northmoor-sandbox.test/account/password/reset/key/" in link.body
    assert visitor(sandbox).get("/account/login/").status_code == 200


def test_a_sandbox_shares_nothing_and_the_database_holds_it(northmoor, eastvale, sandbox):
    assert 9000 not in [council.number for council in directory.every_room()]
    with inside_council(sandbox), pytest.raises(NotAllowed, match="sandbox"):
        OfficerCard(parts=[0], work_name="X", work_email="x@x.test").save(force_insert=True)
    statement = (
        "INSERT INTO public.access_officercard (id, owner_id, parts, work_name, work_email, job_title, roles, active,"
        " version) VALUES (gen_random_uuid(), 9000, '{0}', 'X', 'x@x.test', '', '{}', true, 1)"
    )
    refused = pytest.raises(DatabaseError, match="row-level security")
    with refused, inside_council(sandbox), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_sandbox_writes_to_nobody(sandbox):
    run_waiting()
    mail.outbox.clear()
    with inside_council(sandbox):
        card = OfficerCard.objects.filter(owner_id=9000).first()
        key = enqueue("notices.send_digest", card_id=card.pk)

    run_waiting()

    assert not mail.outbox
    with inside_council(sandbox):
        assert OutboxMessage.objects.get(pk=key).done_at is not None


def test_a_sandbox_is_removed_with_a_click_and_another_can_be_made(sandbox, ask, agree, done, shared_service, operator):
    with pytest.raises(NotAllowed, match="has a sandbox already"):
        ask(Kind.CLONE)
    with pytest.raises(NotAllowed, match="gives notice to leave"):
        ask(Kind.REMOVE)
    with inside_council(shared_service):
        removal = ask_for(
            actor=operator,
            kind=Kind.REMOVE,
            council_number=9000,
            reason="We are done",
            confirmation="northmoor-sandbox",
        )

    assert done(removal).status == Status.DONE
    fresh(1)
    assert directory.council_by_number(9000) is None
    again = ask(Kind.CLONE)
    agree(again)
    assert done(again).status == Status.DONE
    assert fresh(9001).host == "northmoor-sandbox.test"


def test_numbers_of_councils_go_on_below_those_of_sandboxes(shared_service, sandbox):
    with inside_council(shared_service):
        assert next_number() == 3
        assert Council.objects.get(pk=9000).code == "ZZAA"
