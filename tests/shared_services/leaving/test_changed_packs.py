"""A pack that its council changed before it was loaded: what is in it gives no right that the council did not have."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from shared_services.leaving.pack.checking import check_pack
from shared_services.leaving.pack.manifest import BadPack
from shared_services.leaving.pack.unpacking import pack_folder
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.owner import owner_connection

from .elsewhere import empty_install, remove
from .test_checking import change_manifest
from .test_writing import rows_of

NOW = "2026-11-01T09:00:00+00:00"


def put_rows(pack: Path, name: str, rows: list[dict]) -> None:
    """Write a file of rows and a manifest to which it belongs."""
    path = f"data/{name}.jsonl"
    content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    (pack / path).write_bytes(content)
    facts = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "rows": len(rows)}
    change_manifest(pack, lambda manifest: next(one for one in manifest["files"] if one["path"] == path).update(facts))


@pytest.fixture
def beside_others(walled):
    """An install in which Eastvale works."""
    install = empty_install(keep=(2,))
    yield install
    remove(install)


def vote_that_is_won(pack: Path) -> None:
    draft, nobody = str(new_key()), {"based_on_id": None, "asked_by_id": None, "published_id": None}
    drawn = {
        "owner_id": 0, "parts": [1, 0], "key": "joint_purchase", "title": "Joint purchase", "bpmn": "<x/>", "dmn": [],
        "forms": {}, "tests": [], "version": 1,
    }  # fmt: skip
    put_rows(pack, "shown/modelling_processdraft", [{
        **drawn, **nobody, "id": draft, "status": "proposed", "edited_at": NOW, "edited_by_name": "X", "drawn_by": [],
        "asked_by_name": "", "asked_version": None,
    }])  # fmt: skip
    put_rows(pack, "shown/modelling_jointproposal", [{
        **drawn, "id": str(new_key()), "draft_id": draft, "replaces_id": None, "changes": [], "voters": [1], "quorum": 0,
        "status": "open", "proposed_by_name": "X", "proposed_at": NOW, "closes_on": "2099-01-01", "closed_at": None,
        "published_id": None,
    }])  # fmt: skip


def test_no_vote_that_a_pack_says_is_won_changes_a_joint_process_of_other_councils(pack, beside_others):
    vote_that_is_won(pack)

    status, said = beside_others.run("import_council", pack)

    assert status == 0, said
    assert "modelling_jointproposal: 1 rows left behind" in said
    assert beside_others.ask("SELECT count(*) FROM public.modelling_jointproposal WHERE owner_id = 0") == [(0,)]
    assert beside_others.ask("SELECT count(*) FROM public.modelling_processdraft WHERE owner_id = 0") == [(0,)]


def test_nothing_of_a_pack_hangs_on_another_councils_row(pack, beside_others):
    (case,) = rows_of(pack, "shared/workflow_case")
    with owner_connection(beside_others.database) as owner:
        other = owner.execute("SELECT id FROM public.access_officercard WHERE owner_id = 2 LIMIT 1").fetchone()
        if other is None:
            other = owner.execute(
                "INSERT INTO public.access_officercard (id, owner_id, parts, work_name, work_email, job_title, roles,"
                " active, version) VALUES (gen_random_uuid(), 2, '{0}', 'Ash Vale', 'ash.vale@eastvale.test', '', '{}',"
                " true, 1) RETURNING id"
            ).fetchone()
    put_rows(pack, "shared/workflow_case", [{**case, "requester_id": str(other[0])}])

    status, said = beside_others.run("import_council", pack)

    assert status == 0, said
    assert beside_others.ask(
        "SELECT c.owner_id FROM public.workflow_case w JOIN public.access_officercard c ON c.id = w.requester_id"
        " WHERE w.owner_id = 1"
    ) == [(0,)]


def test_a_pack_gives_no_officer_a_role_that_the_council_could_not(pack, elsewhere):
    cards = rows_of(pack, "shared/access_officercard")
    cards[0]["roles"] = ["platform_operator", "requisitioner", "partnership_administrator"]
    cards[1].update(roles=["platform_reader"], active=True)
    put_rows(pack, "shared/access_officercard", cards)

    status, said = elsewhere.run("import_council", pack)

    assert status == 0, said
    found = {
        str(key): (roles, active)
        for key, roles, active in elsewhere.ask("SELECT id, roles, active FROM public.access_officercard")
    }
    assert found[cards[0]["id"]] == (["requisitioner"], cards[0]["active"])
    assert not found[cards[1]["id"]][1]


@pytest.mark.parametrize("number", [9001, 8999])
def test_a_number_near_those_of_sandboxes_is_not_kept(pack, elsewhere, number):
    change_manifest(pack, lambda manifest: manifest["council"].update(number=number))

    status, said = elsewhere.run("import_council", pack)

    assert status == 0 and any(line.startswith("c0001") for line in said.splitlines()), said


def test_a_web_name_of_the_portal_itself_is_refused(pack, elsewhere):
    change_manifest(pack, lambda manifest: manifest["council"].update(slug="www"))

    status, said = elsewhere.run("import_council", pack)

    assert status == 1 and "do not fit" in said, said


def broken_line(pack: Path) -> None:
    put_file(pack, "data/private/organisation_department.jsonl", b'{"id": "broken\n')


def wrong_type(pack: Path) -> None:
    put_file(pack, "data/private/organisation_department.jsonl", b"[1, 2]\n")


def bank_details_of_another_shape(pack: Path) -> None:
    put_file(pack, "suppliers/bank_details.jsonl", b"[]\n")


def chain_without_a_hash(pack: Path) -> None:
    put_file(pack, "audit/chain.jsonl", b'{"seq": 1, "line": "", "id": "x", "sealed_at": "", "content_hash": ""}\n')


def manifest_of_another_shape(pack: Path) -> None:
    change_manifest(pack, lambda manifest: manifest["council"].update(slug={"a": 1}, joined_on="2026-13-45"))


def put_file(pack: Path, path: str, content: bytes) -> None:
    """Write a file, and a manifest to which it belongs."""
    (pack / path).write_bytes(content)
    facts = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "rows": content.count(b"\n")}
    change_manifest(pack, lambda manifest: next(one for one in manifest["files"] if one["path"] == path).update(facts))


@pytest.mark.usefixtures("walled")
def test_a_malformed_pack_ends_in_a_sentence_and_nothing_is_loaded(pack, elsewhere, tmp_path):
    for break_it in (
        broken_line, wrong_type, bank_details_of_another_shape, chain_without_a_hash, manifest_of_another_shape,
    ):  # fmt: skip
        broken = tmp_path / break_it.__name__
        shutil.copytree(pack, broken)
        break_it(broken)

        status, said = elsewhere.run("import_council", broken)

        assert status == 1 and "Nothing was loaded" in said and "Traceback" not in said, (break_it, said)
        assert elsewhere.ask("SELECT count(*) FROM public.tenancy_council WHERE number > 0") == [(0,)]
        assert not [place for place in elsewhere.files.glob("c0*") if place.name != "c0000"]


def test_a_pack_is_loaded_from_the_zip_file_and_its_hashes_are_said(pack, elsewhere, tmp_path):
    zipped = shutil.make_archive(str(tmp_path / "download"), "zip", pack.parent, pack.name)
    damaged = tmp_path / "damaged.zip"
    content = bytearray(Path(zipped).read_bytes())
    content[len(content) // 3] ^= 0xFF
    damaged.write_bytes(content)
    status, said = elsewhere.run("import_council", damaged)
    assert status == 1 and "Traceback" not in said, said

    status, said = elsewhere.run("import_council", zipped)

    assert status == 0, said
    assert check_pack(pack).sha256 in said and json.loads(last_line(pack / "audit/chain.jsonl"))["hash"] in said
    assert "Compare both" in said


def last_line(place: Path) -> str:
    return place.read_text().splitlines()[-1]


def test_a_zip_file_that_leads_out_of_the_pack_is_refused(tmp_path):
    place = tmp_path / "pack.zip"
    with zipfile.ZipFile(place, "w") as packed:
        packed.writestr("pack/../../outside", "x")

    with pytest.raises(BadPack, match="leads out"), pack_folder(place):
        pass
    for packing, again in ((zipfile.ZIP_STORED, "pack/data/below"), (zipfile.ZIP_LZMA, "pack/other")):
        with zipfile.ZipFile(place, "w", packing) as packed:
            packed.writestr("pack/data", "x")
            packed.writestr(again, "x")
        with pytest.raises(BadPack, match="cannot be unpacked|in a way that no"), pack_folder(place):
            pass
    place.write_bytes(b"PK no more than that")
    with pytest.raises(BadPack, match="not a whole ZIP file"), pack_folder(place):
        pass
