"""Who is told that a council is asked and what it said, whose word counts when two speak at once, and what is used up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core import mail
from django.db import connections, transaction

from shared_services.messaging.causes import OUR_SIDE
from shared_services.messaging.running import run_waiting
from shared_services.notices.models import Notice
from shared_services.operating import rules
from shared_services.operating.choices import Kind, Status
from shared_services.operating.models import AccessGrant, Operation, OperationStep
from shared_services.operating.services import following
from shared_services.operating.services.answering import answer
from shared_services.operating.services.asking import withdraw
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council


@pytest.fixture
def asked(ask) -> Operation:
    return ask(Kind.ACCESS, reason="A case does not move on", details={"hours": 2})


@pytest.mark.django_db
def test_who_may_answer_is_told_with_a_mail_and_the_operator_hears_the_answer(
    shared_service, northmoor, operator, administrator, s151, officer_in, asked, agree
):
    bystander = officer_in(northmoor, "requisitioner")
    run_waiting()

    with inside_council(northmoor):
        told = {notice.card_id: notice.url for notice in Notice.objects.filter(kind="consent_asked")}
    assert set(told) == {administrator.pk, s151.pk} and bystander.pk not in told
    assert set(told.values()) == {f"/platform-team/{asked.pk}/"}
    assert {s151.work_email, administrator.work_email} <= {to for message in mail.outbox for to in message.to}

    agree(asked)
    run_waiting()
    with inside_council(northmoor):
        assert not Notice.objects.unread().filter(kind="consent_asked").exists(), "a colleague has answered"
    with inside_council(shared_service):
        following.go_on()
        following.go_on()

        (heard,) = Notice.objects.filter(kind="consent_answered")
        assert (heard.card_id, heard.url) == (operator.pk, f"/operations/{asked.pk}/")


@pytest.mark.django_db
def test_nobody_is_told_any_longer_that_a_withdrawn_request_waits(shared_service, northmoor, operator, s151, asked):
    run_waiting()
    with inside_council(shared_service):
        withdraw(actor=operator, operation_id=asked.pk)

    run_waiting()

    with inside_council(northmoor):
        settled = Notice.objects.get(kind="consent_asked", card_id=s151.pk)
        assert settled.is_read


@pytest.mark.usefixtures("walled")
def test_of_a_yes_and_a_withdrawal_at_once_one_wins_and_the_other_is_told(
    shared_service, northmoor, operator, s151, asked
):
    said_yes, may_end = Event(), Event()

    def agree_slowly() -> None:
        try:
            with inside_council(northmoor), transaction.atomic():
                answer(actor=s151, operation_id=asked.pk, agreed=True, digest=Operation.objects.get(pk=asked.pk).digest)
                said_yes.set()
                may_end.wait(20)
        finally:
            connections.close_all()

    def take_back() -> str:
        try:
            with inside_council(shared_service):
                withdraw(actor=operator, operation_id=asked.pk)
        except NotAllowed as refusal:
            return refusal.message
        finally:
            connections.close_all()
        return "withdrawn"

    with ThreadPoolExecutor(2) as pool:
        yes = pool.submit(agree_slowly)
        assert said_yes.wait(20)
        withdrawal = pool.submit(take_back)
        assert not withdrawal.done()
        may_end.set()
        yes.result(30)

        assert withdrawal.result(30) == "Opal Linnet of Northmoor City Council agreed already."
    with inside_council(northmoor):
        assert AccessGrant.objects.count() == 1


@pytest.mark.django_db
def test_a_council_that_answers_after_the_withdrawal_lets_nobody_in(shared_service, northmoor, operator, asked, agree):
    with inside_council(shared_service):
        withdraw(actor=operator, operation_id=asked.pk)

    with pytest.raises(NotAllowed, match="has withdrawn this since"):
        agree(asked)

    with inside_council(northmoor):
        assert not AccessGrant.objects.exists()


@pytest.mark.django_db
def test_what_went_wrong_is_a_sentence_to_the_council_and_the_place_in_the_program_to_the_team(
    shared_service, northmoor, operator, s151, ask, client_for
):
    operation = ask(Kind.BACK_UP)
    technical = "KeyError in write_tables, line 7 of backing_up.py"
    with inside_council(shared_service):
        Operation.objects.filter(pk=operation.pk).update(status=Status.FAILED, cause=technical)
        OperationStep.objects.filter(operation=operation, key="tables").update(status="failed", cause=technical)
        OperationStep.objects.filter(operation=operation, key="files").update(cause="The disk is full.")

    council = client_for(s151).get(f"/platform-team/{operation.pk}/").content.decode()
    team = client_for(operator).get(f"/operations/{operation.pk}/").content.decode()

    assert technical not in council and OUR_SIDE in council and "The disk is full." in council
    assert technical in team


@pytest.mark.django_db
def test_a_page_that_was_looked_at_is_named_by_its_title(northmoor, s151, asked, agree, client_for):
    agree(asked)
    with inside_council(northmoor):
        reader = AccessGrant.objects.select_related("card").get().card
    browser = client_for(reader)
    browser.get("/requisitions/?q=paper")
    browser.get("/requisitions/?export=csv")

    live = client_for(s151).get(f"/platform-team/{asked.pk}/", headers={"HX-Request": "true"}).content.decode()

    assert "Requisitions<br>" in live and "/requisitions/?q=paper" in live
    assert "A file or data of the page below<br>" in live


@pytest.mark.django_db
def test_sandbox_numbers_that_are_used_up_are_refused_in_words(northmoor, monkeypatch):
    with inside_council(northmoor):
        council = Council.objects.get(pk=northmoor.number)
        rules.check_can_be_cloned(council)
        monkeypatch.setattr(rules, "LAST_SANDBOX_NUMBER", rules.FIRST_SANDBOX_NUMBER - 1)

        with pytest.raises(NotAllowed, match="All 0 numbers for sandboxes have been used"):
            rules.check_can_be_cloned(council)
