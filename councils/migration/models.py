"""Loads from the legacy ERP: the files, their rows while they are checked, where each record came from, and old orders."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone

from shared_services.govuk.words import counted, spoken_money
from shared_services.tenancy.bases import PrivateModel, pooled_key

from .choices import (
    BatchStatus,
    CrosswalkKind,
    DateOrder,
    DecimalMark,
    Delimiter,
    Encoding,
    Severity,
)
from .querysets import BatchQuerySet


def money() -> models.DecimalField:
    """A column of pounds and pence, as wide as SAP's CURR 15,2."""
    return models.DecimalField(max_digits=15, decimal_places=2, default=Decimal("0.00"))


class ImportBatch(PrivateModel):
    """Files that are checked, reconciled, signed off and loaded together, and can be taken back together."""

    reference = models.CharField(max_length=40, unique=True)
    status = models.CharField(max_length=12, choices=BatchStatus.choices, default=BatchStatus.CHECKING)
    note = models.CharField(max_length=200, blank=True)
    personal = models.BooleanField(default=True)
    """Holds personal data of staff: only those who may load it see it. Taken for granted until it has been checked."""
    created_at = models.DateTimeField(default=timezone.now)
    created_by = pooled_key("access.OfficerCard", null=True, blank=True)
    """None when it was loaded from the shell."""
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = pooled_key("access.OfficerCard", null=True, blank=True)
    loaded_at = models.DateTimeField(null=True, blank=True)
    loaded_by = pooled_key("access.OfficerCard", null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = pooled_key("access.OfficerCard", null=True, blank=True)
    kept_reasons = models.JSONField(default=dict, blank=True)
    """After an undo: reason -> how many records stayed for it."""
    fault = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "import batches"
        indexes = [models.Index(fields=["-created_at"], name="batch_newest")]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("migration:batch", args=[self.reference])


def stored_name(file: ImportFile, filename: str) -> str:
    """Files lie under their key; what an officer called one is never part of a path."""
    return f"imports/{str(file.pk)[-2:]}/{file.pk}"


class ImportFile(PrivateModel):
    """One file: what it was taken for, how it is read, how far it has come and what its rows became."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=stored_name, max_length=200, blank=True)
    """As it came in; once prepared, its rows as UTF-8 or Windows-1252 text. Gone when the batch is loaded or discarded."""
    prepared_at = models.DateTimeField(null=True, blank=True)
    table = models.CharField(max_length=30, blank=True)
    confidence = models.PositiveSmallIntegerField(default=0)
    """How sure the portal is of the table, in percent; 100 when an officer chose it."""
    trouble = models.CharField(max_length=500, blank=True)
    """Why the file cannot be read at all."""
    notice = models.CharField(max_length=500, blank=True)
    """What the officer should know of how it was read."""
    encoding = models.CharField(max_length=10, choices=Encoding.choices, default=Encoding.UTF_8)
    delimiter = models.CharField(max_length=1, choices=Delimiter.choices, default=Delimiter.COMMA)
    decimal_mark = models.CharField(max_length=1, choices=DecimalMark.choices, default=DecimalMark.POINT)
    date_order = models.CharField(max_length=3, choices=DateOrder.choices, default=DateOrder.DAY_FIRST)
    headers = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    fields = ArrayField(models.CharField(max_length=30, blank=True), default=list, blank=True)
    """The table's field for each header; empty for a column that is left out."""
    body_offset = models.BigIntegerField(default=0)
    body_line = models.PositiveIntegerField(default=1)
    next_offset = models.BigIntegerField(default=0)
    next_line = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    """When the last row had been read."""
    checked_at = models.DateTimeField(null=True, blank=True)
    loaded_line = models.PositiveIntegerField(default=0)
    last_line = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField(null=True, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    quarantined_count = models.PositiveIntegerField(default=0)
    left_out_count = models.PositiveIntegerField(default=0)
    kept_back_count = models.PositiveIntegerField(default=0)
    """Rows that are not loaded, each counted once whatever is wrong with it."""
    warning_count = models.PositiveIntegerField(default=0)
    create_count = models.PositiveIntegerField(default=0)
    change_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    changed_count = models.PositiveIntegerField(default=0)
    left_unchanged_count = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["sha256"], name="import_file_digest")]
        constraints = [models.UniqueConstraint(fields=["batch", "sha256"], name="file_once_a_batch")]

    def __str__(self) -> str:
        return self.name


class StagedRow(PrivateModel):
    """A row of a file, its values tidied, until the batch is loaded or discarded. Written by COPY, checked by SQL.

    No database key to the file: a trigger on each of a million rows would cost as much as reading them.
    """

    left_out_of_packs = "Made from the files of a batch, which are in the pack: “Check again” makes them anew."

    file_id = models.UUIDField()
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=200)
    """The legacy key: what tells the row's record from others of its table."""
    cells = ArrayField(models.TextField())
    """The table's wanted fields in order: dates as ISO, numbers with a point, empty text for nothing."""

    class Meta:
        ordering = ["line"]
        indexes = [models.Index(fields=["file_id", "key"], name="staged_key")]

    def __str__(self) -> str:
        return f"Row {self.line}"


class RowProblem(PrivateModel):
    """What is wrong with a row, in words that say how to put it right."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="problems", db_index=False)
    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="problems", db_index=False)
    line = models.PositiveIntegerField()
    severity = models.CharField(max_length=12, choices=Severity.choices)
    reason = models.CharField(max_length=40)
    """A short name, the same for every row with this problem."""
    column = models.CharField(max_length=30, blank=True)
    value = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=500)

    class Meta:
        ordering = ["file", "line"]
        indexes = [
            models.Index(fields=["file", "line"], name="problem_of_a_row"),
            models.Index(fields=["batch", "file", "line"], name="problems_of_a_batch"),
        ]

    def __str__(self) -> str:
        return self.message


class ControlTotal(PrivateModel):
    """One figure of a file beside the figure that an officer took from the legacy system."""

    file = models.ForeignKey(ImportFile, on_delete=models.CASCADE, related_name="totals")
    measure = models.CharField(max_length=30)
    """`rows`, or the field whose values are added up."""
    read_amount = models.DecimalField(max_digits=20, decimal_places=2, default=Decimal("0.00"))
    kept_back_amount = models.DecimalField(max_digits=20, decimal_places=2, default=Decimal("0.00"))
    """Of it, on rows that are quarantined or left out."""
    source_amount = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    explanation = models.CharField(max_length=500, blank=True)
    """Why the figures differ, if they do."""
    stated_by = pooled_key("access.OfficerCard", null=True, blank=True)
    stated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["file", "measure"]
        constraints = [models.UniqueConstraint(fields=["file", "measure"], name="total_once_a_measure")]

    def __str__(self) -> str:
        return f"{self.measure} {self.read_amount}"

    @property
    def difference_amount(self) -> Decimal | None:
        """Ours less theirs; None until theirs is known."""
        return None if self.source_amount is None else self.read_amount - self.source_amount

    def apart(self, amount: Decimal) -> str:
        """How far what was read is from a figure of the legacy system, in words: 3 rows, £12.50."""
        between = abs(self.read_amount - amount)
        return counted(int(between), "row") if self.measure == "rows" else spoken_money(between)

    @property
    def is_reconciled(self) -> bool:
        return self.source_amount is not None and (not self.difference_amount or bool(self.explanation))


class ColumnMapping(PrivateModel):
    """Which field of a table the council's own extracts call by which heading: used for every later file."""

    table = models.CharField(max_length=30)
    header = models.CharField(max_length=120)
    field = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["table", "header"]
        constraints = [models.UniqueConstraint(fields=["table", "header"], name="header_mapped_once")]

    def __str__(self) -> str:
        return f"{self.header} is {self.field or 'left out'}"


class Crosswalk(PrivateModel):
    """What a code of the legacy system is called here."""

    kind = models.CharField(max_length=20, choices=CrosswalkKind.choices)
    legacy_value = models.CharField(max_length=40)
    value = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["kind", "legacy_value"]
        constraints = [models.UniqueConstraint(fields=["kind", "legacy_value"], name="code_mapped_once")]

    def __str__(self) -> str:
        return f"{self.legacy_value} is {self.value}"


class Provenance(PrivateModel):
    """Which record came from which row of the legacy system. What was loaded once is known again by its legacy key."""

    source = models.CharField(max_length=40)
    """What the row became: "EKKO", or "officers.account" where one row became several records."""
    legacy_key = models.CharField(max_length=200)
    batch_id = models.UUIDField()
    """The batch that brought it first."""
    last_batch_id = models.UUIDField()
    """The batch that changed it last."""
    record_id = models.UUIDField()
    row_hash = models.UUIDField()
    """A digest of what was written: a row that would write the same again is unchanged."""
    adopted = models.BooleanField(default=False)
    """The record was here already; undoing never removes it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "legacy_key"], name="legacy_key_known_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.legacy_key}"


class RowChange(PrivateModel):
    """What a record was before a batch changed it, so that the batch can be taken back."""

    batch_id = models.UUIDField()
    source = models.CharField(max_length=40)
    legacy_key = models.CharField(max_length=200)
    record_id = models.UUIDField()
    before = models.JSONField()
    hash_before = models.UUIDField(null=True, blank=True)
    """The digest in the provenance until then; none when the batch itself made the connection."""
    batch_before_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch_id", "source", "legacy_key"], name="changed_once_a_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.legacy_key}"


class PurchasingGroup(PrivateModel):
    """Who bought, in the legacy system (T024)."""

    code = models.CharField(max_length=3, unique=True)
    name = models.CharField(max_length=60, blank=True)
    telephone = models.CharField(max_length=42, blank=True)
    email = models.CharField(max_length=241, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class LegacyOrder(PrivateModel):
    """A purchase order, contract or agreement of the legacy system, kept as it was (EKKO). Nothing here commits budget."""

    number = models.CharField(max_length=10, unique=True)
    category = models.CharField(max_length=1, blank=True)
    document_type = models.CharField(max_length=4, blank=True)
    supplier = models.ForeignKey("purchasing.Supplier", on_delete=models.PROTECT, related_name="legacy_orders")
    purchasing_group = models.CharField(max_length=3, blank=True)
    company_code = models.CharField(max_length=4, blank=True)
    ordered_on = models.DateField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=5, default="GBP")
    payment_terms = models.CharField(max_length=4, blank=True)
    target_amount = money()
    deleted = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("migration:legacy_order", args=[self.number])


class LegacyOrderLine(PrivateModel):
    """A line of an old order (EKPO)."""

    order = models.ForeignKey(LegacyOrder, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    description = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=9, blank=True)
    """The material group, often a ProClass code."""
    quantity = models.DecimalField(max_digits=13, decimal_places=3, default=Decimal("0.000"))
    unit = models.CharField(max_length=3, blank=True)
    unit_price = models.DecimalField(max_digits=15, decimal_places=2, default=Decimal("0.00"))
    price_per = models.DecimalField(max_digits=9, decimal_places=3, default=Decimal("1.000"))
    """The price is for this many units (EKPO-PEINH)."""
    net_amount = money()
    tax_code = models.CharField(max_length=2, blank=True)
    delivered = models.BooleanField(default=False)
    invoiced = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="legacy_line_once")]

    def __str__(self) -> str:
        return f"{self.position}. {self.description}"


class LegacyLineCoding(PrivateModel):
    """The codes that an old line was charged to (EKKN)."""

    line = models.ForeignKey(LegacyOrderLine, on_delete=models.PROTECT, related_name="codings", db_index=False)
    sequence = models.PositiveSmallIntegerField()
    cost_centre_code = models.CharField(max_length=12, blank=True)
    subjective_code = models.CharField(max_length=12, blank=True)
    internal_order = models.CharField(max_length=12, blank=True)
    quantity = models.DecimalField(max_digits=13, decimal_places=3, default=Decimal("0.000"))
    percent = models.DecimalField(max_digits=6, decimal_places=1, default=Decimal("0.0"))
    net_amount = money()

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["line", "sequence"], name="legacy_coding_once")]

    def __str__(self) -> str:
        return f"{self.cost_centre_code} / {self.subjective_code}"


class LegacyLineEvent(PrivateModel):
    """A receipt or invoice on an old line (EKBE). Amounts of reversals are below zero."""

    line = models.ForeignKey(LegacyOrderLine, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=1)
    document = models.CharField(max_length=30)
    """Year, number and item of the document."""
    coding_sequence = models.PositiveSmallIntegerField(default=0)
    movement_type = models.CharField(max_length=3, blank=True)
    posted_on = models.DateField(null=True, blank=True)
    quantity = models.DecimalField(max_digits=13, decimal_places=3, default=Decimal("0.000"))
    local_amount = money()
    document_amount = money()
    currency = models.CharField(max_length=5, blank=True)
    supplier_reference = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["posted_on", "document"]
        constraints = [
            models.UniqueConstraint(fields=["line", "kind", "document", "coding_sequence"], name="legacy_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.local_amount}"
