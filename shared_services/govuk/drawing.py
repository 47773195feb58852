"""Form controls as HTML, by the names of the design system. Django draws each control and each option through a
template of its own, which on a form with two long lists is most of the page's time. Every value is escaped.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ERROR_LINE = '<span class="gh-error-line"><span class="govuk-visually-hidden">Error:</span> {}</span>'
GROUP_LABEL = '<optgroup label="{}">{}</optgroup>'


def control(widget: forms.Widget, name: str, value: Any, attrs: dict[str, Any]) -> SafeString | None:
    """An input, a list that opens or a box for text; None for a widget that draws itself in some other way."""
    if not widget.template_name.startswith("django/forms/widgets/"):
        return None
    if isinstance(
        widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.MultiWidget | forms.MultipleHiddenInput
    ):
        return None
    if isinstance(widget, forms.Select):
        return _select(widget.get_context(name, value, attrs)["widget"])
    if isinstance(widget, forms.Textarea):
        drawn = widget.get_context(name, value, attrs)["widget"]
        # A browser drops one line break after the opening tag: this one, not the officer's own.
        return format_html('<textarea name="{}"{}>\n{}</textarea>', name, flatatt(drawn["attrs"]), drawn["value"] or "")
    if isinstance(widget, forms.ClearableFileInput) and widget.is_initial(value):
        return None
    if hasattr(widget, "input_type"):
        drawn = widget.get_context(name, value, attrs)["widget"]
        given = {"type": drawn["type"], "name": name, **drawn["attrs"]}
        if drawn["value"] is not None:
            given["value"] = drawn["value"]
        return format_html("<input{}>", flatatt(given))
    return None


def _select(drawn: dict[str, Any]) -> SafeString:
    groups = []
    for label, options, _ in drawn["optgroups"]:
        lines = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((_text(one["value"]), flatatt(one["attrs"]), one["label"]) for one in options),
        )
        groups.append((format_html(GROUP_LABEL, label, lines) if label else lines,))
    return format_html(
        '<select name="{}"{}>{}</select>', drawn["name"], flatatt(drawn["attrs"]), format_html_join("", "{}", groups)
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def heading(field: Any, *, legend: bool = False) -> SafeString:
    """What stands above a control: its label or legend, its hint, and what is wrong with the answer."""
    words = format_html("{} (optional)", field.label) if field.optional else field.label
    if legend:
        top = format_html('<legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{}</legend>', words)
    else:
        top = format_html('<label class="govuk-label" for="{}">{}</label>', field.id_for_label, words)
    return format_html("{}{}{}", top, _hint(field), error(field))


def _hint(field: Any) -> SafeString | str:
    if not field.help_text:
        return ""
    return format_html('<div class="govuk-hint" id="{}">{}</div>', field.hint_id, field.help_text)


def error(field: Any) -> SafeString | str:
    if not field.errors:
        return ""
    lines = format_html_join("", ERROR_LINE, ((text,) for text in field.errors))
    return format_html('<p class="govuk-error-message" id="{}">{}</p>', field.error_id, lines)


def options(field: Any, kind: str) -> SafeString:
    """Radio buttons or checkboxes, one item each, with the line under an answer if it has one."""
    return format_html_join("", "{}", ((_option(one, kind),) for one in field.options))


def _option(one: dict[str, Any], kind: str) -> SafeString:
    hint_id = f"{one['id']}_hint"
    attrs = {
        "id": one["id"],
        "name": one["name"],
        "type": "radio" if kind == "radios" else "checkbox",
        "value": one["value"],
        "checked": one["checked"],
    }
    hint: SafeString | str = ""
    if one["hint"]:
        attrs["aria-describedby"] = hint_id
        hint = format_html('<div class="govuk-hint govuk-{}__hint" id="{}">{}</div>', kind, hint_id, one["hint"])
    return format_html(
        '<div class="govuk-{0}__item"><input class="govuk-{0}__input"{1}>'
        '<label class="govuk-label govuk-{0}__label" for="{2}">{3}</label>{4}</div>',
        kind,
        flatatt(attrs),
        one["id"],
        one["label"],
        hint,
    )
