"""Building the forms of a draft: which steps ask, and field after field what they ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from shared_services.govuk.forms import GovukForm, SelectField, VersionField
from shared_services.govuk.lines import LineSet
from shared_services.workflow.expressions import ExpressionError, names_in
from shared_services.workflow.step_forms.answers import in_words
from shared_services.workflow.step_forms.checking import problems_with
from shared_services.workflow.step_forms.conditions import in_words as condition_in_words
from shared_services.workflow.step_forms.rendering import AnswerForm
from shared_services.workflow.step_forms.spec import KINDS, FormField, StepForm, read_form, schema_of
from shared_services.workflow.views.answers import AnswersForm

from ..design_forms import VersionForm, offer
from ..drawing.listing import listed_steps
from ..drawing.tree import Drawing
from ..form_fields import (
    ColumnForm,
    FieldForm,
    KindOfFieldForm,
    column_from,
    columns_of,
    initial_of,
)
from ..models import ProcessDraft
from .designing import DraftChange, DraftPage, draft_of_this_room
from .step_list import step_of

ASKING = ("startEvent", "userTask")


class DesignForms(DraftPage):
    """The steps that can ask something, and whether they do."""

    place = "modelling:design_forms"
    template_name = "pages/shared_services/modelling/design_forms.html"

    def get_title(self) -> str:
        return f"{self.draft.title}: forms"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        items = []
        for step in listed_steps(self.draft.bpmn, self.draft.forms):
            if step.may_have_form:
                count = len(read_form(self.draft.forms[step.id]).fields) if step.has_form else 0
                items.append(
                    {
                        "title": step.label,
                        "hint": "Asked when a request is started" if step.tag == "startEvent" else step.who,
                        "url": reverse("modelling:design_form", args=[self.draft.pk, step.id]),
                        "status": f"{count} question{'' if count == 1 else 's'}" if count else "Asks nothing yet",
                        "colour": "green" if count else "grey",
                    }
                )
        return super().get_context(items=items, **kwargs)


class DesignForm(DraftPage):
    """One step's form: its fields in order, and what can be done to them."""

    place = "modelling:design_forms"
    template_name = "pages/shared_services/modelling/design_form.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = draft_of_this_room(kwargs["draft_id"])
        self.label = asking_step(self.draft, kwargs["step"])
        return self.show()

    def get_title(self) -> str:
        return f"Form of “{self.label}”"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        step = self.kwargs["step"]
        schema = self.draft.forms.get(step)
        form = read_form(schema or {})
        return super().get_context(
            step=step,
            form_of_step=form,
            rows=[_row(form, one) for one in form],
            problems=problems_with(schema, Drawing(self.draft.bpmn).variables()) if schema else [],
            **kwargs,
        )


def _row(form: StepForm, one: FormField) -> dict[str, Any]:
    said = [one.kind_label.lower()]
    if one.columns:
        said.append("columns: " + ", ".join(column.label for column in one.columns))
    if one.options:
        said.append(", ".join(label for _, label in one.options[:6]) + (" and others" if len(one.options) > 6 else ""))
    when = "Must be answered" if one.required else "Need not be answered"
    if one.required_if:
        when = f"Must be answered if {condition_in_words(one.required_if, form) or one.required_if}"
    if one.show_if:
        when += f". Asked only if {condition_in_words(one.show_if, form) or one.show_if}"
    return {"field": one, "what": "; ".join(said), "when": when}


class ChooseFieldKind(DraftPage):
    place = "modelling:design_forms"
    title = "Add a question"
    template_name = "pages/shared_services/modelling/choose_kind.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.draft = draft_of_this_room(kwargs["draft_id"])
        asking_step(self.draft, kwargs["step"])
        form = KindOfFieldForm(request.GET if "kind" in request.GET else None)
        if form.is_bound and form.is_valid():
            address = reverse("modelling:add_field", args=[self.draft.pk, kwargs["step"]])
            return redirect(f"{address}?{urlencode(form.cleaned_data)}")
        return self.show(
            form=form, asked={}, errors=form.error_links() if form.is_bound else [],
            cancel_url=reverse("modelling:design_form", args=[self.draft.pk, kwargs["step"]]),
        )  # fmt: skip


class _FieldChange(DraftChange):
    place = "modelling:design_forms"

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        self.label = asking_step(draft, self.kwargs["step"])
        self.step_form = read_form(draft.forms.get(self.kwargs["step"]) or {})
        return draft

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        return [*super().get_breadcrumbs(), (self.label, self.address())]

    def address(self) -> str:
        return reverse("modelling:design_form", args=[self.subject.pk, self.kwargs["step"]])

    def old_field(self) -> FormField:
        found = self.step_form.by_name.get(self.kwargs["field"])
        if found is None:
            raise Http404
        return found

    def keep_form(self, form: Any, step_form: StepForm, message: str) -> HttpResponse:
        step = self.kwargs["step"]
        title = step_form.title or self.label
        kept = {**self.subject.forms, step: schema_of(replace(step_form, title=title, by_name={}))}
        if not step_form.fields:
            del kept[step]
        return self.keep(form, message, to=self.address(), forms=kept)


class AddField(_FieldChange):
    """What is asked, and how."""

    form_class = FieldForm
    template_name = "pages/shared_services/modelling/field.html"
    button = "Add this question"
    old: FormField | None = None

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        self.kind = self.request.GET.get("kind", "")
        if self.kind not in KINDS:
            raise Http404
        return draft

    def get_title(self) -> str:
        return f"Add a question: {KINDS[self.kind].lower()}"

    def get_form_kwargs(self) -> dict[str, Any]:
        variables = Drawing(self.subject.bpmn).variables()
        return {
            **super().get_form_kwargs(), "kind": self.kind, "form": self.step_form, "old": self.old, "variables": variables
        }  # fmt: skip

    def get_line_sets(self) -> list[tuple[str, LineSet]]:
        if self.kind != "table":
            return []
        return [
            (
                "columns",
                LineSet(ColumnForm, prefix="columns", label="Column", add_label="Add another column", maximum=8),
            )
        ]

    def read_field(self, form: FieldForm) -> FormField:
        taken: set[str] = set()
        rows = self.lines["columns"].values() if "columns" in self.lines else []
        return form.field([column_from(row, taken) for row in rows])

    def act(self, form: FieldForm) -> HttpResponse:
        one = self.read_field(form)
        fields = [*self.step_form.fields, one]
        return self.keep_form(form, self.step_form.with_fields(fields), f"“{one.label}” added")


class ChangeField(AddField):
    button = "Save"

    def get_subject(self) -> ProcessDraft:
        draft = _FieldChange.get_subject(self)
        self.old = self.old_field()
        self.kind = self.old.kind
        return draft

    def get_title(self) -> str:
        return f"Change “{self.old_field().label}”"

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), **initial_of(self.old_field())}

    def get_lines_initial(self, name: str) -> list[dict[str, Any]]:
        return columns_of(self.old_field())

    def act(self, form: FieldForm) -> HttpResponse:
        one = self.read_field(form)
        fields = [one if other.name == one.name else other for other in self.step_form]
        return self.keep_form(form, self.step_form.with_fields(fields), f"“{one.label}” changed")


class FieldButton(_FieldChange):
    """A button beside a field: up or down."""

    class form_class(GovukForm):
        do = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])
        version = VersionField()

    button = "Change"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.prepare()
        return redirect(self.address())

    def get_title(self) -> str:
        return f"Form of “{self.label}”"

    def act(self, form: Any) -> HttpResponse:
        one, fields = self.old_field(), list(self.step_form.fields)
        place, do = fields.index(one), form.cleaned_data["do"]
        fields.remove(one)
        fields.insert(max(place + (-1 if do == "up" else 1), 0), one)
        return self.keep_form(form, self.step_form.with_fields(fields), f"“{one.label}” moved {do}")


class RemoveField(_FieldChange):
    """Remove a question, once it is said which others ask for its answer."""

    form_class = VersionForm
    template_name = "pages/shared_services/modelling/remove_field.html"
    button, button_style = "Remove this question", "warning"

    def get_title(self) -> str:
        return f"Remove “{self.old_field().label}”?"

    def get_back_url(self) -> str:
        return self.address()

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        name = self.old_field().name
        return super().get_context(asking=[one.label for one in self.step_form if _asks_for(one, name)], **kwargs)

    def act(self, form: VersionForm) -> HttpResponse:
        one = self.old_field()
        fields = [other for other in self.step_form if other.name != one.name]
        title_from = "" if self.step_form.title_from == one.name else self.step_form.title_from
        left = replace(self.step_form, title_from=title_from, by_name={}).with_fields(fields)
        return self.keep_form(form, left, f"“{one.label}” removed")


def _asks_for(one: FormField, name: str) -> bool:
    """Whether a condition of a question reads the answer of that name."""
    try:
        return any(name in names_in(condition) for condition in (one.show_if, one.required_if) if condition)
    except ExpressionError:
        return False


class NameTheCase(_FieldChange):
    """Which answer a case is called by in lists."""

    class form_class(GovukForm):
        title_from = SelectField(label="Which answer is the case called by?", required=False, empty_label=None)
        version = VersionField()

        def __init__(self, *args: Any, fields: list[tuple[str, str]], **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            offer(self, "title_from", [("", "None: by the name of the process"), *fields])

    title = "Name of the case"

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "title_from": self.step_form.title_from}

    def get_form_kwargs(self) -> dict[str, Any]:
        texts = [(one.name, one.label) for one in self.step_form if one.kind == "text" and not one.show_if]
        return {**super().get_form_kwargs(), "fields": texts}

    def act(self, form: Any) -> HttpResponse:
        named = replace(self.step_form, title_from=form.cleaned_data["title_from"], by_name={})
        return self.keep_form(form, named, "Saved")


class PreviewForm(AnswersForm):
    """The form as officers will see it; what is typed is checked, shown and not kept."""

    permission = DraftChange.permission
    template_name = "pages/shared_services/modelling/preview_form.html"
    form_class = AnswerForm
    button = "Check these answers"

    def prepare(self) -> None:
        self.draft = draft_of_this_room(self.kwargs["draft_id"])
        self.label = asking_step(self.draft, self.kwargs["step"])
        schema = self.draft.forms.get(self.kwargs["step"])
        if not schema:
            raise Http404
        self.spec = read_form(schema)

    def get_title(self) -> str:
        return f"Preview: {self.label}"

    def get_back_url(self) -> str:
        return reverse("modelling:design_form", args=[self.draft.pk, self.kwargs["step"]])

    def act(self, form: AnswerForm) -> HttpResponse:
        assert self.spec is not None
        rows = [
            (label, "\n".join(said) if isinstance(said, list) else said)
            for label, said in in_words(self.spec, form.answers)
        ]
        return self.show_form_again(rows)

    def show_form_again(self, rows: list[tuple[str, str]]) -> HttpResponse:
        return self.show(
            form=self.form, lines=self.lines, errors=[], button=self.button, checked=rows or [("Answers", "None")],
            has_files=self.form.is_multipart(),
        )  # fmt: skip


def asking_step(draft: ProcessDraft, key: str) -> str:
    """The label of a step that may have a form; any other is not here."""
    tag, label = step_of(draft, key)
    if tag not in ASKING:
        raise Http404
    return label
