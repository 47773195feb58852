"""Loading a pack into another install: the same council, table by table, or nothing."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from shared_services.leaving.pack.checking import check_pack
from shared_services.tenancy.owner import owner_connection

from .conftest import BANK, DOCUMENT
from .elsewhere import Install, empty_install, remove
from .test_writing import rows_of, wait_until

GROWN = {"audit_auditentry", "audit_waitingline"}
"""Loading is itself in the record: one line more, which waits to be bound."""


def hashes(pack: Path, part: str) -> dict[str, str]:
    """Of each file of rows: its hash."""
    found = {
        Path(one.path).stem: one.sha256
        for one in check_pack(pack).manifest.files
        if one.path.startswith(f"data/{part}/") and one.rows is not None
    }
    return {table: digest for table, digest in found.items() if table not in GROWN}


def nothing_stands(install: Install) -> bool:
    return (
        install.ask("SELECT number FROM public.tenancy_council WHERE number > 0") == []
        and install.ask("SELECT nspname FROM pg_namespace WHERE nspname ~ '^c[0-9]{4}$' AND nspname <> 'c0000'") == []
        and install.ask("SELECT count(*) FROM public.access_officercard WHERE owner_id > 0") == [(0,)]
    )


def test_a_council_is_the_same_in_another_install_table_by_table(pack, elsewhere, tmp_path):
    status, said = elsewhere.run("import_council", pack)
    assert status == 0, said
    assert "left behind" not in said

    status, said = elsewhere.run("export_council", "northmoor", tmp_path / "back")
    assert status == 0, said
    back = tmp_path / "back"
    assert hashes(back, "private") == hashes(pack, "private")
    shared, before = hashes(back, "shared"), hashes(pack, "shared")
    # The joint process of a case has a key of its own in each install.
    for table in ("workflow_case",):
        assert shared.pop(table) != before.pop(table)
    assert shared == before
    (case,), (case_before,) = rows_of(back, "shared/workflow_case"), rows_of(pack, "shared/workflow_case")
    own_version = case.pop("process_version_id")
    assert own_version != case_before.pop("process_version_id")
    assert case == case_before
    assert own_version in {row["id"] for row in rows_of(back, "shown/workflow_processversion")}
    for table in GROWN:
        assert rows_of(back, f"private/{table}")[: len(rows_of(pack, f"private/{table}"))] == rows_of(
            pack, f"private/{table}"
        )
    assert rows_of(back, "private/audit_auditentry")[-1]["event"] == "leaving.pack.loaded"
    assert (back / "audit/chain.jsonl").read_bytes() == (pack / "audit/chain.jsonl").read_bytes()
    assert (back / "documents.jsonl").read_bytes() == (pack / "documents.jsonl").read_bytes()
    assert (back / "suppliers/bank_details.jsonl").read_bytes() == (pack / "suppliers/bank_details.jsonl").read_bytes()

    assert elsewhere.run("fingerprint_rooms") == (0, "Every room is built like the template.\n")
    status, said = elsewhere.run("verify_audit", "--council", "northmoor")
    assert status == 0 and "no broken link" in said


def test_what_is_counted_goes_on_and_files_are_in_their_room(pack, elsewhere):
    assert elsewhere.run("import_council", pack)[0] == 0

    (attachment,) = rows_of(pack, "private/annexes_attachment")
    assert (elsewhere.files / "c0001" / attachment["file"]).read_bytes() == DOCUMENT
    assert [path.name for path in (elsewhere.files / "c0001").iterdir()] == ["attachments"]
    with owner_connection(elsewhere.database) as owner:
        owner.execute("SET search_path = c0001, public")
        last = owner.execute("SELECT coalesce(max(id), 0) FROM account_emailaddress").fetchone()[0]
        account = owner.execute("SELECT id FROM accounts_account LIMIT 1").fetchone()[0]
        fresh = owner.execute(
            "INSERT INTO account_emailaddress (email, verified, \"primary\", user_id) VALUES ('a@b.test', false, false, %s)"
            " RETURNING id",
            [account],
        ).fetchone()[0]
        enabled = owner.execute(
            "SELECT tgenabled FROM pg_trigger WHERE tgname = 'audit_wait' AND tgrelid = 'audit_auditentry'::regclass"
        ).fetchone()[0]
        passwords = owner.execute("SELECT DISTINCT password FROM accounts_account").fetchall()
    assert fresh > last
    assert enabled in ("O", b"O")
    assert passwords == [("!",)]


def test_a_number_that_is_taken_is_mapped_to_a_free_one(pack, walled, tmp_path):
    install = empty_install(keep=(2,))
    try:
        with owner_connection(install.database) as owner:
            owner.execute(
                "INSERT INTO public.tenancy_council (number, schema_name, name, short_name, slug, code, domain, colour,"
                " state, state_by, release_state, release_head, release_error) VALUES (1, 'c0001', 'Gone Council', 'Gone', 'gone',"
                " 'GON', '', '#1d4f91', 'ended', '', 'current', '', '')"
            )

        status, said = install.run("import_council", pack)

        assert status == 0 and "c0003" in said, said
        status, said = install.run("export_council", "northmoor", tmp_path / "back")
        assert status == 0, said
        assert hashes(tmp_path / "back", "private") == hashes(pack, "private")
        cards, before = (rows_of(one, "shared/access_officercard") for one in (tmp_path / "back", pack))
        assert {card["owner_id"] for card in cards} == {3}
        assert [{**card, "owner_id": 1} for card in cards] == before
        assert json.loads((tmp_path / "back/suppliers/bank_details.jsonl").read_text())["details"] == BANK
        assert install.run("verify_audit", "--council", "northmoor")[0] == 0
    finally:
        remove(install)


def test_a_joint_process_of_a_pack_never_becomes_other_councils_own(pack, walled, tmp_path):
    install = empty_install(keep=(2,))
    try:
        with owner_connection(install.database) as owner:
            owner.execute("UPDATE public.workflow_processversion SET sha256 = repeat('0', 64), version = version + 10")
        before = install.ask("SELECT count(*) FROM public.workflow_processversion")

        status, said = install.run("import_council", pack)

        assert status == 1 and "would hold for every council" in said, said
        assert install.ask("SELECT count(*) FROM public.workflow_processversion") == before
        assert not (install.files / "c0001").exists()
    finally:
        remove(install)


def test_what_a_changed_manifest_says_of_the_council_is_checked(pack, elsewhere):
    place = pack / "manifest.json"
    manifest = json.loads(place.read_text())
    manifest["council"]["slug"] = "../evil host"
    place.write_text(json.dumps(manifest))

    status, said = elsewhere.run("import_council", pack)

    assert status == 1 and "do not fit" in said, said
    assert nothing_stands(elsewhere)


def test_a_pack_whose_council_has_a_room_is_refused(pack, walled, install):
    status, said = install.run("import_council", pack)

    assert status == 1
    assert "has number 1 here already" in said and "Nothing was loaded" in said


def test_a_pack_of_another_release_is_refused_with_what_differs(pack, elsewhere):
    place = pack / "manifest.json"
    manifest = json.loads(place.read_text())
    manifest["release"]["migrations"]["purchasing"] = "0001_initial_of_old"
    place.write_text(json.dumps(manifest))

    status, said = elsewhere.run("import_council", pack)

    assert status == 1
    assert "another release" in said and "purchasing: 0001_initial_of_old in the pack" in said
    assert nothing_stands(elsewhere)


def test_a_pack_that_is_not_whole_is_refused(pack, elsewhere):
    (pack / "data/shared/workflow_case.jsonl").unlink()

    status, said = elsewhere.run("import_council", pack)

    assert status == 1 and "workflow_case.jsonl is missing" in said
    assert nothing_stands(elsewhere)
    assert not elsewhere.files.exists()


def test_a_killed_import_leaves_nothing_and_can_be_repeated(pack, elsewhere):
    with owner_connection(elsewhere.database) as holding:
        holding.execute("BEGIN; LOCK TABLE public.workflow_decision IN ACCESS EXCLUSIVE MODE")
        process = elsewhere.start("import_council", pack)
        wait_until(elsewhere.waits_for_a_lock)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        holding.execute("ROLLBACK")
    wait_until(lambda: not elsewhere.others_at_work())
    assert nothing_stands(elsewhere)

    status, said = elsewhere.run("import_council", pack)

    assert status == 0, said
    assert elsewhere.ask("SELECT number FROM public.tenancy_council WHERE number > 0") == [(1,)]
