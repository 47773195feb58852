from __future__ import annotations

import pytest

from shared_services.audit.models import AuditEntry
from shared_services.modelling.choices import DraftStatus
from shared_services.modelling.models import ProcessDraft
from shared_services.modelling.readiness import readiness_of
from shared_services.modelling.services import (
    abandon_draft,
    draft_from_version,
    import_draft,
    joint_base,
    newest_of,
    save_draft,
    start_draft,
)
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale

from .conftest import REQUISITION, ROUTE
from .sketches import licence


@pytest.fixture
def draft(northmoor, author):
    with inside_council(northmoor):
        return start_draft(actor=author, title="Taxi licence")


def test_a_new_process_begins_with_a_drawing_that_has_no_errors(northmoor, draft):
    with inside_council(northmoor):
        found = readiness_of(draft)

    assert draft.key == "taxi_licence"
    assert found.is_ready, found.reasons
    assert "xmlns:bpmndi" in draft.bpmn


def test_a_title_with_signs_of_xml_does_no_harm(northmoor, author):
    with inside_council(northmoor):
        draft = start_draft(actor=author, title='Dogs & "cats" <b>')

        assert readiness_of(draft).is_ready
        assert ProcessDraft.objects.get(pk=draft.pk).title == 'Dogs & "cats" <b>'


def test_a_process_that_there_is_already_is_not_begun_again(northmoor, author):
    with inside_council(northmoor), pytest.raises(NotAllowed, match="Requisition approval” already"):
        start_draft(actor=author, title="Requisition approval")


def test_an_officer_without_the_permission_draws_nothing(northmoor, officer_in):
    plain = officer_in(northmoor, "requisitioner")
    with inside_council(northmoor), pytest.raises(NotAllowed, match="You may not change processes"):
        start_draft(actor=plain, title="Taxi licence")


def test_imported_files_are_kept_byte_for_byte(northmoor, author):
    with inside_council(northmoor):
        draft = import_draft(actor=author, bpmn=REQUISITION, dmn=[ROUTE])

        kept = ProcessDraft.objects.get(pk=draft.pk)
        assert (kept.bpmn, kept.dmn) == (REQUISITION, [ROUTE])
        assert joint_base(kept) == newest_of("requisition_approval")


@pytest.mark.parametrize(
    ("bpmn", "why"),
    [
        ("not xml", "not well-formed"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type or entities"),
        ("<definitions/>", "exactly one process"),
        ("<a>" + "x" * 1_100_000 + "</a>", "larger than 1024 KB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(northmoor, author, bpmn, why):
    with inside_council(northmoor), pytest.raises(NotAllowed, match=why):
        import_draft(actor=author, bpmn=bpmn, dmn=[])


def test_a_file_that_is_no_decision_table_is_refused(northmoor, author):
    with inside_council(northmoor), pytest.raises(NotAllowed, match="Decision file 1 is not a DMN file"):
        import_draft(actor=author, bpmn=REQUISITION, dmn=[REQUISITION])


def test_saving_counts_edits_and_the_second_of_two_authors_is_told(northmoor, author, second, draft):
    with inside_council(northmoor):
        saved = save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=licence())
        with pytest.raises(Stale):
            save_draft(actor=second, draft_id=draft.pk, version=1, title="Cab licence")

        kept = ProcessDraft.objects.get(pk=draft.pk)
        assert (saved.version, kept.title, kept.drawn_by) == (2, "Taxi licence", [author.pk])


def test_saving_the_same_twice_changes_nothing(northmoor, author, draft):
    with inside_council(northmoor):
        for _ in range(2):
            save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=licence())

        assert ProcessDraft.objects.get(pk=draft.pk).version == 2
        assert AuditEntry.objects.filter(event="modelling.draft.saved").count() == 1


def test_a_new_title_is_written_into_the_drawing_and_nothing_else_is_lost(northmoor, author):
    with inside_council(northmoor):
        draft = import_draft(
            actor=author, bpmn=REQUISITION.replace("<bpmn:process", "<!-- kept --><bpmn:process"), dmn=[ROUTE]
        )
        saved = save_draft(actor=author, draft_id=draft.pk, version=1, title="Buying & paying")

        assert 'name="Buying &amp; paying"' in saved.bpmn
        assert "<!-- kept -->" in saved.bpmn
        assert saved.bpmn.count("waypoint") == REQUISITION.count("waypoint")


def test_a_draft_keeps_to_its_own_process(northmoor, author, draft):
    with inside_council(northmoor), pytest.raises(NotAllowed, match="keep that ID"):
        save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=REQUISITION)


def test_an_abandoned_draft_is_not_changed_any_more(northmoor, author, draft):
    with inside_council(northmoor):
        abandon_draft(actor=author, draft_id=draft.pk, version=1)
        assert abandon_draft(actor=author, draft_id=draft.pk, version=1).status == DraftStatus.ABANDONED
        with pytest.raises(NotAllowed, match="it is abandoned"):
            save_draft(actor=author, draft_id=draft.pk, version=None, title="Cab licence")


def test_a_draft_of_another_council_is_not_there(eastvale, officer_in, draft):
    neighbour = officer_in(eastvale, "council_administrator")
    with inside_council(eastvale), pytest.raises(NotAllowed, match="not here"):
        save_draft(actor=neighbour, draft_id=draft.pk, version=1, title="Theirs")


def test_a_version_becomes_a_draft_with_everything_in_it(northmoor, author):
    with inside_council(northmoor):
        version = newest_of("requisition_approval")
        draft = draft_from_version(actor=author, version_id=version.pk)

        assert (draft.bpmn, draft.dmn, draft.based_on) == (version.bpmn, version.dmn, version)
