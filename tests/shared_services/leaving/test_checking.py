"""Checking a pack: whatever was changed, taken out or put in is named."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from shared_services.leaving.pack.checking import check_pack
from shared_services.leaving.pack.manifest import BadPack

CARDS = "data/shared/access_officercard.jsonl"


def faults_of(pack: Path, **expected) -> list[str]:
    with pytest.raises(BadPack) as refusal:
        check_pack(pack, **expected)
    return refusal.value.faults


def change_manifest(pack: Path, change) -> None:
    place = pack / "manifest.json"
    manifest = json.loads(place.read_text())
    change(manifest)
    place.write_text(json.dumps(manifest))


def test_a_pack_as_it_was_written_is_sound_and_its_hash_is_printed(pack, install):
    status, said = install.run("verify_export", pack)

    assert status == 0
    assert hashlib.sha256((pack / "manifest.json").read_bytes()).hexdigest() in said


def test_a_flipped_byte_is_found(pack, install):
    place = pack / CARDS
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)

    status, said = install.run("verify_export", pack)

    assert status == 1 and f"{CARDS} was changed" in said


def test_a_missing_file_a_missing_row_and_an_extra_file_are_each_named(pack):
    (pack / "ocds/releases.json").unlink()
    place = pack / CARDS
    place.write_bytes(b"".join(place.read_bytes().splitlines(keepends=True)[1:]))
    (pack / "data/private/more.jsonl").write_text("{}\n")

    faults = "\n".join(faults_of(pack))

    assert "ocds/releases.json is missing" in faults
    assert f"{CARDS} has" in faults and "and should have" in faults
    assert "data/private/more.jsonl does not belong to the pack" in faults


def test_a_document_that_was_changed_is_found(pack):
    (document,) = [path for path in (pack / "documents").rglob("*") if path.is_file()]
    document.write_bytes(document.read_bytes()[:-1] + b"!")

    assert any("was changed" in fault and "documents/" in fault for fault in faults_of(pack))


@pytest.mark.parametrize("path", ["../outside.jsonl", "/etc/passwd", "data/../../outside", "data\\..\\x", "C:x", ""])
def test_a_name_that_leads_out_of_the_pack_is_refused(pack, path):
    (pack.parent / "outside.jsonl").write_text("")
    change_manifest(pack, lambda manifest: manifest["files"][0].update(path=path))

    assert any("leads out of the pack" in fault for fault in faults_of(pack))


def test_a_link_in_the_place_of_a_file_is_refused(pack, tmp_path):
    moved = tmp_path / "elsewhere.jsonl"
    (pack / CARDS).rename(moved)
    (pack / CARDS).symlink_to(moved)

    assert f"{CARDS} is missing." in faults_of(pack)


def test_a_pack_with_a_new_manifest_is_told_by_the_hash_that_was_printed(pack):
    printed = check_pack(pack).sha256
    change_manifest(pack, lambda manifest: manifest["council"].update(name="Another"))

    assert check_pack(pack).sha256 != printed
    assert any(printed in fault for fault in faults_of(pack, expected=printed))


def test_an_audit_line_changed_with_all_its_file_hashes_is_still_found(pack):
    chain = pack / "audit/chain.jsonl"
    lines = chain.read_text().splitlines()
    link = json.loads(lines[1])
    link["line"] = link["line"].replace("Ada", "Eve") + " "
    lines[1] = json.dumps(link)
    chain.write_text("\n".join(lines) + "\n")
    content = chain.read_bytes()

    def update(manifest):
        for one in manifest["files"]:
            if one["path"] == "audit/chain.jsonl":
                one.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())

    change_manifest(pack, update)

    assert any("The line of link 2" in fault for fault in faults_of(pack))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": "other", "format_version": 1}'])
def test_a_manifest_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_text(content)

    assert faults_of(tmp_path)


def test_a_folder_without_a_manifest_is_no_pack(tmp_path):
    assert "not a finished exit pack" in faults_of(tmp_path)[0]
    assert "There is no folder" in faults_of(tmp_path / "none")[0]
