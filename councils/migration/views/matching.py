"""Matching columns of files and codes of the legacy system; the templates to fill in."""

from __future__ import annotations

import csv
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.govuk.exports import BYTE_ORDER_MARK
from shared_services.govuk.views import GuardedView, Page
from shared_services.govuk.words import counted

from .. import selectors, services
from ..choices import CrosswalkKind
from ..forms import CodesForm, ColumnsForm, TableForm
from ..models import ImportFile
from ..reading.recognising import fields_of
from ..tables import all_tables, table_called
from .batches import TRAIL, VIEW, BatchAction, LoadersPage, templates_listed


class MapColumns(BatchAction):
    """What a file is and what its columns are. `?table=` asks the questions for another table."""

    template_name = "pages/councils/migration/map_columns.html"
    form_class = ColumnsForm
    button = "Save and check again"

    def prepare(self) -> None:
        super().prepare()
        self.file = get_object_or_404(ImportFile, batch=self.batch, pk=self.kwargs["file_id"])
        asked = self.request.GET.get("table") or self.file.table
        self.table = all_tables().get(asked) or next(iter(all_tables().values()))
        if not self.file.headers:
            raise Http404

    def get_title(self) -> str:
        return f"Columns of {self.file.name}"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"file": self.file, "table": self.table}

    def get_initial(self) -> dict[str, Any]:
        chosen = self.file.fields
        if self.table.key != self.file.table:
            chosen = fields_of(self.table, self.file.headers)
        return super().get_initial() | {
            "decimal_mark": self.file.decimal_mark,
            "date_order": self.file.date_order,
            **{f"column_{place}": one for place, one in enumerate(chosen)},
        }

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(
            file=self.file,
            table=self.table,
            table_form=TableForm(initial={"table": self.table.key}),
            **kwargs,
        )

    def act(self, form: ColumnsForm) -> HttpResponse:
        services.map_columns(
            actor=self.actor,
            file=self.file,
            table=self.table.key,
            fields=form.chosen,
            decimal_mark=form.cleaned_data["decimal_mark"],
            date_order=form.cleaned_data["date_order"],
            version=form.cleaned_data["version"],
        )
        return self.done("The columns are kept, for later files too. The batch is being checked again.", to=self.batch)


class ListCodes(Page):
    """The kinds of code, and how many wait for a match."""

    permission = VIEW
    template_name = "pages/councils/migration/list_codes.html"
    title = "Codes"
    breadcrumbs = TRAIL

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        waiting = selectors.codes_to_match()
        items = []
        for kind, label in CrosswalkKind.choices:
            count = waiting.get(kind, 0)
            items.append(
                {
                    "title": label,
                    "url": reverse("migration:match_codes", args=[kind]),
                    "status": f"{count} without a match" if count else "Nothing waits",
                    "colour": "yellow" if count else "",
                }
            )
        return super().get_context(items=items, **kwargs)


class MatchCodes(LoadersPage):
    """What the codes of one kind are called here."""

    permission = VIEW
    template_name = "pages/councils/migration/match_codes.html"
    form_class = CodesForm
    breadcrumbs = [*TRAIL, ("Codes", "migration:list_codes")]
    button = "Save matches"

    def prepare(self) -> None:
        self.kind = self.kwargs["kind"]
        if self.kind not in CrosswalkKind.values:
            raise Http404
        self.waiting = selectors.unmatched_codes(self.kind)

    def get_title(self) -> str:
        return f"Match codes: {CrosswalkKind(self.kind).label.lower()}"

    def get_form_kwargs(self) -> dict[str, Any]:
        codes = {**dict.fromkeys(self.waiting, ""), **selectors.matched_codes(self.kind)}
        return super().get_form_kwargs() | {
            "kind": self.kind,
            "codes": codes,
            "waiting": self.waiting,
            "answers": selectors.answers_for(self.kind),
        }

    def act(self, form: CodesForm) -> HttpResponse:
        changed = services.match_codes(actor=self.actor, kind=self.kind, codes=form.matches)
        return self.done(
            f"{counted(changed, 'match', 'matches')} changed. Check the batch again to see what that puts right. Totals "
            "signed before must be signed again."
            if changed
            else "Nothing was changed.",
            to="migration:list_codes",
        )


class ListTemplates(Page):
    """The plain templates, with what each column takes."""

    permission = VIEW
    template_name = "pages/councils/migration/list_templates.html"
    title = "Templates to fill in"
    breadcrumbs = TRAIL

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(templates=templates_listed(), **kwargs)


class DownloadTemplate(GuardedView):
    """A template as CSV: its headings, ready for rows."""

    permission = VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = kwargs["table"]
        if key not in all_tables() or not table_called(key).is_template:
            raise Http404
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{key}.csv"'
        response.write(BYTE_ORDER_MARK)
        writer = csv.writer(response)
        writer.writerow([one.label for one in table_called(key).fields])
        return response
