"""The states of a load and of what its rows became."""

from __future__ import annotations

from django.db import models


class BatchStatus(models.TextChoices):
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked"
    LOADING = "loading", "Being loaded"
    LOADED = "loaded", "Loaded"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"
    DISCARDED = "discarded", "Discarded"


UNDER_WAY = (BatchStatus.CHECKING, BatchStatus.LOADING, BatchStatus.UNDOING)
"""States in which a job is at work and the batch can only be watched."""

BATCH_COLOURS = {
    BatchStatus.CHECKING.value: "blue",
    BatchStatus.CHECKED.value: "turquoise",
    BatchStatus.LOADING.value: "blue",
    BatchStatus.LOADED.value: "green",
    BatchStatus.UNDOING.value: "orange",
    BatchStatus.UNDONE.value: "grey",
    BatchStatus.DISCARDED.value: "grey",
}


class Severity(models.TextChoices):
    """What a problem does to its row."""

    QUARANTINED = "quarantined", "Quarantined"
    WARNING = "warning", "Warning"
    LEFT_OUT = "left_out", "Left out"


SEVERITY_COLOURS = {
    Severity.QUARANTINED.value: "red",
    Severity.WARNING.value: "yellow",
    Severity.LEFT_OUT.value: "grey",
}
KEPT_BACK = (Severity.QUARANTINED, Severity.LEFT_OUT)
"""Rows with such a problem are not loaded."""


class Encoding(models.TextChoices):
    UTF_8 = "utf-8", "UTF-8"
    WINDOWS = "cp1252", "Western European (Windows-1252)"


class Delimiter(models.TextChoices):
    COMMA = ",", "Comma"
    SEMICOLON = ";", "Semicolon"
    TAB = "\t", "Tab"
    PIPE = "|", "Pipe"


class DecimalMark(models.TextChoices):
    POINT = ".", "Point: 1,234.56"
    COMMA = ",", "Comma: 1.234,56"


class DateOrder(models.TextChoices):
    DAY_FIRST = "dmy", "Day first: 31/03/2026"
    MONTH_FIRST = "mdy", "Month first: 03/31/2026"


class CrosswalkKind(models.TextChoices):
    """Lists of codes that the legacy system and the council's new books call differently."""

    DEPARTMENT = "department", "Department"
    SUBJECTIVE_GROUP = "subjective_group", "Subjective group"
    COST_CENTRE = "cost_centre", "Cost centre"
    SUBJECTIVE = "subjective", "Subjective code"
    POST = "post", "Post"
    LEAVE_SCHEME = "leave_scheme", "Leave scheme"
    LEAVE_TYPE = "leave_type", "Leave type"


class OrderCategory(models.TextChoices):
    """SAP's category of a purchasing document (EKKO-BSTYP)."""

    ORDER = "F", "Order"
    CONTRACT = "K", "Contract"
    SCHEDULE = "L", "Schedule agreement"
    QUOTATION = "A", "Request for quotation"


class LineEvent(models.TextChoices):
    """What happened to an order's line (EKBE-VGABE)."""

    RECEIPT = "1", "Goods receipt"
    INVOICE = "2", "Invoice"
    SUBSEQUENT = "3", "Subsequent debit or credit"
    DOWN_PAYMENT = "4", "Down payment"
    ACCOUNT_MAINTENANCE = "5", "Account maintenance"
    DELIVERY = "6", "Delivery"
    SERVICE = "9", "Service entry"
