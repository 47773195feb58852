"""The inbox's filters, the pages of the verbs, and the case page that keeps itself up to date."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from shared_services.access.models import OfficerCard
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.workflow import calendars, claims, delays, going_back, presenters, reminders, selectors
from shared_services.workflow.models import Case, Task, TaskCandidate


@pytest.fixture(autouse=True)
def _no_records(monkeypatch):
    monkeypatch.setattr(presenters, "_presenters", {})
    monkeypatch.setattr(going_back, "_hooks", {"requisition_approval": lambda case, step, actor: None})


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def bo(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Bo Budget")


@pytest.fixture
def kim(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Kim Keeper")


@pytest.fixture
def manager(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Administrator")


def text_of(response) -> str:
    return " ".join(etree.HTML(response.content).xpath("string(//main)").split())


def task_of(council, case_id) -> Task:
    with inside_council(council):
        return Task.objects.of_this_room().decisions().unfinished().get(case_id=case_id)


def token_of(response) -> str:
    return etree.HTML(response.content).xpath("string(//input[@name='form_token']/@value)")


def test_the_inbox_leaves_out_what_a_colleague_claimed_and_finds_it_when_asked(
    northmoor, requester, bo, kim, submit, client_for
):
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=Task.objects.get(case_id=case_id).pk)
    client = client_for(kim)

    assert "Nothing is waiting for you" in text_of(client.get("/inbox/"))
    assert "Claimed by Bo Budget" in text_of(client.get("/inbox/?claimed=others"))
    assert "Claimed by you" in text_of(client_for(bo).get("/inbox/?claimed=me"))
    assert "Nothing matches" in text_of(client_for(bo).get("/inbox/?claimed=nobody"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("process=requisition_approval", True), ("process=leave_request", False), ("step=approve_requisition", True),
        ("step=answer", False), ("category=39", True), ("category=45", False), ("requester=riley", True),
        ("requester=nobody", False), ("amount_from=1000", False), ("overdue=yes", False),
        ("due_before_day=1&due_before_month=1&due_before_year=2099", True),
        ("due_before_day=1&due_before_month=1&due_before_year=2020", False), ("at_risk=soon", False),
    ],
)  # fmt: skip
def test_the_inbox_is_filtered(northmoor, requester, bo, submit, client_for, query, found, monkeypatch):
    far = timezone.localdate() + timedelta(days=200)
    monkeypatch.setattr(delays, "_prices", {"requisition_approval": lambda case: delays.AtRisk(far, case.amount)})
    submit(northmoor, requester)

    page = text_of(client_for(bo).get(f"/inbox/?{query}"))

    assert ("Library chairs" in page) is found


def test_the_inbox_is_sorted_by_money_at_risk_the_most_first(northmoor, requester, bo, submit, client_for, monkeypatch):
    soon = date(2027, 1, 15)
    monkeypatch.setattr(delays, "_prices", {"requisition_approval": lambda case: delays.AtRisk(soon, case.amount)})
    submit(northmoor, requester, amount="700.00", reference="NOR-1")
    submit(northmoor, requester, amount="900.00", reference="NOR-2")
    monkeypatch.setattr(delays, "_prices", {"requisition_approval": lambda case: delays.AtRisk(soon)})
    submit(northmoor, requester, amount="999.00", reference="NOR-3")

    page = text_of(client_for(bo).get("/inbox/?sort=-at_risk_amount"))

    assert page.index("NOR-2") < page.index("NOR-1") < page.index("NOR-3")
    assert "£900.00 from 15 January 2027" in page


def test_the_inbox_asks_the_same_few_questions_at_any_size(northmoor, requester, bo, submit, client_for, work_done):
    case_id = submit(northmoor, requester)
    client = client_for(bo)
    client.get("/inbox/")
    counts = []
    for more in (30, 60):
        with inside_council(northmoor):
            case = Case.objects.get(pk=case_id)
            for _ in range(more):
                row = Task(
                    owner_id=northmoor.number, case=case, engine_id=new_key(), process=case.process, step="approve_requisition",
                    title="Approve", role="budget_holder", outcomes=["approve"], reference="NOR-X", case_title="X",
                    amount=Decimal("5"), requester_name="Riley", ready_at=timezone.now(),
                )  # fmt: skip
                row.save(force_insert=True)
                TaskCandidate.objects.create(owner_id=northmoor.number, task=row, card=bo, amount=row.amount)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/inbox/?claimed=nobody&claimed=me&step=approve_requisition").status_code == 200
        counts.append(
            [
                one["sql"]
                for one in queries
                if one["sql"].lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "WITH"))
                and "set_config" not in one["sql"]
            ]
        )

    # The council's networks are kept for a while, and asked for by whichever request comes after that.
    few, many = ([sql for sql in asked if "taskcandidate" in sql or "savedview" in sql] for asked in counts)
    assert len(few) == len(many) <= 4
    assert all(len(asked) <= 8 for asked in counts), "\n".join(counts[1])


def test_bulk_approval_says_how_many_are_worth_how_much_and_names_what_is_left_out(
    northmoor, requester, bo, kim, submit, client_for, work_done
):
    mine = submit(northmoor, requester, reference="NOR-1")
    submit(northmoor, requester, reference="NOR-2", amount="700.00")
    claimed = submit(northmoor, requester, reference="NOR-3", amount="50.00")
    with inside_council(northmoor):
        claims.claim_task(actor=kim, task_id=Task.objects.get(case_id=claimed).pk)
        keys = [str(row.pk) for row in selectors.inbox_rows(bo)]
    client, url = client_for(bo), "/inbox/?claimed=nobody&claimed=others"

    confirm = client.post(url, {"bulk_action": "approve", "selected": keys})

    assert "Approve 2 tasks worth £1,300" in text_of(confirm)
    assert "NOR-3: Kim Keeper claimed this" in text_of(confirm)
    client.post(url, {"bulk_action": "approve", "selected": keys, "confirmed": "yes", "form_token": token_of(confirm)})
    assert work_done.count("purchasing.raise_order") == 2
    with inside_council(northmoor):
        assert Case.objects.get(pk=mine).outcome == "ordered"
        assert Case.objects.get(pk=claimed).is_open


def test_the_task_page_says_what_follows_each_answer(northmoor, requester, bo, officer_in, submit, client_for):
    officer_in(northmoor, "head_of_service", name="Hana Head")
    small, large = submit(northmoor, requester), submit(northmoor, requester, amount="6000.00", reference="NOR-2")
    client = client_for(bo)

    page = text_of(client.get(f"/tasks/{task_of(northmoor, small).pk}/"))
    assert "Approve: “Mark as approved” and “Raise the purchase order” are done, and the case ends: ordered" in page
    assert (
        "Send back for changes: “Send back to the requester” is done, and it goes to Riley Requester, who raised it"
        in page
    )
    page = text_of(client.get(f"/tasks/{task_of(northmoor, large).pk}/"))
    assert "Approve: it goes to the head of service (Hana Head), to approve requisition" in page


def test_an_officer_claims_forwards_and_asks_on_pages(northmoor, requester, bo, kim, submit, client_for):
    task = task_of(northmoor, submit(northmoor, requester))
    client, address = client_for(bo), f"/tasks/{task.pk}/"

    assert "Claim this task" in text_of(client.get(address))
    page = client.get(f"{address}claim/")
    done = client.post(f"{address}claim/", {"version": "1", "take_over": "", "form_token": token_of(page)}, follow=True)
    assert "You have claimed NOR-REQ-2026-000001" in text_of(done)
    assert "Take this task over from Bo Budget" in text_of(client_for(kim).get(address))

    empty = client.post(f"{address}ask/", {"to_card_id": str(requester.pk), "question": ""})
    assert empty.status_code == 422
    client.post(f"{address}ask/", {"to_card_id": str(requester.pk), "question": "Why so many?"})
    inbox = client_for(requester).get("/inbox/")
    assert "Answer a question" in text_of(inbox)
    link = etree.HTML(inbox.content).xpath(
        "string(//td//a[contains(@href, '/tasks/')]/@href | //th//a[contains(@href, '/tasks/')]/@href)"
    )
    form = client_for(requester).get(link, follow=True)
    assert "Why so many?" in text_of(form)
    client_for(requester).post(form.redirect_chain[-1][0], {"answer": "For the new room.", "version": "1"})
    assert "For the new room." in text_of(client.get(address))

    page = client.get(f"{address}forward/")
    assert "Kim Keeper" in text_of(page) and "Riley" not in text_of(page)
    sent = client.post(f"{address}forward/", {"to_card_id": str(kim.pk), "note": "Yours.", "version": "2"}, follow=True)
    assert "was forwarded to Kim Keeper" in text_of(sent)


def test_a_case_is_held_taken_off_hold_and_sent_back_on_pages(
    northmoor, requester, bo, manager, officer_in, submit, decide, client_for
):
    officer_in(northmoor, "head_of_service", name="Hana Head")
    case_id = submit(northmoor, requester, amount="6000.00")
    decide(northmoor, bo, case_id)
    client, address = client_for(manager), f"/cases/{case_id}/"

    held = client.post(f"{address}hold/", {"reason": "Budget is being set."}, follow=True)
    assert "On hold" in text_of(held) and "Budget is being set." in text_of(held)
    assert "On hold" in text_of(client.get("/cases/?hold=yes"))
    assert "goes on" in text_of(client.post(f"{address}go-on/", {"note": ""}, follow=True))
    page = client.get(f"{address}back/")
    assert "Approve requisition" in text_of(page)
    back = client.post(f"{address}back/", {"step": "approve_requisition", "reason": "Wrong quote."}, follow=True)
    assert "went back: Approve requisition" in text_of(back)
    assert client_for(bo).get(f"{address}back/").status_code == 403


def test_a_rejected_case_is_reopened_on_its_page(northmoor, requester, bo, manager, submit, decide, client_for):
    case_id = submit(northmoor, requester)
    decide(northmoor, bo, case_id, "reject", note="No.")
    client = client_for(manager)

    assert "Reopen this case" in text_of(client.get(f"/cases/{case_id}/"))
    done = client.post(f"/cases/{case_id}/reopen/", {"reason": "There is money."}, follow=True)

    assert "is open again" in text_of(done)
    assert "It goes to" not in text_of(done)


def test_comments_and_files_are_for_those_who_may_see_the_case(
    northmoor, eastvale, requester, bo, officer_in, submit, client_for
):
    case_id = submit(northmoor, requester)
    stranger, next_door = (
        client_for(officer_in(northmoor, "hr_adviser", name="Hal Help")),
        client_for(officer_in(eastvale, "section_151_officer")),
    )
    client, address = client_for(requester), f"/cases/{case_id}/"

    said = client.post(
        f"{address}comment/", {"text": "Two more may follow.", "mention_card_id": str(bo.pk)}, follow=True
    )
    assert "For Bo Budget: Two more may follow." in text_of(said)
    hal = key_of(northmoor, "Hal Help")
    refused = client.post(f"{address}comment/", {"text": "Look.", "mention_card_id": hal})
    assert refused.status_code == 409 and "Hal Help may not see this case" in text_of(refused)

    quote = SimpleUploadedFile("quote.txt", b"Chairs at 60 pounds each", content_type="text/plain")
    added = client.post(f"{address}files/add/", {"upload": quote}, follow=True)
    assert "quote.txt" in text_of(added)
    file = etree.HTML(added.content).xpath("string(//a[text()='quote.txt']/@href)")
    assert client_for(bo).get(file).status_code == 200
    for other in (stranger, next_door):
        assert other.get(file).status_code == 404
        assert other.post(f"{address}comment/", {"text": "Hm."}).status_code == 404
        assert other.get(f"{address}live/").status_code == 404
    remove = etree.HTML(added.content).xpath("string(//a[contains(@href, '/remove/')]/@href)")
    assert client_for(bo).post(remove).status_code == 409
    assert "was removed" in text_of(client.post(remove, follow=True))


def key_of(council, name):
    with inside_council(council):
        return str(OfficerCard.objects.get(work_name=name).pk)


def test_the_case_page_asks_for_news_and_gets_nothing_while_nothing_has_changed(
    northmoor, requester, bo, submit, decide, client_for, visitor
):
    case_id = submit(northmoor, requester)
    client = client_for(requester)
    page = etree.HTML(client.get(f"/cases/{case_id}/").content)
    poll = page.xpath("string(//*[@id='case-live']/@hx-get)")

    assert client.get(poll).status_code == 204
    with inside_council(northmoor):
        claims.claim_task(actor=bo, task_id=Task.objects.get(case_id=case_id).pk)
    assert "Claimed by Bo Budget" in client.get(poll).content.decode()
    decide(northmoor, bo, case_id)
    news = client.get(poll)
    assert "Ordered" in news.content.decode() and "This case has changed" in news.content.decode()
    gone = visitor(northmoor).get(poll)
    assert (gone.status_code, gone["HX-Reswap"]) == (286, "none")


def test_the_inbox_the_task_and_the_home_page_say_what_was_reminded_of(northmoor, requester, bo, submit, client_for):
    case_id = submit(northmoor, requester)
    with inside_council(northmoor):
        reminders.remind_and_escalate(on=calendars.add_working_days(timezone.localdate(), 5))
    client = client_for(bo)

    assert "Reminded once" in text_of(client.get("/inbox/"))
    assert "Reminded once" in text_of(client.get(f"/tasks/{task_of(northmoor, case_id).pk}/"))
    assert "reminded of" in text_of(client.get("/"))


def test_the_rooms_times_are_changed_on_their_page(northmoor, bo, manager, client_for):
    client = client_for(manager)
    page = client.get("/cases/times/")
    assert "how many working days does a claim hold" in text_of(page)

    bad = client.post("/cases/times/", {"claim_days": "0", "remind_after": "", "escalate_after": ""})
    assert bad.status_code == 422
    good = client.post(
        "/cases/times/", {"claim_days": "3", "remind_after": "4", "escalate_after": "", "version": "0"}, follow=True
    )

    assert "Times saved" in text_of(good)
    assert client_for(bo).get("/cases/times/").status_code == 403
