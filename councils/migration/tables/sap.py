"""The SAP tables that are understood, with the columns that are wanted of each.

Types, lengths and the other columns come from `data/sap_fields.csv`. Headings are those of the data browser (SE16N).
Religion (PA0002-KONFE), nationality, family and National Insurance numbers are not wanted and never read.
"""

from __future__ import annotations

import csv
from functools import cache
from typing import Any

from django.conf import settings

from .fields import Field, Kind, Table

KINDS = {
    "DATS": Kind.DATE, "CURR": Kind.MONEY, "DEC": Kind.NUMBER, "QUAN": Kind.NUMBER, "NUMC": Kind.KEY,
}  # fmt: skip
PADDED = {"LIFNR", "EBELN", "KOSTL", "SAKNR", "SAKTO", "AKONT"}
"""Character keys that SAP fills with zeros to their full length when they are numbers (conversion exit ALPHA)."""
FLAGS = {
    "LOEVM", "SPERR", "SPERM", "XCPDK", "REPRF", "ELIKZ", "EREKZ", "XBILK", "XLOEV", "XSPEB", "SPRPS", "BKZKP",
}  # fmt: skip
UNIT_PRICES = {"NETPR"}
"""Amounts that nobody adds up."""
ENGLISH = ("E", "EN", "")

HEADINGS: dict[str, tuple[str, ...]] = {
    "LIFNR": ("Vendor", "Supplier", "Account Number of Vendor or Creditor", "Vendor account"),
    "NAME1": ("Name", "Name 1"), "NAME2": ("Name 2",), "ORT01": ("City", "Town"), "ORT02": ("District",),
    "PSTLZ": ("Postal Code", "Postcode"), "REGIO": ("Region",), "STRAS": ("Street", "Street and house number", "House number and street"),
    "LAND1": ("Country", "Country Key"), "STCD1": ("Tax Number 1",), "STCEG": ("VAT Registration No.", "VAT Reg. No.", "VAT registration number"),
    "SORTL": ("Search term", "Sort field"), "TELF1": ("Telephone 1", "Telephone"),
    "LOEVM": ("Deletion Flag", "Central deletion flag", "Deletion flag for company code"),
    "SPERR": ("Posting Block", "Central posting block"),
    "SPERM": ("Purch. block", "Central purchasing block", "Block function"), "XCPDK": ("One-time account", "One-time vendor"),
    "BUKRS": ("Company Code",), "AKONT": ("Reconciliation acct", "Recon. account", "Reconciliation account"),
    "ZTERM": ("Payment terms", "Terms of Payment", "Payment Terms Key"), "ZWELS": ("Payment methods",), "ZAHLS": ("Payment block",),
    "REPRF": ("Chk double inv.", "Check double invoice"), "EIKTO": ("Acct with vendor", "Account with vendor"),
    "ALTKN": ("Prev. acct no.", "Previous account number"),
    "BANKS": ("Bank Country", "Bank country key"), "BANKL": ("Bank Key", "Bank Keys"), "BANKN": ("Bank Account", "Bank account number"),
    "KOINH": ("Account holder", "Account Holder Name"), "BKREF": ("Reference", "Reference details"),
    "KOVON": ("Valid from",), "KOBIS": ("Valid to",),
    "EBELN": ("Purchasing Document", "Purchasing Doc.", "PO Number", "Purch.Doc."), "EBELP": ("Item", "Line item"),
    "BSTYP": ("Purch. Doc. Category", "PurchDocCategory"), "BSART": ("Purchasing Doc. Type", "Document Type", "Order Type"),
    "EKGRP": ("Purchasing Group", "Purch. Group"), "EKORG": ("Purch. Organization", "Purchasing Organization"),
    "BEDAT": ("Document Date", "Doc. Date", "PO Date"), "WAERS": ("Currency", "Currency Key"),
    "KDATB": ("Validity Per. Start", "Validity start"), "KDATE": ("Validity Period End", "Validity end"),
    "KTWRT": ("Target Value",), "LOEKZ": ("Deletion Indicator", "Deletion ind."),
    "TXZ01": ("Short Text",), "MATKL": ("Material Group", "Matl Group"), "MENGE": ("Order Quantity", "PO Quantity", "Quantity"),
    "MEINS": ("Order Unit",), "NETPR": ("Net Price", "Net Order Price"), "PEINH": ("Price Unit", "Per"), "NETWR": ("Net Order Value", "Net Value"),
    "MWSKZ": ("Tax Code", "Tax on sales/purchases code"), "ELIKZ": ("Delivery Completed", "Delivery Compl."),
    "EREKZ": ("Final Invoice", "Final Invoice Ind."), "ZEKKN": ("Acct Assgmt", "Seq. No. Acct Assgt", "Account assignment"),
    "SAKTO": ("G/L Account", "GL Account"), "KOSTL": ("Cost Center", "Cost Centre"), "AUFNR": ("Order", "Internal order"),
    "VPROZ": ("Distribution (%)", "Distribution"),
    "VGABE": ("Trans./Event Type", "Transaction/event type"), "GJAHR": ("Material Doc. Year", "Document Year", "Mat. Doc. Year"),
    "BELNR": ("Material Document", "Document Number"), "BUZEI": ("Material Doc.Item", "Document Item"), "BWART": ("Movement Type",),
    "BUDAT": ("Posting Date",), "DMBTR": ("Amount in LC", "Amt.in loc.cur.", "Amount in local currency"),
    "WRBTR": ("Amount", "Amount in document currency"), "SHKZG": ("Debit/Credit Ind.", "Debit/credit"), "XBLNR": ("Reference", "Reference document"),
    "KOKRS": ("Controlling Area", "CO Area"), "DATBI": ("Valid To",), "DATAB": ("Valid From",),
    "VERAK": ("Person Responsible", "Person in charge"), "ABTEI": ("Department",), "KHINR": ("Hierarchy area", "Standard hierarchy node"),
    "SPRAS": ("Language", "Language Key"), "KTEXT": ("Name", "Short text"), "LTEXT": ("Description", "Long text"),
    "KTOPL": ("Chart of Accounts", "Chart of Accts"), "SAKNR": ("G/L Account", "GL Account"), "XBILK": ("Balance sheet account", "B/S account"),
    "KTOKS": ("Account Group", "G/L Account Group"), "XLOEV": ("Mark for deletion", "Marked for deletion"), "XSPEB": ("Blocked for posting",),
    "TXT20": ("Short text",), "TXT50": ("G/L Acct Long Text", "Long text"),
    "EKNAM": ("Description", "Desc. Pur. Grp", "Description of purchasing group"), "TEL_NUMBER": ("Telephone", "Telephone number"),
    "SMTP_ADDR": ("E-Mail Address", "Email address"),
    "PERNR": ("Personnel Number", "Personnel No.", "Pers.No."), "SUBTY": ("Subtype",), "OBJPS": ("Object ID",), "SPRPS": ("Lock Indicator", "Lock"),
    "ENDDA": ("End Date", "To"), "BEGDA": ("Start Date", "From"), "SEQNR": ("Number of IT record",),
    "MASSN": ("Action Type",), "MASSG": ("Reason for action", "Reason for Action"), "STAT2": ("Employment Status", "Employment"),
    "ORGEH": ("Organizational Unit", "Org. Unit"), "PLANS": ("Position",), "PERSG": ("Employee Group", "EE group"), "PERSK": ("Employee Subgroup", "EE subgroup"),
    "NACHN": ("Last name", "Surname"), "VORNA": ("First name", "Forename"), "RUFNM": ("Known as", "Nickname"),
    "TRFGR": ("Pay Scale Group", "PS group"), "TRFST": ("Pay scale level", "PS level"), "BSGRD": ("Capacity Util. Level", "Cap.util.lvl"),
    "DIVGV": ("Work. hours/period", "Working hours per payroll period"), "ANSAL": ("Annual salary",),
    "AWART": ("Att./Absence type", "Absence Type", "A/A type"), "ABWTG": ("Att./abs. days", "Absence days"), "STDAZ": ("Absence hours",),
    "KTART": ("Absence Quota Type", "Quota Type"), "ANZHL": ("Quota number", "Entitlement"), "KVERB": ("Deduction", "Quota used", "Used"),
    "DESTA": ("Deduction from",), "DEEND": ("Deduction to",),
}  # fmt: skip

WANTED: dict[str, dict[str, Any]] = {
    "LFA1": {
        "title": "Vendors, general data",
        "fields": "LIFNR NAME1 NAME2 ORT01 ORT02 PSTLZ REGIO STRAS LAND1 STCD1 STCEG SORTL TELF1 LOEVM SPERR SPERM XCPDK",
        "key": "LIFNR", "required": "NAME1",
    },
    "LFB1": {
        "title": "Vendors by company code",
        "fields": "LIFNR BUKRS AKONT ZTERM ZWELS ZAHLS REPRF EIKTO ALTKN LOEVM SPERR", "key": "LIFNR BUKRS",
    },
    "LFBK": {
        "title": "Vendors’ bank details",
        "fields": "LIFNR BANKS BANKL BANKN KOINH BKREF KOVON KOBIS", "key": "LIFNR BANKS BANKL", "required": "BANKN", "sealed": ("BANKL", "BANKN", "BKREF"),
    },
    "T024": {"title": "Purchasing groups", "fields": "EKGRP EKNAM TEL_NUMBER SMTP_ADDR", "key": "EKGRP"},
    "EKKO": {
        "title": "Purchase orders, headers",
        "fields": "EBELN BUKRS BSTYP BSART LIFNR EKGRP BEDAT KDATB KDATE WAERS ZTERM KTWRT LOEKZ",
        "key": "EBELN", "required": "LIFNR",
    },
    "EKPO": {
        "title": "Purchase orders, lines",
        "fields": "EBELN EBELP TXZ01 MATKL MENGE MEINS NETPR PEINH NETWR MWSKZ ELIKZ EREKZ LOEKZ",
        "key": "EBELN EBELP", "required": "NETWR",
    },
    "EKKN": {
        "title": "Purchase orders, account assignment",
        "fields": "EBELN EBELP ZEKKN MENGE VPROZ NETWR SAKTO KOSTL AUFNR", "key": "EBELN EBELP ZEKKN",
    },
    "EKBE": {
        "title": "Purchase orders, history",
        "fields": "EBELN EBELP ZEKKN VGABE GJAHR BELNR BUZEI BWART BUDAT MENGE DMBTR WRBTR WAERS SHKZG XBLNR",
        "key": "EBELN EBELP ZEKKN VGABE GJAHR BELNR BUZEI", "required": "DMBTR",
    },
    "SKA1": {
        "title": "General ledger accounts", "fields": "KTOPL SAKNR XBILK KTOKS XLOEV XSPEB", "key": "SAKNR",
        "unless": {"XBILK": ("X",)},
    },
    "SKAT": {
        "title": "General ledger accounts, names", "fields": "SPRAS KTOPL SAKNR TXT20 TXT50", "key": "SAKNR",
        "only": {"SPRAS": ENGLISH},
    },
    "CSKS": {
        "title": "Cost centres", "fields": "KOKRS KOSTL DATBI DATAB VERAK ABTEI KHINR BKZKP", "key": "KOSTL",
        "prefer": "DATBI", "required": "DATBI DATAB",
    },
    "CSKT": {
        "title": "Cost centres, names", "fields": "SPRAS KOKRS KOSTL DATBI KTEXT LTEXT", "key": "KOSTL",
        "prefer": "DATBI", "only": {"SPRAS": ENGLISH},
    },
    "PA0001": {
        "title": "Staff: organisational assignment",
        "fields": "PERNR SPRPS ENDDA BEGDA PERSG PERSK KOSTL ORGEH PLANS", "key": "PERNR", "prefer": "ENDDA",
        "required": "BEGDA PLANS", "unless": {"SPRPS": ("X",)}, "personal": True,
    },
    "PA0000": {
        "title": "Staff: actions", "fields": "PERNR SPRPS ENDDA BEGDA MASSN MASSG STAT2", "key": "PERNR",
        "prefer": "ENDDA", "required": "BEGDA STAT2", "unless": {"SPRPS": ("X",)}, "personal": True,
    },
    "PA0002": {
        "title": "Staff: names", "fields": "PERNR SPRPS ENDDA BEGDA NACHN VORNA RUFNM", "key": "PERNR",
        "prefer": "ENDDA", "required": "NACHN VORNA", "unless": {"SPRPS": ("X",)}, "personal": True,
    },
    "PA0008": {
        "title": "Staff: hours", "fields": "PERNR SPRPS ENDDA BEGDA TRFGR TRFST BSGRD DIVGV", "key": "PERNR BEGDA",
        "required": "BSGRD", "unless": {"SPRPS": ("X",)}, "personal": True,
    },
    "PA2001": {
        "title": "Staff: absences", "fields": "PERNR SUBTY SPRPS ENDDA BEGDA SEQNR AWART ABWTG STDAZ",
        "key": "PERNR SUBTY BEGDA ENDDA SEQNR", "required": "AWART", "unless": {"SPRPS": ("X",)}, "personal": True,
    },
    "PA2006": {
        "title": "Staff: leave quotas", "fields": "PERNR SUBTY SPRPS ENDDA BEGDA SEQNR KTART ANZHL KVERB DESTA DEEND",
        "key": "PERNR SUBTY BEGDA ENDDA SEQNR", "required": "KTART ANZHL", "unless": {"SPRPS": ("X",)}, "personal": True,
    },
}  # fmt: skip


@cache
def sap_tables() -> dict[str, Table]:
    """Every SAP table that is understood, by name."""
    known: dict[str, dict[str, dict[str, str]]] = {}
    with (settings.DATA_DIR / "sap_fields.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            known.setdefault(row["table"], {})[row["field"]] = row
    return {name: _table(name, wanted, known[name]) for name, wanted in WANTED.items()}


def _table(name: str, wanted: dict[str, Any], known: dict[str, dict[str, str]]) -> Table:
    keys = tuple(wanted["key"].split())
    required = set(wanted.get("required", "").split())
    fields = tuple(_field(one, known[one], required=one in required or one in keys) for one in wanted["fields"].split())
    return Table(
        key=name,
        title=wanted["title"],
        fields=fields,
        key_fields=keys,
        prefer=wanted.get("prefer", ""),
        only=wanted.get("only", {}),
        unless=wanted.get("unless", {}),
        personal=wanted.get("personal", False),
        sealed=wanted.get("sealed", ()),
        permission="migration.load_personal_data" if wanted.get("personal") else "migration.load_extracts",
        known=frozenset(known),
    )


def _field(name: str, row: dict[str, str], *, required: bool) -> Field:
    kind = KINDS.get(row["type"], Kind.TEXT)
    if name in PADDED:
        kind = Kind.KEY
    elif name in UNIT_PRICES:
        kind = Kind.NUMBER
    elif name in FLAGS:
        kind = Kind.FLAG
    labels = HEADINGS.get(name, ())
    return Field(
        name=name,
        label=labels[0] if labels else row["meaning"],
        kind=kind,
        # Languages have one letter inside and two in lists.
        length=2 if row["type"] == "LANG" else int(row["length"]),
        # Sequence numbers and assignments may be blank: they are then the first.
        required=required and name not in ("ZEKKN", "SEQNR", "SUBTY"),
        aliases=(*labels, row["meaning"]),
    )
