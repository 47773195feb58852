"""What every council's books start with: subjective codes under the SeRCOP groups, VAT rates, virement limits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from .choices import SubjectiveGroup as Group
from .choices import VatCode
from .models import FinanceSettings, SubjectiveCode, VatRate

OPENED_ON = date(2020, 4, 1)

SUBJECTIVE_CODES: list[tuple[str, str, Group]] = [
    ("1000", "Salaries and wages", Group.EMPLOYEES),
    ("1010", "National Insurance contributions", Group.EMPLOYEES),
    ("1020", "Pension contributions", Group.EMPLOYEES),
    ("1050", "Agency staff", Group.EMPLOYEES),
    ("1060", "Training", Group.EMPLOYEES),
    ("2000", "Repairs and maintenance", Group.PREMISES),
    ("2010", "Energy", Group.PREMISES),
    ("2020", "Rents", Group.PREMISES),
    ("2030", "Cleaning and domestic supplies", Group.PREMISES),
    ("2040", "Grounds maintenance", Group.PREMISES),
    ("3000", "Vehicle hire and repair", Group.TRANSPORT),
    ("3010", "Fuel", Group.TRANSPORT),
    ("3020", "Mileage and travel", Group.TRANSPORT),
    ("4000", "Furniture", Group.SUPPLIES),
    ("4010", "Equipment and tools", Group.SUPPLIES),
    ("4020", "Stationery and printing", Group.SUPPLIES),
    ("4030", "Books and publications", Group.SUPPLIES),
    ("4040", "Clothing and uniforms", Group.SUPPLIES),
    ("4050", "Catering", Group.SUPPLIES),
    ("4100", "Computer equipment", Group.SUPPLIES),
    ("4110", "Software and licences", Group.SUPPLIES),
    ("4120", "Telephones and postage", Group.SUPPLIES),
    ("4200", "Professional fees", Group.SUPPLIES),
    ("4210", "Conferences and subsistence", Group.SUPPLIES),
    ("5000", "Private contractors", Group.THIRD_PARTY),
    ("5010", "Voluntary organisations", Group.THIRD_PARTY),
    ("5020", "Other local authorities", Group.THIRD_PARTY),
    ("6000", "Payments to individuals", Group.TRANSFER),
    ("7000", "Central support recharges", Group.SUPPORT),
    ("8000", "Depreciation and impairment", Group.DEPRECIATION),
    ("8500", "Interest and debt repayment", Group.CAPITAL_FINANCING),
    ("9000", "Fees and charges", Group.INCOME),
    ("9010", "Government grants", Group.INCOME),
]

# The standard rate is 20% since 4 January 2011; the reduced rate 5% since 1997, except as Parliament decides.
VAT_RATES: list[tuple[VatCode, Decimal, bool, date]] = [
    (VatCode.STANDARD, Decimal("20.00"), True, date(2011, 1, 4)),
    (VatCode.REDUCED, Decimal("5.00"), True, date(2011, 1, 4)),
    (VatCode.ZERO, Decimal("0.00"), True, date(2011, 1, 4)),
    (VatCode.EXEMPT, Decimal("0.00"), True, date(2011, 1, 4)),
    (VatCode.OUTSIDE, Decimal("0.00"), True, date(2011, 1, 4)),
    (VatCode.IRRECOVERABLE, Decimal("20.00"), False, date(2011, 1, 4)),
    # The council accounts for the VAT itself, so the supplier's order carries none.
    (VatCode.REVERSE_CHARGE, Decimal("0.00"), True, date(2021, 3, 1)),
]


def load_room(council: Any) -> None:
    """Give a new council its codes, rates and limits; running it again adds what is missing and changes nothing."""
    SubjectiveCode.objects.bulk_create(
        (
            SubjectiveCode(code=code, name=name, group=group, valid_from=OPENED_ON)
            for code, name, group in SUBJECTIVE_CODES
        ),
        ignore_conflicts=True,
    )
    VatRate.objects.bulk_create(
        (
            VatRate(code=code, percent=percent, recoverable=recoverable, valid_from=day)
            for code, percent, recoverable, day in VAT_RATES
        ),
        ignore_conflicts=True,
    )
    FinanceSettings.objects.get_or_create(only=True)
