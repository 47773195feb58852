"""Writing a pack: everything of one council, nothing of another, nothing by halves."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from pathlib import Path

import pytest
from django.conf import settings

from shared_services.leaving.pack.checking import check_pack
from shared_services.leaving.pack.contents import packed_tables
from shared_services.leaving.pack.writing import write_pack
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.owner import owner_connection

from .conftest import BANK, DOCUMENT, HARD_TEXT


def rows_of(pack: Path, name: str) -> list[dict]:
    return [json.loads(line) for line in (pack / "data" / f"{name}.jsonl").read_bytes().splitlines()]


def test_a_pack_has_each_table_with_its_schema_and_the_council_s_rows(pack):
    for table in packed_tables():
        schema = json.loads((pack / table.schema_path).read_text())
        assert schema["x-table"] == table.table
        for row in rows_of(pack, f"{table.part}/{table.table}"):
            assert list(row) == list(schema["properties"])
    (requisition,) = rows_of(pack, "private/purchasing_requisition")
    assert requisition["justification"] == HARD_TEXT
    assert HARD_TEXT in {row["text"] for row in rows_of(pack, "private/annexes_casenote")}
    assert "Rita Requester" in {row["work_name"] for row in rows_of(pack, "shared/access_officercard")}
    schema = json.loads((pack / "data/private/purchasing_purchaseorder.schema.json").read_text())
    assert "Pounds sterling" in schema["properties"]["gross_amount"]["description"]
    assert schema["properties"]["requisition_id"]["x-references"] == "purchasing_requisition.id"
    assert "whose approval raised it" in schema["properties"]["issued_by_id"]["description"]


def test_the_joint_process_that_a_case_follows_is_in_the_pack(pack):
    (case,) = rows_of(pack, "shared/workflow_case")

    shown = {row["id"]: row for row in rows_of(pack, "shown/workflow_processversion")}

    assert case["process_version_id"] in shown
    assert {row["owner_id"] for row in shown.values()} == {0}
    drawings = list((pack / "processes/joint").glob("*.bpmn"))
    assert any(b"definitions" in drawing.read_bytes() for drawing in drawings)


def test_documents_are_in_the_pack_as_they_were_stored(pack):
    (attachment,) = rows_of(pack, "private/annexes_attachment")

    assert (pack / "documents" / attachment["file"]).read_bytes() == DOCUMENT
    assert attachment["sha256"] == hashlib.sha256(DOCUMENT).hexdigest()


def test_nothing_of_another_council_is_in_a_pack(pack):
    found = [path for path in pack.rglob("*") if path.is_file() and b"Zqxquarry" in path.read_bytes()]

    assert found == []
    for table in packed_tables():
        if table.part != "private":
            owners = {row["owner_id"] for row in rows_of(pack, f"{table.part}/{table.table}")}
            assert owners <= ({1} if table.part == "shared" else {0}), table.table


def test_secrets_are_not_in_a_pack_and_the_manifest_says_so(pack):
    manifest = json.loads((pack / "manifest.json").read_text())

    assert "password" not in rows_of(pack, "private/accounts_account")[0]
    named = {(one["table"], one.get("column", "")) for one in manifest["left_out"]}
    assert {("accounts_account", "password"), ("api_apitoken", ""), ("django_session", "")} <= named
    assert all(one["reason"] for one in manifest["left_out"])
    assert not any("pbkdf2" in path.read_text() or "md5$" in path.read_text() for path in pack.rglob("*.jsonl"))


def test_bank_details_are_in_the_pack_in_clear_and_not_as_the_install_s_seal(pack):
    (account,) = rows_of(pack, "private/purchasing_supplierbankaccount")

    assert "sealed" not in account
    (details,) = [json.loads(line) for line in (pack / "suppliers/bank_details.jsonl").read_text().splitlines()]
    assert details == {"id": account["id"], "details": BANK}


def test_orders_are_an_ocds_release_package(pack):
    package = json.loads((pack / "ocds/releases.json").read_text())

    assert package["version"] == "1.1"
    (release,) = package["releases"]
    (order,) = rows_of(pack, "private/purchasing_purchaseorder")
    assert release["ocid"].endswith(order["reference"])
    assert {"ocid", "id", "date", "tag", "initiationType"} <= set(release)
    (contract,) = release["contracts"]
    assert contract["awardID"] == release["awards"][0]["id"]
    assert contract["value"] == {
        "amount": order["net_amount"], "amountGross": order["gross_amount"], "currency": "GBP"
    }  # fmt: skip
    assert [item["classification"]["scheme"] for item in contract["items"]] == ["CPV"] * 3
    assert {party["id"] for party in release["parties"]} == {
        release["buyer"]["id"],
        release["awards"][0]["suppliers"][0]["id"],
    }


def test_the_same_data_gives_the_same_files(council, install, tmp_path):
    for name in ("one", "two"):
        status, said = install.run("export_council", "c0001", tmp_path / name)
        assert status == 0, said

    first, second = check_pack(tmp_path / "one").manifest, check_pack(tmp_path / "two").manifest
    hashes = {one.path: one.sha256 for one in first.files if one.path.startswith(("data/", "audit/", "documents"))}
    assert hashes == {one.path: one.sha256 for one in second.files if one.path in hashes}


def test_a_pack_is_never_written_over_something(pack, install):
    before = (pack / "manifest.json").read_bytes()

    status, said = install.run("export_council", "northmoor", pack)

    assert status == 1 and "is there already" in said
    assert (pack / "manifest.json").read_bytes() == before


def test_a_pack_is_written_as_one_look_or_not_at_all(walled, northmoor, tmp_path):
    with inside_council(northmoor), pytest.raises(RuntimeError, match="one look"):
        write_pack(tmp_path / "pack")


def test_a_killed_export_leaves_no_pack_and_can_be_repeated(council, install, tmp_path):
    target = tmp_path / "pack"
    with owner_connection(settings.DATABASES["default"]["NAME"]) as holding:
        holding.execute("BEGIN; LOCK TABLE public.workflow_decision IN ACCESS EXCLUSIVE MODE")
        process = install.start("export_council", "northmoor", target)
        wait_until(install.waits_for_a_lock)
        assert list(tmp_path.rglob("purchasing_requisition.jsonl"))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        holding.execute("ROLLBACK")
    assert not target.exists()

    status, said = install.run("export_council", "northmoor", target)

    assert status == 0, said
    assert check_pack(target).manifest.rows > 0
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "pack"))] == ["pack"]


def wait_until(holds, seconds: int = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "It did not happen in time"
        time.sleep(0.05)
