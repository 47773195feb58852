from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared_services.govuk.colours import contrast, readable_on, room_stylesheet
from shared_services.govuk.columns import Column, harmless
from shared_services.govuk.words import (
    counted,
    spoken_date,
    spoken_instant,
    spoken_money,
    spoken_price,
    spoken_time,
    tabled_money,
)


def test_dates_and_times_are_written_in_house_style():
    assert spoken_date(date(2026, 11, 2)) == "2 November 2026"
    assert spoken_instant(datetime(2026, 7, 2, 16, 30, tzinfo=UTC)) == "2 July 2026 at 5:30pm"
    assert spoken_time(datetime(2026, 1, 2, 12, 0, tzinfo=UTC)) == "midday"
    assert spoken_time(datetime(2026, 1, 2, 0, 0, tzinfo=UTC)) == "midnight"
    assert spoken_time(datetime(2026, 1, 2, 9, 0, tzinfo=UTC)) == "9am"


@pytest.mark.parametrize(
    ("amount", "words"),
    [("1250", "£1,250"), ("75.5", "£75.50"), ("0", "£0"), ("-12.30", "−£12.30"), ("1234567.89", "£1,234,567.89")],
)
def test_money_is_written_in_house_style(amount, words):
    assert spoken_money(Decimal(amount)) == words


def test_one_is_not_written_as_many():
    assert counted(1, "requisition") == "1 requisition"
    assert counted(1200, "entry", "entries") == "1,200 entries"


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_made_harmless(typed):
    assert harmless(typed) == f"'{typed}"
    assert Column("title", "Title").exported({"title": typed}) == f"'{typed}"


def test_files_have_data_not_words():
    assert Column("amount", "Amount", kind="money").exported({"amount": Decimal("-1250.00")}) == "-1250.00"
    assert Column("day", "Day", kind="date").exported({"day": date(2026, 3, 1)}) == "2026-03-01"
    assert Column("open", "Open").exported({"open": True}) == "yes"
    assert Column("none", "None").exported({"none": None}) == ""


@pytest.mark.parametrize("colour", ["#b5121b", "#ffdd00", "#777777", "#00703c", "#ffffff", "#000000"])
def test_the_councils_name_can_be_read_on_any_colour(colour):
    assert contrast(colour, readable_on(colour)) >= 4.5


def test_a_colour_that_is_none_never_reaches_the_style_sheet():
    assert "}" not in room_stylesheet("red}body{display:none").removesuffix("}\n")


@pytest.mark.parametrize(("amount", "words"), [("10.5000", "£10.50"), ("7.0000", "£7.00"), ("0.0125", "£0.0125")])
def test_a_price_has_two_places_unless_more_are_meant(amount, words):
    assert spoken_price(Decimal(amount)) == words


@pytest.mark.parametrize(("amount", "words"), [("75", "£75.00"), ("-1250.5", "−£1,250.50")])
def test_money_in_a_table_always_shows_its_pence(amount, words):
    assert tabled_money(Decimal(amount)) == words
