from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree

from shared_services.tenancy.door import inside_council
from shared_services.workflow import presenters, selectors
from shared_services.workflow.models import AuthorityRule, Case
from shared_services.workflow.views.tasks import INBOX_ROWS, Inbox


@pytest.fixture(autouse=True)
def _no_presenters(monkeypatch):
    monkeypatch.setattr(presenters, "_presenters", {})


@pytest.fixture
def requester(northmoor, officer_in):
    return officer_in(northmoor, "requisitioner", name="Riley Requester")


@pytest.fixture
def budget_holder(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Bo Budget", job_title="Libraries manager")


def inbox_task(council, officer):
    with inside_council(council):
        return selectors.inbox(officer).get()


def text_of(response) -> str:
    return " ".join(etree.HTML(response.content).xpath("string(//main)").split())


def test_the_inbox_shows_what_waits_for_the_officer(northmoor, requester, budget_holder, submit, client_for):
    submit(northmoor, requester)

    page = client_for(budget_holder).get("/inbox/")

    assert page.status_code == 200
    assert "Library chairs" in text_of(page)
    assert "£600" in text_of(page)
    assert "Nothing is waiting for you" in text_of(client_for(requester).get("/inbox/"))


def test_the_plain_inbox_is_the_same_rows_by_a_prepared_statement(northmoor, requester, budget_holder, submit):
    submit(northmoor, requester, reference="NOR-REQ-2026-000011")
    submit(northmoor, requester, reference="NOR-REQ-2026-000012", amount="700.00")

    with inside_council(northmoor):
        prepared = selectors.plain_inbox(budget_holder, INBOX_ROWS)
        compiled = selectors.inbox_rows(budget_holder)
        assert [row.pk for row in prepared[0:26]] == [row.pk for row in compiled]
        assert [row.pk for row in prepared[1:2]] == [compiled[1].pk]
        assert (prepared.counted_to(10), prepared.counted_to(1)) == (2, 1)
        assert not selectors.plain_inbox(requester, INBOX_ROWS)[0:26]
        with CaptureQueriesContext(connection) as asked:
            cells = [column.text(column.read(row), row) for row in prepared[0:26] for column in Inbox.columns]
        assert "NOR-REQ-2026-000012" in cells
        assert len(asked) == 1


def test_an_officer_decides_on_the_task_page(northmoor, requester, budget_holder, submit, client_for, work_done):
    case_id = submit(northmoor, requester)
    task = inbox_task(northmoor, budget_holder)
    client, url = client_for(budget_holder), f"/tasks/{task.pk}/"
    page = client.get(url)
    assert "Decide as budget holder" in text_of(page)

    answer = client.post(url, {"outcome": "approve", "note": "", "version": "1"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/inbox/"
    assert work_done[-1] == "purchasing.raise_order"
    with inside_council(northmoor):
        assert Case.objects.get(pk=case_id).outcome == "ordered"
    assert "Bo Budget: Approved" in text_of(client.get(url))


def test_rejecting_without_a_reason_says_what_is_missing_and_keeps_the_choice(
    northmoor, requester, budget_holder, submit, client_for
):
    submit(northmoor, requester)
    task = inbox_task(northmoor, budget_holder)

    page = client_for(budget_holder).post(f"/tasks/{task.pk}/", {"outcome": "reject", "note": "", "version": "1"})

    assert page.status_code == 422
    assert "Enter a reason" in text_of(page)
    assert etree.HTML(page.content).xpath("//input[@name='outcome'][@value='reject'][@checked]")


def test_the_requester_reads_why_he_cannot_decide(northmoor, budget_holder, officer_in, submit, client_for):
    both = officer_in(northmoor, "requisitioner", "budget_holder")
    submit(northmoor, both)
    task = inbox_task(northmoor, budget_holder)

    page = client_for(both).get(f"/tasks/{task.pk}/")

    assert "You raised NOR-REQ-2026-000001, so somebody else must decide" in text_of(page)
    assert not etree.HTML(page.content).xpath("//input[@name='outcome']")


def test_somebody_who_has_no_part_in_a_case_is_refused(
    northmoor, requester, budget_holder, officer_in, submit, client_for
):
    case_id = submit(northmoor, requester)
    stranger = client_for(officer_in(northmoor, "hr_adviser"))
    task = inbox_task(northmoor, budget_holder)

    assert stranger.get(f"/tasks/{task.pk}/").status_code == 409
    assert stranger.get(f"/cases/{case_id}/").status_code == 404
    assert stranger.get(f"/cases/{case_id}/picture.svg").status_code == 404


def test_another_councils_task_and_case_are_not_found(
    northmoor, eastvale, requester, budget_holder, officer_in, submit, client_for
):
    case_id = submit(northmoor, requester)
    task = inbox_task(northmoor, budget_holder)
    next_door = client_for(officer_in(eastvale, "budget_holder", "section_151_officer"))

    assert next_door.get(f"/tasks/{task.pk}/").status_code == 404
    assert next_door.get(f"/cases/{case_id}/").status_code == 404


def test_the_case_page_says_who_can_act_and_why(northmoor, requester, budget_holder, submit, client_for):
    case_id = submit(northmoor, requester)

    page = text_of(client_for(requester).get(f"/cases/{case_id}/"))

    assert "Bo Budget, Libraries manager" in page
    assert "Budget holder approves cases of any amount" in page
    assert "Approve requisition In turn" not in page


def test_the_picture_marks_the_current_step_and_is_plain_svg(northmoor, requester, budget_holder, submit, client_for):
    case_id = submit(northmoor, requester)

    response = client_for(requester).get(f"/cases/{case_id}/picture.svg")

    root = etree.fromstring(response.content)
    assert response["Content-Type"] == "image/svg+xml"
    assert "Current step: Approve requisition" in root.findtext("{*}title")
    assert not root.xpath("//*[@style] | //*[local-name()='script'] | //*[local-name()='style']")


def test_several_are_approved_at_once_and_ones_own_is_left_out(
    northmoor, requester, officer_in, submit, client_for, work_done
):
    first = officer_in(northmoor, "budget_holder", name="Bo Budget")
    submit(northmoor, requester, reference="NOR-REQ-2026-000011")
    submit(northmoor, requester, reference="NOR-REQ-2026-000012", amount="700.00")
    with inside_council(northmoor):
        keys = [str(row.pk) for row in selectors.inbox_rows(first)]
    client = client_for(first)

    confirm = client.post("/inbox/", {"bulk_action": "approve", "selected": keys})
    assert "£1,300" in text_of(confirm)
    token = etree.HTML(confirm.content).xpath("string(//input[@name='form_token']/@value)")
    client.post("/inbox/", {"bulk_action": "approve", "selected": keys, "confirmed": "yes", "form_token": token})

    assert work_done.count("purchasing.raise_order") == 2


def test_a_finance_officer_adds_and_ends_a_line_of_the_matrix(northmoor, officer_in, client_for):
    chief = client_for(officer_in(northmoor, "section_151_officer"))
    data = {
        "decision_type": "requisition_approval", "role": "director", "amount_from": "250", "amount_to": "",
        "cost_centre": "", "category_prefix": "45", "sequence": "5",
        "valid_from_day": "1", "valid_from_month": "1", "valid_from_year": "2020",
    }  # fmt: skip

    past = chief.post("/authority/add/", data)
    assert past.status_code == 422
    answer = chief.post("/authority/add/", {**data, "valid_from_year": "2099"}, follow=True)

    assert "Line added" in answer.content.decode()
    with inside_council(northmoor):
        rule = AuthorityRule.objects.of_this_room().get(role="director", category_prefix="45")
    ended = chief.post(
        f"/authority/{rule.pk}/end/",
        {"valid_to_day": "1", "valid_to_month": "2", "valid_to_year": "2099", "version": "1"},
        follow=True,
    )
    assert "Line ended" in ended.content.decode()


def test_others_see_the_matrix_and_cannot_change_it(northmoor, officer_in, client_for):
    client = client_for(officer_in(northmoor, "requisitioner"))

    assert "Head of service" in text_of(client.get("/authority/"))
    assert client.get("/authority/add/").status_code == 403


def test_who_would_approve_answers_from_the_matrix(northmoor, officer_in, budget_holder, work_done, client_for):
    client = client_for(officer_in(northmoor, "requisitioner"))

    page = text_of(
        client.get("/authority/who/?decision_type=requisition_approval&amount=6000&category=39&cost_centre=L100")
    )

    assert "Budget holder: Bo Budget" in page
    assert "Head of service: nobody can at present" in page
    assert "£5,000 or more" in page


def test_the_shared_service_has_no_matrix(shared_service, officer_in, client_for):
    client = client_for(officer_in(shared_service, "category_manager"))

    assert client.get("/authority/").status_code == 404
    assert client.get("/inbox/").status_code == 200


def test_lists_search_and_home_page_open(northmoor, requester, budget_holder, submit, client_for):
    submit(northmoor, requester)
    client = client_for(requester)

    assert "Library chairs" in text_of(client.get("/cases/"))
    assert client.get("/cases/?mine=yes&status=open&amount_from=100").status_code == 200
    assert client.get("/inbox/?overdue=yes&process=requisition_approval&sort=-amount").status_code == 200
    assert "NOR-REQ-2026-000001" in text_of(client.get(reverse("govuk:search") + "?q=chairs"))
    assert "Your inbox" in text_of(client_for(budget_holder).get("/"))


def test_what_was_sent_back_is_answered_on_the_record_itself(
    northmoor, requester, budget_holder, submit, decide, client_for
):
    case_id = submit(northmoor, requester)
    decide(northmoor, budget_holder, case_id, "send_back", note="Why so many?")
    task = inbox_task(northmoor, requester)
    client, url = client_for(requester), f"/tasks/{task.pk}/"

    assert not etree.HTML(client.get(url).content).xpath("//input[@name='outcome']")
    refused = client.post(url, {"outcome": "resubmit", "note": "", "version": "1"})

    assert refused.status_code == 409
    assert "Open NOR-REQ-2026-000001 itself" in text_of(refused)


def test_forwarding_is_offered_only_while_somebody_else_may_decide(
    northmoor, requester, budget_holder, submit, client_for, officer_in
):
    submit(northmoor, requester)
    page = f"/tasks/{inbox_task(northmoor, budget_holder).pk}/"
    alone = text_of(client_for(budget_holder).get(page))

    colleague = officer_in(northmoor, "budget_holder")
    submit(northmoor, requester, reference="NOR-REQ-2026-000002")
    with inside_council(northmoor):
        task = selectors.inbox(colleague).get(reference="NOR-REQ-2026-000002")
    together = text_of(client_for(budget_holder).get(f"/tasks/{task.pk}/"))

    assert "Forward this task" not in alone
    assert "Forward this task" in together


def test_the_inbox_offers_to_approve_many_only_where_a_row_can_be_approved(
    northmoor, requester, budget_holder, submit, decide, client_for
):
    case_id = submit(northmoor, requester)
    approvals = client_for(budget_holder).get("/inbox/").text

    decide(northmoor, budget_holder, case_id, "send_back", note="Which library?")
    returned = client_for(requester).get("/inbox/").text

    assert 'name="bulk_action" value="approve"' in approvals
    assert "Library chairs" in returned
    assert 'name="bulk_action"' not in returned


def test_who_can_start_nothing_is_told_why_and_where_to_go(shared_service, officer_in, client_for):
    page = text_of(client_for(officer_in(shared_service, "category_manager")).get("/start/"))

    assert "has no process that officers start with a form" in page
    assert "inbox" in page


def test_whoever_runs_processes_finds_the_stopped_cases_on_the_home_page(
    northmoor, requester, submit, client_for, officer_in
):
    case_id = submit(northmoor, requester)
    manager = client_for(officer_in(northmoor, "council_administrator"))
    assert "Stopped cases" not in manager.get("/").text

    with inside_council(northmoor):
        Case.objects.filter(pk=case_id).update(status="parked")

    assert "Stopped cases" in manager.get("/").text
    assert "Stopped cases" not in client_for(requester).get("/").text
    assert "Library chairs" in text_of(manager.get("/cases/?status=parked"))
