"""The register of councils and the bank holidays. Sources and licences: data/SOURCES.md."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date

from django.conf import settings

from .models import BankHoliday, RegisteredCouncil


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (settings.DATA_DIR / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def load() -> None:
    """Load or refresh both lists; what is no longer in a file stays, so that history can still point to it."""
    ending = {row["gss_code"]: row for row in _rows("councils_ending.csv")}
    councils = [
        RegisteredCouncil(
            gss_code=row["gss_code"], name=row["name"], short_name=row["short_name"], kind=row["type"],
            nation=row["nation"], region=row["region"], website_domain=row["website_domain"],
            council_code=row["council_code"],
            ended_on=date.fromisoformat(end["ends_on"]) if (end := ending.get(row["gss_code"])) else None,
            successor_names=end["succeeded_by"] if end else "",
        )
        for row in _rows("councils.csv")
    ]  # fmt: skip
    RegisteredCouncil.objects.bulk_create(
        councils, update_conflicts=True, unique_fields=["gss_code"],
        update_fields=[
            "name", "short_name", "kind", "nation", "region", "website_domain", "council_code", "ended_on",
            "successor_names",
        ],
    )  # fmt: skip
    holidays = [
        BankHoliday(date=date.fromisoformat(row["date"]), division=row["division"], title=row["title"])
        for row in _rows("bank_holidays.csv")
    ]
    BankHoliday.objects.bulk_create(
        holidays, update_conflicts=True, unique_fields=["division", "date"], update_fields=["title"]
    )
