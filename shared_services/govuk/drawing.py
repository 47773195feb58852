"""Form controls as HTML, by the names of the design system. Django draws each control and each option through a
template of its own, which on a form with two long lists is most of the page's time. Every value is escaped.
"""

from __future__ import annotations

import html
import re
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ERROR_LINE = '<span class="gh-error-line"><span class="govuk-visually-hidden">Error:</span> {}</span>'
OPTION = (
    '<div class="govuk-{0}__item"><input class="govuk-{0}__input" id="{1}" name="{2}" type="{3}" value="{4}"{5}{6}>'
    '<label class="govuk-label govuk-{0}__label" for="{1}">{7}</label>{8}</div>'
)
CHECKED = SafeString(" checked")
GROUP = '<div class="{}">{}{}</div>'
MONEY = (
    '<div class="{}">{}<div class="govuk-input__wrapper">'
    '<div class="govuk-input__prefix" aria-hidden="true">£</div>{}</div></div>'
)
CHECKBOXES = (
    '<div class="{}"><fieldset class="govuk-fieldset"{}>{}<div class="govuk-checkboxes govuk-checkboxes--small" '
    'data-module="govuk-checkboxes">{}</div></fieldset></div>'
)
GROUP_LABEL = '<optgroup label="{}">{}</optgroup>'

SPECIAL = re.compile("[&<>\"']").search


def escape(text: str) -> str:
    """Text as HTML shows it. Most text has nothing to escape, and finding that out is quicker than escaping it."""
    return html.escape(text) if SPECIAL(text) else text


def control(widget: forms.Widget, name: str, value: Any, attrs: dict[str, Any]) -> SafeString | None:
    """An input, a list that opens or a box for text; None for a widget that draws itself in some other way."""
    if not (widget.template_name or "").startswith("django/forms/widgets/"):
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


def filled(pattern: str, *values: Any) -> SafeString:
    """Our own markup with values put in, each escaped unless it is markup already: format_html at a third of its cost."""
    return SafeString(
        pattern.format(*[value if isinstance(value, SafeString) else escape(str(value)) for value in values])
    )


def heading(field: Any, *, legend: bool = False) -> SafeString:
    """What stands above a control: its label or legend, its hint, and what is wrong with the answer."""
    words = filled("{} (optional)", field.label) if field.optional else field.label
    if legend:
        top = filled('<legend class="govuk-fieldset__legend govuk-fieldset__legend--s">{}</legend>', words)
    else:
        top = filled('<label class="govuk-label" for="{}">{}</label>', field.id_for_label, words)
    return filled("{}{}{}", top, _hint(field), error(field))


def _hint(field: Any) -> SafeString | str:
    if not field.help_text:
        return ""
    return filled('<div class="govuk-hint" id="{}">{}</div>', field.hint_id, field.help_text)


def error(field: Any) -> SafeString | str:
    if not field.errors:
        return ""
    lines = format_html_join("", ERROR_LINE, ((text,) for text in field.errors))
    return filled('<p class="govuk-error-message" id="{}">{}</p>', field.error_id, lines)


def options(field: Any, kind: str) -> SafeString:
    """Radio buttons or checkboxes, one item each, with the line under an answer if it has one."""
    return SafeString("".join([_option(one, kind) for one in field.options]))


def _option(one: dict[str, Any], kind: str) -> SafeString:
    hint_id = f"{one['id']}_hint"
    hint: SafeString | str = ""
    described: SafeString | str = ""
    if one["hint"]:
        described = filled(' aria-describedby="{}"', hint_id)
        hint = filled('<div class="govuk-hint govuk-{}__hint" id="{}">{}</div>', kind, hint_id, one["hint"])
    return filled(
        OPTION,
        kind,
        one["id"],
        one["name"],
        "radio" if kind == "radios" else "checkbox",
        one["value"],
        described,
        CHECKED if one["checked"] else "",
        one["label"],
        hint,
    )


def group(field: Any) -> SafeString | None:
    """A whole field of the kinds that need no template of their own; None for the others."""
    if field.field.template_name:
        return None
    if field.kind in ("input", "select"):
        return filled(GROUP, field.group_css, field.heading, SafeString(field))
    if field.kind == "money":
        return filled(MONEY, field.group_css, field.heading, SafeString(field))
    if field.kind == "checkboxes":
        described = field.aria_describedby
        by = filled(' aria-describedby="{}"', described) if described else ""
        return filled(CHECKBOXES, field.group_css, by, field.legend, field.drawn_options)
    return None
