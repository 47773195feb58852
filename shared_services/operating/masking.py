"""What a sandbox gets of a council's private tables: each field of each model is declared, and masked in SQL.

A table that is not declared is not copied, and a field that is not declared stops the house's tests
(tests/house/test_masking.py). A mask gives the same for the same value within one sandbox, so that what belonged together
still does; its salt is kept nowhere, so that nobody can work a name out by trying.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models

Mask = Callable[[str], str]
"""Takes the column's name in SQL and gives the expression in its place. `%(salt)s` stands for the salt."""
SALTED = "md5(%(salt)s || {column}::text)"


def _hashed(expression: str) -> Mask:
    return lambda column: expression.format(hash=SALTED.format(column=column), column=column)


NAME = _hashed("'Name ' || upper(left({hash}, 6))")
EMAIL = _hashed("left({hash}, 12) || '@example.invalid'")
PHONE = _hashed("'01632 960' || lpad((('x' || left({hash}, 6))::bit(24)::int %% 1000)::text, 3, '0')")
"""Numbers that Ofcom keeps for drama."""
CODE = _hashed("upper(left({hash}, 8))")
"""VAT and company numbers, account numbers, payroll numbers."""
TEXT = _hashed("'Text left out'")
EMPTY = _hashed("''")
MONTH = _hashed("date_trunc('month', {column})::date")
"""A date that tells of one person: its month stays."""
NOTHING = _hashed("'{{}}'::jsonb")


@dataclass(frozen=True, slots=True)
class Copied:
    """How one table is copied: fields as they are, fields that are masked, and keys to what a sandbox does not have."""

    as_they_are: frozenset[str]
    masked: dict[str, Mask]
    emptied: frozenset[str]


def copied(as_they_are: str = "", *, emptied: str = "", **masked: Mask) -> Copied:
    return Copied(frozenset(as_they_are.split()), masked, frozenset(emptied.split()))


COPIED: dict[str, Copied] = {
    "organisation.Department": copied("code name closed_on"),
    "organisation.Post": copied("number title grade opened_on closed_on"),
    "organisation.Appointment": copied(from_on=MONTH, to_on=MONTH),
    "organisation.CouncilSettings": copied("joint_buying_categories", contact_email=EMAIL),
    "organisation.ClosureDay": copied("on title"),
    "finance.CostCentre": copied("code name valid_from valid_to"),
    "finance.SubjectiveCode": copied("code name valid_from valid_to"),
    "finance.VatRate": copied("valid_from valid_to"),
    "finance.Budget": copied(),
    "finance.BudgetPosition": copied(),
    "finance.Commitment": copied("source_reference"),
    "finance.Virement": copied("reference made_on", reason=TEXT),
    "finance.FinanceSettings": copied(),
    "purchasing.Requisition": copied(
        "reference needed_by_on", emptied="case_id", title=TEXT, justification=TEXT, supplier_name=NAME,
        supplier_email=EMAIL, delivery_location=TEXT,
    ),
    "purchasing.RequisitionLine": copied(description=TEXT),
    "purchasing.LineCoding": copied(),
    "purchasing.PurchaseOrder": copied(
        "reference needed_by_on sent_on", title=TEXT, supplier_name=NAME, supplier_email=EMAIL, delivery_location=TEXT,
        cancel_reason=TEXT,
    ),
    "purchasing.OrderLine": copied(description=TEXT),
    # A supplier can be one person, so that nothing of it stays but the town.
    "purchasing.Supplier": copied(
        "number town county country", name=NAME, search_term=EMPTY, vat_number=EMPTY, company_number=EMPTY, street=TEXT,
        district=EMPTY, postcode=EMPTY, telephone=PHONE, email=EMAIL,
    ),
    "purchasing.SupplierTerms": copied(
        "company_code payment_terms payment_methods reconciliation_account", our_account_number=CODE, former_number=CODE
    ),
    "people.LeaveScheme": copied("name"),
    "people.LeaveBand": copied(),
    "people.LeaveType": copied("key name"),
    "people.Employment": copied(number=CODE, start_on=MONTH, continuous_service_on=MONTH, end_on=MONTH),
    "people.WorkingPattern": copied("from_on week_one week_two"),
    "people.LeaveLedgerEntry": copied("leave_year_on on source", reason=TEXT),
    "people.LeaveRequest": copied("reference first_on last_on hours_by_year", emptied="case_id", note=TEXT),
    "migration.ColumnMapping": copied("table header field"),
    "migration.Crosswalk": copied("legacy_value value"),
    "migration.PurchasingGroup": copied("code", name=NAME, telephone=PHONE, email=EMAIL),
    "migration.LegacyOrder": copied(
        "number category document_type purchasing_group company_code ordered_on valid_from valid_to currency"
        " payment_terms"
    ),
    "migration.LegacyOrderLine": copied("category unit tax_code", description=TEXT),
    "migration.LegacyLineCoding": copied("cost_centre_code subjective_code internal_order"),
    "migration.LegacyLineEvent": copied("kind document movement_type posted_on currency", supplier_reference=CODE),
}  # fmt: skip

LEFT_OUT: dict[str, str] = {
    "auth": "Django’s groups are not used",
    "contenttypes": "every room has the same from the template",
    "sessions": "nobody is signed in to a sandbox when it is made",
    "accounts": "nobody has a way in but the administrator who agreed",
    "account": "mail addresses belong to accounts",
    "mfa": "second factors belong to accounts",
    "usersessions": "where somebody signed in from is personal",
    "socialaccount": "the identity provider knows the council’s own address only",
    "audit": "a sandbox has a record of its own",
    "annexes": "files and notes of cases are free text and belong to cases, which are not copied",
    "govuk": "views that officers saved belong to accounts",
    "api": "tokens belong to accounts",
    "leaving": "exit packs hold what the council keeps, unmasked",
    "notices": "a sandbox tells nobody anything",
    "webhooks": "a sandbox calls nobody",
    "setting_up": "networks, keys and the identity provider are the council’s own",
    "purchasing.JointConsent": "a sandbox has no part in joint purchases",
    "purchasing.JointConsentLine": "a sandbox has no part in joint purchases",
    "purchasing.SupplierBankAccount": "bank details are sealed, and a sandbox pays nobody",
    "purchasing.BankAccountChange": "bank details are sealed, and a sandbox pays nobody",
    "people.LeaveCover": "deputies are shared rows, which are not copied",
    "migration.ImportBatch": "extracts of the legacy system are personal from end to end",
    "migration.ImportFile": "extracts of the legacy system are personal from end to end",
    "migration.StagedRow": "extracts of the legacy system are personal from end to end",
    "migration.RowProblem": "it quotes values of extracts",
    "migration.ControlTotal": "it belongs to an extract",
    "migration.Provenance": "it leads to extracts",
    "migration.RowChange": "it quotes values of extracts",
}
"""What is not copied: an app or a model, each with the reason."""


def how(model: type[models.Model]) -> Copied | None:
    """How a private model is copied, or None when it is left out."""
    return COPIED.get(model._meta.label)


def must_be_declared(field: models.Field) -> bool:
    """Whether a field can hold what tells of a person: text, dates, lists and documents that are not one of a few words."""
    if field.primary_key or field.remote_field or field.choices or isinstance(field, models.GeneratedField):
        return False
    return field.get_internal_type() not in (
        "BooleanField", "DecimalField", "SmallIntegerField", "IntegerField", "BigIntegerField", "PositiveIntegerField",
        "PositiveSmallIntegerField", "PositiveBigIntegerField", "DateTimeField", "TimeField", "DurationField", "UUIDField",
    )  # fmt: skip
