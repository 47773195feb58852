"""What programs send and receive about loads from the legacy system."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers

from shared_services.api.bodies import Body
from shared_services.api.rows import Answer, elsewhere

from .choices import BatchStatus, CrosswalkKind, DateOrder, DecimalMark, Delimiter, Encoding, Severity
from .models import ImportBatch, RowProblem
from .selectors import MOST_CODES
from .tables import LOAD_ORDER


def total_answer(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=20, decimal_places=2, **kwargs)


class BatchAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=BatchStatus.choices)
    note = serializers.CharField()
    personal = serializers.BooleanField(help_text="holds personal data of staff; true until it has been checked")
    created_at = serializers.DateTimeField()
    created_by_id = serializers.UUIDField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    signed_by_id = serializers.UUIDField(allow_null=True)
    loaded_at = serializers.DateTimeField(allow_null=True)
    loaded_by_id = serializers.UUIDField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
    undone_by_id = serializers.UUIDField(allow_null=True)
    kept_reasons = serializers.DictField(
        child=serializers.IntegerField(), help_text="after an undo: why records stayed, and how many"
    )
    fault = serializers.CharField(help_text="why its work stopped; empty when it did not")
    version = serializers.IntegerField()


class FileAnswer(Answer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="in bytes")
    sha256 = serializers.CharField()
    table = serializers.CharField(help_text="empty when it was not recognised")
    confidence = serializers.IntegerField(help_text="in percent; 100 when an officer chose the table")
    trouble = serializers.CharField(help_text="why the file cannot be read at all")
    notice = serializers.CharField()
    encoding = serializers.ChoiceField(choices=Encoding.choices)
    delimiter = serializers.ChoiceField(choices=Delimiter.choices)
    decimal_mark = serializers.ChoiceField(choices=DecimalMark.choices)
    date_order = serializers.ChoiceField(choices=DateOrder.choices)
    headers = serializers.ListField(child=serializers.CharField())
    fields = serializers.ListField(  # type: ignore[assignment]  # A declared field leaves the class before it counts.
        child=serializers.CharField(allow_blank=True), help_text="the table’s field for each header; empty: left out"
    )
    row_count = serializers.IntegerField()
    quarantined_count = serializers.IntegerField()
    left_out_count = serializers.IntegerField()
    warning_count = serializers.IntegerField()
    create_count = serializers.IntegerField(help_text="rows that a load would create")
    change_count = serializers.IntegerField()
    unchanged_count = serializers.IntegerField()
    created_count = serializers.IntegerField(help_text="rows that the load created")
    changed_count = serializers.IntegerField()
    left_unchanged_count = serializers.IntegerField()


class TotalAnswer(Answer):
    id = serializers.UUIDField()
    file_id = serializers.UUIDField()
    measure = serializers.CharField(help_text="“rows”, or the money field that is added up")
    read_amount = total_answer()
    kept_back_amount = total_answer(help_text="of it, on rows that are not loaded")
    source_amount = total_answer(allow_null=True, help_text="what the legacy system says")
    explanation = serializers.CharField()


class BatchDetailAnswer(BatchAnswer):
    progress_done = elsewhere(serializers.IntegerField())
    progress_total = elsewhere(serializers.IntegerField())
    files = FileAnswer(many=True)
    totals = TotalAnswer(many=True)


class RowProblemAnswer(Answer):
    id = serializers.UUIDField()
    file_id = serializers.UUIDField()
    file_name = serializers.CharField(source="file.name")
    line = serializers.IntegerField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    reason = serializers.CharField()
    column = serializers.CharField()
    value = serializers.CharField()
    message = serializers.CharField()


class CodeAnswer(Answer):
    kind = serializers.ChoiceField(choices=CrosswalkKind.choices)
    legacy_value = serializers.CharField()
    value = serializers.CharField(help_text="what it is called here; empty while it has no match")
    rows_waiting = serializers.IntegerField()


class CodesAnswer(Answer):
    results = CodeAnswer(many=True)


class MatchedAnswer(Answer):
    changed = serializers.IntegerField()


class BatchFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=BatchStatus.choices)
    reference = django_filters.CharFilter()

    class Meta:
        model = ImportBatch
        fields: list[str] = []


class RowProblemFilter(django_filters.FilterSet):
    severity = django_filters.ChoiceFilter(choices=Severity.choices)
    file_id = django_filters.UUIDFilter()
    reason = django_filters.CharFilter()

    class Meta:
        model = RowProblem
        fields: list[str] = []


class UploadBody(Body):
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class ColumnsBody(Body):
    file_id = serializers.UUIDField()
    table = serializers.ChoiceField(choices=LOAD_ORDER)
    columns = serializers.ListField(
        child=serializers.CharField(max_length=30, allow_blank=True),
        max_length=1_000,
        help_text="the table’s field for each of the file’s headers, in order; empty for a column that is left out",
    )
    decimal_mark = serializers.ChoiceField(choices=DecimalMark.choices, default=DecimalMark.POINT)
    date_order = serializers.ChoiceField(choices=DateOrder.choices, default=DateOrder.DAY_FIRST)


class FigureBody(Body):
    total_id = serializers.UUIDField()
    source_amount = total_answer(allow_null=True)
    explanation = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class FiguresBody(Body):
    figures = serializers.ListField(child=FigureBody(), min_length=1, max_length=1_000)


class MatchBody(Body):
    kind = serializers.ChoiceField(choices=CrosswalkKind.choices)
    codes = serializers.DictField(
        child=serializers.CharField(max_length=80, allow_blank=True),
        help_text=f"legacy code -> what it is called here; empty takes a match back. {MOST_CODES} at most",
    )
