"""How one value of an extract is read: each reader takes the text of a cell and gives it in one plain form.

Dates become ISO, numbers have a point and a sign in front, keys have their leading zeros, flags are "X" or empty.
What cannot be read raises Unreadable with words that say how to put it right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime

from ..choices import DateOrder, DecimalMark
from ..tables import Field, Kind

Reader = Callable[[str], str]
NO_DATES = {"", "00000000", "00/00/0000", "00.00.0000", "0000-00-00", "0000/00/00", "00-00-0000"}
"""SAP writes "no date" as eight zeros, and its lists print them in the user's own date format."""
YES = {"x", "yes", "y", "true", "1"}
NO = {"", "no", "n", "false", "0", "-"}
GROUPED = {
    DecimalMark.POINT: re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?"),
    DecimalMark.COMMA: re.compile(r"\d{1,3}(\.\d{3})+(,\d*)?"),
}
BLANKS = str.maketrans("", "", " \u00a0\u202f'£€")
DATE_PARTS = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?")
WORDED_DATES = ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d.%b.%Y")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
MOST_FIGURES = 13
MOST_REMEMBERED = 20_000


class Unreadable(Exception):
    """A value that is not what its column holds."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


def reader_for(field: Field, *, decimal_mark: str, date_order: str) -> Reader:
    """The reader of a column, made once for a file."""
    if field.kind == Kind.DATE:
        return _remembering(lambda text: read_date(text, order=date_order))
    if field.kind in (Kind.NUMBER, Kind.MONEY):
        places = 2 if field.kind == Kind.MONEY else 5
        return lambda text: read_number(text, mark=decimal_mark, places=places)
    if field.kind == Kind.KEY:
        return _remembering(lambda text: read_key(text, length=field.length))
    if field.kind == Kind.FLAG:
        return _remembering(read_flag)
    if field.kind == Kind.EMAIL:
        return lambda text: read_email(text, length=field.length)
    return lambda text: read_text(text, length=field.length)


def read_text(text: str, *, length: int) -> str:
    """Text without blanks at its ends, no longer than its column."""
    text = text.strip()
    if len(text) > length:
        raise Unreadable("too_long", f"This has {len(text)} characters; {length} is the most. Shorten it in the file.")
    return text


def read_key(text: str, *, length: int) -> str:
    """A key with its leading zeros, which a spreadsheet drops: 159590 is 0000159590."""
    text = text.strip()
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]
    if text.isascii() and text.isdigit():
        plain = text.lstrip("0")
        if not plain:
            return "0" * length if text else ""
        if len(plain) <= length:
            return plain.zfill(length)
    if len(text) > length:
        raise Unreadable("too_long", f"This has {len(text)} characters; {length} is the most. Check the column.")
    return text


def read_flag(text: str) -> str:
    """X, yes, true or 1 is set; blank, no, false or 0 is not."""
    word = text.strip().casefold()
    if word in YES:
        return "X"
    if word in NO:
        return ""
    raise Unreadable("not_a_flag", "Enter X or yes where it applies, and nothing where it does not.")


def read_email(text: str, *, length: int) -> str:
    """An email address in small letters."""
    text = read_text(text, length=length).lower()
    if text and not EMAIL.fullmatch(text):
        raise Unreadable("not_an_email", "This is not an email address, like name@example.gov.uk.")
    return text


def read_number(text: str, *, mark: str, places: int) -> str:
    """A number with a point, and a minus in front: "1.234,56-" is -1234.56 where the mark is a comma."""
    whole, _, rest = text.partition(".")
    is_plain = mark == DecimalMark.POINT and whole.isdigit() and (rest.isdigit() or not rest) and text.isascii()
    if is_plain and len(whole) <= MOST_FIGURES and len(rest) <= places:
        # The most usual form, on its own short way.
        return text.rstrip(".")
    plain = text.translate(BLANKS)
    if not plain:
        return ""
    sign = ""
    if plain[-1] == "-":
        sign, plain = "-", plain[:-1]
    elif plain[0] == "-":
        sign, plain = "-", plain[1:]
    elif plain[0] == "(" and plain[-1] == ")":
        sign, plain = "-", plain[1:-1]
    elif plain[0] == "+":
        plain = plain[1:]
    if not (plain.isascii() and plain.isdigit()):
        plain = _with_point(plain, mark, text)
    whole, _, rest = plain.partition(".")
    if len(whole.lstrip("0")) > MOST_FIGURES:
        raise Unreadable("too_long", f"This number is too big: {MOST_FIGURES} figures before the point are the most.")
    if len(rest) > places:
        if rest[places:].strip("0"):
            raise Unreadable("too_exact", f"This has more than {places} places. Round it in the file.")
        plain = f"{whole}.{rest[:places]}"
    return sign + plain if plain.strip("0.") else "0"


def _with_point(plain: str, mark: str, text: str) -> str:
    other = "," if mark == DecimalMark.POINT else "."
    if other in plain:
        if not GROUPED[DecimalMark(mark)].fullmatch(plain):
            name = "point" if mark == DecimalMark.POINT else "comma"
            raise Unreadable(
                "not_a_number",
                f"This is not a number with a decimal {name}. If the file has the other kind, choose it under Columns.",
            )
        plain = plain.replace(other, "")
    plain = plain.replace(mark, ".") if mark != "." else plain
    if not (plain.isascii() and plain.replace(".", "", 1).isdigit()):
        raise Unreadable("not_a_number", "This is not a number. Check that the columns are in their places.")
    return f"0{plain}" if plain[0] == "." else plain.rstrip(".")


def read_date(text: str, *, order: str) -> str:
    """A date as ISO; none for SAP's zeros. 99991231, SAP's "for ever", stays as it is."""
    text = text.strip()
    if text in NO_DATES:
        return ""
    if len(text) == 8 and text.isascii() and text.isdigit():
        return _real(int(text[:4]), int(text[4:6]), int(text[6:]))
    parts = DATE_PARTS.fullmatch(text)
    if parts:
        first, middle, last = parts.groups()
        if len(first) == 4:
            return _real(int(first), int(middle), int(last))
        if len(last) == 4:
            # Points are never American: 03.04.2026 is the third of April everywhere they are used.
            if order == DateOrder.MONTH_FIRST and "." not in text:
                return _real(int(last), int(first), int(middle))
            return _real(int(last), int(middle), int(first))
        raise Unreadable("not_a_date", "Write the year with four figures, like 31/03/2026.")
    for form in WORDED_DATES:
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Unreadable("not_a_date", "This is not a date. Dates look like 20260331, 2026-03-31 or 31/03/2026.")


def _real(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        hint = " If days and months are the other way round, say so under Columns." if month > 12 >= day else ""
        raise Unreadable("not_a_date", f"There is no such date.{hint}") from None


def _remembering(read: Reader) -> Reader:
    """A column has few different dates and keys: each is worked out once. Forgets all when there are many."""
    known: dict[str, str] = {}

    def remembered(text: str) -> str:
        found = known.get(text)
        if found is None:
            if len(known) > MOST_REMEMBERED:
                known.clear()
            found = known[text] = read(text)
        return found

    return remembered
