"""The verifier: one flipped byte anywhere is found and located; so is what was removed, moved or replaced."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection

from shared_services.audit.models import ChainLink
from shared_services.audit.sealing import seal
from shared_services.audit.verifying import KnownHead, check_heads, check_part, check_strays
from shared_services.tenancy.door import inside_council

from .tampering import LINES, tamper, write_lines

VICTIM = "(SELECT id FROM audit_chainlink WHERE seq = 7)"


@pytest.fixture
def record_of(walled, northmoor):
    """Twelve lines, all bound, on a real database whose owner may do anything."""
    write_lines(northmoor)
    with inside_council(northmoor):
        seal()
    return northmoor


def first_break(council, size: int = 5):
    """The break as the verifier finds it, in parts smaller than the chain."""
    with inside_council(council):
        after, bound = 0, ""
        while True:
            part = check_part(after=after, bound=bound, size=size)
            if part.first_break is not None:
                return part.first_break
            if not part.links:
                return check_strays()
            after, bound = part.last_seq, part.last_hash


def test_an_untouched_record_is_sound(record_of):
    assert first_break(record_of) is None


FLIPS = {
    "at": "at + interval '1 microsecond'",
    "actor_card_id": "gen_random_uuid()",
    "actor_name": "'the portal'",
    "event": "'tests.thing.dona'",
    "subject_type": "'think'",
    "subject_id": "'60'",
    "subject_label": "subject_label || ' '",
    "facts": "jsonb_set(facts, '{amount}', '\"6.51\"')",
}


@pytest.mark.parametrize("column", FLIPS)
def test_a_flipped_byte_in_any_column_of_a_line_is_found_and_located(record_of, column):
    tamper(record_of, f"UPDATE audit_auditentry SET {column} = {FLIPS[column]} WHERE id = {VICTIM}")

    found = first_break(record_of)

    assert (found.fault, found.seq) == ("changed", 7)


LINK_FLIPS = {
    "sealed_at": "sealed_at + interval '1 microsecond'",
    "content_hash": "set_byte(content_hash, 31, (get_byte(content_hash, 31) + 1) % 256)",
    "hash": "set_byte(hash, 0, get_byte(hash, 0) # 1)",
    "seq": "seq + 100",
    "id": "gen_random_uuid()",
}


@pytest.mark.parametrize("column", LINK_FLIPS)
def test_a_flipped_byte_in_any_column_of_a_link_is_found_and_located(record_of, column):
    tamper(record_of, f"UPDATE audit_chainlink SET {column} = {LINK_FLIPS[column]} WHERE seq = 7")

    found = first_break(record_of)

    assert found.fault in ("link", "gap")
    assert found.seq == (8 if column == "seq" else 7)


def test_words_that_hide_a_line_from_the_search_are_found(record_of):
    tamper(record_of, "UPDATE audit_chainlink SET words = '' WHERE seq = 7")

    found = first_break(record_of)

    assert (found.fault, found.seq) == ("words", 7)


def test_every_column_of_a_line_and_of_a_link_is_tried_here(record_of):
    with inside_council(record_of), connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'audit_auditentry'::regclass AND attnum > 0"
            " UNION ALL SELECT attname FROM pg_attribute WHERE attrelid = 'audit_chainlink'::regclass AND attnum > 0"
        )
        columns = {row[0] for row in cursor.fetchall()}

    assert columns == {*FLIPS, *LINK_FLIPS, "words"}


def test_a_lines_key_that_was_changed_is_found(record_of):
    tamper(record_of, f"UPDATE audit_auditentry SET id = gen_random_uuid() WHERE id = {VICTIM}")

    assert (first_break(record_of).fault, first_break(record_of).seq) == ("missing", 7)


def test_a_removed_line_is_found_and_so_is_one_removed_with_its_link(record_of):
    tamper(record_of, f"DELETE FROM audit_auditentry WHERE id = {VICTIM}")
    assert (first_break(record_of).fault, first_break(record_of).seq) == ("missing", 7)

    tamper(record_of, "DELETE FROM audit_chainlink WHERE seq = 7")
    assert (first_break(record_of).fault, first_break(record_of).seq) == ("gap", 8)


def test_closing_the_gap_by_new_numbers_is_found(record_of):
    tamper(record_of, f"DELETE FROM audit_auditentry WHERE id = {VICTIM}")
    tamper(record_of, "DELETE FROM audit_chainlink WHERE seq = 7")
    for seq in range(8, LINES + 1):
        tamper(record_of, f"UPDATE audit_chainlink SET seq = {seq - 1} WHERE seq = {seq}")

    assert (first_break(record_of).fault, first_break(record_of).seq) == ("link", 7)


def test_a_reordered_pair_is_found(record_of):
    for old, new in ((7, 1000), (8, 7), (1000, 8)):
        tamper(record_of, f"UPDATE audit_chainlink SET seq = {new} WHERE seq = {old}")

    assert (first_break(record_of).fault, first_break(record_of).seq) == ("link", 7)


def test_a_line_put_in_past_the_rules_is_found(record_of):
    tamper(
        record_of,
        "INSERT INTO audit_auditentry SELECT gen_random_uuid(), at, actor_card_id, actor_name, event, subject_type,"
        f" subject_id, subject_label, facts FROM audit_auditentry WHERE id = {VICTIM}",
    )

    assert first_break(record_of).fault == "loose"


def test_a_line_removed_while_it_waited_is_found(record_of):
    write_lines(record_of, 1)
    tamper(record_of, "DELETE FROM audit_auditentry WHERE id IN (SELECT id FROM audit_waitingline)")
    with inside_council(record_of):
        seal()

    assert first_break(record_of).fault == "lost"


def test_a_replaced_hash_whose_followers_were_made_to_fit_is_found_by_a_head_written_down_before(record_of):
    with inside_council(record_of):
        link = ChainLink.objects.get(seq=10)
        head = KnownHead(date(2026, 11, 24), 10, bytes(link.hash).hex(), "as Eastvale copied it")
    tamper(record_of, f"UPDATE audit_auditentry SET actor_name = 'Nobody' WHERE id = {VICTIM}")
    _rewrite_chain_from(record_of, 7)

    with inside_council(record_of):
        found = check_heads([head])

    assert first_break(record_of) is None
    assert (found.fault, found.seq) == ("head", 10)
    assert "as Eastvale copied it" in found.sentence


def test_a_removed_tail_is_found_by_a_head_written_down_before(record_of):
    with inside_council(record_of):
        link = ChainLink.objects.get(seq=LINES)
        head = KnownHead(date(2026, 11, 24), LINES, bytes(link.hash).hex(), "as Eastvale copied it")
    tamper(record_of, "DELETE FROM audit_auditentry WHERE id IN (SELECT id FROM audit_chainlink WHERE seq > 9)")
    tamper(record_of, "DELETE FROM audit_chainlink WHERE seq > 9")

    with inside_council(record_of):
        found = check_heads([head])

    assert first_break(record_of) is None
    assert (found.fault, found.seq) == ("tail", LINES)


def _rewrite_chain_from(council, seq: int) -> None:
    for place in range(seq, LINES + 1):
        tamper(
            council,
            "UPDATE audit_chainlink l SET content_hash = c.content, words = c.words,"
            " hash = audit_link_hash(l.seq, l.id, l.sealed_at, c.content, b.hash)"
            " FROM audit_chainlink b, (SELECT id, audit_content(e) AS content, audit_words(e) AS words"
            f" FROM audit_auditentry e) c WHERE l.seq = {place} AND b.seq = {place - 1} AND c.id = l.id",
        )
