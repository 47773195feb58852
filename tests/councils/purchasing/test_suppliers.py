"""The register of suppliers: a plain file, records that are one company, and bank accounts that take two officers."""

from __future__ import annotations

import pytest

from councils.purchasing import bank_details, services
from councils.purchasing.choices import BankChangeStatus
from councils.purchasing.models import BankAccountChange, Supplier, SupplierBankAccount
from councils.purchasing.selectors import alike_suppliers
from councils.setting_up.loading import load_table
from councils.setting_up.readiness import checks
from councils.setting_up.tables import TABLES
from councils.setting_up.task_list import sections
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

FILE = """number,name,vat number,company number,blocked
000101,Heron Office Supplies Ltd,GB 123 456 789,01234567,
102,HERON OFFICE SUPPLIES LIMITED,123456789,,no
103,Teal & Sons,,1234567,
104,Teal and Sons Co.,,,yes
"""
FIGURES = {"sort_code": "000099", "account_number": "31415926"}


@pytest.fixture
def finance(northmoor, officer_in):
    return officer_in(northmoor, "finance_officer")


@pytest.fixture
def second(northmoor, officer_in):
    return officer_in(northmoor, "finance_officer")


def load(council, actor, text):
    with inside_council(council):
        return load_table(actor=actor, table=TABLES["suppliers"], content=text.encode())


@pytest.fixture
def supplier(northmoor, finance):
    load(northmoor, finance, FILE)
    with inside_council(northmoor):
        return Supplier.objects.get(number="101")


def propose(actor, supplier, **changes):
    entered = {"holder_name": "Heron", "checked_by_means": "Called the number of the contract", **FIGURES, **changes}
    return services.propose_bank_account(actor=actor, supplier=supplier, **entered)


def test_suppliers_come_from_a_file_once_and_those_that_are_one_company_are_counted(northmoor, finance):
    first = load(northmoor, finance, FILE)
    again = load(northmoor, finance, FILE)

    assert (first.count("added"), again.count("unchanged")) == (4, 4)
    with inside_council(northmoor):
        assert alike_suppliers() == {"vat": 2, "company": 2, "name": 4}
        assert Supplier.objects.get(number="104").blocked
        task = next(one for section in sections() for one in section.tasks if one.title == "Suppliers")
        assert (task.begun, task.done, task.optional) == (True, False, True)
        red = next(check for check in checks() if check.title == "Each supplier is in the register once")
        assert red.found == ("2 have a VAT number that another has", "2 have a company number that another has")


def test_a_row_that_is_no_supplier_is_named_and_nothing_is_kept(northmoor, finance):
    found = load(
        northmoor, finance,
        "number,name,vat number,email,blocked\n1,A,GB12,,\n2,B,,nowhere,\n3,C,,,perhaps\n0,D,,,\n12345678901,E,,,\n6,F,,,\n",
    )  # fmt: skip

    columns = ["vat number", "email", "blocked", "number", "number"]
    assert [fault.column for fault in found.faults] == columns
    with inside_council(northmoor):
        assert not Supplier.objects.exists()


def test_the_register_shows_those_that_look_alike_and_leaves_out_the_others(northmoor, finance, supplier, client_for):
    page = client_for(finance).get("/suppliers/?same=vat").content.decode()

    assert "HERON OFFICE SUPPLIES LIMITED" in page
    assert "Teal" not in page


def test_a_bank_account_counts_only_when_a_second_officer_enters_the_same_figures(northmoor, finance, second, supplier):
    with inside_council(northmoor):
        change = propose(finance, supplier)

        with pytest.raises(NotAllowed, match="entered this account yourself"):
            services.confirm_bank_account(actor=finance, change=change, **FIGURES)
        with pytest.raises(NotAllowed, match="not the account that was entered first"):
            services.confirm_bank_account(actor=second, change=change, sort_code="000099", account_number="31415927")
        assert not SupplierBankAccount.objects.exists()

        account = services.confirm_bank_account(actor=second, change=change, **FIGURES)

        assert bank_details.unseal(account.sealed) == "GB|000099|31415926|"
        with pytest.raises(NotAllowed, match="answered already: confirmed"):
            services.turn_down_bank_account(actor=second, change=change, reason="Too late")
        assert BankAccountChange.objects.get().sealed == ""


def test_a_confirmed_account_ends_the_one_it_replaces_and_a_turned_down_one_changes_nothing(
    northmoor, finance, second, supplier
):
    with inside_council(northmoor):
        old = services.confirm_bank_account(actor=second, change=propose(finance, supplier), **FIGURES)
        other = {"sort_code": "000099", "account_number": "27182818"}
        refused = propose(finance, supplier, replaces=old.pk, **other)
        services.turn_down_bank_account(actor=second, change=refused, reason="The supplier knows nothing of it")
        old.refresh_from_db()
        assert (BankAccountChange.objects.get(pk=refused.pk).status, old.valid_to) == (
            BankChangeStatus.TURNED_DOWN, None,
        )  # fmt: skip

        services.confirm_bank_account(
            actor=second, change=propose(finance, supplier, replaces=old.pk, **other), **other
        )

        old.refresh_from_db()
        assert old.valid_to is not None


def test_bank_accounts_are_shown_to_those_who_change_suppliers_and_to_nobody_else(
    northmoor, finance, second, supplier, officer_in, client_for
):
    with inside_council(northmoor):
        services.confirm_bank_account(actor=second, change=propose(finance, supplier), **FIGURES)
        propose(finance, supplier, account_number="27182818")
    requisitioner = client_for(officer_in(northmoor, "requisitioner"))

    shown = client_for(second).get("/suppliers/101/").content.decode()
    hidden = requisitioner.get("/suppliers/101/").content.decode()
    exported = b"".join(requisitioner.get("/suppliers/?export=csv").streaming_content).decode()

    assert "5926" in shown and "Confirm the new account" in shown
    assert not [page for page in (hidden, exported) if "5926" in page or "2818" in page or "Bank accounts" in page]
    assert requisitioner.get("/suppliers/101/bank-account/").status_code == 403


def test_the_forms_of_a_bank_account_keep_what_is_wrong_and_do_the_rest(
    northmoor, finance, second, supplier, client_for
):
    entered = {
        "holder_name": "Heron",
        "sort_code": "00-00-9",
        "account_number": "31415926",
        "checked_by_means": "Called",
    }

    wrong = client_for(finance).post("/suppliers/101/bank-account/", entered)
    right = client_for(finance).post("/suppliers/101/bank-account/", {**entered, "sort_code": "00-00-99"})

    assert (wrong.status_code, right.status_code) == (422, 302)
    with inside_council(northmoor):
        key = BankAccountChange.objects.get().pk
    card = client_for(second).get("/").content.decode()
    assert "Bank accounts to confirm" in card
    answered = client_for(second).post(f"/suppliers/101/bank-account/{key}/confirm/", FIGURES)
    assert answered.status_code == 302
    with inside_council(northmoor):
        assert SupplierBankAccount.objects.get().ending == "5926"
