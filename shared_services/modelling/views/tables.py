"""Decision tables of a draft: the list, and each as a plain grid that needs no script."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse

from shared_services.govuk.forms import GovukForm, VersionField
from shared_services.tenancy.errors import NotAllowed

from ..form_fields import slug
from ..live_findings import table_findings_of
from ..models import ProcessDraft
from ..tables import (
    HIT_POLICIES,
    KINDS,
    Column,
    Grid,
    listed_tables,
    new_table,
    read_grid,
    with_column,
    without_column,
    write_grid,
)
from .boards import file_of, table_findings
from .designing import DraftChange, DraftPage


class ListTables(DraftPage):
    place = "modelling:list_tables"
    template_name = "pages/shared_services/modelling/list_tables.html"

    def get_title(self) -> str:
        return f"{self.draft.title}: decision tables"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            tables=listed_tables(self.draft.dmn),
            findings=table_findings_of(self.draft.bpmn, self.draft.dmn, self.draft.forms),
            **kwargs,
        )


class NewTableForm(GovukForm):
    name = forms.CharField(label="What does the table decide?", max_length=80, help_text="Like “Who approves”")
    version = VersionField()


class AddTable(DraftChange):
    place = "modelling:list_tables"
    form_class = NewTableForm
    title = "Add a decision table"
    button = "Add this table"

    def act(self, form: NewTableForm) -> HttpResponse:
        name, key = form.cleaned_data["name"], slug(form.cleaned_data["name"])
        if not key[0].isalpha():
            key = f"decision_{key}"
        if key in {one.decision for one in listed_tables(self.subject.dmn)}:
            raise NotAllowed("There is a table of that name already. Choose another name.", code="name")
        text = new_table(key, name)
        text = write_grid(text, replace(read_grid(text, key), name=name))
        to = reverse("modelling:edit_table", args=[self.subject.pk, len(self.subject.dmn), key])
        return self.keep(form, "Table added", to=to, dmn=[*self.subject.dmn, text])


class RemoveTableFile(DraftChange):
    place = "modelling:list_tables"
    title = "Remove this decision file?"
    button, button_style = "Remove this file", "warning"

    class form_class(GovukForm):
        version = VersionField()

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        file_of(draft, self.kwargs["number"])
        return draft

    def act(self, form: Any) -> HttpResponse:
        left = [text for number, text in enumerate(self.subject.dmn) if number != self.kwargs["number"]]
        return self.keep(form, "Decision file removed", dmn=left)


class GridForm(GovukForm):
    """What is said of the whole table; its cells are read beside it."""

    name = forms.CharField(label="What the table decides", max_length=120)
    hit_policy = forms.ChoiceField(label="When more than one row fits", choices=list(HIT_POLICIES.items()))
    version = VersionField()


class EditTable(DraftChange):
    """The grid: columns, rows, and buttons that add, move and take away, each without losing what is typed."""

    place = "modelling:list_tables"
    form_class = GridForm
    template_name = "pages/shared_services/modelling/edit_table.html"
    button = "Save the table"
    grid: Grid

    def get_subject(self) -> ProcessDraft:
        draft = super().get_subject()
        try:
            self.grid = read_grid(file_of(draft, self.kwargs["number"]), self.kwargs["decision"])
        except NotAllowed as refusal:
            raise Http404 from refusal
        if self.request.method == "POST":
            self.grid = _typed(self.request.POST, self.grid)
        return draft

    def get_title(self) -> str:
        return f"Decision table: {self.grid.name}"

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "name": self.grid.name, "hit_policy": self.grid.hit_policy}

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        grid = self.grid
        columns = [*grid.inputs, *grid.outputs]
        return super().get_context(
            grid=grid,
            columns=[
                {"place": place, "column": column, "output": place >= len(grid.inputs)}
                for place, column in enumerate(columns)
            ],
            rows=[
                {
                    "number": number,
                    "cells": [
                        {"place": place, "value": cell, "label": columns[place].label}
                        for place, cell in enumerate(row[:-1])
                    ],
                    "note": row[-1],
                }
                for number, row in enumerate(grid.rows)
            ],
            kinds=KINDS.items(),
            findings=table_findings(self.subject),
            **kwargs,
        )

    def _edit_lines(self, change: str) -> HttpResponse:
        """The grid again after one of its buttons: nothing kept, nothing lost."""
        self.grid = _changed(self.grid, change)
        self.form = GridForm(
            initial={**self.get_initial(), "name": self.grid.name, "version": self.request.POST.get("version")}
        )
        return self.show_form()

    def act(self, form: GridForm) -> HttpResponse:
        number = self.kwargs["number"]
        said = replace(self.grid, name=form.cleaned_data["name"], hit_policy=form.cleaned_data["hit_policy"])
        text = write_grid(file_of(self.subject, number), said)
        files = [text if place == number else other for place, other in enumerate(self.subject.dmn)]
        return self.keep(form, "Table saved", to=self.request.path, dmn=files)


def _typed(data: Any, grid: Grid) -> Grid:
    """The grid as it was sent, as wide as its page was."""
    inputs, outputs = _columns(data, "input"), _columns(data, "output")
    if not inputs and not outputs:
        return grid
    width = len(inputs) + len(outputs)
    count = int(data.get("rows", "0")) if data.get("rows", "0").isdigit() else 0
    rows = tuple(
        (*(data.get(f"cell-{row}-{place}", "").strip() for place in range(width)), data.get(f"note-{row}", "").strip())
        for row in range(min(count, 500))
    )
    return Grid(
        grid.decision, data.get("name", grid.name), data.get("hit_policy", grid.hit_policy), inputs, outputs, rows
    )


def _columns(data: Any, what: str) -> tuple[Column, ...]:
    said = zip(
        data.getlist(f"{what}-label"), data.getlist(f"{what}-expression"), data.getlist(f"{what}-kind"), strict=False
    )
    return tuple(
        Column(label.strip(), expression.strip(), kind if kind in KINDS else "string")
        for label, expression, kind in said
    )


def _changed(grid: Grid, change: str) -> Grid:
    verb, _, place = change.partition(":")
    rows, number = list(grid.rows), int(place) if place.isdigit() else -1
    if verb == "add_row":
        rows.append((*["-"] * len(grid.inputs), *[""] * len(grid.outputs), ""))
    elif verb == "add_input":
        return with_column(grid, Column("New column", ""), output=False)
    elif verb == "add_output":
        return with_column(grid, Column("New answer", "answer"), output=True)
    elif verb == "remove_column":
        return without_column(grid, number)
    elif 0 <= number < len(rows):
        row = rows.pop(number)
        if verb in ("up", "down"):
            rows.insert(max(number + (-1 if verb == "up" else 1), 0), row)
    return replace(grid, rows=tuple(rows))
