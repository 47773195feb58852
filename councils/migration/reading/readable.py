"""Making a file's rows readable: what kind of file it is, how its text is written, and a workbook's rows as text."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from xml.parsers import expat

from openpyxl import load_workbook

CHUNK = 1 << 20
LARGEST_UNPACKED = 2 * 1024**3
LARGEST_STRINGS = 64 * 1024**2
"""Everything but the sheets is read into memory at once: texts, styles, relations."""
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet can have. A file that says otherwise makes rows out of nothing."""
MOST_TIMES_PACKED = 200
"""A workbook unpacks to some twenty times its size; a zip bomb to thousands."""
SHEETS = "xl/worksheets/"
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
BINARY = bytes(set(range(32)) - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A, 0x1B})


class NotReadable(Exception):
    """A file that cannot be read at all, in words for the officer."""


@dataclass(frozen=True, slots=True)
class Readable:
    """What a file's text is. `text` is a new file where the rows had to be taken out of another form."""

    encoding: str
    text: IO[bytes] | None = None
    notice: str = ""


def make_readable(name: str, raw: IO[bytes]) -> Readable:
    """Find a file's kind and its text. Raises NotReadable with the way out.

    Memory stays the same for any size: what is unpacked rests in a temporary file.
    """
    raw.seek(0)
    start = raw.read(8)
    raw.seek(0)
    if not start:
        raise NotReadable(f"{name} is empty. Export it again and check that it has rows.")
    if start.startswith(OLD_OFFICE):
        raise NotReadable(
            f"{name} is an older Excel file (.xls) or has a password. Save it as .xlsx or .csv without a password."
        )
    if start.startswith(b"PK"):
        text, notice = _unpacked(name, raw)
        return Readable("utf-8", text, notice)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Readable("utf-8", _from_utf_16(name, raw))
    encoding = _encoding_of(name, raw)
    notice = ""
    if encoding == "cp1252":
        notice = "The file is not UTF-8, so it was read as Western European. Check that £ and accents look right."
    return Readable(encoding, None, notice)


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _encoding_of(name: str, raw: IO[bytes]) -> str:
    """UTF-8 when the whole file is; else Windows-1252, which SAP's front end writes. Binary files are refused."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf_8 = True
    for number, chunk in enumerate(chunks_of(raw)):
        if number == 0 and len(chunk.translate(None, BINARY)) != len(chunk):
            raise NotReadable(f"{name} is not a text file or workbook. Save it as CSV, tab-separated text or .xlsx.")
        if is_utf_8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf_8 = False
    if is_utf_8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf_8 = False
    raw.seek(0)
    return "utf-8" if is_utf_8 else "cp1252"


def _from_utf_16(name: str, raw: IO[bytes]) -> IO[bytes]:
    text = tempfile.TemporaryFile()  # noqa: SIM115 - handed on
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        for chunk in chunks_of(raw):
            text.write(decoder.decode(chunk).encode())
        text.write(decoder.decode(b"", final=True).encode())
    except UnicodeDecodeError as error:
        raise NotReadable(f"{name} is cut off or damaged. Export it again.") from error
    text.seek(0)
    return text


def _unpacked(name: str, raw: IO[bytes]) -> tuple[IO[bytes], str]:
    """A workbook's first sheet as CSV: values only. Formulas are never worked out here."""
    try:
        with zipfile.ZipFile(raw) as packed:
            formulas = _look_into(name, packed)
        raw.seek(0)
        book = load_workbook(raw, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise NotReadable(f"{name} cannot be opened as a workbook. Open it in Excel and save it again.") from error
    notes = []
    if formulas:
        notes.append(f"{formulas:,} cells hold formulas: their values as last saved were read, never the formulas.")
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or list(book.worksheets)
    if not sheets:
        raise NotReadable(f"{name} has no sheet with rows. Save the list as a workbook or as CSV.")
    if len(sheets) > 1:
        notes.append(f"The workbook has {len(sheets)} sheets; only “{sheets[0].title}”, the first, was read.")
    text = tempfile.TemporaryFile()  # noqa: SIM115 - handed on
    writer = csv.writer(_Encoded(text), lineterminator="\n")
    try:
        sheet = sheets[0]
        sheet.reset_dimensions()
        width = 0
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MOST_ROWS or len(row) > MOST_COLUMNS or text.tell() > LARGEST_UNPACKED:
                text.close()
                raise NotReadable(
                    f"{name} says it has more rows or columns than a sheet can hold. Save the list as CSV."
                )
            # A workbook leaves out empty cells at the end of a row.
            width = max(width, len(row))
            writer.writerow([*(_plain(value) for value in row), *[""] * (width - len(row))])
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, EOFError) as error:
        raise NotReadable(f"{name} is damaged. Open it in Excel and save it again.") from error
    finally:
        book.close()
    text.seek(0)
    return text, " ".join(notes)


class _Encoded:
    """A binary file that csv can write to."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode())


def _look_into(name: str, packed: zipfile.ZipFile) -> int:
    """Refuse what is no workbook or would not fit; gives how many formulas the sheets hold."""
    inside = packed.infolist()
    names = {one.filename for one in inside}
    if "xl/workbook.xml" not in names:
        raise NotReadable(f"{name} is a zip file, not a workbook. Unpack it and load the files inside.")
    unpacked = sum(one.file_size for one in inside)
    packed_size = sum(one.compress_size for one in inside) or 1
    strings = sum(one.file_size for one in inside if not one.filename.startswith(SHEETS))
    if unpacked > LARGEST_UNPACKED or unpacked > 10 * CHUNK and unpacked / packed_size > MOST_TIMES_PACKED:
        raise NotReadable(
            f"{name} would unpack to {unpacked // 1024**2:,} MB from {packed_size // 1024:,} KB and was not opened. "
            "Save the list as CSV."
        )
    if strings > LARGEST_STRINGS:
        raise NotReadable(f"{name} holds too much text for a workbook. Save the list as CSV, which can be any size.")
    formulas = 0
    for one in inside:
        if one.filename.startswith(SHEETS):
            with packed.open(one) as sheet:
                formulas += _Sheet(name).look_through(sheet)
    return formulas


class _Sheet:
    """Goes through a sheet as the parser of its XML sees it, holding nothing: what is written in comments counts for nothing.

    The reader of workbooks holds a row at a time in memory, and whatever lies between rows until the end.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.formulas = 0
        self.fed = 0
        self.row_began = self.row_ended = 0
        self.between = 0
        self.is_in_row = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    def look_through(self, sheet: IO[bytes]) -> int:
        """How many formulas it holds. Raises NotReadable for what is no sheet, or larger than one can be."""
        try:
            for chunk in chunks_of(sheet):
                self.fed += len(chunk)
                self.parser.Parse(chunk, False)
                self._check(self.fed)
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise NotReadable(f"{self.name} is damaged. Open it in Excel and save it again.") from error
        return self.formulas

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "row":
            if self.is_in_row:
                self._refuse()
            self._check(self.parser.CurrentByteIndex)
            self.is_in_row, self.row_began = True, self.parser.CurrentByteIndex
            self.between += self.row_began - self.row_ended
        elif tag == "f":
            self.formulas += 1
        elif tag == "sst":
            # A list of texts that lies among the sheets is read into memory at once.
            self._refuse()

    def _end(self, tag: str) -> None:
        if self.is_in_row and tag.rpartition(" ")[2] == "row":
            self._check(self.parser.CurrentByteIndex)
            self.is_in_row, self.row_ended = False, self.parser.CurrentByteIndex

    def _check(self, place: int) -> None:
        """Refuse a row, or what lies between all rows, that is larger than may be held up to this byte."""
        held = place - self.row_began if self.is_in_row else self.between + place - self.row_ended
        if held > LARGEST_STRINGS:
            self._refuse()

    def _refuse(self, *_: object) -> None:
        raise NotReadable(f"{self.name} holds more than a sheet can. Save the list as CSV.")


def _plain(value: Any) -> str:
    """A cell's value as SAP would have written it: no exponent, no ".0", dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "X" if value else ""
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
