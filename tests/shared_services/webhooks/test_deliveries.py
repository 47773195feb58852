"""Webhooks through a real server: what is sent, signed how, tried how often, and replayed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.running import run_waiting
from shared_services.notices.models import Notice
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.webhooks import delivering, services
from shared_services.webhooks.choices import DeliveryStatus, EventType
from shared_services.webhooks.models import Delivery, Endpoint
from shared_services.webhooks.pauses import FAILING_TOO_LONG, PAUSES, pause_after


def publish(council, reference="NMR-REQ-2026-000001") -> None:
    with inside_council(council):
        delivering.publish(EventType.CASE_STARTED, at=timezone.now(), reference=reference, process="leave")


def make_due(council) -> None:
    """Let the pauses pass."""
    with inside_council(council):
        OutboxMessage.objects.open().update(due_at=timezone.now())


def verify(secret: str, call) -> bool:
    """The receiver's check, written from the specification and from none of our code."""
    key = base64.b64decode(secret.split("_", 1)[1])
    content = call.headers["webhook-id"] + "." + call.headers["webhook-timestamp"] + "." + call.body.decode()
    expected = base64.b64encode(hmac.new(key, content.encode(), hashlib.sha256).digest()).decode()
    assert abs(time.time() - int(call.headers["webhook-timestamp"])) < 300
    return any(one == f"v1,{expected}" for one in call.headers["webhook-signature"].split(" "))


def test_a_case_is_told_of_from_its_start_to_its_end(northmoor, officer_in, endpoint, receiver, submit, decide, log):
    requester, holder = officer_in(northmoor, "requisitioner"), officer_in(northmoor, "budget_holder")
    case_id = submit(northmoor, requester)
    run_waiting()
    decide(northmoor, holder, case_id)
    run_waiting()

    sent = [json.loads(call.body) for call in receiver.calls]
    kinds = [one["type"] for one in sent]
    assert sorted(kinds) == sorted(["case.started", "task.created", "task.completed", "case.finished"])
    assert {one["data"]["case_id"] for one in sent} == {str(case_id)}
    assert {delivery.status for delivery in log(northmoor)} == {DeliveryStatus.DELIVERED}


def test_a_message_is_thin_and_says_nothing_of_anyone(northmoor, officer_in, endpoint, receiver, submit, decide):
    requester = officer_in(northmoor, "requisitioner", name="Petra Zqxrequester")
    holder = officer_in(northmoor, "budget_holder", name="Zqx Holder")
    decide(northmoor, holder, submit(northmoor, requester), "reject", note="Zqxreason")
    run_waiting()

    for call in receiver.calls:
        said = json.loads(call.body)
        assert set(said) == {"type", "timestamp", "data"}
        assert set(said["data"]) <= {"reference", "case_id", "task_id", "process", "step"}
        for personal in ("Zqx", "Library chairs", "600", requester.work_email):
            assert personal not in call.body.decode()


def test_a_message_is_signed_as_standard_webhooks_asks(northmoor, endpoint, receiver):
    publish(northmoor)
    run_waiting()

    (call,) = receiver.calls
    assert call.headers["webhook-id"].startswith("msg_")
    assert verify(endpoint.secret, call)
    call.body = call.body.replace(b"leave", b"leaves")
    assert not verify(endpoint.secret, call)


def test_the_signature_of_the_specifications_own_example_comes_out_the_same():
    from shared_services.webhooks.signing import signature

    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_one_secret_replaces_another_both_sign_and_a_day_later_one(northmoor, administrator, endpoint, receiver):
    with inside_council(northmoor):
        _, new = services.rotate_secret(actor=administrator, endpoint_id=endpoint.pk)
    publish(northmoor)
    run_waiting()
    assert verify(endpoint.secret, receiver.calls[0]) and verify(new, receiver.calls[0])

    with inside_council(northmoor):
        Endpoint.objects.update(former_until=timezone.now() - timedelta(seconds=1))
    publish(northmoor)
    run_waiting()

    assert verify(new, receiver.calls[1]) and not verify(endpoint.secret, receiver.calls[1])


def test_a_secret_made_twice_at_once_loses_none_that_a_receiver_may_have(northmoor, administrator, endpoint, receiver):
    with inside_council(northmoor):
        _, lost_on_the_way = services.rotate_secret(actor=administrator, endpoint_id=endpoint.pk)
        _, shown = services.rotate_secret(actor=administrator, endpoint_id=endpoint.pk)
        services.tidy_secrets(seal_anew=True)
    publish(northmoor)
    run_waiting()

    assert all(verify(secret, receiver.calls[0]) for secret in (endpoint.secret, lost_on_the_way, shown))
    with inside_council(northmoor):
        for _ in range(services.MOST_FORMER):
            services.rotate_secret(actor=administrator, endpoint_id=endpoint.pk)
    publish(northmoor)
    run_waiting()
    assert not verify(endpoint.secret, receiver.calls[1]), "only the last few sign beside the new one"


def test_secrets_rest_sealed_with_a_key_of_their_room(northmoor, eastvale, endpoint):
    from cryptography.fernet import InvalidToken

    from shared_services.accounts.seal import unseal

    assert endpoint.secret not in endpoint.sealed_secret
    with inside_council(eastvale), pytest.raises(InvalidToken):
        unseal(endpoint.sealed_secret, services.SEALED_FOR)
    with inside_council(northmoor), pytest.raises(InvalidToken):
        unseal(endpoint.sealed_secret)


def test_secrets_are_sealed_anew_when_the_portals_own_secret_changes(northmoor, endpoint, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-secret-of-the-portal"
    with inside_council(northmoor):
        services.tidy_secrets(seal_anew=True)
        settings.SECRET_KEY_FALLBACKS = []
        assert services.secrets_in_force(Endpoint.objects.get()) == [endpoint.secret]


def test_a_receiver_that_fails_is_tried_again_with_the_same_id_until_it_answers(
    northmoor, endpoint, receiver, log, attempts
):
    receiver.answers += [(500, b"on fire", {}), (503, b"", {})]
    publish(northmoor)
    run_waiting()
    (delivery,) = log(northmoor)
    assert (delivery.status, delivery.response_status) == (DeliveryStatus.WAITING, 500)
    assert delivery.next_attempt_at > timezone.now()
    for _ in range(2):
        make_due(northmoor)
        run_waiting()

    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert [one.response_status for one in attempts(northmoor, delivery)] == [500, 503, 200]
    assert attempts(northmoor, delivery)[0].response_start == "on fire"
    assert log(northmoor)[0].status == DeliveryStatus.DELIVERED


def test_a_delivery_is_given_up_after_the_last_pause(northmoor, endpoint, receiver, log):
    receiver.answers += [(500, b"", {})] * (len(PAUSES) + 3)
    publish(northmoor)
    for _ in range(len(PAUSES) + 3):
        make_due(northmoor)
        run_waiting()

    assert len(receiver.calls) == len(PAUSES) + 1
    assert log(northmoor)[0].status == DeliveryStatus.FAILED


def test_pauses_grow_are_spread_and_end():
    for tries, pause in enumerate(PAUSES, 1):
        drawn = {pause_after(tries) for _ in range(20)}
        assert len(drawn) > 1 and all(pause * 0.8 <= one <= pause * 1.2 for one in drawn)
    assert pause_after(len(PAUSES) + 1) is None
    assert sum(PAUSES, timedelta()) > timedelta(days=3)


def test_a_worker_killed_after_the_call_sends_the_same_message_again(northmoor, endpoint, receiver, log, monkeypatch):
    publish(northmoor)
    write_down = delivering._write_down

    def die(*_):
        raise SystemExit("killed between the receiver’s answer and the commit")

    monkeypatch.setattr(delivering, "_write_down", die)
    with pytest.raises(SystemExit):
        run_waiting()
    monkeypatch.setattr(delivering, "_write_down", write_down)
    assert log(northmoor)[0].status == DeliveryStatus.WAITING
    run_waiting()
    assert len(receiver.calls) == 1, "the call may still be under way"
    with inside_council(northmoor):
        Delivery.objects.update(called_at=timezone.now() - delivering.ONE_CALL)
    run_waiting()

    assert len(receiver.calls) == 2
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert (log(northmoor)[0].status, log(northmoor)[0].attempt_count) == (DeliveryStatus.DELIVERED, 1)


def test_a_job_that_was_overtaken_makes_no_second_call(northmoor, endpoint, receiver, log):
    publish(northmoor)
    run_waiting()
    with inside_council(northmoor):
        assert delivering.prepare(delivery_id=log(northmoor)[0].pk, tries=0) is None

    assert len(receiver.calls) == 1


def test_a_receiver_that_lets_nothing_through_for_days_is_turned_off_and_the_administrator_told(
    northmoor, administrator, endpoint, receiver, log
):
    receiver.answers += [(500, b"", {})] * 2
    publish(northmoor)
    run_waiting()
    with inside_council(northmoor):
        assert Endpoint.objects.get().failing_since is not None
        Endpoint.objects.update(failing_since=timezone.now() - FAILING_TOO_LONG)
    publish(northmoor)
    run_waiting()

    with inside_council(northmoor):
        stopped = Endpoint.objects.get()
        assert not stopped.is_enabled and "5 days" in stopped.disabled_reason
        assert [notice.kind for notice in Notice.objects.of(administrator.pk)] == ["webhook_stopped"]
    publish(northmoor)
    assert log(northmoor)[-1].status == DeliveryStatus.HELD


def test_one_answer_that_is_good_ends_the_failing(northmoor, endpoint, receiver):
    receiver.answers.append((500, b"", {}))
    publish(northmoor)
    run_waiting()
    make_due(northmoor)
    run_waiting()

    with inside_council(northmoor):
        assert Endpoint.objects.get().failing_since is None


def test_a_receiver_that_says_it_is_gone_is_turned_off_at_once(northmoor, endpoint, receiver, log):
    receiver.answers.append((410, b"", {}))
    publish(northmoor)
    run_waiting()

    with inside_council(northmoor):
        assert not Endpoint.objects.get().is_enabled
    assert log(northmoor)[0].status == DeliveryStatus.FAILED


def test_one_delivery_is_sent_again_with_its_id(northmoor, administrator, endpoint, receiver, log):
    publish(northmoor)
    run_waiting()
    with inside_council(northmoor):
        delivering.replay(actor=administrator, delivery_id=log(northmoor)[0].pk)
        with pytest.raises(NotAllowed, match="on its way"):
            delivering.replay(actor=administrator, delivery_id=log(northmoor)[0].pk)
    run_waiting()

    assert receiver.calls[0].body == receiver.calls[1].body
    assert receiver.calls[0].headers["webhook-id"] == receiver.calls[1].headers["webhook-id"]
    assert log(northmoor)[0].attempt_count == 2


def test_a_period_is_sent_again_what_was_held_back_or_everything(northmoor, administrator, endpoint, receiver, log):
    publish(northmoor)
    run_waiting()
    with inside_council(northmoor):
        services.turn_off(actor=administrator, endpoint_id=endpoint.pk)
    publish(northmoor, "NMR-REQ-2026-000002")
    run_waiting()
    assert len(receiver.calls) == 1
    period = {"since": timezone.now() - timedelta(hours=1), "until": timezone.now() + timedelta(hours=1)}
    with inside_council(northmoor):
        on = services.turn_on(actor=administrator, endpoint_id=endpoint.pk)
        assert delivering.replay_period(actor=administrator, endpoint=on, **period) == 1
    run_waiting()
    assert b"000002" in receiver.calls[1].body
    with inside_council(northmoor):
        assert delivering.replay_period(actor=administrator, endpoint=on, everything=True, **period) == 2
        with pytest.raises(NotAllowed, match="end after"):
            delivering.replay_period(actor=administrator, endpoint=on, since=period["until"], until=period["since"])


def test_an_endpoint_gets_the_events_it_asked_for_and_no_others(northmoor, administrator, endpoint, receiver):
    with inside_council(northmoor):
        services.change_endpoint(
            actor=administrator, endpoint_id=endpoint.pk, name="Case tracker", url=receiver.url, events=["task.created"]
        )
    publish(northmoor)
    run_waiting()

    assert receiver.calls == []


def test_the_neighbour_gets_nothing(northmoor, eastvale, endpoint, receiver, log):
    publish(eastvale)
    run_waiting()

    assert receiver.calls == [] and log(eastvale) == []
    with inside_council(eastvale):
        assert not Endpoint.objects.exists()


def test_the_log_forgets_after_thirty_days(northmoor, endpoint, log):
    publish(northmoor)
    run_waiting()
    with inside_council(northmoor):
        Delivery.objects.update(created_at=timezone.now() - delivering.KEEP - timedelta(days=1))
        assert delivering.forget_old() == 1

    assert log(northmoor) == []


def test_only_an_administrator_manages_webhooks(northmoor, officer_in, endpoint, receiver):
    stranger = officer_in(northmoor, "section_151_officer")
    with inside_council(northmoor):
        for refused in (
            lambda: services.add_endpoint(actor=stranger, name="Mine", url=receiver.url, events=["case.started"]),
            lambda: services.rotate_secret(actor=stranger, endpoint_id=endpoint.pk),
            lambda: delivering.send_test(actor=stranger, endpoint=endpoint),
        ):
            with pytest.raises(NotAllowed, match="manage webhooks"):
                refused()
