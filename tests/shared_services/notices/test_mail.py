"""The emails of notices: what they never say, one for a burst, through a real server, and in spite of faults."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_services.accounts.models import Account
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.running import run_promised, run_waiting
from shared_services.notices import services
from shared_services.notices.choices import EmailChoice, MailState
from shared_services.notices.kinds import KINDS
from shared_services.notices.models import Notice
from shared_services.tenancy.door import inside_council
from tests.receivers import http_receiver


@pytest.fixture
def holder(northmoor, officer_in):
    return officer_in(northmoor, "budget_holder", name="Petra Zqxholder", job_title="Zqx Manager")


def text_of(letter) -> str:
    return letter.get_payload(decode=True).decode()


def test_an_email_says_that_something_waits_and_where_and_goes_over_smtp(northmoor, holder, tell, told, post_office):
    tell(northmoor, holder, kind="task_returned", reference="NMR-REQ-2026-000001")
    run_waiting()

    (((to,), letter),) = [(to, letter) for to, letter in post_office.letters]
    assert to == holder.work_email
    assert letter["Subject"] == "Northmoor: Your request was sent back to you: NMR-REQ-2026-000001"
    assert f"/notices/{told(northmoor, holder)[0].pk}/" in text_of(letter)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert told(northmoor, holder)[0].mail == MailState.SENT


words = st.text(alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=4, max_size=60)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), name=words, title=words, many=st.booleans(), daily=st.booleans())
def test_no_email_of_any_kind_holds_a_name_a_title_or_an_address(
    northmoor, holder, mailoutbox, kind, name, title, many, daily
):
    from shared_services.notices import mail

    mailoutbox.clear()
    mark = "Zqxmark"
    with inside_council(northmoor):
        account = Account.objects.with_card().get(card_id=holder.pk)
        account.card.work_name = f"{mark}{name}"
        notices = [
            Notice(card_id=holder.pk, kind=kind, reference="NMR-REQ-2026-000001", title=f"{mark}{title}", url="/inbox/")
            for _ in range(3 if many else 1)
        ]
        mail.send(account, notices, key=notices[0].pk, daily=daily)

    (letter,) = mailoutbox
    said = f"{letter.subject}\n{letter.body}"
    assert "Zqx" not in said and holder.work_email not in said
    # Kind, reference, the portal's name and links: nothing else is left once these are taken out.
    left = re.sub(r"https?://\S+", "", said)
    assert "@" not in left and "£" not in left


def test_a_burst_is_one_email_and_each_notice_is_mailed_once(northmoor, holder, tell, mailoutbox):
    for number in range(5):
        tell(northmoor, holder, reference=f"NMR-REQ-2026-00000{number}")
    run_waiting()
    run_waiting()

    (letter,) = mailoutbox
    assert letter.subject == "Northmoor: 5 notices"
    assert letter.body.count("NMR-REQ-2026-") == 5


def test_what_was_read_before_its_email_went_is_not_mailed(northmoor, holder, tell, mailoutbox):
    tell(northmoor, holder)
    with inside_council(northmoor):
        services.read_all(actor=holder)
    run_waiting()

    assert mailoutbox == []


def test_a_mail_server_that_is_away_loses_nothing_and_doubles_nothing(northmoor, holder, tell, told, post_office):
    post_office.refusals += ["451 4.3.0 try later"] * 2
    tell(northmoor, holder)
    run_waiting()
    assert post_office.letters == []
    assert told(northmoor, holder)[0].mail == MailState.WAITING

    with inside_council(northmoor):
        message = OutboxMessage.objects.open().get(task="notices.send_mail")
    assert message.due_at > timezone.now()
    with pytest.raises(Exception, match="try later"):
        run_promised(task_name=message.task, council_number=northmoor.number, message_id=message.pk)
    for done in (True, False):
        assert run_promised(task_name=message.task, council_number=northmoor.number, message_id=message.pk) is done

    assert len(post_office.letters) == 1
    assert told(northmoor, holder)[0].mail == MailState.SENT


def test_an_email_sent_again_after_a_worker_died_is_known_as_the_same(
    northmoor, holder, tell, told, post_office, monkeypatch
):
    from shared_services.notices import mail

    tell(northmoor, holder)
    send = mail.send

    def send_and_die(*args, **kwargs):
        send(*args, **kwargs)
        raise SystemExit("killed between the mail server’s answer and the commit")

    monkeypatch.setattr(mail, "send", send_and_die)
    with pytest.raises(SystemExit):
        run_waiting()
    monkeypatch.setattr(mail, "send", send)
    assert told(northmoor, holder)[0].mail == MailState.WAITING
    run_waiting()

    ids = {letter["Message-ID"] for _, letter in post_office.letters}
    assert len(post_office.letters) == 2 and len(ids) == 1
    assert told(northmoor, holder)[0].mail == MailState.SENT


def test_an_email_given_up_is_seen_by_the_administrator_who_has_it_sent(
    northmoor, officer_in, holder, tell, post_office, client_for
):
    import uuid

    from shared_services.notices.tasks import TRIES

    post_office.refusals.append("550 5.7.1 no")
    tell(northmoor, holder)
    with inside_council(northmoor):
        message = OutboxMessage.objects.open().get(task="notices.send_mail")
        OutboxMessage.objects.filter(pk=message.pk).update(attempts=TRIES - 1)
    with pytest.raises(Exception, match="5.7.1"):
        run_promised(task_name=message.task, council_number=northmoor.number, message_id=message.pk)
    client = client_for(officer_in(northmoor, "council_administrator"))

    page = client.get("/unfinished-work/").content.decode()
    assert "Send an officer one email" in page and holder.work_email not in page
    assert client_for(holder).get("/unfinished-work/").status_code == 403
    client.post(
        "/unfinished-work/",
        {"bulk_action": "retry", "selected": [str(message.pk)], "confirmed": "yes", "form_token": str(uuid.uuid4())},
    )
    run_waiting()

    assert len(post_office.letters) == 1
    assert "There is nothing" in client.get("/unfinished-work/").content.decode()


def test_the_daily_email_gathers_what_is_unread_and_comes_once(northmoor, officer_in, holder, tell, told, mailoutbox):
    busy = officer_in(northmoor)
    with inside_council(northmoor):
        for card in (holder, busy):
            services.change_preferences(actor=card, email=EmailChoice.DAILY)
    for number in range(3):
        tell(northmoor, holder, busy, reference=f"NMR-REQ-2026-00000{number}")
    with inside_council(northmoor):
        services.read_all(actor=busy)
    run_waiting()
    assert mailoutbox == []

    from shared_services.messaging.outbox import enqueue

    for _ in range(2):
        with inside_council(northmoor):
            enqueue("notices.send_digests")
        run_waiting()

    (letter,) = mailoutbox
    assert letter.to == [holder.work_email]
    assert letter.subject == "Northmoor: 3 notices today"


def test_emails_can_be_turned_off_altogether(northmoor, holder, tell, told, mailoutbox):
    with inside_council(northmoor):
        services.change_preferences(actor=holder, email=EmailChoice.NONE)
    tell(northmoor, holder)
    run_waiting()

    assert mailoutbox == [] and len(told(northmoor, holder)) == 1


def test_within_a_minute_everything_waits_for_one_email(northmoor, holder, tell, settings):
    settings.NOTICE_MAIL_WAIT_SECONDS = 60
    tell(northmoor, holder)

    with inside_council(northmoor):
        due = OutboxMessage.objects.get(task="notices.send_mail").due_at
    assert due > timezone.now() + timedelta(seconds=50)


# -- GOV.UK Notify -----------------------------------------------------------------------------
SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"


@pytest.fixture
def notify_service(settings):
    with http_receiver() as receiver:
        settings.EMAIL_BACKEND = "shared_services.notices.govuk_notify.EmailBackend"
        settings.NOTIFY_KEY, settings.NOTIFY_TEMPLATE = f"guildhall-{SERVICE}-{SECRET}", "template-1"
        settings.NOTIFY_URL = f"http://127.0.0.1:{receiver.port}"
        yield receiver


def test_gov_uk_notify_gets_subject_and_body_and_a_token_that_names_the_service(
    northmoor, holder, tell, told, notify_service
):
    tell(northmoor, holder)
    run_waiting()

    (call,) = notify_service.calls
    sent = json.loads(call.body)
    assert call.path == "/v2/notifications/email"
    assert (sent["email_address"], sent["template_id"]) == (holder.work_email, "template-1")
    assert sent["personalisation"]["subject"].startswith("Northmoor: A task is waiting for you")
    head, claims, signature = call.headers["authorization"].removeprefix("Bearer ").split(".")
    pad = lambda part: base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))  # noqa: E731
    assert json.loads(pad(claims))["iss"] == SERVICE
    assert pad(signature) == hmac.new(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()


def test_what_gov_uk_notify_refuses_is_tried_again_and_its_answer_quotes_nobody(
    northmoor, holder, tell, notify_service
):
    refusal = {"errors": [{"error": "RateLimitError", "message": f"too many to {holder.work_email}"}]}
    notify_service.answers.append((429, json.dumps(refusal).encode(), {}))
    tell(northmoor, holder)
    run_waiting()

    with inside_council(northmoor):
        message = OutboxMessage.objects.open().get(task="notices.send_mail")
    assert message.last_error.startswith("NotifyRefused")
    assert run_promised(task_name=message.task, council_number=northmoor.number, message_id=message.pk)
    assert len(notify_service.calls) == 2
