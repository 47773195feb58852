"""The council's register of suppliers. Bank details are never shown whole."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from shared_services.access.permissions import may
from shared_services.govuk.filters import GovukFilterSet
from shared_services.govuk.views import ActionView, Column, ListPage, Page
from shared_services.govuk.words import spoken_date

from . import services
from .forms import SupplierForm
from .models import Supplier

TRAIL: list[tuple[str, str]] = [("Suppliers", "purchasing:list_suppliers")]


class SupplierFilters(GovukFilterSet):
    state = django_filters.ChoiceFilter(
        label="State",
        method="in_state",
        choices=[("open", "Open"), ("blocked", "Blocked"), ("closed", "Closed")],
        empty_label="Any",
    )

    class Meta:
        model = Supplier
        fields: tuple[str, ...] = ()

    def in_state(self, suppliers: Any, _name: str, value: str) -> Any:
        if value == "open":
            return suppliers.filter(blocked=False, closed=False)
        return suppliers.filter(**{value: True})


def state_of(supplier: Supplier) -> str:
    return "Closed" if supplier.closed else "Blocked" if supplier.blocked else "Open"


class ListSuppliers(ListPage):
    permission = "purchasing.view_suppliers"
    title = "Suppliers"
    columns: ClassVar[list[Column]] = [
        Column("name", "Name", link=True, sort="name"),
        Column("number", "Number", sort="number"),
        Column("town", "Town", sort="town"),
        Column("postcode", "Postcode", sort="postcode", shown=False),
        Column("vat_number", "VAT number", sort="vat_number"),
        Column("company_number", "Company number", sort="company_number", shown=False),
        Column(
            "state", "State", kind="tag", value=state_of, tags={"Open": "green", "Blocked": "red", "Closed": "grey"}
        ),
    ]
    filterset_class = SupplierFilters
    search_fields: ClassVar[list[str]] = ["name", "number", "vat_number", "company_number"]
    search_label = "Search by name, number, VAT or company number"
    default_sort = "name"
    tie_break = "number"
    export_name = "suppliers"
    noun = "supplier"
    empty_text = "There are no suppliers yet. They come with the extracts of the legacy system."
    queryset = Supplier.objects


class ShowSupplier(Page):
    permission = "purchasing.view_suppliers"
    template_name = "pages/councils/purchasing/supplier.html"
    breadcrumbs: ClassVar[list[tuple[str, str]]] = TRAIL

    def get_title(self) -> str:
        return self.supplier.name

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.supplier = get_object_or_404(Supplier, number=self.kwargs["number"])
        return super().get(request, *args, **kwargs)

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        one = self.supplier
        address = [one.street, one.district, one.town, one.county, one.postcode, one.country]
        return super().get_context(
            supplier=one,
            state=state_of(one),
            summary=[
                ("Number", one.number),
                ("Address", "\n".join(line for line in address if line)),
                ("VAT number", one.vat_number),
                ("Company number", one.company_number),
                ("Telephone", one.telephone),
                ("Email", one.email),
            ],
            terms=list(one.terms.all()),
            bank_accounts=[
                (account, spoken_date(account.valid_to) if account.valid_to else "")
                for account in one.bank_accounts.defer("sealed")
            ],
            may_manage=may(self.actor, "purchasing.manage_suppliers"),
            **kwargs,
        )


class ChangeSupplier(ActionView):
    permission = "purchasing.manage_suppliers"
    form_class = SupplierForm
    button = "Save changes"

    def get_subject(self) -> Supplier:
        return get_object_or_404(Supplier, number=self.kwargs["number"])

    def get_title(self) -> str:
        return f"Change {self.subject}"

    def get_back_url(self) -> str:
        return reverse("purchasing:supplier", args=[self.kwargs["number"]])

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.subject, name) for name in ("email", "telephone", "blocked", "version")}

    def act(self, form: SupplierForm) -> HttpResponse:
        supplier = services.change_supplier(actor=self.actor, supplier=self.subject, **form.cleaned_data)
        return self.done(f"{supplier} changed.", to=supplier)
