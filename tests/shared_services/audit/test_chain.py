"""The chain: every line is bound once, nobody forges it, nobody waits for it."""

from __future__ import annotations

import hashlib
import threading

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from shared_services.audit.models import AuditEntry, ChainLink, WaitingLine
from shared_services.audit.sealing import seal
from shared_services.audit.services import record
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.owner import owner_connection, run_script

from .tampering import write_lines


def room_connection(council) -> psycopg.Connection:
    at = settings.POSTGRES
    return psycopg.connect(
        dbname=settings.DATABASES["default"]["NAME"], host=at.host or None, port=at.port or None, user=council.key,
        password=settings.ROLE_PASSWORD(council.key),
    )  # fmt: skip


INSERT = (
    "INSERT INTO audit_auditentry (id, at, actor_name, event, subject_type, subject_id, subject_label, facts)"
    " VALUES (gen_random_uuid(), now(), 'A', %s, 'thing', '1', 'Thing', '{}')"
)


def test_every_line_is_bound_once_each_link_to_the_one_before(northmoor):
    write_lines(northmoor)
    with inside_council(northmoor):
        lines = AuditEntry.objects.count()

        assert (seal(), seal()) == (lines, 0)
        links = list(ChainLink.objects.order_by("seq"))

        assert [link.seq for link in links] == list(range(1, lines + 1))
        assert {link.pk for link in links} == set(AuditEntry.objects.values_list("pk", flat=True))
        assert not WaitingLine.objects.exists()
        before = b""
        for link in links:
            text = "|".join(
                [
                    str(link.seq), str(link.pk), link.sealed_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
                    bytes(link.content_hash).hex(), before.hex(),
                ]
            )  # fmt: skip
            before = hashlib.sha256(text.encode()).digest()
            assert bytes(link.hash) == before


def test_the_chain_goes_on_where_it_ended(northmoor):
    with inside_council(northmoor):
        record(None, "tests.thing.done", ("thing", 1))
        seal()
        first = ChainLink.objects.order_by("-seq").first()
        record(None, "tests.thing.done", ("thing", 2))

        assert seal() == 1
        assert ChainLink.objects.order_by("-seq").first().seq == first.seq + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_chainlink SET hash = '\\x00'",
        "DELETE FROM audit_chainlink",
        "INSERT INTO audit_chainlink (id, seq, sealed_at, content_hash, hash, words)"
        " VALUES (gen_random_uuid(), 999999, now(), '', '', '')",
        "DELETE FROM audit_waitingline",
        "INSERT INTO audit_waitingline VALUES (gen_random_uuid())",
        "UPDATE audit_auditentry SET event = 'other'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
        "UPDATE audit_witnessedhead SET seq = 1",
        "DELETE FROM audit_witnessedhead",
        "ALTER TABLE audit_auditentry DISABLE TRIGGER audit_wait",
        "SELECT audit_wait()",
        "LOCK TABLE audit_chainlink IN ACCESS EXCLUSIVE MODE",
    ],
)
def test_a_councils_role_changes_removes_and_forges_nothing_of_its_chain(walled, northmoor, statement):
    with room_connection(northmoor) as room, pytest.raises(psycopg.Error):
        room.execute("SELECT audit_seal(100)")
        room.commit()
        room.execute(statement)


def test_a_council_does_not_seal_or_read_another_councils_chain(walled, northmoor, eastvale):
    for statement in ("SELECT c0001.audit_seal(10)", "SELECT * FROM c0001.audit_chainlink"):
        with room_connection(eastvale) as room, pytest.raises(psycopg.errors.InsufficientPrivilege):
            room.execute(statement)


def test_a_line_that_was_rolled_back_leaves_no_trace_and_no_gap(northmoor):
    with inside_council(northmoor):
        seal()
        before = ChainLink.objects.count()
        with pytest.raises(DatabaseError), transaction.atomic():
            record(None, "tests.thing.done", ("thing", 1))
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")

        assert (seal(), ChainLink.objects.count()) == (0, before)


def test_writers_wait_neither_for_each_other_nor_for_the_sealing(walled, northmoor):
    with room_connection(northmoor) as one, room_connection(northmoor) as two, room_connection(northmoor) as sealer:
        two.execute("SET lock_timeout = '500ms'")
        sealer.execute("SET lock_timeout = '500ms'")
        one.execute(INSERT, ["tests.slow.begun"])
        two.execute(INSERT, ["tests.quick.done"])
        two.commit()

        sealer.execute("SELECT audit_seal(1000)")
        two.execute(INSERT, ["tests.quick.again"])
        two.commit()
        sealer.commit()
        one.commit()
        sealer.execute("SELECT audit_seal(1000)")
        order = sealer.execute(
            "SELECT e.event FROM audit_chainlink l JOIN audit_auditentry e USING (id)"
            " WHERE e.event LIKE 'tests.%%' ORDER BY l.seq"
        ).fetchall()

    assert order[0] == ("tests.quick.done",)
    assert sorted(order[1:]) == [("tests.quick.again",), ("tests.slow.begun",)]


def test_sealing_from_several_jobs_at_once_makes_one_chain(walled, northmoor):
    def work(number: int) -> None:
        with room_connection(northmoor) as room:
            for turn in range(20):
                room.execute(INSERT, [f"tests.round.n{number}_{turn}"])
                room.commit()
                room.execute("SELECT audit_seal(7)")
                room.commit()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with inside_council(northmoor):
        seal()
        seqs = list(ChainLink.objects.order_by("seq").values_list("seq", flat=True))
        assert seqs == list(range(1, AuditEntry.objects.count() + 1))


def test_a_room_that_is_migrated_gets_a_chain_of_its_own_like_one_that_is_provisioned(walled):
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        steps = owner.execute(
            "SELECT sql FROM public.tenancy_capturedmigration WHERE app = 'audit' ORDER BY name"
        ).fetchall()
        owner.execute("CREATE SCHEMA c0909")
        for (sql,) in steps:
            run_script(owner, f'BEGIN; SET LOCAL search_path = "c0909"; {sql}\nCOMMIT;')

        owner.execute(INSERT.replace("audit_auditentry", "c0909.audit_auditentry"), ["tests.thing.done"])
        sealed = owner.execute("SELECT c0909.audit_seal(10)").fetchone()
        links = owner.execute("SELECT count(*) FROM c0909.audit_chainlink").fetchone()

    assert (sealed, links) == ((1,), (1,))
