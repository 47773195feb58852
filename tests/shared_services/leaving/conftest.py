"""A council with something of everything, and its pack."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from councils.purchasing import bank_details, services
from councils.purchasing.models import PurchaseOrder, Supplier, SupplierBankAccount
from shared_services.annexes.services import attach, write_note
from shared_services.audit.sealing import seal
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from shared_services.workflow.models import Task
from shared_services.workflow.services import complete_task
from tests.councils.books import open_books, three_lines

from .elsewhere import Install, empty_install, here, remove

HARD_TEXT = 'Back\\slash, "quotes", a\ttab,\r\na new line, £ and 漢, \\N and \\.'
DOCUMENT = b"%PDF-1.4 an invented quotation\n%%EOF\n"
BANK = "20-00-00 12345678"


@pytest.fixture
def council(walled, northmoor, eastvale, officer_in):
    """Northmoor with books, an order, a file, a note, a supplier's bank details; and Eastvale beside it."""
    books = open_books(northmoor, officer_in)
    with inside_council(northmoor):
        draft = three_lines(books, justification=HARD_TEXT)
        requisition = services.start_requisition(actor=books.requester, draft=draft)
        services.submit_requisition(actor=books.requester, requisition_id=requisition.pk)
        task = Task.objects.of_this_room().to_do().get(case__subject_id=requisition.pk)
        attach(actor=books.requester, subject=requisition, upload=SimpleUploadedFile("quote.pdf", DOCUMENT))
        write_note(actor=books.holder, case_id=task.case_id, text=HARD_TEXT)
        complete_task(actor=books.holder, task_id=task.pk, outcome="approve")
        assert PurchaseOrder.objects.get().requisition == requisition
        supplier = Supplier.objects.create(number="0000000001", name="Invented Furniture Limited")
        SupplierBankAccount.objects.create(
            supplier=supplier, sealed=bank_details.seal(BANK), fingerprint=bank_details.fingerprint(BANK), ending="5678"
        )
        seal()
    marked = officer_in(eastvale, "requisitioner", name="Zqxquarry Marked")
    with inside_council(eastvale):
        write_note(actor=marked, case_id=marked.pk, text="Zqxquarry")
        attach(actor=marked, subject=marked, upload=SimpleUploadedFile("z.pdf", DOCUMENT + b"Zqxquarry"))
    run_waiting()
    return books


@pytest.fixture
def install() -> Install:
    return here()


@pytest.fixture(scope="session")
def written_once(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("packs") / "pack"


@pytest.fixture
def pack(request, written_once, install, tmp_path) -> Path:
    """A copy of the council's pack as the command writes it; written once, when the first test asks for it."""
    if not written_once.exists():
        request.getfixturevalue("council")
        status, said = install.run("export_council", "northmoor", written_once)
        assert status == 0, said
    return Path(shutil.copytree(written_once, tmp_path / "pack"))


@pytest.fixture
def elsewhere(walled):
    made = empty_install()
    yield made
    remove(made)
