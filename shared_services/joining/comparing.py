"""Reading a published spend file while it arrives: totals by supplier and category, and nothing else, are held.

Files follow the Local Government Transparency Code 2015 (spending over £500), whose columns councils name in many
ways; the words that are understood stand below.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from shared_services.insight.supplier_names import supplier_key

SUPPLIER_WORDS = (
    "beneficiaryname", "beneficiary", "suppliername", "supplier", "vendorname", "vendor", "payeename", "payee",
    "creditorname", "creditor", "merchantname", "merchant", "paidto",
)  # fmt: skip
AMOUNT_WORDS = (
    "netamount", "amount", "amountgbp", "amountexcvat", "amountexcludingvat", "netvalue", "net", "value", "amountpaid",
    "invoiceamount", "paymentamount", "linevalue", "total", "totalamount", "transactionamount",
)  # fmt: skip
CATEGORY_WORDS = ("proclasscode", "cpvcode", "cpv", "proclass", "proclasscategorycode", "categorycode")
DELIMITERS = (",", ";", "\t", "|")
TITLE_ROWS = 30
"""The line of column names is looked for among so many: councils put titles above it."""
LONGEST_PENDING = 1_000_000
MOST_SUPPLIERS = 200_000
NOT_TEXT = (
    (b"PK\x03\x04", "a spreadsheet or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"%PDF", "a PDF"),
)


class CannotRead(Exception):
    """The file is not one that can be compared. The message says what to do."""


@dataclass
class Total:
    """What was paid, in how many lines."""

    lines: int = 0
    net_amount: Decimal = Decimal("0.00")

    def add(self, amount: Decimal) -> None:
        self.lines += 1
        self.net_amount += amount


@dataclass
class Columns:
    """Where the supplier, the amount and the category stand in a line."""

    supplier: int
    amount: int
    category: int | None


@dataclass
class SpendReading:
    """A spend file being read. `known` are the keys of the suppliers worth keeping totals of."""

    known: frozenset[str]
    suppliers: dict[str, Total] = field(default_factory=dict)
    categories: dict[str, Total] = field(default_factory=dict)
    every: Total = field(default_factory=Total)
    unreadable: int = 0
    has_categories: bool = False

    def __post_init__(self) -> None:
        self._decoder: codecs.IncrementalDecoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
        self._begun = False
        self._pending = ""
        self._columns: Columns | None = None
        self._delimiter = ","
        self._looked_at = 0
        self._seen: set[int] = set()

    @property
    def supplier_count(self) -> int:
        return len(self._seen)

    def feed(self, chunk: bytes) -> None:
        """Take in the next piece. Raises CannotRead as soon as it is clear that the file is of no use."""
        if not self._begun:
            self._begin(chunk)
        self._pending += self._decode(chunk)
        whole, self._pending = _whole_lines(self._pending)
        if len(self._pending) > LONGEST_PENDING:
            raise CannotRead("A quotation mark in the file is never closed. Save it as CSV again, then try once more.")
        self._take(whole)

    def finish(self) -> None:
        """The file has ended. Raises CannotRead when no line of it could be used."""
        rest = self._pending + self._decode(b"", final=True)
        self._pending = ""
        self._take(rest)
        if self._columns is None:
            raise CannotRead(
                "No line with column names was found. The file needs a column for the supplier, such as "
                "“BeneficiaryName” or “Supplier”, and one for the amount, such as “Amount”."
            )
        if not self.every.lines:
            raise CannotRead("The file has column names but no payment with a supplier and an amount.")

    def _begin(self, chunk: bytes) -> None:
        self._begun = True
        for mark, what in NOT_TEXT:
            if chunk.startswith(mark):
                raise CannotRead(f"This is {what}, not a CSV file. Open it and save it as CSV, then choose that file.")
        if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            self._decoder = codecs.getincrementaldecoder("utf-16")("strict")
        elif b"\x00" in chunk[:4096]:
            raise CannotRead("This is not a text file. Choose the CSV file that your council publishes.")

    def _decode(self, chunk: bytes, *, final: bool = False) -> str:
        try:
            return self._decoder.decode(chunk, final)
        except UnicodeDecodeError:
            # Not UTF-8 after all: Excel writes CSV in Windows-1252. What was decoded so far was plain ASCII or UTF-8.
            held = self._decoder.getstate()[0]
            self._decoder = codecs.getincrementaldecoder("cp1252")("replace")
            return self._decoder.decode(held + chunk, final)

    def _take(self, text: str) -> None:
        if not text:
            return
        if self._columns is None:
            text = self._find_columns(text)
        if self._columns is None:
            return
        try:
            for row in csv.reader(io.StringIO(text), delimiter=self._delimiter):
                self._add(row, self._columns)
        except csv.Error:
            raise CannotRead("A line of the file cannot be read as CSV. Save it as CSV again, then try.") from None

    def _find_columns(self, text: str) -> str:
        """The text after the line of column names, or nothing while that has not come."""
        lines = text.splitlines(keepends=True)
        for place, line in enumerate(lines):
            for delimiter in DELIMITERS:
                columns = _columns_of(next(csv.reader([line], delimiter=delimiter), []))
                if columns:
                    self._columns, self._delimiter = columns, delimiter
                    self.has_categories = columns.category is not None
                    return "".join(lines[place + 1 :])
            self._looked_at += 1
            if self._looked_at >= TITLE_ROWS:
                self.finish()
        return ""

    def _add(self, row: list[str], columns: Columns) -> None:
        if max(columns.supplier, columns.amount) >= len(row):
            self.unreadable += bool(row)
            return
        amount = _amount(row[columns.amount])
        key = supplier_key(row[columns.supplier][:200])
        if amount is None or not key:
            self.unreadable += 1
            return
        self.every.add(amount)
        self._seen.add(hash(key))
        if len(self._seen) > MOST_SUPPLIERS:
            raise CannotRead("The file names more suppliers than a council has. Choose the spend file of one year.")
        if key in self.known:
            self.suppliers.setdefault(key, Total()).add(amount)
        if columns.category is not None and columns.category < len(row):
            code = re.sub(r"\D", "", row[columns.category])[:8]
            if code:
                self.categories.setdefault(code, Total()).add(amount)
                if len(self.categories) > MOST_SUPPLIERS:
                    raise CannotRead("The column of categories holds no codes. Leave it out, then try again.")


def _columns_of(row: list[str]) -> Columns | None:
    names = [re.sub(r"[^a-z0-9]", "", cell.lower().replace("£", "")) for cell in row[:200]]
    supplier, amount = _first(names, SUPPLIER_WORDS), _first(names, AMOUNT_WORDS)
    if supplier is None or amount is None:
        return None
    return Columns(supplier, amount, _first(names, CATEGORY_WORDS))


def _first(names: list[str], words: tuple[str, ...]) -> int | None:
    return next((names.index(word) for word in words if word in names), None)


def _amount(text: str) -> Decimal | None:
    """Pounds: £1,250.00, 1250, (12.50) and 12.50- are understood."""
    bare = re.sub(r"[£,\s]", "", text[:40])
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    elif bare.endswith("-"):
        bare = f"-{bare[:-1]}"
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal("1e12") else None


def _whole_lines(text: str) -> tuple[str, str]:
    """Split after the last line end that stands outside quotation marks."""
    end = text.rfind("\n")
    inside = text.count('"', 0, end + 1) % 2
    while inside and end >= 0:
        earlier = text.rfind("\n", 0, text.rfind('"', 0, end))
        inside ^= text.count('"', earlier + 1, end + 1) % 2
        end = earlier
    return text[: end + 1], text[end + 1 :]
