"""The questions asked on the way from an extract to the council's books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from shared_services.govuk.forms import GovukForm, MoneyField, RadioField, SelectField, VersionField
from shared_services.govuk.words import counted

from .choices import CrosswalkKind, DateOrder, DecimalMark
from .models import ControlTotal, ImportFile
from .tables import Table, all_tables
from .uploads import largest_in_words

MOST_FILES = 25


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several."""

    widget = SeveralFilesInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": "Choose at least one file",
        "too_many": f"Choose {MOST_FILES} files at most; load the others afterwards",
    }

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, (list, tuple)) else [data]
        if not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(given) > MOST_FILES:
            raise forms.ValidationError(self.error_messages["too_many"], code="too_many")
        # An empty file is told apart by name, with what to do about it, in the service.
        return [super(FilesField, self).clean(one, initial) for one in given]


class UploadForm(GovukForm):
    """The files to bring, and a word on them."""

    uploads = FilesField(
        label="Files",
        allow_empty_file=True,
    )
    note = forms.CharField(
        label="Note", max_length=200, required=False, help_text="For example “Vendors as at 30 September”."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"].help_text = (
            "Extracts of SAP tables as CSV, tab- or pipe-separated text or .xlsx, with technical names or labels as "
            f"headings, or filled-in templates. Up to {largest_in_words()} together; very long lists are quickest as CSV."
        )


def table_choices() -> list[tuple[str, str]]:
    return [
        (table.key, f"{table.key}: {table.title}" if not table.is_template else table.title)
        for table in all_tables().values()
    ]


class TableForm(GovukForm):
    """Which table a file holds: asked first when another than the recognised one is meant."""

    mark_optional = False
    table = SelectField(label="Table", choices=table_choices, empty_label=None)


class ColumnsForm(GovukForm):
    """What each column of a file is, how its numbers and its dates are written."""

    mark_optional = False
    decimal_mark = RadioField(label="Decimal mark", choices=DecimalMark.choices, inline=True)
    date_order = RadioField(
        label="Dates with slashes",
        choices=DateOrder.choices,
        inline=True,
        help_text="Dates such as 20260331, 2026-03-31 and 31.03.2026 are understood either way.",
    )
    version = VersionField()

    def __init__(self, *args: Any, file: ImportFile, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file = file
        choices = [("", "Leave out"), *((one.name, _named(one)) for one in table.fields)]
        for place, heading in enumerate(file.headers):
            if heading:
                self.fields[f"column_{place}"] = SelectField(
                    label=heading, choices=choices, empty_label=None, required=False
                )

    @property
    def chosen(self) -> list[str]:
        """The field of each column, in order."""
        return [self.cleaned_data.get(f"column_{place}", "") for place in range(len(self.file.headers))]


def _named(field: Any) -> str:
    label = field.label if field.label == field.name else f"{field.label} ({field.name})"
    return f"{label}, needed" if field.required else label


class CodesForm(GovukForm):
    """What legacy codes of one kind are called here."""

    mark_optional = False

    def __init__(
        self,
        *args: Any,
        kind: str,
        codes: dict[str, str],
        waiting: dict[str, int],
        answers: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.codes = list(codes)
        for place, code in enumerate(self.codes):
            rows = waiting.get(code, 0)
            hint = f"{counted(rows, 'row')} waiting for this code." if rows else ""
            field: forms.Field
            if answers:
                field = SelectField(
                    label=code,
                    choices=answers,
                    empty_label="No match",
                    required=False,
                    initial=codes[code],
                    help_text=hint,
                )
            else:
                field = forms.CharField(label=code, max_length=80, required=False, initial=codes[code], help_text=hint)
            self.fields[f"code_{place}"] = field
        self.fields["new_code"] = forms.CharField(
            label="Another legacy code",
            max_length=40,
            required=False,
            help_text=f"{CrosswalkKind(kind).label} in the legacy system.",
        )
        if answers:
            self.fields["new_value"] = SelectField(
                label="is called here", choices=answers, empty_label="No match", required=False
            )
        else:
            self.fields["new_value"] = forms.CharField(label="is called here", max_length=80, required=False)

    @property
    def matches(self) -> dict[str, str]:
        found = {code: self.cleaned_data[f"code_{place}"].strip() for place, code in enumerate(self.codes)}
        if self.cleaned_data["new_code"]:
            found[self.cleaned_data["new_code"].strip()] = self.cleaned_data["new_value"].strip()
        return found


class TotalsForm(GovukForm):
    """The legacy system's figure beside each of ours, and why they differ."""

    mark_optional = False
    version = VersionField()

    def __init__(self, *args: Any, totals: list[ControlTotal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.totals = totals
        for number, total in enumerate(totals):
            what = "Rows" if total.measure == "rows" else total.measure
            name = f"{what} of {total.file.name} in the legacy system"
            if total.measure == "rows":
                self.fields[f"figure_{number}"] = forms.IntegerField(
                    label=name, min_value=0, required=False, initial=None if total.source_amount is None else int(total.source_amount),
                    error_messages={"invalid": "Enter the number of rows, like 12500"},
                )  # fmt: skip
            else:
                self.fields[f"figure_{number}"] = MoneyField(
                    label=name, min_value=None, max_digits=20, required=False, initial=total.source_amount
                )
            self.fields[f"explanation_{number}"] = forms.CharField(
                label=f"Why {what.lower() if what == 'Rows' else what} of {total.file.name} differs",
                max_length=500,
                required=False,
                initial=total.explanation,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number, total in enumerate(self.totals):
            figure = cleaned.get(f"figure_{number}")
            if figure is not None and Decimal(figure) != total.read_amount and not cleaned.get(f"explanation_{number}"):
                self.add_error(
                    f"explanation_{number}",
                    f"The figures differ by {total.apart(Decimal(figure))}. Explain why, or correct the figure",
                )
        return cleaned

    @property
    def figures(self) -> dict[Any, tuple[Decimal | None, str]]:
        found = {}
        for number, total in enumerate(self.totals):
            figure = self.cleaned_data.get(f"figure_{number}")
            found[total.pk] = (
                None if figure is None else Decimal(figure),
                self.cleaned_data.get(f"explanation_{number}", ""),
            )
        return found


class VersionedForm(GovukForm):
    version = VersionField()
