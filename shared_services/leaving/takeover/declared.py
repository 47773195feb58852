"""What a successor council takes over of each private table, and what stays in the predecessor's archive, with the reason.

A table that is in neither list stops the house's tests (tests/house/test_takeover.py). Conditions are SQL on the
predecessor's row `r`; `{to}` is the successor's room. `%(year)s` is the first financial year that still matters: the
present one, or that of the oldest order which is still open.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models


@dataclass(frozen=True, slots=True)
class Taken:
    """How one table is taken over.

    Attributes:
        code: the field that no two rows of a room may share; a row whose code is taken gets it with a prefix.
        same: when a row is the successor's own row `h`, which is then used in its place; empty: never.
        where: which rows come along; the others are in the archive.
        sets: columns that change on the way, and to what.
        only_of_new: keys to rows that must themselves have come along: what the successor had keeps its own details.
        money: the amounts (pounds, or hours of leave) whose sums must agree before and after.
    """

    code: str = ""
    same: str = ""
    where: str = ""
    sets: dict[str, str] = field(default_factory=dict)
    only_of_new: tuple[str, ...] = ()
    money: tuple[str, ...] = ()


OPEN_REQUISITION = "r.status IN ('draft', 'returned', 'submitted')"
STANDING_ORDER = "r.status IN ('issued', 'sent')"
OF_WHAT_CAME = (
    "EXISTS (SELECT FROM {to}.purchasing_requisition t WHERE t.id = r.subject_id)"
    " OR EXISTS (SELECT FROM {to}.purchasing_purchaseorder t WHERE t.id = r.subject_id)"
    " OR EXISTS (SELECT FROM {to}.people_leaverequest t WHERE t.id = r.subject_id)"
)
IN_USE = "(r.to_on IS NULL OR r.to_on >= CURRENT_DATE)"

TAKEN: dict[str, Taken] = {
    "organisation.Department": Taken(code="code"),
    "organisation.Post": Taken(code="number"),
    "organisation.Appointment": Taken(where=IN_USE),
    "finance.CostCentre": Taken(code="code"),
    "finance.SubjectiveCode": Taken(
        code="code", same='h.code = r.code AND lower(h.name) = lower(r.name) AND h."group" = r."group"'
    ),
    "finance.Budget": Taken(where="r.financial_year >= %(year)s", money=("original_amount", "revised_amount")),
    # A requisition that waits for approval is sent anew under the successor's rules, and reserves its money then.
    "finance.BudgetPosition": Taken(
        where="r.financial_year >= %(year)s", sets={"reserved_amount": "0"},
        money=("budget_amount", "committed_amount", "actual_amount"),
    ),
    "finance.Commitment": Taken(
        where="r.kind <> 'pre_commitment' AND r.released_at IS NULL AND r.financial_year >= %(year)s", money=("amount",)
    ),
    "purchasing.Supplier": Taken(
        code="number",
        same="(h.company_number <> '' AND upper(h.company_number) = upper(r.company_number))"
        " OR (h.vat_number <> '' AND upper(h.vat_number) = upper(r.vat_number))",
    ),
    "purchasing.SupplierTerms": Taken(only_of_new=("supplier",)),
    # A supplier that the successor pays already is paid to the account that the successor has checked.
    "purchasing.SupplierBankAccount": Taken(only_of_new=("supplier",)),
    "purchasing.Requisition": Taken(
        where=f"({OPEN_REQUISITION}) OR EXISTS (SELECT FROM {{of}}.purchasing_purchaseorder o WHERE o.requisition_id = r.id"
        " AND o.status IN ('issued', 'sent'))",
        sets={
            "status": f"CASE WHEN {OPEN_REQUISITION} THEN 'draft' ELSE r.status END",
            "submitted_at": f"CASE WHEN {OPEN_REQUISITION} THEN NULL ELSE r.submitted_at END",
            "case_id": "NULL",
        },
        money=("gross_amount",),
    ),
    "purchasing.RequisitionLine": Taken(money=("gross_amount",)),
    "purchasing.LineCoding": Taken(money=("amount",)),
    "purchasing.PurchaseOrder": Taken(where=STANDING_ORDER, money=("net_amount", "gross_amount")),
    "purchasing.OrderLine": Taken(money=("gross_amount",)),
    "people.LeaveScheme": Taken(code="name"),
    "people.LeaveBand": Taken(),
    "people.LeaveType": Taken(same='h."key" = r."key"'),
    "people.Employment": Taken(code="number", where="(r.end_on IS NULL OR r.end_on >= CURRENT_DATE)"),
    "people.WorkingPattern": Taken(),
    "people.LeaveLedgerEntry": Taken(money=("hours",)),
    "people.LeaveRequest": Taken(where="r.status = 'approved'", sets={"case_id": "NULL"}, money=("hours",)),
    "migration.LegacyOrder": Taken(code="number", where="NOT r.deleted", money=("target_amount",)),
    "migration.LegacyOrderLine": Taken(money=("net_amount",)),
    "migration.LegacyLineCoding": Taken(
        sets={
            "cost_centre_code": "coalesce((SELECT c.here FROM taken_codes c WHERE c.tab = 'finance_costcentre'"
            " AND c.before = r.cost_centre_code), r.cost_centre_code)",
            "subjective_code": "coalesce((SELECT c.here FROM taken_codes c WHERE c.tab = 'finance_subjectivecode'"
            " AND c.before = r.subjective_code), r.subjective_code)",
        },
        money=("net_amount",),
    ),
    "migration.LegacyLineEvent": Taken(money=("local_amount",)),
    "annexes.Attachment": Taken(where=OF_WHAT_CAME),
}  # fmt: skip

CASES = "cases are decided under the authority of the council that opened them, so they stay its own"
ARCHIVED: dict[str, str] = {
    "auth": "the same in every room, or unused",
    "contenttypes": "the same in every room of a release",
    "sessions": "everybody signs in anew",
    "usersessions": "everybody signs in anew",
    "mfa": "each officer sets a second factor up anew",
    "account": "written with the officers’ accounts",
    "accounts": "written with the officers’ cards: a new password, the same address",
    "socialaccount": "the successor’s own identity provider knows its officers",
    "audit": "a record of who did what is bound line to line, and is kept whole; its last hash is written down here",
    "annexes.CaseNote": CASES,
    "annexes.CaseEvent": CASES,
    "annexes.FormAnswer": CASES,
    "govuk": "views that officers saved belong to the predecessor’s accounts",
    "api": "programs are given new tokens",
    "notices": "what was told was told",
    "webhooks": "the successor names its receivers anew",
    "leaving": "what each council took over or exported by itself",
    "setting_up": "networks, keys and the identity provider are the successor’s own",
    "organisation.CouncilSettings": "the successor has its own",
    "organisation.ClosureDay": "the successor has its own calendar",
    "finance.VatRate": "the same by law, and the successor has them",
    "finance.FinanceSettings": "the successor has its own limits",
    "finance.Virement": "what was moved is in the revised budgets; the history is in the archive",
    "purchasing.BankAccountChange": "two officers of the successor settle new details; the history is in the archive",
    "purchasing.JointConsent": CASES,
    "purchasing.JointConsentLine": CASES,
    "people.LeaveCover": "who covers is named anew, under the successor’s deputies",
    "migration.ImportBatch": "extracts of the legacy system are history once they are loaded",
    "migration.ImportFile": "extracts of the legacy system are history once they are loaded",
    "migration.StagedRow": "extracts of the legacy system are history once they are loaded",
    "migration.RowProblem": "extracts of the legacy system are history once they are loaded",
    "migration.ControlTotal": "extracts of the legacy system are history once they are loaded",
    "migration.ColumnMapping": "it maps the headings of the predecessor’s own extracts",
    "migration.Crosswalk": "it maps the predecessor’s own legacy codes",
    "migration.Provenance": "it leads to extracts",
    "migration.RowChange": "it leads to extracts",
    "migration.PurchasingGroup": "the successor names its buyers itself; orders keep the group’s letters",
}
"""What comes over in the archive alone: an app or a model, each with the reason."""

STATUTORY = ("council_administrator", "section_151_officer")
"""Roles that speak for a council as a whole. The successor has its own, so they are not taken over."""

UNSETTLED: tuple[tuple[str, str], ...] = (
    (
        "Requisitions that are approved but not ordered, or with the shared service: order, finish or withdraw them",
        "SELECT count(*) FROM {of}.purchasing_requisition r WHERE r.status IN ('approved', 'handed_over')",
    ),
    (
        "Joint cases that are open: finish them or withdraw from them",
        "SELECT count(*) FROM public.workflow_case r WHERE r.status IN ('open', 'waiting', 'parked')"
        " AND r.owner_id = 0 AND {number} = ANY (r.parts)",
    ),
)
"""What has to be settled before records are taken over: what to do, and the count in SQL."""


def how(model: type[models.Model]) -> Taken | None:
    return TAKEN.get(model._meta.label)
