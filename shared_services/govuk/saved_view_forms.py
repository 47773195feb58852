from __future__ import annotations

from django import forms

from .forms import GovukForm


class SavedViewForm(GovukForm):
    """What a saved view is called and who sees it."""

    name = forms.CharField(label="Name of the view", max_length=80, help_text="For example, Waiting over a week")
    is_default = forms.BooleanField(label="Open the list with this view", required=False)
    is_shared = forms.BooleanField(
        label="Share with colleagues",
        required=False,
        help_text="Everyone in your organisation who may open the list can choose the view. Each sees only the records he or she may see.",
    )
