"""Lists: filter, sort, columns, saved views, bulk actions, pages and CSV, built once for every app."""

from __future__ import annotations

from functools import cached_property, reduce
from operator import or_
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from shared_services.access.permissions import SIGNED_IN, may
from shared_services.audit.services import record
from shared_services.tenancy.statements import JoinedRows

from .bulk import BulkAction, BulkRun
from .columns import Column
from .exports import csv_response
from .filters import panel_fields
from .models import SavedView
from .page_links import page_links, size_links
from .pages import Page
from .paging import ListSlice, slice_of
from .services import choose_columns
from .table_rows import table_head, table_rows
from .words import counted, spoken_date, spoken_money

KEPT = JoinedRows(
    "govuk.SavedView", where="t0.page = %s AND (t0.account_id = %s OR t0.is_shared AND t0.kind = %s) ORDER BY t0.name"
)
"""What an officer needs on one list: the own columns and views, and the views others share."""
SIZES = (25, 50, 100)
PASSING = ("export", "view", "panel")
"""Parameters that say what to do once, and belong to no view that is kept."""
OWN = {"q", "sort", "page", "size", "columns", *PASSING}
"""Parameters that every list reads itself; whatever else an address has is for the filters."""


class ListPage(Page):
    """A list of records.

    Two queries for the rows whatever their number (page, and a count that stops at a thousand), one for the
    officer's saved views and columns. Works without JavaScript: every control is a link or a form.
    """

    template_name = "layouts/list.html"
    queryset: Any = None
    columns: ClassVar[list[Column]] = []
    reads: ClassVar[tuple[str, ...]] = ()
    """The fields that a page of the list reads, where its records have many more; all when not given."""
    filterset_class: ClassVar[Any] = None
    search_fields: ClassVar[list[str]] = []
    search_label = "Search"
    bulk_actions: ClassVar[list[BulkAction]] = []
    default_sort = ""
    """The column whose heading is marked at first. A queryset with an order of its own keeps it."""
    tie_break = "pk"
    """Settles ties, so that no row is shown on two pages: a field unique in the list, best one its index ends with."""
    export_name = ""
    export_event = ""
    """The audit event of an export; "<export_name>.exported" when not given."""
    noun = "record"
    noun_plural = ""
    empty_text = ""
    """What an officer reads when there is nothing at all, not just nothing that matches."""
    create_url_name = ""
    create_label = ""
    create_permission = ""

    # -- What subclasses may change ---------------------------------------------------------------
    def get_queryset(self) -> Any:
        return self.queryset.all()

    def get_columns(self) -> list[Column]:
        return list(self.columns)

    def get_bulk_actions(self) -> list[BulkAction]:
        return [action for action in self.bulk_actions if action.open_to(self.actor)]

    def bulk_actions_for(self, records: list[Any]) -> list[BulkAction]:
        """What can be done to any of the rows of the page."""
        return [action for action in self.get_bulk_actions() if any(action.fits(row) for row in records)]

    # -- Requests ---------------------------------------------------------------------------------
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.params.get("export") == "csv" and self.export_name:
            return self.export()
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "choose_columns" in request.POST:
            known = [column.key for column in self.get_columns()]
            chosen = [key for key in known if key in request.POST.getlist("columns")]
            choose_columns(account=request.user, page=self.page_key, path=request.path, columns=chosen)
            query = self._query_without("columns")
            return redirect(f"{request.path}?{query}" if query else request.path)
        action = next((one for one in self.get_bulk_actions() if one.key == request.POST.get("bulk_action")), None)
        if action is None:
            return redirect(self.address())
        return BulkRun(self, action).respond()

    # -- What the officer asked for ---------------------------------------------------------------
    @cached_property
    def page_key(self) -> str:
        match = self.request.resolver_match
        assert match is not None  # The address led here.
        return match.view_name

    @cached_property
    def _kept(self) -> list[SavedView]:
        return KEPT.find_all(self.page_key, self.request.user.pk, SavedView.Kind.VIEW)

    @cached_property
    def saved_views(self) -> list[SavedView]:
        return [one for one in self._kept if one.kind == SavedView.Kind.VIEW]

    @cached_property
    def default_view(self) -> SavedView | None:
        return next(
            (one for one in self.saved_views if one.is_default and one.account_id == self.request.user.pk), None
        )

    @cached_property
    def params(self) -> QueryDict:
        """The address's parameters, or those of the officer's default view when the address has none."""
        if not self.request.GET and self.default_view:
            return QueryDict(self.default_view.query)
        return self.request.GET

    @cached_property
    def shown_columns(self) -> list[Column]:
        columns = self.get_columns()
        kept = next((one.columns for one in self._kept if one.kind == SavedView.Kind.COLUMNS), None)
        asked = self.params.getlist("columns") or kept
        if asked:
            chosen = [column for column in columns if column.key in asked]
            if chosen:
                return chosen
        return [column for column in columns if column.shown]

    @cached_property
    def filterset(self) -> Any:
        """The filters and what they leave; None when nothing is filtered, which is how most lists are asked for."""
        if self.filterset_class is None or self.filterset_class.says_nothing(self.params, others=OWN):
            return None
        # An unbound filter form would not say which boxes are ticked.
        return self.filterset_class(self.params, queryset=self.get_queryset(), request=self.request)

    @cached_property
    def search_text(self) -> str:
        return self.params.get("q", "").strip()[:100] if self.search_fields else ""

    @cached_property
    def rows(self) -> Any:
        """Every row that matches, in order."""
        rows = self.get_queryset() if self.filterset is None else self.filterset.qs
        if self.search_text:
            rows = rows.filter(
                reduce(or_, (Q(**{f"{name}__icontains": self.search_text}) for name in self.search_fields))
            )
        return self._sorted(rows)

    @property
    def rows_to_show(self) -> Any:
        """The rows that a page is cut from."""
        return self.rows.only(*self.reads) if self.reads else self.rows

    @property
    def is_plain(self) -> bool:
        """Whether the list is asked for as it is: not filtered, searched or sorted otherwise."""
        return self.filterset is None and not self.search_text and not self.params.get("sort")

    def _sorted(self, rows: Any) -> Any:
        given = tuple(rows.query.order_by)
        key = self.sort.lstrip("-")
        column = next((one for one in self.get_columns() if one.sort and one.key == key), None)
        if column is not None and (self.params.get("sort") or not given):
            given = (f"-{column.sort}" if self.sort.startswith("-") else column.sort,)
        if not given or str(given[-1]).lstrip("-") == self.tie_break:
            return rows
        return rows.order_by(*given, self.tie_break)

    @cached_property
    def sort(self) -> str:
        return self.params.get("sort", "") or self.default_sort

    @cached_property
    def page_size(self) -> int:
        size = self.params.get("size", "")
        return int(size) if size.isdigit() and int(size) in SIZES else SIZES[0]

    # -- What the template draws ------------------------------------------------------------------
    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        page = slice_of(self.rows_to_show, asked=self.params.get("page"), size=self.page_size)
        columns = self.shown_columns
        records, total = page.records, page.total
        bulk = self.bulk_actions_for(records)
        chosen = self._chosen_filters()
        return super().get_context(
            head=table_head(self._headings(columns)),
            rows=table_rows(records, columns, pick=bool(bulk)),
            records=records,
            page=page,
            total=total,
            page_links=page_links(page, self._query_without("page")),
            page_query=self._query_without("page"),
            size_links=size_links(self.page_size, {size: self._query_with("size", str(size)) for size in SIZES}),
            count_text=self._count_text(page),
            filter_fields=self._filter_fields(),
            chosen_filters=chosen,
            panel_open=bool(chosen) or bool(self.filterset is not None and self.filterset.form.errors),
            is_filtered=bool(self.search_text or chosen),
            search_keeps=self._kept_parameters({"q"}),
            filter_keeps=self._kept_parameters(self._filter_names()),
            search_off_url=f"{self.request.path}?{self._query_without('page', 'q') or 'view=all'}",
            uses_default_view=not self.request.GET and self.default_view is not None,
            column_choices=[(column, column in columns) for column in self.get_columns()] if self._is_choosing else [],
            choose_url=f"?{self._query_with('panel', 'columns')}",
            clear_url=f"{self.request.path}?view=all",
            export_url=f"{self.request.path}?{self._query_with('export', 'csv')}" if self.export_name else "",
            save_view_url=f"/saved-views/new/?{urlencode({'path': self.request.path, 'query': self._query_without('page')})}",
            close_url=f"{self.request.path}?{self._query_without()}",
            active_view=self._active_view(),
            bulk=bulk,
            empty_text=self.empty_text or f"There are no {self.noun_plural or self.noun + 's'} yet.",
            create_url=self._create_url(),
            create_label=self.create_label,
            **kwargs,
        )

    def _filter_fields(self) -> SafeString | str:
        if self.filterset is not None:
            return panel_fields(self.filterset.form)
        return self.filterset_class.blank_panel(self.get_queryset) if self.filterset_class else ""

    def _count_text(self, page: ListSlice) -> str:
        words = counted(page.total, self.noun, self.noun_plural or None)
        return words if page.is_exact else f"More than {words}"

    @property
    def _is_choosing(self) -> bool:
        """Whether the officer has opened the choice of columns: a list draws it only then."""
        return self.request.GET.get("panel") == "columns"

    def _create_url(self) -> str:
        if not self.create_url_name or not may(self.actor, self.create_permission or SIGNED_IN):
            return ""
        return reverse(self.create_url_name)

    def _filter_names(self) -> set[str]:
        """The parameters that the filter panel itself sends."""
        if self.filterset is None:
            return set()
        names = {bound.html_name for bound in self.filterset.form}
        return {name for name in self.params if any(name == own or name.startswith(f"{own}_") for own in names)}

    def _kept_parameters(self, sent: set[str]) -> list[tuple[str, str]]:
        """What a form of the page must carry along: all of the address but its own fields and the page number."""
        return self._others({*sent, "page", *PASSING})

    def _headings(self, columns: list[Column]) -> list[dict[str, Any]]:
        return [
            {
                "label": column.label,
                "is_number": column.is_number,
                "direction": self._direction(column),
                "url": self._sort_url(column) if column.sort else "",
            }
            for column in columns
        ]

    def _direction(self, column: Column) -> str:
        if not column.sort or self.sort.lstrip("-") != column.key:
            return "none"
        return "descending" if self.sort.startswith("-") else "ascending"

    def _sort_url(self, column: Column) -> str:
        to = f"-{column.key}" if self._direction(column) == "ascending" else column.key
        return f"?{self._query_with('sort', to)}"

    def _query_without(self, *names: str) -> str:
        return urlencode(self._others({*names, *PASSING}))

    def _query_with(self, name: str, value: str) -> str:
        return urlencode([*self._others({name, "page", *PASSING}), (name, value)])

    def _others(self, gone: set[str]) -> list[tuple[str, str]]:
        """The parameters of the address but these."""
        return [(name, value) for name, values in self.params.lists() if name not in gone for value in values]

    def address(self) -> str:
        query = self.request.GET.urlencode()
        return f"{self.request.path}?{query}" if query else self.request.path

    def _chosen_filters(self) -> list[dict[str, str]]:
        """The filters in force, each with the address of the list without it."""
        if self.filterset is None or not self.filterset.form.is_bound:
            return []
        chosen = []
        form = self.filterset.form
        values = form.cleaned_data if form.is_valid() else {}
        for bound in form:
            value = values.get(bound.name)
            if value in (None, "", [], (), False) or (hasattr(value, "exists") and not value):
                continue
            names = [name for name in self.params if name == bound.html_name or name.startswith(f"{bound.html_name}_")]
            if not names:
                # The set filled it in, as the year of a list that shows one: nobody chose it, and nobody can clear it.
                continue
            query = self._query_without("page", *names)
            chosen.append(
                {
                    "label": str(bound.label),
                    "text": _in_words(bound, value),
                    "url": f"{self.request.path}?{query or 'view=all'}",
                }
            )
        return chosen

    def _active_view(self) -> SavedView | None:
        query = self._query_without("page")
        return next((one for one in self.saved_views if one.query and one.query == query), None)

    # -- Export -----------------------------------------------------------------------------------
    def export(self) -> StreamingHttpResponse:
        """Every row that matches, not only this page, as a CSV file. Written in the audit record."""
        columns = self.shown_columns
        event = self.export_event or f"{self.page_key.replace(':', '.')}.exported"
        record(
            self.actor,
            event,
            ("list", self.page_key),
            rows=self.rows.count(),
            columns=[column.key for column in columns],
            query=self._query_without("page"),
        )
        return csv_response(self.rows, columns, self.export_name)


def _in_words(bound: Any, value: Any) -> str:
    """A filter's value as the officer chose it."""
    if hasattr(value, "year"):
        return spoken_date(value)
    if bound.kind == "money":
        return spoken_money(value)
    if value is True:
        return "Yes"
    labels = {str(key): str(label) for key, label in getattr(bound.field, "choices", None) or []}
    many = value if isinstance(value, (list, tuple)) or hasattr(value, "iterator") else [value]
    return ", ".join(labels.get(str(getattr(one, "pk", one)), str(one)) for one in many)
