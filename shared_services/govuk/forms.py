"""Forms that look and speak like GOV.UK: `{{ form }}` is all that a template says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorDict
from django.utils.safestring import SafeString

from . import drawing
from .fields import (
    CheckboxesField,
    DateField,
    MoneyField,
    RadioField,
    SelectField,
    TextAreaField,
    VersionField,
    YesNoField,
)
from .widgets import CountedTextarea, DateInput, MoneyInput

__all__ = [
    "CheckboxesField",
    "ConfirmForm",
    "CountedTextarea",
    "DateField",
    "DateInput",
    "GovukForm",
    "GovukModelForm",
    "GovukRenderer",
    "MoneyField",
    "MoneyInput",
    "RadioField",
    "SelectField",
    "TextAreaField",
    "VersionField",
    "YesNoField",
    "error_links",
    "leave_unchecked",
]

NO_ARTICLE = {"a", "an", "the", "any", "my", "your", "what", "when", "where", "which", "who", "why", "how"}
DJANGO_REQUIRED = forms.Field.default_error_messages["required"]
DJANGO_NO_URL = forms.URLField.default_error_messages["invalid"]
WORDS_OF_ADDRESSES: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.EmailField, "Enter an email address like name@example.gov.uk"),
    (forms.URLField, "Enter a web address that begins with https://, like https://sign-in.example.gov.uk"),
)
"""What is said of what is no address at all, with one to go by."""
KINDS: list[tuple[type[forms.Widget], str, str]] = [
    # Most particular first: a password box is an input box too.
    (forms.CheckboxSelectMultiple, "checkboxes", ""),
    (forms.RadioSelect, "radios", ""),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.SelectMultiple, "select", "govuk-select"),
    (forms.Select, "select", "govuk-select"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.ClearableFileInput, "file", "govuk-file-upload"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (DateInput, "date", ""),
    (MoneyInput, "money", "govuk-input govuk-input--width-10"),
    (forms.PasswordInput, "password", "govuk-input govuk-password-input__input govuk-js-password-input-input"),
]
CHOSEN = {"checkboxes", "radios", "select", "checkbox", "file"}


class GovukBoundField(BoundField):
    """A field that knows which GOV.UK component draws it. Covers forms of other packages too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.kind_class = _kind_of(self.field.widget)

    @property
    def template_name(self) -> str:
        own = self.field.template_name  # type: ignore[attr-defined]  # New in Django 5.0; not yet in the stubs.
        return own or f"components/fields/{self.kind}.html"

    def as_field_group(self) -> SafeString:
        drawn = drawing.group(self)
        return drawn if drawn is not None else super().as_field_group()

    def as_widget(  # type: ignore[override]  # BoundField's own signature; the stubs hold a mixin's against it.
        self, widget: Any = None, attrs: Any = None, only_initial: bool = False
    ) -> SafeString:
        if widget is None and not only_initial:
            given = self.build_widget_attrs(dict(attrs or {}), self.field.widget)
            if self.auto_id and "id" not in self.field.widget.attrs:
                given.setdefault("id", self.auto_id)
            drawn = drawing.control(self.field.widget, self.html_name, self.value(), given)
            if drawn is not None:
                return drawn
        return super().as_widget(widget, attrs, only_initial)

    @property
    def heading(self) -> str:
        return drawing.heading(self)

    @property
    def legend(self) -> str:
        return drawing.heading(self, legend=True)

    @property
    def error_text(self) -> str:
        return drawing.error(self)

    @property
    def drawn_options(self) -> str:
        return drawing.options(self, self.kind)

    @property
    def group_css(self) -> str:
        return "govuk-form-group govuk-form-group--error" if self.errors else "govuk-form-group"

    @property
    def hint_id(self) -> str:
        return f"{self.auto_id}_hint"

    @property
    def error_id(self) -> str:
        return f"{self.auto_id}_error"

    @property
    def aria_describedby(self) -> str | None:
        ids = [self.hint_id] if self.help_text else []
        if self.errors:
            ids.append(self.error_id)
        return " ".join(ids) or None

    @property
    def optional(self) -> bool:
        return not self.field.required and getattr(self.form, "mark_optional", True)

    @property
    def first_id(self) -> str:
        """Where a link of the error summary leads: the first control of the field."""
        if self.kind == "date":
            return f"{self.auto_id}_day"
        if self.kind in ("radios", "checkboxes"):
            return f"{self.auto_id}_0"
        return self.auto_id

    @property
    def date_boxes(self) -> list[dict[str, Any]]:
        return self.field.widget.boxes(self.html_name, self.value(), self.auto_id)

    @property
    def options(self) -> list[dict[str, Any]]:
        """Radio buttons and checkboxes, one entry each."""
        hints = getattr(self.field, "hints", {})
        return [
            {
                "id": f"{self.auto_id}_{number}",
                "name": option.data["name"],
                "value": str(option.data["value"]),
                "label": option.data["label"],
                "checked": option.data["selected"],
                "hint": hints.get(str(option.data["value"]), ""),
            }
            for number, option in enumerate(self.subwidgets)
        ]

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        # The browser's own bubbles replace the error summary and cannot be read again: GOV.UK leaves them off.
        attrs.pop("required", None)
        if self.kind_class and not self.is_hidden:
            given = self.field.widget.attrs.get("class", "")
            classes = [self.kind_class, given]
            if self.errors:
                classes.append(f"{self.kind_class.split()[0]}--error")
            attrs["class"] = " ".join(name for name in classes if name)
            described = self.aria_describedby
            if described:
                attrs["aria-describedby"] = described
        return attrs


class GovukRenderer(TemplatesSetting):
    """Draws every form of the portal from templates/components."""

    form_template_name = "components/form.html"
    formset_template_name = "components/formset.html"
    bound_field_class = GovukBoundField


class GovukFormMixin(forms.BaseForm):
    """What the two kinds of form share: words of errors, and the list for the error summary."""

    mark_optional = True
    """False on filters, where everything is optional and saying so is noise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.error_messages.get("required") == DJANGO_REQUIRED:
                field.error_messages["required"] = _ask_for(field, field.label or name)
            for code, words in _limits_of(field.label or name).items():
                field.error_messages.setdefault(code, words)
            for kind, words in WORDS_OF_ADDRESSES:
                if isinstance(field, kind) and field.error_messages.get("invalid") in (None, DJANGO_NO_URL):
                    field.error_messages["invalid"] = words

    def error_links(self) -> list[dict[str, str]]:
        return error_links(self)


class GovukForm(GovukFormMixin, forms.Form):
    """A form that is not tied to one model."""


class GovukModelForm(GovukFormMixin, forms.ModelForm):
    """A form over a model's fields."""


class ConfirmForm(GovukForm):
    """No question but the button: "Cancel this order"."""


def error_links(form: forms.BaseForm) -> list[dict[str, str]]:
    """A form's errors for the error summary: the words, and the control to go to."""
    links = [{"text": str(text), "href": ""} for text in form.non_field_errors()]
    for bound in form:
        links.extend(
            {"text": str(text), "href": f"#{getattr(bound, 'first_id', bound.auto_id)}"} for text in bound.errors
        )
    return links


def leave_unchecked(form: forms.BaseForm) -> None:
    """Let a form show what was typed and say nothing about it yet."""
    form._errors = ErrorDict(renderer=form.renderer)  # type: ignore[attr-defined]  # The stubs know `errors` only.


def _kind_of(widget: forms.Widget) -> tuple[str, str]:
    if widget.is_hidden:
        return "hidden", ""
    for cls, kind, css in KINDS:
        if isinstance(widget, cls):
            return kind, css
    return "input", "govuk-input"


def _ask_for(field: forms.Field, label: Any) -> str:
    words = str(label).replace("_", " ")
    verb = "Choose" if _kind_of(field.widget)[0] in CHOSEN else "Enter"
    if words.endswith("?"):
        return f"{verb} an answer to “{words}”"
    # "Purchase order" becomes "purchase order", "VAT number" stays.
    if words[1:2].islower() or len(words) == 1:
        words = words[:1].lower() + words[1:]
    return f"{verb} {words}" if words.split(" ")[0] in NO_ARTICLE else f"{verb} the {words}"


def _limits_of(label: Any) -> dict[str, str]:
    """What is said of a value outside its limits: it names the question, as an error summary has many."""
    words = str(label).replace("_", " ").replace("%", "%%")
    subject = f"The answer to “{words}”" if words.endswith("?") else words[:1].upper() + words[1:]
    return {
        "max_length": f"{subject} must be %(limit_value)s characters or fewer",
        "min_value": f"{subject} must be %(limit_value)s or more",
        "max_value": f"{subject} must be %(limit_value)s or less",
        "max_digits": f"{subject} must have %(max)s digits or fewer",
        "max_whole_digits": f"{subject} must have %(max)s digits or fewer before the decimal point",
        "max_decimal_places": f"{subject} must have %(max)s decimal places or fewer",
    }
