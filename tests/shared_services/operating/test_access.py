"""The platform's team in a council's room: only with the council's word, reading only, watched, and for a time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection
from django.utils import timezone

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import READ_ONLY_ROLES, permissions_of
from shared_services.accounts.models import Account
from shared_services.accounts.services import grant_role
from shared_services.audit.models import AuditEntry
from shared_services.messaging.running import run_waiting
from shared_services.operating.choices import Kind, Status
from shared_services.operating.models import AccessGrant, Operation
from shared_services.operating.services import following
from shared_services.operating.services.access import READER, end_access
from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

pytestmark = pytest.mark.usefixtures("walled")


@pytest.fixture
def asked(ask) -> Operation:
    return ask(Kind.ACCESS, reason="A case does not move on", details={"hours": 2})


@pytest.fixture
def reader(northmoor, asked, agree) -> OfficerCard:
    """Ivo Tansy's card in Northmoor's room, after its section 151 officer has agreed."""
    agree(asked)
    with inside_council(northmoor):
        return OfficerCard.objects.get(owner_id=northmoor.number, work_email="ivo.tansy@shared.test")


def test_without_the_councils_word_the_database_lets_nobody_in(shared_service, northmoor, operator, asked):
    attempts = [
        "INSERT INTO c0001.accounts_account (id) VALUES (gen_random_uuid())",
        "INSERT INTO public.access_officercard (id, owner_id, parts, work_name, work_email, job_title, roles, active,"
        " version) VALUES (gen_random_uuid(), 1, '{0}', 'X', 'x@x.test', '', '{council_administrator}', true, 1)",
        "INSERT INTO public.operating_accessgrant (id, owner_id, parts, operation_key, card_id, work_name, reason,"
        f" opened_by_name, opened_at, ends_at, ended_by_name) VALUES (gen_random_uuid(), 1, '{{0}}', '{asked.pk}',"
        f" '{operator.pk}', 'X', 'x', 'x', now(), now() + interval '1 hour', '')",
    ]
    for statement in attempts:
        refused = pytest.raises(DatabaseError, match="permission denied|row-level security")
        with refused, inside_council(shared_service), connection.cursor() as cursor:
            cursor.execute(statement)
    with inside_council(northmoor):
        assert not OfficerCard.objects.filter(owner_id=1, work_name="Ivo Tansy").exists()


def test_with_the_councils_word_an_account_of_his_own_opens_that_asks_for_a_second_factor(
    northmoor, reader, settings, client_for
):
    run_waiting()
    invitation = next(message for message in mail.outbox if message.to == ["ivo.tansy@shared.test"])
    assert re.search(r"northmoor\.test/account/password/reset/key/", invitation.body)
    assert reader.roles == [READER]
    settings.SECOND_FACTOR_REQUIRED = True

    page = client_for(reader).get("/")

    assert page.status_code == 302 and page["Location"] == "/account/second-factor/set-up/"


def test_he_reads_and_changes_nothing_and_every_page_is_in_the_councils_record(
    northmoor, reader, asked, s151, client_for
):
    browser = client_for(reader)

    assert browser.get("/requisitions/?q=paper").status_code == 200
    assert browser.get("/audit/").status_code == 403
    assert browser.get("/account/tokens/").status_code == 403
    refused = browser.post("/saved-views/", {"name": "x"})
    assert refused.status_code == 403 and b"read only" in refused.content

    with inside_council(northmoor):
        lines = AuditEntry.objects.filter(actor_card_id=reader.pk, event__startswith="operating.").order_by("at")
        assert [(line.event, line.facts["page"]) for line in lines] == [
            ("operating.page.viewed", "/requisitions/?q=paper"),
            ("operating.page.viewed", "/audit/"),
            ("operating.change.refused", "/account/tokens/"),
            ("operating.change.refused", "/saved-views/"),
        ]
    live = client_for(s151).get(f"/platform-team/{asked.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "/requisitions/?q=paper" in live and "End the access now" in live


def test_the_council_ends_it_with_a_click(shared_service, northmoor, reader, asked, s151, client_for, done):
    browser = client_for(reader)
    assert browser.get("/").status_code == 200
    with inside_council(shared_service):
        following.go_on()
    assert b"is let in" in client_for(s151).get("/").content

    assert client_for(s151).post(f"/platform-team/{asked.pk}/end-access/").status_code == 302

    assert browser.get("/").status_code == 302
    with inside_council(northmoor):
        assert not Account.objects.get(card_id=reader.pk).is_active
    with inside_council(shared_service):
        following.go_on()
        assert Operation.objects.get(pk=asked.pk).status == Status.DONE


def test_it_ends_by_itself_when_the_time_is_over(northmoor, reader, client_for):
    browser = client_for(reader)
    with inside_council(northmoor):
        past = timezone.now() - timedelta(hours=3)
        AccessGrant.objects.update(opened_at=past, ends_at=past + timedelta(hours=2))

    assert browser.get("/").status_code == 302
    with inside_council(northmoor):
        grant = end_access(actor=None, grant_id=AccessGrant.objects.get().pk)
        assert end_access(actor=None, grant_id=grant.pk).ended_at == grant.ended_at
        assert not OfficerCard.objects.get(pk=reader.pk).active


def test_the_same_person_let_in_again_starts_with_nothing_of_the_first_time(
    shared_service, northmoor, reader, asked, ask, agree, s151
):
    with inside_council(northmoor):
        first = Account.objects.get(card_id=reader.pk).password
        end_access(actor=s151, grant_id=AccessGrant.objects.get().pk)
    with inside_council(shared_service):
        following.go_on()
        following.go_on()

    agree(ask(Kind.ACCESS, reason="Once more, please", details={"hours": 1}))

    with inside_council(northmoor):
        account = Account.objects.select_related("card").get(card_id=reader.pk)
        assert account.is_active and account.card.active and account.password != first
        assert AccessGrant.objects.open_at(timezone.now()).count() == 1


def test_more_than_eight_hours_are_not_asked_for(ask):
    with pytest.raises(NotAllowed, match="1 to 8"):
        ask(Kind.ACCESS, reason="A long look", details={"hours": 9})


def test_the_readers_role_is_given_by_no_administrator_and_opens_no_staff_files(
    northmoor, administrator, officer_in, client_for
):
    other = officer_in(northmoor)
    with inside_council(northmoor), pytest.raises(NotAllowed, match="by hand"):
        grant_role(actor=administrator, card_id=other.pk, role=READER)

    assert READER in READ_ONLY_ROLES
    assert not {"people.view_employments", "audit.view_records"} & permissions_of((READER,))


def test_a_council_refuses_with_its_reason_and_reads_what_is_asked(northmoor, asked, s151, client_for):
    browser = client_for(s151)
    assert b"The platform\xe2\x80\x99s team asks" in browser.get("/").content
    page = browser.get(f"/platform-team/{asked.pk}/answer/").content.decode()
    assert "Ivo Tansy" in page and "A case does not move on" in page
    digest = re.search(r'value="([0-9a-f]{64})"', page)[1]

    no_reason = browser.post(f"/platform-team/{asked.pk}/answer/", {"agreed": "no", "digest": digest})
    assert no_reason.status_code == 409 and b"Enter the reason" in no_reason.content
    assert b'href="#id_reason"' in no_reason.content, "the error leads to the question that it is about"
    other = browser.post(f"/platform-team/{asked.pk}/answer/", {"agreed": "yes", "digest": "0" * 64})
    assert other.status_code == 409 and b"has changed" in other.content
    refused = browser.post(
        f"/platform-team/{asked.pk}/answer/", {"agreed": "no", "digest": digest, "reason": "No need"}
    )
    assert refused.status_code == 302

    with inside_council(northmoor):
        assert not AccessGrant.objects.exists()
    assert b"refused" in browser.get(f"/platform-team/{asked.pk}/").content


def test_another_council_knows_nothing_of_it(eastvale, asked, officer_in, client_for):
    neighbour = client_for(officer_in(eastvale, "council_administrator"))

    assert neighbour.get(f"/platform-team/{asked.pk}/").status_code == 404
    assert neighbour.get(f"/platform-team/{new_key()}/answer/").status_code == 404
    assert b"Ivo Tansy" not in neighbour.get("/platform-team/").content


def test_no_officer_of_the_council_is_made_a_reader(northmoor, asked, agree, officer_in):
    own = officer_in(northmoor, "finance_officer", name="Ivo Tansy", email="ivo.tansy@shared.test")

    with pytest.raises(NotAllowed, match="whose own access would be lost"):
        agree(asked)

    with inside_council(northmoor):
        assert OfficerCard.objects.get(pk=own.pk).roles == ["finance_officer"]
        assert not AccessGrant.objects.exists()


def test_an_answer_counts_on_the_councils_pages_before_anybody_has_taken_it_up(
    northmoor, asked, administrator, agree, client_for
):
    browser = client_for(administrator)
    assert b"Waiting for your council" in browser.get("/platform-team/").content

    agree(asked, False)

    for page in ("/platform-team/", f"/platform-team/{asked.pk}/"):
        shown = browser.get(page).content
        assert b"Answered" in shown and b"Waiting for your council" not in shown, page


def test_a_second_officer_does_not_answer_what_is_answered(northmoor, asked, administrator, agree, client_for):
    agree(asked, False)

    assert (
        client_for(administrator).get(f"/platform-team/{asked.pk}/answer/")["Location"] == f"/platform-team/{asked.pk}/"
    )
    with pytest.raises(NotAllowed, match="Opal Linnet refused already"):
        agree(asked, True, by=administrator)


def test_only_who_is_let_in_is_told_how_to_come_in(shared_service, reader, asked, operator, officer_in, client_for):
    other = officer_in(shared_service, "platform_operator", name="Ada Thrift", email="ada.thrift@shared.test")
    with inside_council(shared_service):
        following.go_on()

    assert b"You are let in" in client_for(operator).get(f"/operations/{asked.pk}/").content
    theirs = client_for(other).get(f"/operations/{asked.pk}/").content
    assert b"You are let in" not in theirs and b"Ivo Tansy is let in" in theirs
