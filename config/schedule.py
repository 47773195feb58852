"""When what runs by itself. Each line is one council's task, fanned out to all; one failing council stops no other.

Beat puts the lines into the database when it starts.
"""

from __future__ import annotations

from datetime import timedelta

from celery.schedules import crontab

from shared_services.messaging.schedule import for_every_council, for_the_shared_service

SCHEDULE = {
    "Consolidate the shared figures, nightly": for_the_shared_service(
        "insight.consolidate_nightly", crontab(hour="2", minute="10")
    ),
    "Ask again for figures that a lost worker owes": for_the_shared_service(
        "insight.restart_lost_steps", timedelta(minutes=5)
    ),
    "Go on with joint cases that a council decided": for_the_shared_service(
        "workflow.catch_up_cases", timedelta(seconds=10)
    ),
    "Count the councils' votes on joint processes": for_the_shared_service(
        "modelling.count_votes", timedelta(seconds=30)
    ),
    "Count the partners' votes on councils that apply": for_the_shared_service(
        "joining.count_votes", timedelta(seconds=30)
    ),
    "Go on with what was asked of councils’ portals": for_the_shared_service("operating.go_on", timedelta(seconds=10)),
    "Back up every council, nightly": for_the_shared_service(
        "operating.back_up_nightly", crontab(hour="22", minute="30")
    ),
    "Forget applications whose address was never confirmed, nightly": for_the_shared_service(
        "joining.forget_unconfirmed", crontab(hour="3", minute="40")
    ),
    "Forget sessions and answers that have expired, nightly": for_every_council(
        "accounts.forget_what_expired", crontab(hour="3", minute="20"), with_shared_service=True
    ),
    "Send the daily email of notices, each morning": for_every_council(
        "notices.send_digests", crontab(hour="7", minute="30"), with_shared_service=True
    ),
    "Forget notices read long ago, nightly": for_every_council(
        "notices.forget_old", crontab(hour="3", minute="40"), with_shared_service=True
    ),
    "Forget old webhook deliveries and seal secrets anew, nightly": for_every_council(
        "webhooks.tidy", crontab(hour="3", minute="50"), with_shared_service=True
    ),
    "Seal suppliers' bank details with the newest secret, nightly": for_every_council(
        "purchasing.renew_bank_seals", crontab(hour="3", minute="40")
    ),
    "Open leave years and carry leave over, nightly": for_every_council(
        "people.open_leave_years", crontab(hour="1", minute="30")
    ),
    "Remind, pass up and end what waited too long, each morning": for_every_council(
        "workflow.tend_cases", crontab(hour="6", minute="30"), with_shared_service=True
    ),
    "Find deciders again as appointments begin and end, nightly": for_every_council(
        "workflow.refresh_candidates", crontab(hour="0", minute="10")
    ),
    "Bind new lines of the audit record into its chain": for_every_council(
        "assurance.seal_lines", timedelta(minutes=2), with_shared_service=True
    ),
    "Hand yesterday's head of the audit record to the partners, nightly": for_every_council(
        "assurance.hand_out_head", crontab(hour="0", minute="20"), with_shared_service=True
    ),
    "Copy the partners' heads of their audit records, nightly": for_every_council(
        "assurance.witness_heads", crontab(hour="1", minute="0"), with_shared_service=True
    ),
    "Check the audit record, nightly": for_every_council(
        "assurance.verify_nightly", crontab(hour="4", minute="0"), with_shared_service=True
    ),
    "Delete exit packs whose time is over, nightly": for_every_council(
        "leaving.tidy_packs", crontab(hour="3", minute="30")
    ),
    "Move on cases whose time has come": for_every_council(
        "workflow.run_due_timers", timedelta(minutes=5), with_shared_service=True
    ),
}
