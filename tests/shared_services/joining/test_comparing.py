"""Try before joining: a published file is added up while it arrives, and nothing of it stays."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from shared_services.insight.supplier_names import supplier_key
from shared_services.joining import uploads
from shared_services.joining.comparing import CannotRead, SpendReading
from shared_services.joining.selectors import compare
from shared_services.tenancy.door import inside_council

PAGE = "/join/compare/"
SAMPLE = Path(settings.DATA_DIR) / "sample_spend_trafford_2026.csv"


def read(content: bytes, *, piece: int = 7, known: tuple[str, ...] = ("Civica UK Limited",)) -> SpendReading:
    """A file that arrives in small pieces."""
    reading = SpendReading(frozenset(supplier_key(name) for name in known))
    for start in range(0, len(content), piece):
        reading.feed(content[start : start + piece])
    reading.finish()
    return reading


def send(client, content: bytes, name: str = "spend.csv"):
    return client.post(PAGE, {"spend": SimpleUploadedFile(name, content, content_type="text/csv")})


def test_a_visitor_sees_suppliers_and_categories_in_common_without_an_account(shared_service, visitor):
    answer = send(visitor(shared_service), SAMPLE.read_bytes())

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Mazars LLP" in page and "Suppliers in common" in page
    assert "Categories in common" in page and "Nothing of your file was kept" in page


def test_nothing_of_the_file_is_kept(shared_service, visitor, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    mark = "Zebrafish Widgets Limited"
    rows = "\n".join(f"{mark},{number}.00" for number in range(200_000))

    answer = send(visitor(shared_service), f"Supplier,Amount\n{rows}\n".encode())

    assert answer.status_code == 200
    assert not list(tmp_path.iterdir())
    with inside_council(shared_service), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname IN ('c0000', 'public')")
        for (table,) in cursor.fetchall():
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [f'"{table}"'])
            if cursor.fetchone()[0]:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{mark}%"])
                assert cursor.fetchone()[0] == 0, table


@pytest.mark.parametrize(
    ("content", "total"),
    [
        (b"Supplier,Amount\nCivica UK Ltd,\"1,250.00\"\n", "1250.00"),
        ("\ufeffBeneficiaryName;Net Amount\nCIVICA UK LIMITED;£1250.00\n".encode(), "1250.00"),
        ("Supplier\tAmount (£)\nCivica UK Limited\t1250.00-\n".encode("utf-16"), "-1250.00"),
        ("Spend over £500\n\nVendor Name|Value\nCivica UK Limited|(1250.00)\n".encode("cp1252"), "-1250.00"),
        (b"Supplier,Amount\n\"Civica\nUK Limited\",1250\n\"Caf\xe9 Ltd\",3\n", "1253.00"),
    ],
    ids=["quoted thousands", "byte order mark and semicolons", "UTF-16 and tabs", "titles and Windows", "line in a cell"],
)  # fmt: skip
def test_files_are_read_as_councils_write_them(content, total):
    reading = read(content)

    assert reading.every.net_amount == Decimal(total)
    assert reading.suppliers[supplier_key("Civica UK Limited")].lines == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04 anything", "a spreadsheet or zip file"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x00\x01\x02\x03", "not a text file"),
        (b"Name,Colour\nA,red\n", "No line with column names"),
        (b"Supplier,Amount\n", "no payment with a supplier and an amount"),
        (b'Supplier,Amount\n"never closed' + b",x\n" * 600_000, "quotation mark"),
    ],
    ids=["zip", "pdf", "binary", "other columns", "empty", "open quotation mark"],
)
def test_a_file_that_cannot_be_compared_is_refused_in_words(content, says):
    with pytest.raises(CannotRead, match=says):
        read(content, piece=64 * 1024)


def test_what_is_held_does_not_grow_with_the_file():
    reading = SpendReading(frozenset({supplier_key("Civica UK Limited")}))
    reading.feed(b"Supplier,Amount\n")
    for _ in range(50):
        reading.feed(b"Someone Else Limited,10.00\n" * 1000)
    reading.finish()

    assert reading.every.lines == 50_000
    assert reading.suppliers == {} and len(reading._pending) == 0


def test_a_file_over_the_limit_is_refused(shared_service, visitor, monkeypatch):
    monkeypatch.setattr(uploads, "LIMIT_BYTES", 1000)

    answer = send(visitor(shared_service), b"Supplier,Amount\n" + b"A Limited,1.00\n" * 200)

    assert answer.status_code == 422
    assert b"The file is larger than 100 MB" in answer.content


def test_an_empty_form_and_a_wrong_file_say_what_to_do(shared_service, visitor):
    browser = visitor(shared_service)

    assert b"Choose the CSV file that your council publishes" in browser.post(PAGE, {}).content
    assert b"save it as CSV" in send(browser, b"PK\x03\x04", "spend.xlsx").content


def test_one_network_compares_ten_files_an_hour(shared_service, visitor):
    browser = visitor(shared_service)
    file = b"Supplier,Amount\nA Limited,1.00\n"

    answers = [send(browser, file) for _ in range(11)]

    assert [answer.status_code for answer in answers[:10]] == [200] * 10
    assert answers[10].status_code == 422 and b"too many requests" in answers[10].content


def test_a_file_from_another_site_is_refused(shared_service):
    from django.test import Client

    browser = Client(headers={"host": shared_service.host}, enforce_csrf_checks=True)

    assert send(browser, b"Supplier,Amount\nA,1\n").status_code == 403


def test_names_that_councils_write_differently_are_one_supplier():
    assert supplier_key("CIVICA (UK) LTD.") == supplier_key("Civica UK Limited") == supplier_key("civica")
    assert supplier_key("Marks & Spencer plc") == supplier_key("MARKS AND SPENCER PLC")
    assert supplier_key("The Group Ltd") != ""


def test_the_comparison_adds_up(shared_service):
    with inside_council(shared_service):
        found = compare(read(SAMPLE.read_bytes(), piece=4096, known=()))

        assert found.lines == 592
        assert sum(one.own.lines for one in found.common_categories) <= found.lines
