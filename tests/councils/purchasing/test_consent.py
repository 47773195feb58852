"""A council orders from a joint purchase what its own officer agreed to, and nothing that anybody else wrote."""

from __future__ import annotations

from collections import namedtuple
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
from django.utils import timezone

from config.isolation.database import connect_as
from councils.purchasing import services as purchasing
from councils.purchasing.choices import RequisitionStatus
from councils.purchasing.models import JointConsent, PurchaseOrder, Requisition
from shared_services.access.models import OfficerCard
from shared_services.audit.models import AuditEntry
from shared_services.messaging.running import run_waiting
from shared_services.procurement import selectors, services
from shared_services.procurement.models import DemandLine, JointProposal, ProposalShare
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow import deputies
from shared_services.workflow.models import Case, Decision, Task, TaskCandidate
from shared_services.workflow.selectors import history_of
from shared_services.workflow.services import complete_task
from shared_services.workflow.tasks import catch_up_cases
from tests.councils.books import one_line, open_books

Sent = namedtuple("Sent", "proposal_id case_id requisitions")


def ask(books, amount="1000.00", *, requester=None):
    with inside_council(books.council):
        started = purchasing.start_requisition(
            actor=requester or books.requester, draft=one_line(books, amount, wants_joint_buying=True)
        )
        purchasing.submit_requisition(actor=requester or books.requester, requisition_id=started.pk)
        decide(books.holder, case__subject_id=started.pk)
        return started.pk


def decide(officer, outcome="approve", **case):
    task = Task.objects.of_this_room().to_do().get(**case)
    complete_task(actor=officer, task_id=task.pk, outcome=outcome, note="" if outcome == "approve" else "No")


def do_jobs(shared_service):
    run_waiting()
    with inside_council(shared_service):
        catch_up_cases()
    run_waiting()


@pytest.fixture
def both(walled, northmoor, eastvale, officer_in):
    return [open_books(northmoor, officer_in), open_books(eastvale, officer_in)]


@pytest.fixture
def send(both, shared_service, officer_in):
    """send(...) -> a proposal over one requisition of each council, waiting for both."""
    manager = officer_in(shared_service, "category_manager", name="Cato Category")

    def make(*, price="800.00", show_totals=True, requesters=(None, None)):
        requisitions = [ask(books, requester=who) for books, who in zip(both, requesters, strict=True)]
        with inside_council(shared_service):
            keys = list(DemandLine.objects.of_councils([1, 2]).values_list("pk", flat=True))
            draft = services.draft_proposal(actor=manager, line_ids=keys)
            draft = services.change_proposal(
                actor=manager,
                proposal_id=draft.pk,
                version=draft.version,
                title="Shelving together",
                category=draft.category_id,
                supplier_name="Shared Shelving Limited",
                justification="One price",
                show_totals_to_councils=show_totals,
                prices={line.pk: Decimal(price) for line in selectors.lines_of(draft)},
            )
            proposal = services.submit_proposal(actor=manager, proposal_id=draft.pk)
        do_jobs(shared_service)
        return Sent(proposal.pk, proposal.case_id, requisitions)

    return make


def agree(books, sent):
    with inside_council(books.council):
        decide(books.head, case_id=sent.case_id)


def nothing_ordered(books) -> bool:
    with inside_council(books.council):
        waiting = Requisition.objects.filter(status=RequisitionStatus.HANDED_OVER).count()
        return not PurchaseOrder.objects.exists() and waiting == Requisition.objects.count()


def refused_orders(books) -> list[str]:
    with inside_council(books.council):
        entries = AuditEntry.objects.filter(event="purchasing.joint_order.refused")
        return [entry.facts["reason"] for entry in entries]


# -- One council against another ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "state = '{}'", "status = 'completed'", "step = 'x'", "approved_by = '{}'::uuid[] || gen_random_uuid()",
        "facts = '{}'", "amount = 1", "title = 'x'", "version = version + 1", "parts = '{0,1}'",
    ],
)  # fmt: skip
def test_a_council_cannot_forge_where_a_joint_case_stands(both, send, change):
    sent = send()

    with connect_as("c0001") as attacker:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attacker.execute(f"UPDATE public.workflow_case SET {change} WHERE id = %s", [sent.case_id])
        assert attacker.execute(
            "UPDATE public.workflow_case SET home_due = true WHERE id = %s", [sent.case_id]
        ).rowcount


@pytest.mark.parametrize("change", ["supplier_name = 'Evil Supplies Ltd'", "status = 'agreed'", "title = 'x'"])
def test_a_council_cannot_change_a_joint_proposal(both, send, change):
    sent = send()

    with connect_as("c0001") as attacker:
        done = attacker.execute(
            f"UPDATE public.procurement_jointproposal SET {change} WHERE id = %s", [sent.proposal_id]
        )

    assert done.rowcount == 0


def test_a_council_cannot_answer_in_anothers_name(both, send, shared_service):
    sent = send()
    agree(both[0], sent)
    with inside_council(both[1].council):
        theirs = Task.objects.of_this_room().get(case_id=sent.case_id)
    forged = (
        "INSERT INTO public.workflow_decision"
        " (id, owner_id, parts, case_id, task_id, step, title, card_id, card_name, card_job_title, role, outcome, reason, at)"
        " VALUES (gen_random_uuid(), %s, '{0}', %s, %s, 'agree_joint_purchase', 'Agree', %s, 'Hana', '', '', 'approve', '', now())"
    )

    with connect_as("c0001") as attacker:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attacker.execute(forged, [2, sent.case_id, theirs.pk, both[1].head.pk])
        attacker.execute(forged, [1, sent.case_id, theirs.pk, both[1].head.pk])
        attacker.execute(forged, [1, sent.case_id, theirs.pk, both[0].head.pk])
        attacker.execute(
            "UPDATE public.workflow_task SET engine_id = %s WHERE case_id = %s AND owner_id = 1",
            [uuid4(), sent.case_id],
        )
    do_jobs(shared_service)

    with inside_council(shared_service):
        case = Case.objects.get(pk=sent.case_id)
        assert case.status == "open"
        assert JointProposal.objects.get(pk=sent.proposal_id).status == "awaiting_councils"
        assert len([line for line in history_of(case) if line.outcome]) == 2
    assert all(nothing_ordered(books) for books in both)


def test_a_council_shows_its_rows_to_the_shared_service_and_to_no_other_council(both, send):
    sent = send()

    with connect_as("c0001") as attacker:
        for statement in (
            "INSERT INTO public.workflow_authorityrule (id, owner_id, parts, decision_type, cost_centre, category_prefix,"
            " amount_from, role, sequence, valid_from, added_by_name, version)"
            " VALUES (gen_random_uuid(), 1, '{2}', 'x', '', '', 0, 'director', 1, '2020-01-01', '', 1)",
            "INSERT INTO public.messaging_outboxmessage (id, owner_id, parts, task, arguments, queue, once_key, created_at,"
            " due_at, sent_count, attempts, last_error) VALUES (gen_random_uuid(), 1, '{2}', 'x', '{}', 'bulk', '', now(),"
            " now(), 0, 0, '')",
            "UPDATE public.workflow_task SET parts = '{0,2}' WHERE owner_id = 1",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                attacker.execute(statement)  # type: ignore[arg-type]
    assert sent.case_id


# -- The shared service against a council ------------------------------------------------------------------


def test_the_shared_service_cannot_make_a_council_order_what_nobody_there_agreed_to(both, shared_service):
    requisitions = [ask(books) for books in both]
    share, proposal = uuid4(), uuid4()

    with connect_as("c0000") as attacker:
        card = attacker.execute("SELECT id FROM public.access_officercard WHERE owner_id = 2 LIMIT 1").fetchone()[0]
        line = attacker.execute("SELECT id FROM public.procurement_demandline WHERE owner_id = 2").fetchone()[0]
        attacker.execute(
            "INSERT INTO public.procurement_jointproposal (id, owner_id, parts, reference, title, category_id, supplier_name,"
            " justification, show_totals_to_councils, shown_totals, status, orders_outstanding, drafted_by_id, drafted_at,"
            " close_reason, version) VALUES (%s, 0, '{2}', 'JP-1', 'x', '39000000-2', 'Evil Supplies Ltd', 'x', true, '[]',"
            " 'agreed', 1, %s, now(), '', 1)",
            [proposal, card],
        )
        attacker.execute(
            "INSERT INTO public.procurement_proposalshare (id, owner_id, parts, proposal_id, council_id, council_name,"
            " line_count, estimated_amount, net_amount, status, order_references, failure)"
            " VALUES (%s, 0, '{2}', %s, 2, 'Eastvale', 1, 1, 9000, 'order_requested', '', '')",
            [share, proposal],
        )
        attacker.execute(
            "INSERT INTO public.procurement_proposalline (id, owner_id, parts, proposal_id, share_id, demand_line_id,"
            " agreed_unit_price, net_amount, is_live) VALUES (gen_random_uuid(), 0, '{2}', %s, %s, %s, 9000, 9000, true)",
            [proposal, share, line],
        )
        attacker.execute(
            "INSERT INTO public.messaging_outboxmessage (id, owner_id, parts, task, arguments, queue, once_key, created_at,"
            " due_at, sent_count, attempts, last_error) VALUES (gen_random_uuid(), 2, '{0}', 'purchasing.order_from_proposal',"
            " jsonb_build_object('share_id', %s::text), 'prompt', '', now(), now(), 0, 0, '')",
            [share],
        )
    run_waiting()

    assert requisitions
    assert nothing_ordered(both[1])
    assert ["No officer of this council agreed" in reason for reason in refused_orders(both[1])] == [True]
    with inside_council(shared_service):
        assert "No officer" in ProposalShare.objects.get(pk=share).failure


@pytest.mark.parametrize(
    "table, change",
    [
        ("jointproposal", "supplier_name = 'Evil Supplies Ltd'"),
        ("proposalline", "agreed_unit_price = 801, net_amount = 801"),
        ("proposalline", "is_live = false"),
        ("proposalshare", "net_amount = 1"),
    ],
)
def test_what_changed_after_the_consent_is_not_ordered(both, send, shared_service, table, change):
    sent = send()
    for books in both:
        agree(books, sent)
    which = "id" if table == "jointproposal" else "proposal_id"
    with connect_as("c0000") as attacker:
        attacker.execute(f"UPDATE public.procurement_{table} SET {change} WHERE {which} = %s", [sent.proposal_id])  # type: ignore[arg-type]

    do_jobs(shared_service)

    assert all(nothing_ordered(books) for books in both)
    assert all("no longer what Hana Head agreed to" in refused_orders(books)[0] for books in both)


@pytest.mark.parametrize(
    "change",
    ["requisition_id = gen_random_uuid()", "quantity = 9", "net_amount = 1", "description = 'x'", "title = 'x'"],
)
def test_the_shared_service_changes_nothing_of_what_a_council_asked_for(both, change):
    ask(both[1])

    with connect_as("c0000") as attacker:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attacker.execute(f"UPDATE public.procurement_demandline SET {change}")
        assert attacker.execute("UPDATE public.procurement_demandline SET status = 'proposed'").rowcount == 1


def test_a_consent_is_added_once_and_never_changed(both, send, shared_service):
    sent = send()
    agree(both[1], sent)

    with inside_council(both[1].council):
        consent = JointConsent.objects.get()
        assert (consent.supplier_name, consent.net_amount) == ("Shared Shelving Limited", Decimal("800.00"))
        assert (consent.agreed_by_id, consent.case_id) == (both[1].head.pk, sent.case_id)
        assert [line.unit_price for line in consent.lines.all()] == [Decimal("800.0000")]
        assert Decision.objects.filter(case_id=sent.case_id).count() == 1
    with connect_as("c0002") as own:
        for statement in (
            "UPDATE c0002.purchasing_jointconsent SET supplier_name = 'x'",
            "DELETE FROM c0002.purchasing_jointconsentline",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                own.execute(statement)  # type: ignore[arg-type]


def test_a_consent_that_a_deputy_gave_names_both_officers(both, send, officer_in):
    books, sent, today = both[1], send(), timezone.localdate()
    deputy = officer_in(books.council, "head_of_service", name="Dee Deputy")
    with inside_council(books.council):
        found = deputies.name_deputy(
            actor=books.head, principal_id=books.head.pk, deputy_id=deputy.pk, from_on=today, to_on=today
        )
        deputies.accept_deputyship(actor=deputy, deputy_id=found.pk)
        OfficerCard.objects.filter(pk=deputy.pk).update(roles=["director"])
        deputy.refresh_from_db()
        decide(deputy, case_id=sent.case_id)

        consent = JointConsent.objects.get()
        assert (consent.agreed_by_name, consent.agreed_for_name) == ("Dee Deputy", books.head.work_name)


def test_nobody_can_agree_to_lines_that_are_not_what_the_council_handed_over(both, send):
    sent = send()
    with connect_as("c0000") as attacker:
        attacker.execute(
            "UPDATE public.procurement_proposalline SET net_amount = 1 WHERE proposal_id = %s", [sent.proposal_id]
        )

    with pytest.raises(NotAllowed, match="does not say what your council handed over"):
        agree(both[1], sent)

    with inside_council(both[1].council):
        assert not JointConsent.objects.exists()
        assert not Decision.objects.filter(case_id=sent.case_id).exists()
        assert Task.objects.of_this_room().get(case_id=sent.case_id).is_open


# -- Four eyes and totals ----------------------------------------------------------------------------------


def test_nobody_agrees_to_a_joint_purchase_of_his_own_request(both, send, officer_in):
    both_roles = officer_in(both[1].council, "head_of_service", "requisitioner", name="Rupert Requester")
    sent = send(requesters=(None, both_roles))

    with inside_council(both[1].council):
        task = Task.objects.of_this_room().get(case_id=sent.case_id)
        names = set(TaskCandidate.objects.of_this_room().filter(task=task).values_list("card__work_name", flat=True))
        assert names == {"Hana Head"}
        with pytest.raises(NotAllowed, match="somebody else must decide"):
            complete_task(actor=both_roles, task_id=task.pk, outcome="approve")


def test_without_leave_to_see_totals_a_council_reads_its_own_share_and_no_total(both, send, shared_service):
    sent = send(show_totals=False)

    for books in both:
        with inside_council(books.council):
            task = Task.objects.of_this_room().get(case_id=sent.case_id)
            assert task.amount == Decimal("800.00")
            assert JointProposal.objects.get(pk=sent.proposal_id).net_amount == Decimal("800.00")
        with connect_as(books.council.key) as reader:
            for table in ("workflow_case", "workflow_task", "procurement_jointproposal", "procurement_proposalshare"):
                rows = reader.execute(f"SELECT to_jsonb(t)::text FROM public.{table} t").fetchall()  # type: ignore[arg-type]
                assert rows
                assert not any("1600.00" in row[0] for row in rows)
    with inside_council(shared_service):
        assert JointProposal.objects.get(pk=sent.proposal_id).net_amount == Decimal("1600.00")


# -- The relay ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", ["task = 'purchasing.order_from_proposal'", "arguments = '{}'", "done_at = now()", "queue = 'x'"]
)
def test_the_relay_cannot_rewrite_a_job(both, send, change):
    send()

    with connect_as("dispatcher") as relay:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            relay.execute(f"UPDATE public.messaging_outboxmessage SET {change}")
        assert relay.execute("UPDATE public.messaging_outboxmessage SET sent_at = now()").rowcount > 0


def test_the_relay_removes_only_jobs_that_are_done(both, send):
    send()

    with connect_as("dispatcher") as relay:
        relay.execute("DELETE FROM public.messaging_outboxmessage")
        left = relay.execute("SELECT count(*), count(done_at) FROM public.messaging_outboxmessage").fetchone()
    assert left[1] == 0
