"""The pages of the migration from the legacy ERP, walked and looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from councils.migration.models import ControlTotal, ImportBatch
from councils.migration.services import state_totals
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council

pytestmark = pytest.mark.browser
SAMPLES = Path(__file__).parents[1] / "councils" / "migration" / "samples"
FILES = ("LFA1.txt", "LFB1.csv", "LFBK.csv", "EKKO.csv", "EKPO.csv", "EKKN.csv", "EKBE.tsv", "SKA1.txt")


def test_extracts_are_brought_reconciled_signed_and_loaded(portal, northmoor, officer_in, sign_in, page, look):
    loader = officer_in(northmoor, "council_administrator", "finance_officer", name="Lena Loader")
    signer = officer_in(northmoor, "section_151_officer", name="Sam Signer")
    sign_in(page, loader, northmoor)
    page.goto(portal(northmoor, "/imports/"))
    look(page, "imports-empty")
    page.click("text=Bring files")
    look(page, "imports-new")
    page.set_input_files("input[type=file]", [str(SAMPLES / name) for name in FILES])
    page.fill("input[name=note]", "Vendors and orders as at 31 March")
    page.click("text=Bring these files")
    page.wait_for_selector("text=Being checked")
    look(page, "imports-checking")
    run_waiting()
    page.reload()
    look(page, "imports-checked")
    address = page.url

    for name, path in {
        "imports-problems": f"{address}problems/",
        "imports-totals": f"{address}totals/",
        "imports-codes": portal(northmoor, "/imports/codes/"),
        "imports-match": portal(northmoor, "/imports/codes/subjective_group/"),
        "imports-templates": portal(northmoor, "/imports/templates/"),
        "imports-discard": f"{address}discard/",
        "imports-check-again": f"{address}check/",
    }.items():
        page.goto(path)
        look(page, name)
    page.goto(address)
    page.click("text=Columns of EKPO.csv")
    look(page, "imports-columns")

    with inside_council(northmoor):
        batch = ImportBatch.objects.get()
        figures = {one.pk: (one.read_amount, "") for one in ControlTotal.objects.filter(file__batch=batch)}
        state_totals(actor=loader, batch=batch, figures=figures)
    page.context.clear_cookies()
    sign_in(page, signer, northmoor)
    page.goto(f"{address}sign/")
    look(page, "imports-sign")
    page.click("main button[type=submit]")
    page.wait_for_url(address)
    page.context.clear_cookies()
    sign_in(page, loader, northmoor)
    page.goto(f"{address}load/")
    look(page, "imports-load")
    page.click("main button[type=submit]")
    page.wait_for_selector("text=Being loaded")
    run_waiting()
    page.goto(address)
    look(page, "imports-loaded")
    page.goto(f"{address}undo/")
    look(page, "imports-undo")
    page.goto(portal(northmoor, "/imports/"))
    look(page, "imports-list")
    for name, path in {
        "suppliers": "/suppliers/",
        "supplier": "/suppliers/159590/",
        "supplier-change": "/suppliers/159590/change/",
        "legacy-orders": "/imports/orders/",
        "legacy-order": "/imports/orders/4500000001/",
    }.items():
        page.goto(portal(northmoor, path))
        look(page, name)
