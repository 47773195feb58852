"""Each day's head goes to the partners, who keep copies of their own; the command compares them all."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from shared_services.assurance import heads
from shared_services.assurance.models import AuditHead, HeadReceipt
from shared_services.audit.models import AuditEntry, ChainLink, WitnessedHead
from shared_services.audit.sealing import seal
from shared_services.tenancy import clock
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.owner import owner_connection
from tests.shared_services.audit.tampering import as_owner, tamper, write_lines


def tomorrow():
    return clock.at(timezone.now() + timedelta(days=1))


def hand_round(*rooms) -> None:
    with tomorrow():
        for room in rooms:
            with inside_council(room):
                heads.hand_out_head()
        for room in rooms:
            with inside_council(room):
                heads.witness_heads()


def verify(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_a_days_head_reaches_every_other_room_once(northmoor, eastvale, shared_service):
    write_lines(northmoor)

    hand_round(northmoor, eastvale, shared_service)
    hand_round(northmoor, eastvale, shared_service)

    for room in (eastvale, shared_service):
        with inside_council(room):
            copies = WitnessedHead.objects.filter(council=northmoor.number)
            assert copies.count() == 1
            assert copies.get().seq >= 12
    with inside_council(northmoor):
        own = AuditHead.objects.get(owner_id=northmoor.number)
        assert own.hash == bytes(ChainLink.objects.get(seq=own.seq).hash).hex()
        assert {receipt.owner_id for receipt in heads.receipts()} == {eastvale.number, shared_service.number}


def test_only_yesterdays_lines_are_in_yesterdays_head(northmoor):
    with inside_council(northmoor):
        seal()
        assert heads.hand_out_head() is None or AuditHead.objects.get(owner_id=1).seq < ChainLink.objects.count()


def test_a_head_is_nobodys_to_change_and_nobody_writes_one_for_another(walled, northmoor, eastvale):
    import psycopg

    from tests.shared_services.audit.test_chain import room_connection

    write_lines(northmoor)
    hand_round(northmoor, eastvale)
    for room in (northmoor, eastvale):
        for statement in (
            "UPDATE assurance_audithead SET seq = 1",
            "DELETE FROM assurance_audithead",
        ):
            with room_connection(room) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(statement)
    with room_connection(eastvale) as raw, pytest.raises(psycopg.Error):
        raw.execute(
            "INSERT INTO assurance_audithead (id, owner_id, parts, day, seq, lines, hash, handed_at)"
            " VALUES (gen_random_uuid(), 1, '{2}', '2026-01-01', 1, 1, 'x', now())"
        )


def test_a_partner_finds_that_a_shared_head_was_changed_or_lost_and_says_so_once(walled, northmoor, eastvale):
    write_lines(northmoor)
    hand_round(northmoor, eastvale)
    with as_owner() as owner:
        owner.execute("DELETE FROM public.assurance_audithead WHERE owner_id = 1")

    for _turn in range(2):
        with inside_council(eastvale):
            heads.witness_heads()

    with inside_council(eastvale):
        found = heads.contradictions()
        assert [(one.council, one.lost) for one in found] == [(northmoor.number, True)]
        assert AuditEntry.objects.filter(event=heads.CONTRADICTED).count() == 1


def test_the_command_finds_sound_records_sound(walled, northmoor, eastvale):
    write_lines(northmoor)

    code, said = verify()

    assert code == 0
    assert said.count("no broken link") == 3


def test_the_command_locates_a_flipped_byte_and_exits_with_1(walled, northmoor):
    write_lines(northmoor)
    with inside_council(northmoor):
        seal()
    tamper(
        northmoor,
        "UPDATE audit_auditentry SET event = 'tests.thing.dona' WHERE event = 'tests.thing.done' AND subject_id = '7'",
    )

    code, said = verify("--council", "northmoor")

    with inside_council(northmoor):
        line = AuditEntry.objects.get(event="tests.thing.dona")
        seq = ChainLink.objects.get(pk=line.pk).seq
    assert code == 1
    assert f"first broken link: {seq}, sealed " in said
    assert str(line.pk) in said


def _cut_the_tail(council) -> None:
    tamper(council, "DELETE FROM audit_auditentry WHERE id IN (SELECT id FROM audit_chainlink WHERE seq > 5)")
    tamper(council, "DELETE FROM audit_chainlink WHERE seq > 5")


def test_a_removed_tail_is_found_by_the_shared_head(walled, northmoor, eastvale):
    write_lines(northmoor)
    hand_round(northmoor)
    _cut_the_tail(northmoor)

    code, said = verify("--council", northmoor.key)

    assert code == 1
    assert "The chain ends before this" in said
    assert "handed to the partner councils" in said


def test_a_removed_tail_is_found_by_a_partners_word_when_the_own_heads_are_gone(walled, northmoor, eastvale):
    write_lines(northmoor)
    hand_round(northmoor, eastvale)
    with owner_connection(_name()) as owner:
        owner.execute("DELETE FROM public.assurance_audithead")
    _cut_the_tail(northmoor)

    code, said = verify("--council", northmoor.key)

    assert code == 1
    assert "as Eastvale copied it" in said


def test_a_removed_tail_is_found_by_a_partners_private_copy_when_all_that_is_shared_is_gone(
    walled, northmoor, eastvale
):
    write_lines(northmoor)
    hand_round(northmoor, eastvale)
    with owner_connection(_name()) as owner:
        owner.execute("DELETE FROM public.assurance_audithead")
        owner.execute("DELETE FROM public.assurance_headreceipt")
    _cut_the_tail(northmoor)

    code, said = verify("--council", northmoor.key)

    assert code == 1
    assert "as Eastvale copied it into its own record" in said


def test_a_receipt_grows_with_the_days(northmoor, eastvale):
    write_lines(northmoor)
    hand_round(northmoor, eastvale)
    with clock.at(timezone.now() + timedelta(days=2)):
        for room in (northmoor, eastvale):
            with inside_council(room):
                heads.hand_out_head()
        with inside_council(eastvale):
            heads.witness_heads()
            receipt = HeadReceipt.objects.get(owner_id=eastvale.number, council=northmoor.number)

    assert receipt.last_day - receipt.first_day == timedelta(days=1)


def test_a_council_nobody_knows_is_said_with_those_there_are(northmoor):
    with pytest.raises(CommandError, match="c0001"):
        call_command("verify_audit", "--council", "nowhere")


def _name() -> str:
    from django.conf import settings

    return settings.DATABASES["default"]["NAME"]
