"""From the upload to the load on pages: two people, reconciled figures, matched columns and codes."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from councils.migration import tasks
from councils.migration.models import ColumnMapping, ControlTotal, Crosswalk, ImportBatch, RowProblem
from councils.migration.services import (
    advance,
    match_codes,
    receive_files,
    run_to_the_end,
    sign_off,
    start_loading,
    state_totals,
)
from councils.purchasing.models import Supplier
from shared_services.audit.models import AuditEntry
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

from .conftest import SAMPLES


def upload(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (SAMPLES / name).read_bytes())


def bring(council, actor, *names: str) -> ImportBatch:
    """A batch that has been checked."""
    with inside_council(council):
        batch = receive_files(actor=actor, uploads=[upload(name) for name in names], run=False)
    run_to_the_end(council, batch.pk)
    with inside_council(council):
        return ImportBatch.objects.get(pk=batch.pk)


def post(client, address: str, **data):
    return client.post(address, {"form_token": str(new_key()), **data})


def agreed(council, batch: ImportBatch, actor) -> None:
    """The legacy system says the same as was read."""
    with inside_council(council):
        figures = {one.pk: (one.read_amount, "") for one in ControlTotal.objects.filter(file__batch=batch)}
        state_totals(actor=actor, batch=batch, figures=figures)


@pytest.fixture
def second(northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer", name="Sam Section")


def test_files_are_brought_reconciled_signed_by_another_and_loaded(northmoor, finance, second, client_for):
    brought = client_for(finance)
    answer = post(brought, "/imports/new/", uploads=[upload("LFA1.txt"), upload("LFBK.csv")], note="Vendors")
    address = answer.headers["Location"]
    assert "Being checked" in brought.get(address).content.decode()
    run_waiting()
    page = brought.get(address).content.decode()
    assert "LFA1, 99% sure" in page
    assert "3 rows quarantined" in page and "Cannot start yet" in page

    with inside_council(northmoor):
        totals = list(ControlTotal.objects.order_by("file__name", "measure"))
        version = ImportBatch.objects.get().version
    wrong = {f"figure_{n}": "5" for n in range(len(totals))}
    refused = post(brought, f"{address}totals/", version=version, **wrong)
    assert refused.status_code == 422 and "The figures differ by 1 row." in refused.content.decode()
    explained = {f"explanation_{n}": "One vendor is printed on two pages" for n in range(len(totals))}
    assert post(brought, f"{address}totals/", version=version, **wrong, **explained).status_code == 302
    own = post(brought, f"{address}sign/", version=version + 1)
    assert own.status_code == 409 and "Somebody else must sign" in own.content.decode()
    told = b"Control totals to sign off"
    assert told in client_for(second).get("/").content and told not in brought.get("/").content
    too_early = post(brought, f"{address}load/", version=version + 1)
    assert too_early.status_code == 409 and "not signed off" in too_early.content.decode()

    assert post(client_for(second), f"{address}sign/", version=version + 1).status_code == 302
    assert told not in client_for(second).get("/").content
    assert post(brought, f"{address}load/", version=version + 2).status_code == 302
    run_waiting()

    page = brought.get(address).content.decode()
    assert "Loaded" in page and "by Finn Finance" in page
    with inside_council(northmoor):
        assert Supplier.objects.count() == 4
        events = set(AuditEntry.objects.filter(event__startswith="migration.").values_list("event", flat=True))
        assert events >= {
            "migration.batch.received",
            "migration.batch.checked",
            "migration.totals.stated",
            "migration.totals.signed",
            "migration.batch.load_started",
            "migration.batch.loaded",
        }


def test_a_load_is_undone_from_its_page(northmoor, finance, second, client_for):
    batch = bring(northmoor, finance, "LFA1.txt")
    agreed(northmoor, batch, finance)
    with inside_council(northmoor):
        sign_off(actor=second, batch=batch)
    client = client_for(finance)
    post(client, f"{batch.get_absolute_url()}load/")
    run_waiting()

    assert post(client, f"{batch.get_absolute_url()}undo/").status_code == 302
    run_waiting()

    assert "Undone" in client.get(batch.get_absolute_url()).content.decode()
    with inside_council(northmoor):
        assert not Supplier.objects.exists()


def test_changed_figures_take_a_signature_back(northmoor, finance, second):
    batch = bring(northmoor, finance, "LFA1.txt")
    agreed(northmoor, batch, finance)
    with inside_council(northmoor):
        sign_off(actor=second, batch=batch)
        total = ControlTotal.objects.get(measure="rows")
        state_totals(actor=finance, batch=batch, figures={total.pk: (Decimal(7), "Counted by hand")})

        assert ImportBatch.objects.get().signed_by_id is None


def test_whoever_entered_the_figures_does_not_sign_for_them(northmoor, finance, administrator):
    batch = bring(northmoor, finance, "LFA1.txt")
    agreed(northmoor, batch, administrator)

    with inside_council(northmoor), pytest.raises(NotAllowed, match="Somebody else must sign"):
        sign_off(actor=administrator, batch=batch)


def test_problems_are_filtered_and_downloaded_with_formulas_made_harmless(northmoor, finance, client_for):
    batch = bring(northmoor, finance, "LFA1.txt")
    client = client_for(finance)
    address = f"{batch.get_absolute_url()}problems/"

    page = client.get(f"{address}?severity=warning").content.decode()
    assert "does not look like a UK VAT number" in page and "more than once" not in page
    table = b"".join(client.get(f"{address}?export=csv").streaming_content).decode()

    assert "'=HYPERLINK" in table
    assert not re.search(r'(^|,)"?=HYPERLINK', table, re.MULTILINE)


def test_columns_are_mapped_once_and_known_for_later_files(northmoor, finance, client_for):
    strange = b"Kreditor,Firma,Land\n159590,Invented Ltd,GB\n159591,Second Ltd,GB\n"
    with inside_council(northmoor):
        batch = receive_files(
            actor=finance,
            uploads=[SimpleUploadedFile("LFA1.csv", b"LIFNR,Firma,LAND1\n1,Invented Ltd,GB\n")],
            run=False,
        )
    run_to_the_end(northmoor, batch.pk)
    client = client_for(finance)
    with inside_council(northmoor):
        batch = ImportBatch.objects.get()
        file = batch.files.get()
    assert "has no column for Name" in file.trouble
    address = f"{batch.get_absolute_url()}files/{file.pk}/columns/"
    assert client.get(address).status_code == 200

    chosen = {"column_0": "LIFNR", "column_1": "NAME1", "column_2": "LAND1", "decimal_mark": ".", "date_order": "dmy"}
    twice = post(client, address, **{**chosen, "column_2": "NAME1"}, version=batch.version)
    assert twice.status_code == 409 and "two columns" in twice.content.decode()
    assert post(client, address, **chosen, version=batch.version).status_code == 302
    run_waiting()

    with inside_council(northmoor):
        assert batch.files.get().create_count == 1
        assert ColumnMapping.objects.get(header="firma").field == "NAME1"
        later = receive_files(
            actor=finance, uploads=[SimpleUploadedFile("LFA1.csv", strange.replace(b"Kreditor", b"LIFNR"))], run=False
        )
    run_to_the_end(northmoor, later.pk)
    with inside_council(northmoor):
        assert later.files.get().create_count == 2


def test_codes_are_matched_and_put_rows_right(northmoor, administrator, client_for):
    batch = bring(northmoor, administrator, "SKA1.txt")
    client = client_for(administrator)
    assert "without a match" in client.get("/imports/codes/").content.decode()
    page = client.get("/imports/codes/subjective_group/").content.decode()
    assert "MYST" in page and "SUPP" in page and "PREM" in page

    order = re.findall(r'<label class="govuk-label[^"]*" for="id_code_(\d)">\s*([A-Z]+)', page)
    answers = {f"code_{place}": "supplies" for place, _code in order}
    assert post(client, "/imports/codes/subjective_group/", **answers).status_code == 302
    post(client, f"{batch.get_absolute_url()}check/")
    run_waiting()

    with inside_council(northmoor):
        assert Crosswalk.objects.count() == 3
        assert not RowProblem.objects.filter(reason="unmatched_group").exists()
        assert batch.files.get().create_count == 3


def test_codes_matched_anew_take_the_signature_of_batches_that_read_them_back(
    northmoor, finance, second, administrator
):
    codes, vendors = bring(northmoor, finance, "SKA1.txt"), bring(northmoor, finance, "LFA1.txt")
    for batch in (codes, vendors):
        agreed(northmoor, batch, finance)
        with inside_council(northmoor):
            sign_off(actor=second, batch=batch)

    with inside_council(northmoor):
        match_codes(actor=administrator, kind="subjective_group", codes={"MYST": "supplies"})

        signed = dict(ImportBatch.objects.values_list("reference", "signed_by_id"))
        assert signed == {codes.reference: None, vendors.reference: second.pk}
        assert AuditEntry.objects.filter(event="migration.totals.signature_void").count() == 1
        with pytest.raises(NotAllowed, match="not signed off"):
            start_loading(actor=finance, batch=codes)


def test_codes_are_not_matched_anew_while_a_batch_that_reads_them_is_loaded(northmoor, finance, second, administrator):
    batch = bring(northmoor, finance, "SKA1.txt")
    agreed(northmoor, batch, finance)
    with inside_council(northmoor):
        sign_off(actor=second, batch=batch)
        start_loading(actor=finance, batch=batch, run=False)

        with pytest.raises(NotAllowed, match="Wait until that is done"):
            match_codes(actor=administrator, kind="subjective_group", codes={"MYST": "supplies"})
        assert not Crosswalk.objects.exists()


def test_staff_data_is_seen_and_loaded_by_hr_only(northmoor, finance, officer_in, client_for):
    adviser = officer_in(northmoor, "hr_adviser")
    batch = bring(northmoor, adviser, "PA0002.csv")

    assert client_for(adviser).get(batch.get_absolute_url()).status_code == 200
    assert client_for(finance).get(batch.get_absolute_url()).status_code == 404
    assert client_for(finance).get(f"{batch.get_absolute_url()}problems/").status_code == 404
    assert batch.reference not in client_for(finance).get("/imports/").content.decode()


def test_a_look_at_the_problems_of_staff_data_is_recorded(northmoor, officer_in, client_for, finance):
    adviser = officer_in(northmoor, "hr_adviser")
    staff, suppliers = bring(northmoor, adviser, "PA0008.csv"), bring(northmoor, finance, "LFA1.txt")

    client_for(adviser).get(f"{staff.get_absolute_url()}problems/")
    client_for(finance).get(f"{suppliers.get_absolute_url()}problems/")

    with inside_council(northmoor):
        looks = AuditEntry.objects.filter(event="migration.problems.viewed")
        assert [look.actor_card_id for look in looks] == [adviser.pk]


def test_finance_cannot_load_officers_or_staff(northmoor, finance, second):
    batch = bring(northmoor, finance, "officers.csv")
    agreed(northmoor, batch, finance)
    with inside_council(northmoor):
        sign_off(actor=second, batch=ImportBatch.objects.get())
    with inside_council(northmoor), pytest.raises(NotAllowed, match="add, change or deactivate officers"):
        start_loading(actor=finance, batch=batch)


def test_others_have_no_business_here(northmoor, eastvale, officer_in, client_for, finance):
    batch = bring(northmoor, finance, "LFA1.txt")
    requester = officer_in(northmoor, "requisitioner")
    neighbour = officer_in(eastvale, "finance_officer")

    assert client_for(requester).get("/imports/").status_code == 403
    assert client_for(neighbour).get(batch.get_absolute_url()).status_code == 404
    auditor = client_for(officer_in(northmoor, "auditor"))
    assert auditor.get(batch.get_absolute_url()).status_code == 200
    assert auditor.get("/imports/new/").status_code in (403, 409)


def test_a_discarded_batch_keeps_its_line_and_nothing_else(northmoor, finance, client_for):
    batch = bring(northmoor, finance, "LFA1.txt")

    assert post(client_for(finance), f"{batch.get_absolute_url()}discard/").status_code == 302

    with inside_council(northmoor):
        assert ImportBatch.objects.get().status == "discarded"
        assert not RowProblem.objects.exists()
        assert not batch.files.get().file


def test_a_form_without_a_file_is_sent_back(northmoor, finance, client_for):
    answer = post(client_for(finance), "/imports/new/", note="")

    assert b"Choose at least one file" in answer.content
    with inside_council(northmoor):
        assert not ImportBatch.objects.exists()


def test_the_same_upload_sent_twice_makes_one_batch(northmoor, finance, client_for):
    client = client_for(finance)
    token = str(new_key())
    for _ in range(2):
        client.post("/imports/new/", {"form_token": token, "uploads": [upload("LFA1.txt")], "note": ""})

    with inside_council(northmoor):
        assert ImportBatch.objects.count() == 1


def test_templates_are_downloaded_with_headings_that_are_recognised(northmoor, finance, client_for):
    client = client_for(finance)
    assert client.get("/imports/templates/").status_code == 200

    for key in ("departments", "posts", "officers", "cost_centres", "codes", "budgets", "suppliers"):
        content = client.get(f"/imports/templates/{key}.csv").content
        with inside_council(northmoor):
            batch = receive_files(actor=finance, uploads=[SimpleUploadedFile(f"{key}.csv", content)], run=False)
            assert advance(batch.pk)
            assert batch.files.get().table == key
            assert not batch.files.get().trouble
    assert client.get("/imports/templates/EKKO.csv").status_code == 404


def test_suppliers_and_old_orders_are_looked_up(northmoor, finance, client_for, shell):
    shell("LFA1.txt", "LFB1.csv", "LFBK.csv", "EKKO.csv", "EKPO.csv", "EKKN.csv", "EKBE.tsv")
    client = client_for(finance)

    supplier = client.get("/suppliers/159590/").content.decode()
    assert "Brightwater Paving Ltd" in supplier and "Account ending 5926" in supplier
    assert "31415926" not in supplier
    order = client.get("/imports/orders/4500000001/").content.decode()
    assert "Paving slabs, grey" in order and "£1,250" in order and "Charged to 610400 / 400100" in order
    assert "−£50" in order
    assert "4500000001" in client.get("/imports/orders/").content.decode()
    assert "Tallow" in client.get("/suppliers/?state=closed").content.decode()

    changed = post(
        client, "/suppliers/159590/change/", email="orders@brightwater.test", telephone="", blocked="yes", version=1
    )
    assert changed.status_code == 302
    with inside_council(northmoor):
        assert Supplier.objects.get(number="159590").blocked
    stale = post(client, "/suppliers/159590/change/", email="", telephone="", blocked="no", version=1)
    assert stale.status_code == 409


def test_a_load_that_fails_for_good_says_so_and_can_be_undone(northmoor, finance, second, client_for):
    batch = bring(northmoor, finance, "LFA1.txt")
    agreed(northmoor, batch, finance)
    with inside_council(northmoor):
        sign_off(actor=second, batch=batch)
    post(client_for(finance), f"{batch.get_absolute_url()}load/")
    with inside_council(northmoor):
        tasks.give_up(error=OSError("disk full"), final=True, batch_id=batch.pk)

    page = client_for(finance).get(batch.get_absolute_url()).content.decode()
    assert "The work stopped. Something went wrong on our side." in page and "Undo this load" in page
    assert "OSError" not in page, "an officer reads a sentence; the program's own word is for the platform's team"
