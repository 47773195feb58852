"""A platform operator, a council's administrator and its section 151 officer, and the way from asking to done."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings

from shared_services.access.models import OfficerCard
from shared_services.messaging.running import run_waiting
from shared_services.operating.choices import Kind
from shared_services.operating.models import Operation
from shared_services.operating.services import following
from shared_services.operating.services.answering import answer
from shared_services.operating.services.asking import ask_for, latest_backup
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.models import Council
from tests.owner_jobs import do_owner_jobs

REASON = "The team was asked to"


@pytest.fixture(autouse=True)
def _no_backups_left() -> Iterator[None]:
    yield
    shutil.rmtree(settings.BACKUPS_DIR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_by_itself(settings) -> None:
    """No backup but those that a test asks for."""
    settings.BACKUP_NIGHTLY = False


@pytest.fixture
def operator(shared_service, officer_in) -> OfficerCard:
    return officer_in(shared_service, "platform_operator", name="Ivo Tansy", email="ivo.tansy@shared.test")


@pytest.fixture
def administrator(northmoor, officer_in) -> OfficerCard:
    return officer_in(northmoor, "council_administrator", name="Wren Sallow")


@pytest.fixture
def s151(northmoor, officer_in) -> OfficerCard:
    return officer_in(northmoor, "section_151_officer", name="Opal Linnet")


@pytest.fixture
def ask(shared_service, operator, northmoor) -> Callable[..., Operation]:
    """ask(Kind.SUSPEND, ...) -> the operation on Northmoor's room."""

    def make(kind: str, **more: Any) -> Operation:
        more = {"reason": REASON, "confirmation": northmoor.slug, **more}
        with inside_council(shared_service):
            return ask_for(actor=operator, kind=kind, council_number=northmoor.number, **more)

    return make


@pytest.fixture
def agree(northmoor, s151) -> Callable[..., None]:
    """agree(operation) -> the council's section 151 officer has said yes (or no)."""

    def say(operation: Operation, agreed: bool = True, by: OfficerCard | None = None) -> None:
        with inside_council(northmoor):
            asked = Operation.objects.get(pk=operation.pk)
            answer(
                actor=by or s151, operation_id=asked.pk, agreed=agreed, digest=asked.digest,
                reason="" if agreed else "Not this week",
            )  # fmt: skip

    return say


@pytest.fixture
def done(shared_service) -> Callable[[Operation], Operation]:
    """done(operation) -> the operation after the owner's worker was at it."""

    def work(operation: Operation) -> Operation:
        with inside_council(shared_service):
            following.go_on()
        do_owner_jobs()
        run_waiting()
        with inside_council(shared_service):
            return Operation.objects.select_related("backup").get(pk=operation.pk)

    return work


@pytest.fixture
def backup(ask, done, shared_service, northmoor):
    """Northmoor's latest backup."""
    done(ask(Kind.BACK_UP))
    with inside_council(shared_service):
        return latest_backup(Council.objects.get(pk=northmoor.number))


def fresh(number: int) -> directory.CouncilEntry:
    directory.forget()
    entry = directory.council_by_number(number)
    assert entry is not None
    return entry
