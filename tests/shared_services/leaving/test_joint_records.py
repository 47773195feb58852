"""What a council did together with others: its own rows, and the shared service's that they belong to."""

from __future__ import annotations

import json

import pytest

from shared_services.leaving.pack.loading import STAND_IN
from tests.councils.purchasing.test_joint_purchase import agreed, both, category_manager, do_jobs  # noqa: F401

from .test_loading import hashes
from .test_writing import rows_of

pytestmark = pytest.mark.usefixtures("walled")


@pytest.fixture
def joint_pack(walled, agreed, shared_service, install, tmp_path):  # noqa: F811
    """Northmoor's pack after it bought together with Eastvale."""
    agreed("800.00")
    do_jobs(shared_service)
    status, said = install.run("export_council", "northmoor", tmp_path / "pack")
    assert status == 0, said
    return tmp_path / "pack"


def test_a_joint_case_comes_along_and_the_partner_s_rows_do_not(joint_pack, elsewhere, tmp_path):
    shown = {row["id"]: row for row in rows_of(joint_pack, "shown/workflow_case")}
    own_tasks = rows_of(joint_pack, "shared/workflow_task")
    assert {task["case_id"] for task in own_tasks} & set(shown), "the council decided a task of a joint case"
    assert not any(b"@eastvale.test" in path.read_bytes() for path in joint_pack.rglob("*") if path.is_file())
    release = json.loads((joint_pack / "ocds/releases.json").read_text())["releases"][0]
    assert release["awards"][0]["suppliers"][0]["name"] == "Shared Shelving Limited"

    status, said = elsewhere.run("import_council", joint_pack)

    assert status == 0, said
    assert "left behind" not in said
    status, said = elsewhere.run("export_council", "northmoor", tmp_path / "back")
    assert status == 0, said
    back = tmp_path / "back"
    assert hashes(back, "private") == hashes(joint_pack, "private")
    for table in ("access_officercard", "workflow_decision", "procurement_demandline"):
        assert len(rows_of(back, f"shared/{table}")) == len(rows_of(joint_pack, f"shared/{table}"))
    assert {row["id"] for row in rows_of(back, "shown/workflow_case")} == set(shown)
    parts = elsewhere.ask("SELECT DISTINCT parts FROM public.workflow_case WHERE owner_id = 0")
    assert parts == [([1],)]
    assert elsewhere.ask("SELECT DISTINCT c.work_name FROM public.workflow_case w JOIN public.access_officercard c"
                         " ON c.id = w.requester_id WHERE w.owner_id = 0") == [(STAND_IN,)]  # fmt: skip
    assert elsewhere.run("verify_audit", "--council", "northmoor")[0] == 0
