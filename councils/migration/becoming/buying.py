"""Suppliers with their terms and bank details, and the legacy system's orders."""

from __future__ import annotations

from ..choices import CrosswalkKind, Severity
from .books import NEW, cells
from .shapes import Becomes, Cells, Check, Crossed, Legacy, Ours, Plan

VAT_NUMBER = "^(GB)?[0-9]{9}([0-9]{3})?$"


def supplier(c: Cells) -> Ours:
    return Ours(
        "supplier", "purchasing.Supplier", "number", c.stripped("LIFNR"),
        {"LFA1": cells("LFA1").stripped("LIFNR"), "suppliers": cells("suppliers").stripped("number")},
    )  # fmt: skip


ORPHAN_SUPPLIER = Check(
    "orphan", "There is no supplier {value}. Load LFA1 with this supplier first, or with this file.", "LIFNR",
    missing="supplier",
)  # fmt: skip


def vendors() -> Plan:
    c = cells("LFA1")
    return Plan(
        "LFA1",
        checks=(
            Check(
                "vat_number", "“{value}” does not look like a UK VAT number: GB and 9 or 12 figures.", "STCEG",
                when=f"{c.raw('STCEG')} <> '' AND {c.raw('LAND1')} = 'GB' AND replace({c.raw('STCEG')}, ' ', '') !~ '{VAT_NUMBER}'",
                severity=Severity.WARNING,
            ),
        ),
        becomes=(
            Becomes(
                "LFA1", "purchasing.Supplier",
                {
                    "name": c.text("NAME1", "NAME2"), "search_term": c.raw("SORTL"), "vat_number": c.raw("STCEG"),
                    "company_number": c.raw("STCD1"), "street": c.raw("STRAS"), "district": c.raw("ORT02"),
                    "town": c.raw("ORT01"), "county": c.raw("REGIO"), "postcode": c.raw("PSTLZ"),
                    "country": c.raw("LAND1"), "telephone": c.raw("TELF1"), "one_time": c.flag("XCPDK"),
                    "blocked": c.flag("SPERR", "SPERM"), "closed": c.flag("LOEVM"),
                },
                only_new={"number": c.stripped("LIFNR"), "email": "''", **NEW},
                natural={"number": c.stripped("LIFNR")},
            ),
        ),
    )  # fmt: skip


def suppliers() -> Plan:
    c = cells("suppliers")
    same = ("name", "vat_number", "company_number", "street", "town", "postcode", "country", "telephone", "email")
    return Plan(
        "suppliers",
        becomes=(
            Becomes(
                "suppliers", "purchasing.Supplier",
                {**{name: c.raw(name) for name in same}, "blocked": c.flag("blocked")},
                only_new={
                    "number": c.stripped("number"), "search_term": "''", "district": "''", "county": "''",
                    "one_time": "false", "closed": "false", **NEW,
                },
                natural={"number": c.stripped("number")},
            ),
        ),
    )  # fmt: skip


def vendor_terms() -> Plan:
    c = cells("LFB1")
    whose = supplier(c)
    return Plan(
        "LFB1",
        joins=(whose,),
        checks=(ORPHAN_SUPPLIER,),
        becomes=(
            Becomes(
                "LFB1", "purchasing.SupplierTerms",
                {
                    "supplier_id": "supplier.id", "company_code": c.raw("BUKRS"), "payment_terms": c.raw("ZTERM"),
                    "payment_methods": c.raw("ZWELS"), "payment_blocked": c.flag("ZAHLS", "SPERR"),
                    "checks_duplicates": c.flag("REPRF"), "reconciliation_account": c.raw("AKONT"),
                    "our_account_number": c.raw("EIKTO"), "former_number": c.raw("ALTKN"), "closed": c.flag("LOEVM"),
                },
                joins=(whose,), natural={"supplier_id": "supplier.id", "company_code": c.raw("BUKRS")},
            ),
        ),
    )  # fmt: skip


def bank_accounts() -> Plan:
    c = cells("LFBK")
    whose = supplier(c)
    fingerprint, sealed, ending = (c.raw(name) for name in c.table.sealed)
    return Plan(
        "LFBK",
        joins=(whose,),
        checks=(ORPHAN_SUPPLIER,),
        becomes=(
            Becomes(
                "LFBK", "purchasing.SupplierBankAccount",
                {
                    "supplier_id": "supplier.id", "country": c.raw("BANKS"), "holder_name": c.raw("KOINH"),
                    "fingerprint": fingerprint, "ending": ending, "valid_from": c.date("KOVON"),
                    "valid_to": c.open_date("KOBIS"),
                },
                only_new={"sealed": sealed}, joins=(whose,),
                natural={"supplier_id": "supplier.id", "fingerprint": fingerprint},
            ),
        ),
    )  # fmt: skip


def order_heads() -> Plan:
    c = cells("EKKO")
    whose = supplier(c)
    return Plan(
        "EKKO",
        joins=(whose,),
        checks=(ORPHAN_SUPPLIER,),
        becomes=(
            Becomes(
                "EKKO", "migration.LegacyOrder",
                {
                    "category": c.raw("BSTYP"), "document_type": c.raw("BSART"), "supplier_id": "supplier.id",
                    "purchasing_group": c.raw("EKGRP"), "company_code": c.raw("BUKRS"), "ordered_on": c.date("BEDAT"),
                    "valid_from": c.date("KDATB"), "valid_to": c.open_date("KDATE"),
                    "currency": f"COALESCE(NULLIF({c.raw('WAERS')}, ''), 'GBP')", "payment_terms": c.raw("ZTERM"),
                    "target_amount": c.number("KTWRT"), "deleted": c.flag("LOEKZ"),
                },
                only_new={"number": c.raw("EBELN")}, joins=(whose,), natural={"number": c.raw("EBELN")},
            ),
        ),
    )  # fmt: skip


def order_lines() -> Plan:
    c = cells("EKPO")
    order = Ours("head", "migration.LegacyOrder", "number", c.raw("EBELN"), {"EKKO": "s.key"})
    return Plan(
        "EKPO",
        joins=(order,),
        checks=(
            Check("orphan", "There is no order {value}. Load EKKO with this order first, or with this file.", "EBELN", missing="head"),
        ),
        becomes=(
            Becomes(
                "EKPO", "migration.LegacyOrderLine",
                {
                    "order_id": "head.id", "position": c.whole("EBELP"), "description": c.raw("TXZ01"),
                    "category": c.raw("MATKL"), "quantity": c.number("MENGE", 13, 3), "unit": c.raw("MEINS"),
                    "unit_price": c.number("NETPR"), "price_per": c.number("PEINH", 9, 3, empty="1"),
                    "net_amount": c.number("NETWR"), "tax_code": c.raw("MWSKZ"), "delivered": c.flag("ELIKZ"),
                    "invoiced": c.flag("EREKZ"), "deleted": c.flag("LOEKZ"),
                },
                joins=(order,),
            ),
        ),
    )  # fmt: skip


def order_codings() -> Plan:
    c = cells("EKKN")
    line = Legacy("line", "EKPO", c.key("EBELN", "EBELP"))
    centre_code = Crossed("centre_code", CrosswalkKind.COST_CENTRE, c.stripped("KOSTL"))
    code_code = Crossed("code_code", CrosswalkKind.SUBJECTIVE, c.stripped("SAKTO"))
    centre = Ours(
        "centre", "finance.CostCentre", "code", centre_code.value,
        {"CSKS": cells("CSKS").stripped("KOSTL"), "cost_centres": cells("cost_centres").raw("code")},
    )  # fmt: skip
    code = Ours(
        "code", "finance.SubjectiveCode", "code", code_code.value,
        {"SKA1": cells("SKA1").stripped("SAKNR"), "codes": cells("codes").raw("code")},
    )  # fmt: skip
    return Plan(
        "EKKN",
        joins=(line, centre_code, code_code, centre, code),
        checks=(
            Check("orphan", "There is no order line for {value}. Load EKPO with it first, or with this file.", "EBELN", missing="line"),
            Check(
                "unknown_cost_centre", "Cost centre {value} is not in the council’s books; it is kept as text.", "KOSTL",
                missing="centre", when=f"{c.raw('KOSTL')} <> ''", severity=Severity.WARNING,
            ),
            Check(
                "unknown_code", "Account {value} is not in the council’s books; it is kept as text.", "SAKTO",
                missing="code", when=f"{c.raw('SAKTO')} <> ''", severity=Severity.WARNING,
            ),
        ),
        becomes=(
            Becomes(
                "EKKN", "migration.LegacyLineCoding",
                {
                    "line_id": "line.record_id", "sequence": c.whole("ZEKKN"),
                    "cost_centre_code": f"left({centre_code.value}, 12)", "subjective_code": f"left({code_code.value}, 12)",
                    "internal_order": c.raw("AUFNR"), "quantity": c.number("MENGE", 13, 3),
                    "percent": c.number("VPROZ", 6, 1), "net_amount": c.number("NETWR"),
                },
                joins=(line, centre_code, code_code),
            ),
        ),
    )  # fmt: skip


def order_history() -> Plan:
    c = cells("EKBE")
    line = Legacy("line", "EKPO", c.key("EBELN", "EBELP"))

    def signed(name: str, digits: int = 15, places: int = 2) -> str:
        # S debits, H credits: a reversal counts against what it reverses.
        amount = c.number(name, digits, places)
        return f"CASE WHEN {c.raw('SHKZG')} = 'H' THEN -abs({amount}) ELSE {amount} END"

    return Plan(
        "EKBE",
        joins=(line,),
        checks=(
            Check("orphan", "There is no order line for {value}. Load EKPO with it first, or with this file.", "EBELN", missing="line"),
        ),
        becomes=(
            Becomes(
                "EKBE", "migration.LegacyLineEvent",
                {
                    "line_id": "line.record_id", "kind": c.raw("VGABE"),
                    "document": f"concat_ws('/', {c.raw('GJAHR')}, {c.raw('BELNR')}, {c.raw('BUZEI')})",
                    "coding_sequence": c.whole("ZEKKN"), "movement_type": c.raw("BWART"), "posted_on": c.date("BUDAT"),
                    "quantity": signed("MENGE", 13, 3), "local_amount": signed("DMBTR"),
                    "document_amount": signed("WRBTR"), "currency": c.raw("WAERS"), "supplier_reference": c.raw("XBLNR"),
                },
                joins=(line,),
            ),
        ),
    )  # fmt: skip
