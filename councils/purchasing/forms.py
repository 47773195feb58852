"""The form of a requisition: its head, its lines, and who pays for each line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from councils.finance.choices import VatCode
from shared_services.govuk.forms import (
    DateField,
    GovukForm,
    MoneyField,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
    YesNoField,
)
from shared_services.govuk.lines import LineSet

from .choices import SentBy, Unit
from .drafts import CodingDraft, LineDraft, RequisitionDraft
from .rules import LONGEST_DESCRIPTION, LONGEST_TITLE, MOST_LINES, MOST_SHARES

HUNDRED = Decimal(100)
PENNY = Decimal("0.01")
CODE = re.compile(r"^\d{8}(-\d)?(?=\s|$)")


class RequisitionForm(GovukForm):
    """What the whole requisition is about. Only the title is asked for at once: a draft may wait for the rest."""

    mark_optional = False

    title = forms.CharField(
        label="What is this requisition for?",
        max_length=LONGEST_TITLE,
        help_text="A short title, like Desks for Toxteth library",
        error_messages={"required": "Enter what this requisition is for"},
    )
    justification = TextAreaField(
        label="Why is it needed?",
        required=False,
        rows=3,
        max_length=2000,
        help_text="The officers who approve it read this.",
    )
    needed_by_on = DateField(
        label="When do you need it by?",
        required=False,
        help_text="For example, 27 3 2027. It sets the financial year that pays.",
    )
    delivery_location = forms.CharField(
        label="Where should it be delivered?", required=False, max_length=250, help_text="Building, street and postcode"
    )
    supplier_name = forms.CharField(
        label="Supplier",
        required=False,
        max_length=160,
        help_text="Who will be asked to supply it. Not needed when it is bought together with other councils.",
    )
    supplier_email = forms.EmailField(
        label="Supplier’s email address (optional)",
        required=False,
        error_messages={"invalid": "Enter an email address in the correct format, like name@example.com"},
    )
    wants_joint_buying = forms.BooleanField(
        label="Other councils may need this too: offer it to the shared service to buy together",
        required=False,
    )
    version = VersionField()

    def clean_needed_by_on(self) -> date | None:
        day = self.cleaned_data["needed_by_on"]
        if day and day < localdate():
            raise ValidationError("The date you need it by must be today or in the future")
        return day


class ShareField(forms.CharField):
    """The share of a line that one code pays: 60% or £125.50. Gives ("percent" or "amount", figure), or None."""

    default_error_messages = {"share": "Enter a share like 60% or £125.50"}

    def clean(self, value: Any) -> tuple[str, Decimal] | None:
        written = re.sub(r"[,\s]", "", super().clean(value))
        if not written:
            return None
        kind = "percent" if written.endswith("%") else "amount" if written.startswith("£") else ""
        try:
            figure = Decimal(written.strip("%£"))
        except InvalidOperation:
            figure = None
        if (
            not kind
            or figure is None
            or not figure.is_finite()
            or figure < 0
            or (kind == "percent" and figure > HUNDRED)
        ):
            raise ValidationError(self.error_messages["share"], code="share")
        places = -int(figure.as_tuple().exponent)
        if places > (4 if kind == "percent" else 2):
            raise ValidationError(self.error_messages["share"], code="share")
        return kind, figure

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, tuple):
            kind, figure = value
            return f"{figure.normalize():f}%" if kind == "percent" else f"£{figure:,.2f}"
        return value


class UnitPriceField(MoneyField):
    """The price of one, which may have parts of a penny."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(decimal_places=4, **kwargs)
        self.error_messages["max_decimal_places"] = "Enter the price with no more than 4 numbers after the point"

    def clean(self, value: Any) -> Decimal | None:
        # Not MoneyField's own: that one rounds to pence.
        return forms.DecimalField.clean(self, value)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{value:.2f}" if value == value.quantize(PENNY) else f"{value.normalize():f}"


class CodingForm(GovukForm):
    """One share of a line: which cost centre pays, from which budget."""

    mark_optional = False

    cost_centre = SelectField(label="Cost centre", required=False)
    subjective = SelectField(label="Subjective code", required=False)
    share = ShareField(
        label="Share",
        required=False,
        max_length=20,
        help_text="60% or £125.50. Empty if one code pays all.",
    )
    balance = ""
    """What is left on the chosen head, in words; set by the page."""

    def __init__(self, *args: Any, cost_centres: list, subjectives: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("cost_centre", cost_centres), ("subjective", subjectives)):
            field = cast(SelectField, self.fields[name])
            field.choices = [("", "Choose one"), *choices]
            field.widget.attrs["data-balance"] = name
        cast(Any, self.fields["share"]).template_name = "pages/councils/purchasing/share_field.html"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        centre, subjective = cleaned.get("cost_centre"), cleaned.get("subjective")
        if centre and not subjective and "subjective" not in self.errors:
            self.add_error("subjective", "Choose a subjective code")
        if subjective and not centre and "cost_centre" not in self.errors:
            self.add_error("cost_centre", "Choose a cost centre")
        if cleaned.get("share") and not centre and not subjective:
            self.add_error("cost_centre", "Choose the cost centre that pays this share")
        return cleaned

    @property
    def is_empty(self) -> bool:
        return not self.cleaned_data.get("cost_centre")


class LineForm(GovukForm):
    """One thing to buy."""

    mark_optional = False

    description = forms.CharField(
        label="Description",
        required=False,
        max_length=LONGEST_DESCRIPTION,
        help_text="What it is, with its size or model",
    )
    cpv = forms.CharField(
        label="CPV code",
        required=False,
        max_length=100,
        help_text="Words like office desks, or a code",
        widget=forms.TextInput(attrs={"data-cpv": "", "autocomplete": "off", "spellcheck": "false"}),
    )
    quantity = forms.DecimalField(
        label="Quantity",
        required=False,
        max_digits=12,
        decimal_places=3,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-5"}),
        error_messages={
            "invalid": "Enter the quantity as a number, like 12 or 2.5",
            "max_decimal_places": "Enter the quantity with no more than 3 numbers after the point",
        },
    )
    unit = SelectField(label="Unit", choices=Unit.choices, empty_label=None, required=False, initial=Unit.EACH)
    unit_price = UnitPriceField(label="Price for one, without VAT", required=False)
    vat_code = SelectField(label="VAT", empty_label=None, required=False, initial=VatCode.STANDARD)

    cpv_label = ""
    """What the code in the box stands for; set by the page."""
    cpv_hits: Sequence[Any] = ()
    """Codes found for the words in the box, to choose from; set by the page."""
    cpv_searched = False

    def __init__(
        self, data: Any = None, *args: Any, vat_choices: list, prefix: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(with_chosen_code(data, prefix), *args, prefix=prefix, **kwargs)
        cast(SelectField, self.fields["vat_code"]).choices = vat_choices
        cast(Any, self.fields["cpv"]).template_name = "pages/councils/purchasing/cpv_field.html"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_blank(cleaned):
            return cleaned
        if cleaned.get("cpv"):
            found = CODE.match(cleaned["cpv"])
            if found:
                cleaned["cpv"] = found[0]
            else:
                self.add_error("cpv", "Find the CPV code and choose one")
        if not cleaned.get("description") and "description" not in self.errors:
            self.add_error("description", "Enter what you need, like Office desk 1600 mm")
        quantity = cleaned.get("quantity")
        if "quantity" not in self.errors and (quantity is None or quantity <= 0):
            self.add_error("quantity", "Enter how many you need, above zero")
        if "unit_price" not in self.errors and cleaned.get("unit_price") is None:
            self.add_error("unit_price", "Enter the price for one in pounds, like 125.50")
        return cleaned

    @staticmethod
    def is_blank(cleaned: Mapping[str, Any]) -> bool:
        """A row the officer left alone: it is not a line."""
        return not any(cleaned.get(name) for name in ("description", "cpv", "quantity", "unit_price"))


class FilesForm(GovukForm):
    """One file to put on a requisition."""

    upload = forms.FileField(
        label="Upload a file",
        help_text="A quote, a drawing or a specification, up to 10 MB",
        error_messages={"required": "Choose a file", "empty": "The file is empty. Choose another one."},
    )


class WithdrawForm(GovukForm):
    note = TextAreaField(label="Why are you withdrawing it?", required=False, max_length=500, rows=3)
    version = VersionField()


class VersionedForm(GovukForm):
    """A button that acts on the version the officer was looking at."""

    version = VersionField()


class CancelOrderForm(GovukForm):
    reason = TextAreaField(
        label="Why is the order cancelled?",
        max_length=500,
        rows=3,
        error_messages={"required": "Say why the order is cancelled"},
    )
    version = VersionField()


class RecordSentForm(GovukForm):
    """When and how an order went to its supplier."""

    supplier_name = forms.CharField(
        label="Supplier",
        max_length=160,
        help_text="This order names no supplier yet: say who it was sent to.",
        error_messages={"required": "Name the supplier that the order was sent to"},
    )
    sent_on = DateField(label="When was it sent?", error_messages={"required": "Enter the day it was sent"})
    sent_by = SelectField(
        label="How was it sent?", choices=SentBy.choices, error_messages={"required": "Choose how the order was sent"}
    )
    version = VersionField()

    def __init__(self, *args: Any, has_supplier: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_supplier:
            del self.fields["supplier_name"]


class CpvSearchForm(GovukForm):
    mark_optional = False

    q = forms.CharField(label="Words or the start of a code", required=False, max_length=100)


def line_set(*, cost_centres: list, subjectives: list, vat_choices: list) -> LineSet:
    """The rows of a requisition, each with the rows of its split."""
    return LineSet(
        form_class=LineForm,
        prefix="lines",
        label="Line",
        add_label="Add another line",
        minimum=1,
        maximum=MOST_LINES,
        form_kwargs={"vat_choices": vat_choices},
        inner={
            "codings": LineSet(
                form_class=CodingForm,
                prefix="codings",
                label="Share",
                add_label="Split the cost with another code",
                minimum=1,
                maximum=MOST_SHARES,
                form_kwargs={"cost_centres": cost_centres, "subjectives": subjectives},
            )
        },
    )


def draft_from(head: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> RequisitionDraft:
    """The cleaned form as the plain data that the services take; rows left blank are left out."""
    return RequisitionDraft(
        title=head["title"],
        justification=head["justification"],
        needed_by_on=head["needed_by_on"],
        delivery_location=head["delivery_location"],
        supplier_name=head["supplier_name"],
        supplier_email=head["supplier_email"],
        wants_joint_buying=head["wants_joint_buying"],
        lines=tuple(_line_from(row) for row in rows if not LineForm.is_blank(row)),
    )


def _line_from(row: Mapping[str, Any]) -> LineDraft:
    return LineDraft(
        description=row["description"],
        quantity=row["quantity"],
        unit_price=row["unit_price"],
        unit=row["unit"] or Unit.EACH,
        vat_code=row["vat_code"] or VatCode.STANDARD,
        cpv=row["cpv"],
        codings=tuple(
            CodingDraft(
                cost_centre=coding["cost_centre"],
                subjective=coding["subjective"],
                percent=coding["share"][1] if coding["share"] and coding["share"][0] == "percent" else None,
                amount=coding["share"][1] if coding["share"] and coding["share"][0] == "amount" else None,
            )
            for coding in row["codings"]
            if coding["cost_centre"]
        ),
    )


class SupplierForm(GovukForm):
    """What may be changed of a supplier by hand."""

    email = forms.EmailField(label="Email", required=False, help_text="Where orders are sent.")
    telephone = forms.CharField(label="Telephone", max_length=30, required=False)
    blocked = YesNoField(label="Is the supplier blocked?")
    version = VersionField()


class AccountFigures(GovukForm):
    """The figures of a UK bank account, as they are written on a supplier's letter."""

    sort_code = forms.CharField(
        label="Sort code", max_length=10, help_text="6 figures, for example 00-00-99",
        error_messages={"required": "Enter the sort code"},
    )  # fmt: skip
    account_number = forms.CharField(
        label="Account number", max_length=12, help_text="8 figures. Put noughts in front of a shorter one",
        error_messages={"required": "Enter the account number"},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("sort_code", "account_number"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "inputmode": "numeric", "spellcheck": "false"}

    def clean_sort_code(self) -> str:
        return self._figures("sort_code", 6, "A sort code has 6 figures, like 00-00-99")

    def clean_account_number(self) -> str:
        return self._figures("account_number", 8, "An account number has 8 figures")

    def _figures(self, name: str, count: int, says: str) -> str:
        bare = self.cleaned_data[name].replace("-", "").replace(" ", "")
        if not (len(bare) == count and bare.isascii() and bare.isdigit()):
            raise ValidationError(says)
        return bare


class NewBankAccountForm(AccountFigures):
    """A supplier's new bank account, as the first officer enters it."""

    NONE = "none"

    holder_name = forms.CharField(
        label="Name on the account", max_length=60, error_messages={"required": "Enter the name on the account"}
    )
    checked_by_means = forms.CharField(
        label="How did you make sure that it is the supplier’s own account?", max_length=200,
        help_text="For example: called Mr Reed on the number from the contract, not the one in the letter",
        error_messages={"required": "Say how you made sure that it is the supplier’s own account"},
    )  # fmt: skip
    replaces = RadioField(
        label="Does it take the place of another account?",
        error_messages={"required": "Say whether it takes the place of another account"},
    )

    field_order = ("holder_name", "sort_code", "account_number", "replaces", "checked_by_means")

    def __init__(self, *args: Any, accounts: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if accounts:
            cast("RadioField", self.fields["replaces"]).choices = [*accounts, (self.NONE, "No, the supplier has both")]
        else:
            del self.fields["replaces"]

    def clean_replaces(self) -> str:
        chosen = self.cleaned_data["replaces"]
        return "" if chosen == self.NONE else chosen


class TurnDownBankAccountForm(GovukForm):
    reason = forms.CharField(
        label="Why?", max_length=200, error_messages={"required": "Say why the account is not taken on"}
    )


def rows_of(draft: RequisitionDraft) -> list[dict[str, Any]]:
    """A saved requisition as the first values of its rows."""
    return [
        {
            "description": line.description,
            "cpv": line.cpv,
            "quantity": f"{line.quantity.normalize():f}",
            "unit": line.unit,
            "unit_price": line.unit_price,
            "vat_code": line.vat_code,
            "codings": [
                {"cost_centre": coding.cost_centre, "subjective": coding.subjective, "share": _share_of(coding)}
                for coding in line.codings
            ],
        }
        for line in draft.lines
    ]


def _share_of(coding: CodingDraft) -> tuple[str, Decimal] | None:
    if coding.percent is not None:
        return "percent", coding.percent
    return ("amount", coding.amount) if coding.amount is not None else None


def with_chosen_code(data: Any, prefix: str | None) -> Any:
    """A row as sent, with the CPV code that was ticked among those found put in place of the words."""
    chosen = data.get(f"{prefix}-cpv_choice") if data is not None else None
    if not chosen:
        return data
    data = data.copy()
    data[f"{prefix}-cpv"] = chosen
    return data
