"""Pages that only the tests have: one of each kind, over the kit's own tables."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import include, path

from shared_services.access.permissions import SIGNED_IN
from shared_services.govuk.fields import CheckboxesField, DateField, MoneyField, RadioField, SelectField, TextAreaField
from shared_services.govuk.filters import CheckboxesFilter, DateFilter, GovukFilterSet
from shared_services.govuk.forms import GovukForm
from shared_services.govuk.lines import LineSet
from shared_services.govuk.models import SavedView
from shared_services.govuk.views import ActionView, BulkAction, Column, FormPage, ListPage, Page
from shared_services.tenancy.errors import NotAllowed, Stale


class Notice(Page):
    permission = SIGNED_IN
    title = "A notice"
    breadcrumbs = [("Views", "list")]


class Guarded(Page):
    permission = "organisation.manage_structure"
    title = "Departments"


class NameForm(GovukForm):
    name = forms.CharField(label="Name of the view", max_length=40)


class Rename(ActionView):
    permission = SIGNED_IN
    form_class = NameForm
    title = "Rename"

    def get_subject(self) -> SavedView:
        return get_object_or_404(SavedView, pk=self.kwargs["pk"])

    def act(self, form: NameForm) -> HttpResponse:
        name = form.cleaned_data["name"]
        SavedView.objects.filter(pk=self.subject.pk).update(name=name, query=self.subject.query + "x")
        if name == "Forbidden":
            raise NotAllowed("You cannot call it that. Choose another name.")
        if name == "Stale":
            raise Stale
        return self.done(f"Renamed to {name}", to="list")


class SplitForm(GovukForm):
    code = forms.CharField(label="Code")
    amount = MoneyField(label="Amount")


class LineForm(GovukForm):
    description = forms.CharField(label="Description")
    quantity = forms.IntegerField(label="Quantity", min_value=1)


SPLITS = LineSet(SplitForm, prefix="splits", label="Split", add_label="Add another split", minimum=0)


class EveryQuestion(GovukForm):
    title = forms.CharField(label="Title", help_text="What it is for", max_length=50)
    why = TextAreaField(label="Reason", max_length=200)
    total_amount = MoneyField(label="Amount")
    needed_on = DateField(label="Needed by", help_text="For example, 27 3 2026")
    kind = RadioField(label="What is it?", choices=[("g", "Goods"), ("s", "Services")], hints={"g": "Things"})
    centre = SelectField(label="Cost centre", choices=[("1", "Parks"), ("2", "Roads")])
    marks = CheckboxesField(label="Which apply?", choices=[("a", "Urgent"), ("b", "Grant")], required=False)
    quotation = forms.FileField(label="Quotation", required=False)
    checked = forms.BooleanField(label="I have checked the register")


class Raise(FormPage):
    permission = SIGNED_IN
    form_class = EveryQuestion
    title = "Raise a requisition"
    back_url = "/"
    line_sets = {"lines": LineSet(LineForm, inner={"splits": SPLITS})}

    def act(self, form: EveryQuestion) -> HttpResponse:
        lines = self.lines["lines"].values()
        return self.done(f"{len(lines)} lines, {sum(len(line['splits']) for line in lines)} splits", to="list")


class ViewFilter(GovukFilterSet):
    is_shared = CheckboxesFilter(label="Shared", choices=[("True", "Shared"), ("False", "Own")])
    saved_from = DateFilter("created_at", lookup_expr="date__gte", label="Saved from")

    class Meta:
        model = SavedView
        fields = ["path"]


def _delete(*, actor: Any, row: SavedView) -> None:
    if row.name.startswith("Kept"):
        raise NotAllowed("It is kept for good.")
    row.delete()


def _check_not_shared(actor: Any, row: SavedView) -> None:
    if row.is_shared:
        raise NotAllowed("Others use it. Stop sharing it first.")


class Views(ListPage):
    permission = SIGNED_IN
    title = "Views"
    noun = "view"
    columns = [
        Column("name", "Name", sort="name"),
        Column("path", "Path", sort="path"),
        Column("is_shared", "Shared", kind="yes_no"),
        Column("created_at", "Saved", kind="datetime", sort="created_at"),
        Column("query", "Query", shown=False),
    ]
    filterset_class = ViewFilter
    search_fields = ["name"]
    default_sort = "name"
    export_name = "views"
    bulk_actions = [BulkAction("delete", "Delete", _delete, check=_check_not_shared, past="deleted", warning=True)]

    def get_queryset(self) -> QuerySet[SavedView]:
        return SavedView.objects.views()


urlpatterns = [
    path("sample/notice/", Notice.as_view(), name="notice"),
    path("sample/guarded/", Guarded.as_view(), name="guarded"),
    path("sample/rename/<uuid:pk>/", Rename.as_view(), name="rename"),
    path("sample/raise/", Raise.as_view(), name="raise"),
    path("sample/list/", Views.as_view(), name="list"),
    path("", include("config.urls.council")),
]
handler403 = "shared_services.govuk.errors.forbidden"
handler404 = "shared_services.govuk.errors.not_found"
handler500 = "shared_services.govuk.errors.server_error"
