"""Every form in which the legacy system and spreadsheets write the same value."""

from __future__ import annotations

import pytest

from councils.migration.reading.values import Unreadable, read_date, read_flag, read_key, read_number

POINT, COMMA = ".", ","


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1234.56", POINT, "1234.56"),
        ("1,234.56", POINT, "1234.56"),
        ("1,234,567.80-", POINT, "-1234567.80"),
        ("1.234,56", COMMA, "1234.56"),
        ("1.234,56-", COMMA, "-1234.56"),
        ("-12", POINT, "-12"),
        ("(99.90)", POINT, "-99.90"),
        ("£2 500.50", POINT, "2500.50"),
        ("1\u00a0234,50", COMMA, "1234.50"),
        (".5", POINT, "0.5"),
        ("0.00-", POINT, "0"),
        ("7.000", POINT, "7.00"),
        ("", POINT, ""),
    ],
)
def test_a_number_is_read_whatever_its_marks(text, mark, number):
    assert read_number(text, mark=mark, places=2) == number


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1.234,56", POINT),
        ("1,23", POINT),
        ("1.2.3", COMMA),
        ("abc", POINT),
        ("1.005", POINT),
        ("1" * 14, POINT),
        ("--1", POINT),
    ],
)
def test_what_is_no_number_in_its_file_is_refused_rather_than_guessed(text, mark):
    with pytest.raises(Unreadable):
        read_number(text, mark=mark, places=2)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("20260331", "dmy", "2026-03-31"),
        ("2026-03-31", "mdy", "2026-03-31"),
        ("2026-03-31 00:00:00", "dmy", "2026-03-31"),
        ("31.03.2026", "mdy", "2026-03-31"),
        ("31/03/2026", "dmy", "2026-03-31"),
        ("03/31/2026", "mdy", "2026-03-31"),
        ("03/04/2026", "dmy", "2026-04-03"),
        ("03/04/2026", "mdy", "2026-03-04"),
        ("31-Mar-2026", "dmy", "2026-03-31"),
        ("99991231", "dmy", "9999-12-31"),
        ("00000000", "dmy", ""),
        ("00/00/0000", "mdy", ""),
        ("00.00.0000", "dmy", ""),
    ],
)
def test_a_date_is_read_in_the_form_of_its_file(text, order, day):
    assert read_date(text, order=order) == day


@pytest.mark.parametrize("text", ["20261301", "31/02/2026", "31/03/26", "yesterday", "2026"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(Unreadable):
        read_date(text, order="dmy")


@pytest.mark.parametrize(
    ("text", "key"),
    [("159590", "0000159590"), ("0000159590", "0000159590"), ("159590.0", "0000159590"), ("V-12", "V-12"), ("", "")],
)
def test_a_key_has_its_leading_zeros_again(text, key):
    assert read_key(text, length=10) == key


def test_a_flag_is_x_or_nothing():
    assert [read_flag(text) for text in ("X", "yes", "1", "", "no")] == ["X", "X", "X", "", ""]
    with pytest.raises(Unreadable):
        read_flag("perhaps")
