from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shared_services.audit.models import AuditEntry
from shared_services.audit.selectors import entries_about, entries_by
from shared_services.audit.services import PORTAL, record
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council


@pytest.fixture
def officer(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Ada Adder")


def test_a_line_says_who_did_what_to_which_record_with_the_facts(northmoor, officer):
    with inside_council(northmoor):
        record(officer, "tests.thing.done", officer, amount=Decimal("12.50"), on=date(2026, 11, 22), key=officer.pk)

        line = entries_about(officer).get(event="tests.thing.done")

        assert (line.actor_name, line.actor_card_id, line.subject_type) == (
            "Ada Adder",
            officer.pk,
            "access.officercard",
        )
        assert line.facts == {"amount": "12.50", "on": "2026-11-22", "key": str(officer.pk)}
        assert line in entries_by(officer)


def test_lines_of_one_instant_stand_in_the_order_they_were_written(northmoor, officer, monkeypatch):
    instant = timezone.now()
    monkeypatch.setattr("shared_services.audit.services.timezone.now", lambda: instant)
    with inside_council(northmoor):
        for number in range(5):
            record(officer, "tests.thing.done", officer, number=number)

        lines = entries_about(officer).filter(event="tests.thing.done")

        assert [line.facts["number"] for line in lines] == [4, 3, 2, 1, 0]


def test_the_portals_own_work_is_recorded_under_its_name_and_of_records_elsewhere(northmoor):
    key = new_key()
    with inside_council(northmoor):
        line = record(None, "tests.thing.done", ("requisition", key))

        assert (line.actor_name, line.actor_card_id, line.subject_id) == (PORTAL, None, str(key))


def test_recording_is_one_insert(northmoor, officer):
    with inside_council(northmoor), CaptureQueriesContext(connection) as queries:
        record(officer, "tests.thing.done", officer)

    assert len(queries) == 1


@pytest.mark.parametrize("change", [lambda rows: rows.update(event="other"), lambda rows: rows.delete()])
def test_no_line_is_ever_changed_or_removed(northmoor, officer, change):
    with inside_council(northmoor):
        record(officer, "tests.thing.done", officer)

        with pytest.raises(DatabaseError), transaction.atomic():
            change(AuditEntry.objects.filter(event="tests.thing.done"))


def test_a_council_reads_its_own_record_only(northmoor, eastvale, officer):
    with inside_council(northmoor):
        record(officer, "tests.thing.done", officer)

    with inside_council(eastvale):
        assert not AuditEntry.objects.filter(event="tests.thing.done").exists()
