"""The forms of the procurement team: shape and wording of what is asked."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from shared_services.govuk.forms import GovukForm, RadioField, TextAreaField, VersionField, YesNoField

from .cpv import find_cpv
from .models import JointProposal, ProposalLine

NEW_PROPOSAL = "new"
PRICE = "price_"


class HandBackForm(GovukForm):
    reason = TextAreaField(
        label="Why should the council buy this itself?",
        help_text=(
            "A requisition is ordered as one, so all its lines are handed back. "
            "The council’s officers read this with the requisition."
        ),
        max_length=500,
        rows=3,
    )


class GroupForm(GovukForm):
    """Where chosen demand goes: a new proposal or one that is still a draft."""

    # The title is needed for a new proposal, so it must not be called optional.
    mark_optional = False

    target = RadioField(label="Which joint proposal should this demand go into?")
    title = forms.CharField(
        label="Title of the new proposal",
        help_text="Only for a new proposal. For example: Laptops for Liverpool and Salford, spring 2027",
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, drafts: Iterable[JointProposal] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = cast(RadioField, self.fields["target"])
        target.choices = [
            (NEW_PROPOSAL, "A new proposal"),
            *((str(draft.pk), f"{draft.reference}: {draft.title}") for draft in drafts),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("target") == NEW_PROPOSAL and not (cleaned.get("title") or "").strip():
            self.add_error("title", "Enter a title for the new proposal")
        return cleaned


class ProposalForm(GovukForm):
    """What a draft says, with one price box for each of its lines."""

    mark_optional = False

    title = forms.CharField(label="Title", max_length=200)
    category = forms.CharField(
        label="Category",
        help_text="A CPV code, like 30213100-6. Search for one on the page “Find a CPV code”.",
        max_length=10,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10"}),
    )
    supplier_name = forms.CharField(
        label="Supplier", help_text="Needed before the proposal goes to the councils.", max_length=200, required=False
    )
    justification = TextAreaField(
        label="Why should the councils buy this together?",
        help_text="For example the price, the delivery, or one contract to manage. Every council asked reads this.",
        max_length=4000,
        required=False,
    )
    show_totals_to_councils = YesNoField(label="May each council see the other councils’ totals?")
    version = VersionField()

    def __init__(self, *args: Any, lines: Iterable[ProposalLine] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.priced = list(lines)
        for line in self.priced:
            self.fields[f"{PRICE}{line.pk}"] = UnitPriceField(
                label=f"Agreed unit price for {line.demand_line}", initial=line.agreed_unit_price
            )

    def clean_category(self) -> str:
        code = find_cpv(self.cleaned_data["category"])
        if code is None:
            raise ValidationError("Enter a CPV code that exists, like 30213100-6")
        return code.pk

    @property
    def words(self) -> list[Any]:
        """The questions above the table of lines."""
        return [bound for bound in self.visible_fields() if not bound.name.startswith(PRICE)]

    @property
    def rows(self) -> list[tuple[ProposalLine, Any]]:
        """Each line with its price box."""
        return [(line, self[f"{PRICE}{line.pk}"]) for line in self.priced]

    def prices(self) -> dict[UUID, Decimal | None]:
        return {line.pk: self.cleaned_data[f"{PRICE}{line.pk}"] for line in self.priced}

    def wording(self) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name]
            for name in ("title", "category", "supplier_name", "justification", "show_totals_to_councils", "version")
        }


class UnitPriceField(forms.DecimalField):
    """A price for one unit in pounds, with up to four decimals; blank leaves the council's own estimate."""

    default_error_messages = {
        "invalid": "Enter the unit price in pounds, like 512.50",
        "max_decimal_places": "Enter the unit price with no more than 4 numbers after the point",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=0,
            max_digits=14,
            decimal_places=4,
            required=False,
            widget=forms.TextInput(
                attrs={"inputmode": "decimal", "class": "govuk-input--width-5", "autocomplete": "off"}
            ),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("£", "").replace(",", "").strip()
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class SubmitForm(GovukForm):
    version = VersionField()


class CancelForm(GovukForm):
    reason = TextAreaField(
        label="Why are you cancelling this proposal?",
        help_text="Councils that were already asked read this.",
        max_length=500,
        rows=3,
    )
    version = VersionField()
