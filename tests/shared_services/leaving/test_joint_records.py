"""What a council did together with others: its own rows, and the shared service's that they belong to."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from shared_services.leaving.pack.loading import STAND_IN
from shared_services.procurement import selectors, services
from shared_services.procurement.models import DemandLine
from shared_services.tenancy.door import inside_council
from tests.councils.purchasing.test_joint_purchase import agreed, ask, both, category_manager, do_jobs  # noqa: F401

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


def test_a_joint_case_that_was_open_is_ended_and_the_council_buys_for_itself(
    both,  # noqa: F811
    category_manager,  # noqa: F811
    shared_service,
    northmoor,
    install,
    elsewhere,
    tmp_path,
):
    for books in both:
        ask(books)
    with inside_council(shared_service):
        lines = list(DemandLine.objects.of_councils([1, 2]).values_list("pk", flat=True))
        draft = services.draft_proposal(actor=category_manager, line_ids=lines)
        draft = services.change_proposal(
            actor=category_manager, proposal_id=draft.pk, version=draft.version, title="Shelving together",
            category=draft.category_id, supplier_name="Shared Shelving Limited", justification="One price",
            show_totals_to_councils=True, prices={line.pk: Decimal("800.00") for line in selectors.lines_of(draft)},
        )  # fmt: skip
        services.submit_proposal(actor=category_manager, proposal_id=draft.pk)
    do_jobs(shared_service)
    assert install.run("export_council", "northmoor", tmp_path / "pack")[0] == 0

    status, said = elsewhere.run("import_council", tmp_path / "pack")

    assert status == 0, said
    cases = "SELECT DISTINCT status, outcome FROM public.workflow_case WHERE owner_id = 0"
    assert elsewhere.ask(cases) == [("withdrawn", "ended_by_leaving")]
    tasks = "SELECT DISTINCT t.status FROM public.workflow_task t JOIN public.workflow_case c ON c.id = t.case_id WHERE c.owner_id = 0"
    assert elsewhere.ask(tasks) == [("cancelled",)]
    assert elsewhere.ask("SELECT DISTINCT status FROM public.procurement_demandline") == [("returned",)]
    live = "SELECT 1 FROM public.procurement_jointproposal WHERE status IN ('draft', 'awaiting_councils', 'agreed')"
    assert elsewhere.ask(live) == []
    event = "SELECT count(*) FROM c0001.audit_auditentry WHERE event = 'workflow.case.ended_by_leaving'"
    assert elsewhere.ask(event) == [(1,)]
    promised = "SELECT count(*) FROM public.messaging_outboxmessage WHERE owner_id = 1 AND task = 'procurement.buy_locally' AND done_at IS NULL"
    assert elsewhere.ask(promised) == [(1,)]
