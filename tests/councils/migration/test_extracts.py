"""Extracts of the legacy system, checked, loaded, loaded again and taken back."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.core.files import File
from django.core.management.base import CommandError
from django.db import connection
from openpyxl import Workbook

from councils.finance.models import BudgetPosition, CostCentre, SubjectiveCode
from councils.migration.models import ImportBatch, LegacyLineEvent, LegacyOrder, Provenance, RowProblem, StagedRow
from councils.migration.reading import readable
from councils.migration.services import receive_files, run_to_the_end, start_loading, work
from councils.organisation.models import Department, Post
from councils.people.models import Employment, LeaveLedgerEntry, LeaveRequest, WorkingPattern
from councils.purchasing import bank_details
from councils.purchasing.models import Supplier, SupplierBankAccount
from shared_services.access.models import OfficerCard
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council

from .conftest import SAMPLES

BOOKS = ("departments.csv", "posts.csv", "officers.csv", "SKA1.txt", "SKAT.csv", "CSKS.csv", "CSKT.csv", "budgets.csv")
BUYING = ("LFA1.txt", "LFB1.csv", "LFBK.csv", "T024.txt", "EKKO.csv", "EKPO.csv", "EKKN.csv", "EKBE.tsv")
STAFF = ("PA0001.csv", "PA0000.csv", "PA0002.csv", "PA0008.csv", "PA2001.csv", "PA2006.csv")

GOLDEN = {
    # file: (rows, created, quarantined, left out, warnings, reasons)
    "departments.csv": (6, 3, 3, 0, 0, {"circle": 2, "unknown_parent": 1}),
    "posts.csv": (4, 3, 1, 0, 0, {"unknown_department": 1}),
    "officers.csv": (4, 3, 1, 0, 0, {"not_an_email": 1}),
    "SKA1.txt": (5, 2, 1, 2, 0, {"unmatched_group": 1}),
    "SKAT.csv": (4, 2, 1, 1, 0, {"orphan": 1}),
    "CSKS.csv": (4, 2, 1, 0, 0, {"unmatched_department": 1}),
    "CSKT.csv": (2, 2, 0, 0, 0, {}),
    "budgets.csv": (5, 2, 3, 0, 0, {"below_zero": 1, "too_long": 1, "unknown_code": 1}),
    "LFA1.txt": (6, 4, 2, 0, 2, {"empty": 1, "twice": 1}),
    "LFB1.csv": (3, 2, 1, 0, 0, {"orphan": 1}),
    "LFBK.csv": (2, 1, 1, 0, 0, {"bank_details": 1}),
    "T024.txt": (2, 2, 0, 0, 0, {}),
    "EKKO.csv": (4, 2, 2, 0, 0, {"not_a_date": 1, "not_a_number": 1, "orphan": 1}),
    "EKPO.csv": (6, 4, 2, 0, 0, {"orphan": 2}),
    "EKKN.csv": (3, 2, 1, 0, 1, {"orphan": 1}),
    "EKBE.tsv": (3, 3, 0, 0, 0, {}),
    "PA0001.csv": (6, 3, 1, 1, 1, {"orphan": 1}),
    "PA0000.csv": (4, 3, 0, 0, 0, {}),
    "PA0002.csv": (2, 2, 0, 0, 0, {}),
    "PA0008.csv": (3, 2, 1, 0, 0, {"not_a_share": 1}),
    "PA2001.csv": (3, 2, 1, 0, 0, {"unknown_type": 1}),
    "PA2006.csv": (2, 2, 0, 0, 0, {}),
}
GOLDEN_MONEY = {
    ("budgets.csv", "amount"): ("14510.50", "10.00"),
    ("EKKO.csv", "KTWRT"): ("125000.00", "0.00"),
    ("EKPO.csv", "NETWR"): ("126564.99", "109.99"),
    ("EKKN.csv", "NETWR"): ("1255.00", "5.00"),
    ("EKBE.tsv", "DMBTR"): ("2500.00", "0.00"),
}

TABLES = (
    "organisation_department", "organisation_post", "organisation_appointment", "finance_costcentre",
    "finance_subjectivecode", "finance_budget", "finance_budgetposition", "purchasing_supplier",
    "purchasing_supplierterms", "purchasing_supplierbankaccount", "migration_legacyorder", "migration_legacyorderline",
    "migration_legacylinecoding", "migration_legacylineevent", "migration_purchasinggroup", "migration_provenance",
    "migration_rowchange", "access_officercard", "accounts_account", "account_emailaddress", "people_employment",
    "people_workingpattern", "people_leaverequest",
)  # fmt: skip


def digests(council) -> dict[str, str]:
    """A digest of each table that a load writes to."""
    found = {}
    with inside_council(council), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.usefixtures("matched")
def test_the_golden_totals_of_every_table_are_reproduced(northmoor, shell):
    said = shell(*BOOKS, *BUYING, *STAFF)

    found = {
        name: (
            one["rows"], one["created"], one["quarantined"]["rows"], one["left_out"], one["warnings"],
            one["quarantined"]["reasons"],
        )
        for name, one in said.items()
    }  # fmt: skip
    assert found == GOLDEN
    money = {key: tuple(said[key[0]]["control_totals"][key[1]].values()) for key in GOLDEN_MONEY}
    assert money == GOLDEN_MONEY
    assert {one["confidence"] for one in said.values()} == {99}


@pytest.mark.usefixtures("matched")
def test_rows_become_the_councils_own_records(northmoor, shell):
    shell(*BOOKS, *BUYING, *STAFF)

    with inside_council(northmoor):
        centre = CostCentre.objects.select_related("department").get(code="610400")
        assert (centre.name, centre.department.code, centre.valid_from, centre.valid_to) == (
            "Highways maintenance", "HIGHW", date(2020, 4, 1), None,
        )  # fmt: skip
        assert CostCentre.objects.get(code="610500").name == "Central library (café)"
        assert SubjectiveCode.objects.get(code="400200").group == "premises"
        assert Department.objects.get(code="HIGHW").parent.code == "PLACE"
        assert Post.objects.get(number="50000003").reports_to.number == "50000001"
        position = BudgetPosition.objects.get(cost_centre__code="610500", financial_year=2026)
        assert position.available_amount == Decimal("2500.50")
        supplier = Supplier.objects.get(number="159591")
        assert (supplier.name, supplier.blocked) == ("Ö. Åström & Co", True)
        contract = LegacyOrder.objects.get(number="4600000002")
        assert (contract.ordered_on, contract.valid_to, contract.target_amount) == (
            date(2026, 2, 15), None, Decimal("125000.00"),
        )  # fmt: skip
        events = LegacyLineEvent.objects.order_by("document").values_list("posted_on", "local_amount")
        assert list(events) == [
            (date(2026, 1, 31), Decimal("1250.00")),
            (date(2026, 2, 13), Decimal("-50.00")),
            (date(2026, 2, 20), Decimal("1200.00")),
        ]
        card = OfficerCard.objects.get(work_email="rufus.makebelieve@northmoor.test")
        assert (card.work_name, card.roles) == ("Rufus Makebelieve", [])
        assert Employment.objects.get(number="12347").end_on == date(2026, 3, 31)
        pattern = WorkingPattern.objects.get(employment__number="12346")
        assert pattern.contracted_hours == Decimal("22.20")
        taken = LeaveRequest.objects.get(employment__number="12345")
        assert (taken.hours, taken.status) == (Decimal("37.00"), "approved")
        hours = LeaveLedgerEntry.objects.filter(employment__number="12345").values_list("hours", flat=True)
        assert list(hours) == [Decimal("-37.00")]


@pytest.mark.usefixtures("matched")
def test_a_second_load_changes_nothing(northmoor, shell):
    shell(*BOOKS, *BUYING, *STAFF)
    before = digests(northmoor)

    said = shell(*BOOKS, *BUYING, *STAFF)

    assert {(one["created"], one["changed"]) for one in said.values()} == {(0, 0)}
    assert {name: one["unchanged"] for name, one in said.items()} == {name: one[1] for name, one in GOLDEN.items()}
    assert digests(northmoor) == before
    assert all("loaded in" in one["notice"] for one in said.values())


@pytest.mark.usefixtures("matched")
def test_an_undo_returns_every_table_to_what_it_was(northmoor, shell):
    before = digests(northmoor)
    said = shell(*BOOKS, *BUYING, *STAFF[:-1])
    assert digests(northmoor) != before

    undone = shell(undo=said["LFA1.txt"]["batch"])["undo"]

    assert undone["kept"] == {}
    assert digests(northmoor) == before


@pytest.mark.usefixtures("matched")
def test_leave_taken_is_taken_back_by_a_contrary_entry_because_the_ledger_is_never_changed(northmoor, shell):
    shell(*BOOKS, *STAFF[:-1])
    said = shell("PA2006.csv")

    shell(undo=said["PA2006.csv"]["batch"])
    with inside_council(northmoor):
        hours = LeaveLedgerEntry.objects.filter(employment__number="12345").values_list("hours", flat=True)
        assert sorted(hours) == [Decimal("-37.00"), Decimal("37.00")]

    assert shell("PA2006.csv")["PA2006.csv"]["created"] == 2


def test_a_later_extract_changes_what_differs_and_its_undo_puts_it_back(northmoor, shell, file_of):
    head = "LIFNR,NAME1,ORT01,LAND1\n"
    shell(file_of("LFA1.csv", head + "1,First Invented Ltd,Northmoor,GB\n2,Second Invented Ltd,Northmoor,GB\n"))
    before = digests(northmoor)

    said = shell(
        file_of(
            "LFA1 later.csv",
            head + "1,First Invented Ltd,Eastvale,GB\n2,Second Invented Ltd,Northmoor,GB\n3,Third Invented Ltd,,GB\n",
        )
    )["LFA1 later.csv"]

    assert (said["created"], said["changed"], said["unchanged"]) == (1, 1, 1)
    with inside_council(northmoor):
        moved = Supplier.objects.get(number="1")
        assert (moved.town, moved.version) == ("Eastvale", 2)
    shell(undo=said["batch"])
    assert digests(northmoor) == before


def test_what_was_here_already_is_taken_over_and_not_made_twice(northmoor, shell, file_of):
    with inside_council(northmoor):
        Supplier.objects.create(number="1", name="Typed By Hand")
    before = digests(northmoor)

    said = shell(file_of("LFA1.csv", "LIFNR,NAME1,LAND1\n0000000001,From The Extract,GB\n"))["LFA1.csv"]

    with inside_council(northmoor):
        assert list(Supplier.objects.values_list("name", flat=True)) == ["From The Extract"]
    shell(undo=said["batch"])
    assert digests(northmoor) == before


def test_a_record_in_use_stays_when_its_load_is_undone_and_says_why(northmoor, shell):
    suppliers = shell("LFA1.txt")["LFA1.txt"]["batch"]
    shell("EKKO.csv")

    kept = shell(undo=suppliers)["undo"]["kept"]

    assert kept == {"Used since by legacy orders": 2}
    with inside_council(northmoor):
        assert sorted(Supplier.objects.values_list("number", flat=True)) == ["159590", "159591"]


def test_a_record_that_an_officer_changed_stays(northmoor, shell):
    batch = shell("LFA1.txt")["LFA1.txt"]["batch"]
    with inside_council(northmoor):
        Supplier.objects.filter(number="159592").update(telephone="01999 000009")

    assert shell(undo=batch)["undo"]["kept"] == {"Changed by an officer since": 1}


def test_a_batch_is_not_undone_before_the_later_one_that_changed_the_same_records(northmoor, shell, file_of):
    head = "LIFNR,NAME1,LAND1\n"
    first = shell(file_of("a.LFA1.csv", head + "1,Old Name,GB\n"))["a.LFA1.csv"]["batch"]
    later = shell(file_of("b.LFA1.csv", head + "1,New Name,GB\n"))["b.LFA1.csv"]["batch"]

    with pytest.raises(CommandError, match=later):
        shell(undo=first)


def test_a_dry_run_leaves_nothing_behind(northmoor, shell):
    before = digests(northmoor)

    said = shell(*BUYING, dry_run=True)

    assert {name: one["would_create"] for name, one in said.items()} == {name: GOLDEN[name][1] for name in BUYING}
    assert digests(northmoor) == before
    with inside_council(northmoor):
        assert not StagedRow.objects.exists()
        assert not RowProblem.objects.exists()


def test_the_rows_and_the_file_go_once_they_are_loaded(northmoor, shell):
    shell("LFA1.txt")

    run_waiting()

    with inside_council(northmoor):
        assert not StagedRow.objects.exists()
        assert not ImportBatch.objects.get().files.get().file


def test_bank_details_rest_nowhere_in_the_open(northmoor, shell):
    shell("LFA1.txt", "LFBK.csv")

    with inside_council(northmoor), connection.cursor() as cursor:
        account = SupplierBankAccount.objects.get()
        assert account.ending == "5926"
        assert bank_details.unseal(account.sealed) == "GB|000099|31415926|"
        for table in (*TABLES, "migration_stagedrow", "migration_rowproblem"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%31415926%%'")
            assert cursor.fetchone()[0] == 0, table


def test_what_is_not_wanted_of_a_person_is_never_read(northmoor, shell, matched):
    shell(*BOOKS, *STAFF)

    with inside_council(northmoor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM migration_stagedrow t WHERE t::text LIKE '%%QQ123456C%%' OR t::text LIKE '%%19800214%%'"
        )
        assert cursor.fetchone()[0] == 0


def test_every_problem_of_a_row_is_listed(northmoor, shell, file_of):
    text = "EBELN,LIFNR,BEDAT,KTWRT\n4500000001,77,20269999,1.2.3\n"

    shell(file_of("EKKO.csv", text))

    with inside_council(northmoor):
        reasons = RowProblem.objects.filter(line=2).values_list("reason", flat=True)
        assert sorted(reasons) == ["not_a_date", "not_a_number", "orphan"]


def test_work_that_stops_in_the_middle_goes_on_with_nothing_lost_and_nothing_doubled(northmoor, file_of, monkeypatch):
    monkeypatch.setattr("councils.migration.reading.staging.read_stretch.__kwdefaults__", {"at_most": 10})
    monkeypatch.setattr(work, "ROWS_A_STRETCH", 10)
    rows = "".join(f"{n},Invented Supplier {n} Ltd,GB\n" for n in range(1, 98))
    with inside_council(northmoor), file_of("LFA1.csv", "LIFNR,NAME1,LAND1\n" + rows).open("rb") as stream:
        batch_id = receive_files(actor=None, uploads=[File(stream, name="LFA1.csv")], run=False).pk
    for step in range(4):
        with inside_council(northmoor):
            assert work.advance(batch_id), step
    with pytest.raises(RuntimeError), inside_council(northmoor):
        work.advance(batch_id)
        raise RuntimeError("the worker was killed")
    run_to_the_end(northmoor, batch_id)
    with inside_council(northmoor):
        start_loading(actor=None, batch=ImportBatch.objects.get(), run=False)
    for _ in range(5):
        with inside_council(northmoor):
            work.advance(batch_id)
    with pytest.raises(RuntimeError), inside_council(northmoor):
        work.advance(batch_id)
        raise RuntimeError("the worker was killed again")
    run_to_the_end(northmoor, batch_id)

    with inside_council(northmoor):
        file = ImportBatch.objects.get().files.get()
        assert (file.row_count, file.created_count, file.left_unchanged_count) == (97, 97, 0)
        assert Supplier.objects.count() == Provenance.objects.count() == 97


def test_a_workbook_is_read_by_its_values(northmoor, shell, tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["Vendors, printed 3 March 2026"])
    sheet.append([])
    sheet.append(["Vendor", "Name", "Country", "Search term"])
    sheet.append([159590, "Brightwater Paving Ltd", "GB", None])
    sheet.append([159591, "=1+1", "GB", None])
    book.create_sheet("Second")
    path = tmp_path / "LFA1.xlsx"
    book.save(path)

    said = shell(path)["LFA1.xlsx"]

    assert (said["rows"], said["created"], said["quarantined"]["reasons"]) == (2, 1, {"empty": 1})
    assert "1 cells hold formulas" in said["notice"] and "2 sheets" in said["notice"]
    with inside_council(northmoor):
        assert Supplier.objects.get().number == "159590"


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
        book.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return packed.getvalue()


def plain_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("LFA1.csv", "LIFNR,NAME1\n1,Invented\n")
    return packed.getvalue()


def sheet_of(rows: str, *, styles: str = "") -> bytes:
    """A workbook whose one sheet says what it likes."""
    plain, packed = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as book, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        for name in book.namelist():
            content = book.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                content = re.sub("<sheetData ?/>|<sheetData></sheetData>", f"<sheetData>{rows}</sheetData>", content)
                assert rows in content
            written.writestr(name, content + styles if name == "xl/styles.xml" else content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        sheet_of('<row r="1"><c t="n"><v>1</v></c></row><row r="99999999"><c t="n"><v>1</v></c></row>'),
        sheet_of(f'<row r="1">{"<c/>" * 20_000}</row>'),
    ],
    ids=["rows out of nothing", "columns without end"],
)
def test_a_sheet_that_is_larger_than_a_sheet_can_be_is_not_read_to_its_end(monkeypatch, content):
    monkeypatch.setattr(readable, "MOST_ROWS", 1000)

    with pytest.raises(readable.NotReadable, match="more rows or columns than a sheet can hold"):
        readable.make_readable("LFA1.xlsx", io.BytesIO(content))


@pytest.mark.parametrize(
    "content",
    [
        sheet_of("", styles=f"<!--{'x' * 50_000}-->"),
        sheet_of(f'<row r="1">{"<c/>" * 20_000}</row>'),
        sheet_of(f'<row r="1">{"<c/><!-- <row -->" * 20_000}</row>'),
        sheet_of(f'<row r="1">{"<row>" * 20_000}{"</row>" * 20_000}</row>'),
        sheet_of("".join(f"<x>{'y' * 2_000}</x><row r='{number}'/>" for number in range(1, 30))),
        sheet_of("<sst/>"),
    ],
    ids=["styles", "one row", "one row with comments", "rows in a row", "between rows", "texts among the sheets"],
)
def test_what_a_workbook_holds_in_memory_is_limited(monkeypatch, content):
    monkeypatch.setattr(readable, "LARGEST_STRINGS", 40_000)

    with pytest.raises(readable.NotReadable, match="Save the list as CSV"):
        readable.make_readable("LFA1.xlsx", io.BytesIO(content))


def test_what_a_comment_says_of_rows_and_texts_counts_for_nothing():
    workbook = sheet_of('<!-- <sst --><row r="1"><c t="n"><v>1</v></c></row><!-- <row --><!-- <f> -->')

    read = readable.make_readable("LFA1.xlsx", io.BytesIO(workbook))

    assert read.text is not None and read.text.read() == b"1\n"
    assert read.notice == ""


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bomb.xlsx", zip_bomb(), "would unpack to"),
        ("files.zip", plain_zip(), "Unpack it"),
        ("old.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"0" * 600, "older Excel file"),
        ("broken.xlsx", b"PK\x03\x04 nothing of a workbook", "cannot be opened as a workbook"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x01", "not a text file or workbook"),
        ("letter.csv", b"Dear colleague,\nhere is the list.\n", "was not recognised"),
        ("LFA1.csv", b"LIFNR,ORT01,LAND1\n1,Northmoor,GB\n", "has no column for Name"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do_and_the_command_fails(shell, file_of, name, content, says):
    said = shell(file_of(name, content))

    assert says in said[name]["trouble"]
    assert shell.code == 1


def test_an_empty_file_and_the_same_file_twice_are_refused_by_name(shell, file_of):
    with pytest.raises(CommandError, match="nothing.csv is empty"):
        shell(file_of("nothing.csv", ""))
    with pytest.raises(CommandError, match="are the same file"):
        shell("LFA1.txt", file_of("copy.txt", (SAMPLES / "LFA1.txt").read_bytes()))


def test_a_western_encoding_is_read_and_said(northmoor, shell, file_of):
    text = "LIFNR;NAME1;LAND1\n1;Café Ünreal £ Ltd;GB\n"

    said = shell(file_of("LFA1.csv", text, "cp1252"))["LFA1.csv"]

    assert "not UTF-8" in said["notice"]
    with inside_council(northmoor):
        assert Supplier.objects.get().name == "Café Ünreal £ Ltd"


def test_a_quotation_mark_that_is_never_closed_stops_the_reading_at_its_row(northmoor, shell, file_of):
    text = 'LIFNR,NAME1,LAND1\n1,Invented,GB\n2,"Never closed,GB\n' + "3,Invented,GB\n" * 20_000

    said = shell(file_of("LFA1.csv", text))["LFA1.csv"]

    assert said["created"] == 1
    with inside_council(northmoor):
        assert "quotation mark" in RowProblem.objects.get(reason="broken_line").message


def test_nothing_of_one_council_is_known_next_door(eastvale, shell):
    shell("LFA1.txt")

    with inside_council(eastvale):
        assert not Supplier.objects.exists()
        assert not Provenance.objects.exists()
        assert not ImportBatch.objects.exists()
