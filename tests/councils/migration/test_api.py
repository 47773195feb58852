"""A program brings an extract, reconciles it, loads it and takes it back, as officers do on the pages."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from councils.migration import uploads
from councils.migration.models import ImportBatch
from councils.purchasing.models import Supplier
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from tests.programs import program_of

from .conftest import SAMPLES

BOUNDARY = "----lines"
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="body"\r\n\r\n{{}}\r\n--{BOUNDARY}\r\n'
    'Content-Disposition: form-data; name="{part}"; filename="LFA1.csv"\r\nContent-Type: text/csv\r\n\r\nLIFNR,NAME1\r\n'
)


@pytest.fixture
def second(northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer", name="Sam Section")


def bring(program, *names: str, key: str = "once"):
    files = {f"files.{n}": SimpleUploadedFile(name, (SAMPLES / name).read_bytes()) for n, name in enumerate(names)}
    return program.client.post(
        "/api/v1/imports/", {"body": json.dumps({"note": "Vendors"}), **files}, headers={"idempotency-key": key}
    )


def test_a_program_takes_an_extract_from_the_upload_to_the_load_and_back(northmoor, finance, second):
    program, colleague = program_of(finance, "migration:write"), program_of(second, "migration:write")
    sent = bring(program, "LFA1.txt")
    again = bring(program, "LFA1.txt")
    assert sent.status_code == 201 and sent.json()["status"] == "checking"
    assert again["Idempotent-Replayed"] == "true" and again.json() == sent.json()
    run_waiting()

    batch = program.get(f"imports/{sent.json()['id']}/")
    address = f"imports/{batch.json()['id']}"
    assert [one["reference"] for one in program.get("imports/?status=checked").json()["results"]] == [
        batch.json()["reference"]
    ]
    file = batch.json()["files"][0]
    assert (file["table"], file["row_count"]) == (
        "LFA1",
        batch.json()["totals"][0]["read_amount"] and file["row_count"],
    )
    problems = program.get(f"{address}/problems/?total=true").json()
    assert problems["total"] == len(problems["results"]) and problems["results"][0]["message"]
    lines = b"".join(program.get(f"{address}/problems/csv/").streaming_content).decode()
    assert len(lines.splitlines()) == problems["total"] + 1

    assert program.post(f"{address}/load/").json()["detail"].startswith("The control totals are not signed off")
    figures = [{"total_id": one["id"], "source_amount": one["read_amount"]} for one in batch.json()["totals"]]
    assert program.post(f"{address}/totals/", {"figures": figures}, If_Match='"1"').status_code == 412
    stated = program.post(f"{address}/totals/", {"figures": figures}, If_Match=batch["ETag"])
    assert stated.status_code == 200, stated.content
    assert program.post(f"{address}/sign-off/").status_code == 409
    assert colleague.post(f"{address}/sign-off/", If_Match=stated["ETag"]).json()["signed_by_id"] == str(second.pk)
    assert program.post(f"{address}/load/").json()["status"] == "loading"
    run_waiting()
    loaded = program.get(f"{address}/").json()
    with inside_council(northmoor):
        assert loaded["status"] == "loaded" and loaded["files"][0]["created_count"] == Supplier.objects.count() > 0
    program.post(f"{address}/undo/")
    run_waiting()

    assert program.get(f"{address}/").json()["status"] == "undone"
    with inside_council(northmoor):
        assert not Supplier.objects.exists()


def test_columns_and_codes_are_matched_by_a_program_as_on_the_pages(northmoor, administrator, file_of):
    program = program_of(administrator, "migration:write")
    strange = file_of("vendors.csv", "Number,Who,Town\n7,Kestrel Paper Ltd,Northmoor\n")
    sent = program.client.post("/api/v1/imports/", {"body": "{}", "files.1": strange.open("rb")}).json()
    run_waiting()
    address = f"imports/{sent['id']}"
    file = program.get(f"{address}/").json()["files"][0]
    wanted = {"file_id": file["id"], "table": "LFA1"}

    too_few = program.post(f"{address}/columns/", {**wanted, "columns": ["LIFNR"]})
    unknown = program.post(f"{address}/columns/", {**wanted, "columns": ["LIFNR", "NAME1", "NONSENSE"]})
    mapped = program.post(f"{address}/columns/", {**wanted, "columns": ["LIFNR", "NAME1", "ORT01"]})
    run_waiting()

    assert too_few.status_code == 409 and "3 columns" in too_few.json()["detail"]
    assert unknown.status_code == 409 and "NONSENSE" in unknown.json()["detail"]
    assert mapped.status_code == 200
    assert program.get(f"{address}/").json()["files"][0]["create_count"] == 1
    nobody = program.post("import-codes/match/", {"kind": "subjective_group", "codes": {"SAP1": "NOWHERE"}})
    assert nobody.status_code == 400 and "NOWHERE" in nobody.json()["errors"][0]["detail"]
    assert program.post("import-codes/match/", {"kind": "post", "codes": {"50001": "P1"}}).json() == {"changed": 1}
    assert {"kind": "post", "legacy_value": "50001", "value": "P1", "rows_waiting": 0} in program.get(
        "import-codes/"
    ).json()["results"]


def test_a_token_reaches_no_further_than_its_scopes_and_its_officer(
    northmoor, eastvale, finance, administrator, officer_in
):
    bring(program_of(administrator, "migration:write"), "PA0001.csv")
    run_waiting()
    with inside_council(northmoor):
        staff = ImportBatch.objects.get()
    assert staff.personal

    assert bring(program_of(finance, "migration:read"), "LFA1.txt").json()["code"] == "scope"
    assert bring(program_of(finance, "migration.view_batches"), "LFA1.txt").json()["code"] == "scope"
    assert program_of(finance, "migration:read").get(f"imports/{staff.pk}/problems/").status_code == 404
    neighbour = program_of(officer_in(eastvale, "council_administrator"), "migration:write")
    assert neighbour.get(f"imports/{staff.pk}/").status_code == 404
    assert neighbour.post(f"imports/{staff.pk}/discard/").status_code == 404
    adviser = program_of(officer_in(northmoor, "hr_adviser"), "migration.load_personal_data", "migration:read")
    assert bring(adviser, "LFA1.txt").status_code == 201


class Meter(BytesIO):
    """A request's body that says how much of it was read."""

    taken = 0

    def read(self, size: int = -1) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece


@pytest.mark.parametrize(
    ("who", "page"), [("nobody", "/imports/new/"), ("requisitioner", "/imports/new/"), ("nobody", "/account/login/")]
)
def test_nothing_is_taken_in_from_somebody_who_may_not_bring_files(
    northmoor, officer_in, client_for, visitor, settings, who, page
):
    """The check against forged requests reads what is sent before the page asks who sent it."""
    settings.LARGEST_FORM_BYTES = 1024**2
    client = visitor(northmoor) if who == "nobody" else client_for(officer_in(northmoor, who))
    client.handler.enforce_csrf_checks = True
    client.cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
    body = Meter(HEAD.replace("{part}", "uploads").encode() + b"1,A\r\n" * 1_000_000)

    answer = client.generic(
        "POST", page,
        **{
            "wsgi.input": body, "CONTENT_LENGTH": str(len(body.getvalue())),
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        },
    )  # fmt: skip

    assert answer.status_code in (302, 403)
    assert body.taken < 1024**2


def test_files_for_which_there_is_no_room_are_refused_in_words(northmoor, finance, monkeypatch):
    monkeypatch.setattr(uploads, "KEEP_FREE", 1 << 60)

    answer = bring(program_of(finance, "migration:write"), "LFA1.txt")

    assert answer.status_code == 413 and "no room for these files" in answer.json()["detail"]


@pytest.mark.parametrize("way", ["page", "api"])
def test_an_upload_that_is_too_large_is_refused_before_it_is_read(northmoor, finance, client_for, way):
    """Both say how large one may be and how to split it; what follows the first bytes is never read."""
    client = client_for(finance) if way == "page" else program_of(finance, "migration:write").client
    part = "uploads" if way == "page" else "files.1"
    body = Meter(HEAD.replace("{part}", part).replace("{{}}", "{}").encode() + b"1,A\r\n" * 1_000_000)

    answer = client.generic(
        "POST", "/imports/new/" if way == "page" else "/api/v1/imports/",
        **{
            "wsgi.input": body, "CONTENT_LENGTH": str(5 * 1024**3),
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        },
    )  # fmt: skip

    said = answer.content.decode()
    assert answer.status_code == (413 if way == "api" else 422)
    assert "This upload has 5 GB and was not read: one may have 2 GB. Split it by rows" in said
    assert body.taken < 1024**2
    with inside_council(northmoor):
        assert not ImportBatch.objects.exists()
