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
from .choices import BankChangeStatus, SameBy
from .forms import AccountFigures, NewBankAccountForm, SupplierForm, TurnDownBankAccountForm
from .models import BankAccountChange, Supplier, SupplierBankAccount

TRAIL: list[tuple[str, str]] = [("Suppliers", "purchasing:list_suppliers")]


class SupplierFilters(GovukFilterSet):
    state = django_filters.ChoiceFilter(
        label="State",
        method="in_state",
        choices=[("open", "Open"), ("blocked", "Blocked"), ("closed", "Closed")],
        empty_label="Any",
    )
    same = django_filters.ChoiceFilter(
        label="Looks like another, by", method="alike_by", choices=SameBy.choices, empty_label="Any"
    )

    class Meta:
        model = Supplier
        fields: tuple[str, ...] = ()

    def in_state(self, suppliers: Any, _name: str, value: str) -> Any:
        if value == "open":
            return suppliers.filter(blocked=False, closed=False)
        return suppliers.filter(**{value: True})

    def alike_by(self, suppliers: Any, _name: str, value: str) -> Any:
        return suppliers.alike_by(value)


def state_of(supplier: Supplier) -> str:
    return "Closed" if supplier.closed else "Blocked" if supplier.blocked else "Open"


class ListSuppliers(ListPage):
    permission = "purchasing.view_suppliers"
    template_name = "pages/councils/purchasing/list_suppliers.html"
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
    empty_text = "There are no suppliers yet. A finance officer brings them, from a file or the legacy system."
    queryset = Supplier.objects

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(may_manage=may(self.actor, "purchasing.manage_suppliers"), **kwargs)


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
        may_manage = may(self.actor, "purchasing.manage_suppliers")
        waiting = one.bank_changes.filter(status=BankChangeStatus.WAITING).defer("sealed").first()
        country = "" if one.country == "GB" else one.country
        address = [one.street, one.district, one.town, one.county, one.postcode, country]
        facts = [
            ("Number", one.number),
            ("Address", "\n".join(line for line in address if line)),
            ("VAT number", one.vat_number),
            ("Company number", one.company_number),
            ("Telephone", one.telephone),
            ("Email", one.email),
        ]
        return super().get_context(
            supplier=one,
            state=state_of(one),
            summary=[(label, value) for label, value in facts if value],
            terms=list(one.terms.all()),
            # Whoever may not change them sees no part of them.
            bank_accounts=[
                (account, spoken_date(account.valid_to) if account.valid_to else "")
                for account in one.bank_accounts.defer("sealed")
            ]
            if may_manage
            else [],
            bank_change=waiting if may_manage else None,
            is_own_change=waiting is not None and waiting.proposed_by_id == self.actor.pk,
            may_manage=may_manage,
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


class OfOneSupplier:
    """A form about a supplier's bank account leads back to the supplier."""

    permission = "purchasing.manage_suppliers"
    kwargs: dict[str, Any]

    def get_back_url(self) -> str:
        return reverse("purchasing:supplier", args=[self.kwargs["number"]])


class NewBankAccount(OfOneSupplier, ActionView):
    form_class = NewBankAccountForm
    template_name = "pages/councils/purchasing/new_bank_account.html"
    button = "Ask a second officer to confirm"

    def get_subject(self) -> Supplier:
        return get_object_or_404(Supplier, number=self.kwargs["number"])

    def get_title(self) -> str:
        return f"New bank account of {self.subject}"

    def get_form_kwargs(self) -> dict[str, Any]:
        open_accounts = self.subject.bank_accounts.filter(valid_to__isnull=True).defer("sealed")
        accounts = [(str(one.pk), f"Yes, of the account ending {one.ending}") for one in open_accounts]
        return {**super().get_form_kwargs(), "accounts": accounts}

    def act(self, form: NewBankAccountForm) -> HttpResponse:
        change = services.propose_bank_account(actor=self.actor, supplier=self.subject, **form.cleaned_data)
        told = f"The account ending {change.ending} counts once another finance officer has confirmed it."
        return self.done(told, to=self.subject)


class OfOneBankChange(OfOneSupplier):
    """A new account that waits for a second officer."""

    subject: Any

    def get_subject(self) -> BankAccountChange:
        return get_object_or_404(
            BankAccountChange.objects.select_related("supplier", "proposed_by").defer("sealed"),
            pk=self.kwargs["pk"], supplier__number=self.kwargs["number"],
        )  # fmt: skip

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        one = self.subject
        return super().get_context(  # type: ignore[misc]  # Of the page that this is mixed into.
            summary=[
                ("Supplier", str(one.supplier)),
                ("Name on the account", one.holder_name),
                ("Account number ends with", one.ending),
                ("Entered by", one.proposed_by.work_name),
                ("How it was checked", one.checked_by_means),
            ],
            **kwargs,
        )


class ConfirmBankAccount(OfOneBankChange, ActionView):
    form_class = AccountFigures
    template_name = "pages/councils/purchasing/confirm_bank_account.html"
    button = "Confirm this account"
    title = "Confirm a supplier’s bank account"

    def act(self, form: AccountFigures) -> HttpResponse:
        account: SupplierBankAccount = services.confirm_bank_account(
            actor=self.actor, change=self.subject, **form.cleaned_data
        )
        return self.done(f"The account ending {account.ending} counts from today.", to=self.subject.supplier)


class TurnDownBankAccount(OfOneBankChange, ActionView):
    form_class = TurnDownBankAccountForm
    template_name = "pages/councils/purchasing/turn_down_bank_account.html"
    button = "Do not take this account on"
    button_style = "warning"
    title = "Turn a supplier’s bank account down"

    def act(self, form: TurnDownBankAccountForm) -> HttpResponse:
        services.turn_down_bank_account(actor=self.actor, change=self.subject, **form.cleaned_data)
        return self.done("The account was not taken on.", to=self.subject.supplier)
