"""Officers who draw and publish, and requisitions whose councils' own work is replaced by notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_services.modelling import publishing, services
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions
from tests.shared_services.workflow.conftest import decide, submit, work_done  # noqa: F401

ROOT = Path(__file__).resolve().parents[3]
REQUISITION = (ROOT / "councils/purchasing/bpmn/requisition_approval.bpmn").read_text()
ROUTE = (ROOT / "councils/purchasing/bpmn/requisition_route.dmn").read_text()


@pytest.fixture(autouse=True)
def _fresh_definitions():
    definitions.forget()
    yield
    definitions.forget()


@pytest.fixture
def author(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Author")


@pytest.fixture
def second(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Seb Second")


@pytest.fixture
def chief(northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer", name="Sam Section")


@pytest.fixture
def pooled_author(shared_service, officer_in):
    return officer_in(shared_service, "partnership_administrator", name="Pat Pooled")


@pytest.fixture
def publish():
    """publish(council, draft, author, second) -> the version that two officers published."""

    def make(council, draft, author, second):
        with inside_council(council):
            services.save_draft(actor=author, draft_id=draft.pk, version=None)
            draft.refresh_from_db()
            publishing.ask_to_publish(actor=author, draft_id=draft.pk, version=draft.version, warnings_seen=True)
            return publishing.publish_draft(actor=second, draft_id=draft.pk, version=draft.version)

    return make
