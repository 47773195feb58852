"""A council applies: who may, what the mailed links do, and what nobody learns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from shared_services.joining.choices import NamedRole, Status
from shared_services.joining.models import Application, Link
from shared_services.joining.rules import Person
from shared_services.joining.services import applying
from shared_services.joining.services.links import MOST_AN_HOUR, LinkIsDead
from shared_services.messaging.running import run_waiting
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed

from .conftest import SURREY, WIGAN, people

START, SENT = "/join/apply/", "/join/sent/"


def apply_as(client, *, council=WIGAN, name="Amber Siskin", email="amber.siskin@wigan.gov.uk"):
    return client.post(START, {"council": council, "work_name": name, "work_email": email})


def test_an_officer_confirms_the_mailbox_by_a_link_and_fills_the_application_in(shared_service, visitor, mailed):
    browser = visitor(shared_service)

    assert apply_as(browser).headers["Location"] == SENT
    link = mailed("/join/link/")
    looked = browser.get(link)
    entered = browser.post(link)

    assert looked.status_code == 200 and b"Wigan" in looked.content
    assert entered.headers["Location"] == "/join/application/"
    assert b"Name the officers" in browser.get("/join/application/").content
    with inside_council(shared_service):
        assert Application.objects.get().status == Status.OPEN


def test_looking_at_a_link_does_not_use_it_up(shared_service, visitor, mailed):
    apply_as(visitor(shared_service))
    link = mailed("/join/link/")

    for _ in range(3):
        assert visitor(shared_service).get(link).status_code == 200

    assert visitor(shared_service).post(link).status_code == 302


def test_a_link_works_once(shared_service, visitor, mailed):
    apply_as(visitor(shared_service))
    link = mailed("/join/link/")
    visitor(shared_service).post(link)

    again = visitor(shared_service).post(link)

    assert again.status_code == 410
    assert b"This link has been used" in again.content


def test_a_link_that_is_too_old_opens_nothing_and_a_new_one_goes_to_the_same_mailbox(shared_service, visitor, mailed):
    apply_as(visitor(shared_service))
    old = mailed("/join/link/")
    with inside_council(shared_service):
        Link.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    refused = visitor(shared_service).post(old)
    visitor(shared_service).post(f"{old}again/")

    assert refused.status_code == 410 and b"too old" in refused.content
    new = mailed("/join/link/")
    assert new != old and mail.outbox[-1].to == ["amber.siskin@wigan.gov.uk"]
    assert visitor(shared_service).post(new).status_code == 302


def test_a_link_sent_again_replaces_the_earlier_one(shared_service, visitor, mailed):
    apply_as(visitor(shared_service))
    first = mailed("/join/link/")
    apply_as(visitor(shared_service))
    second = mailed("/join/link/")

    assert visitor(shared_service).get(first).status_code == 410
    assert visitor(shared_service).get(second).status_code == 200


@pytest.mark.parametrize(
    "email",
    ["someone@salford.gov.uk", "someone@gmail.com", "someone@wigan.gov.uk.example.com", "someone@notwigan.gov.uk"],
)
def test_an_address_at_someone_elses_domain_is_refused_and_sent_nothing(shared_service, visitor, email):
    answer = apply_as(visitor(shared_service), email=email)

    run_waiting()
    assert answer.status_code == 422
    assert b"Enter a work email address at wigan.gov.uk" in answer.content
    assert not mail.outbox


def test_a_council_that_is_to_be_abolished_is_told_who_takes_over(shared_service, visitor):
    answer = apply_as(visitor(shared_service), council=SURREY, email="someone@surreycc.gov.uk")

    assert answer.status_code == 422
    assert "ends on 31 March 2027" in answer.content.decode()
    assert "East Surrey Council and West Surrey Council take over" in answer.content.decode()


def test_a_second_application_is_refused_in_the_mail_and_the_page_says_nothing(shared_service, application, visitor):
    page = apply_as(visitor(shared_service), name="Coral Dunlin", email="coral.dunlin@wigan.gov.uk")
    unknown = apply_as(visitor(shared_service), council="E08000009", email="new@trafford.gov.uk")

    run_waiting()
    assert page.headers["Location"] == unknown.headers["Location"] == SENT
    letter = next(message for message in mail.outbox if message.to == ["coral.dunlin@wigan.gov.uk"])
    assert "is already under way, started by Amber Siskin" in letter.body
    assert "/join/link/" not in letter.body


def test_of_two_colleagues_with_links_the_second_to_open_one_is_refused(shared_service, visitor, mailed):
    apply_as(visitor(shared_service))
    apply_as(visitor(shared_service), name="Coral Dunlin", email="coral.dunlin@wigan.gov.uk")
    first = mailed("/join/link/", to="amber.siskin@wigan.gov.uk")
    second = mailed("/join/link/", to="coral.dunlin@wigan.gov.uk")

    assert visitor(shared_service).post(first).status_code == 302
    late = visitor(shared_service).post(second)

    assert late.status_code == 409
    assert b"A council applies once" in late.content


def test_a_mailbox_is_sent_five_links_an_hour_at_most(shared_service, wigan):
    with inside_council(shared_service):
        for _ in range(MOST_AN_HOUR + 3):
            applying.start_application(registered=wigan, work_name="Amber", work_email="amber@wigan.gov.uk")

        assert Link.objects.count() == MOST_AN_HOUR


def test_one_network_may_not_start_applications_without_end(shared_service, visitor):
    browser = visitor(shared_service)

    statuses = [apply_as(browser, email=f"a{number}@wigan.gov.uk").status_code for number in range(21)]

    assert statuses[:20] == [302] * 20
    assert statuses[20] == 429


def test_asking_for_a_way_back_says_the_same_to_everybody(shared_service, application, visitor):
    known = visitor(shared_service).post("/join/return/", {"work_email": "amber.siskin@wigan.gov.uk"})
    unknown = visitor(shared_service).post("/join/return/", {"work_email": "nobody@wigan.gov.uk"})

    run_waiting()
    assert known.headers["Location"] == unknown.headers["Location"] == SENT
    assert [message.to for message in mail.outbox] == [["amber.siskin@wigan.gov.uk"]]


@pytest.mark.parametrize("name", ["application", "name_officers", "check", "withdraw"])
def test_without_a_link_opened_an_application_is_not_shown(shared_service, application, visitor, name):
    address = reverse(f"joining:{name}", urlconf="config.urls.shared")

    assert visitor(shared_service).get(address).headers["Location"] == "/join/return/"


def test_the_monitoring_officer_is_not_the_section_151_officer(shared_service, application):
    named = people()
    named[NamedRole.MONITORING] = Person("Opal Linnet", "Opal.Linnet@wigan.gov.uk")

    with inside_council(shared_service), pytest.raises(NotAllowed, match="cannot be the section 151 officer"):
        applying.name_officers(application_id=application.pk, version=None, people=named)


@pytest.mark.parametrize("same", ["opal.linnet+monitor@wigan.gov.uk", "OPAL.Linnet+1+2@Wigan.Gov.UK"])
def test_an_address_written_another_way_is_still_the_same_mailbox(shared_service, application, same):
    named = people()
    named[NamedRole.MONITORING] = Person("Opal Linnet", same)

    with inside_council(shared_service), pytest.raises(NotAllowed, match="cannot be the section 151 officer"):
        applying.name_officers(application_id=application.pk, version=None, people=named)


@pytest.mark.parametrize(
    "name",
    [
        "Amber\nYour account is closed",
        "Amber, see https://evil.test/x",
        "www.evil.test",
        "Go to evil.test now",
        "A" * 101,
    ],
)
def test_a_name_carries_no_message_into_the_mails_that_it_is_written_in(
    shared_service, application, wigan, visitor, name
):
    refused = apply_as(visitor(shared_service), name=name)
    run_waiting()

    assert refused.status_code == 422 and "Enter a name of at most 100 characters" in refused.content.decode()
    assert mail.outbox == []
    with inside_council(shared_service):
        with pytest.raises(NotAllowed, match="Enter a name"):
            applying.start_application(registered=wigan, work_name=name, work_email="amber.siskin@wigan.gov.uk")
        with pytest.raises(NotAllowed, match="Enter a name"):
            named = people() | {NamedRole.SPONSOR.value: Person(name, "flint.heron@wigan.gov.uk")}
            applying.name_officers(application_id=application.pk, version=None, people=named)


@pytest.mark.parametrize("name", ["Siân Ó’Brien-Jones", "J.R.R. Plover", "Dr. J. O'Hara", "Zoë d’Arcy, Ph.D."])
def test_names_as_people_have_them_are_taken(shared_service, visitor, name):
    assert apply_as(visitor(shared_service), name=name).headers["Location"] == SENT


def test_an_officer_named_at_another_domain_is_refused(shared_service, application):
    named = people() | {NamedRole.SPONSOR.value: Person("Flint Heron", "flint@example.com")}

    with inside_council(shared_service), pytest.raises(NotAllowed, match="at wigan.gov.uk"):
        applying.name_officers(application_id=application.pk, version=None, people=named)


def test_an_incomplete_application_is_not_sent_and_says_what_it_lacks(shared_service, application):
    with inside_council(shared_service), pytest.raises(NotAllowed, match="the sponsor.*the services"):
        applying.submit_application(application_id=application.pk, version=None)


def test_two_who_fill_the_same_part_in_do_not_overwrite_each_other(shared_service, application):
    with inside_council(shared_service):
        applying.choose_services(application_id=application.pk, version=1, services=["hr"])

        with pytest.raises(NotAllowed, match="Someone else changed this"):
            applying.choose_services(application_id=application.pk, version=1, services=["procurement"])


def test_a_web_name_of_a_partner_or_of_the_platform_is_taken(shared_service, application):
    from .conftest import PORTAL

    with inside_council(shared_service):
        for taken in ("northmoor", "www"):
            with pytest.raises(NotAllowed, match="is taken"):
                applying.describe_portal(application_id=application.pk, version=None, **{**PORTAL, "slug": taken})


def test_sending_twice_sends_the_officers_one_link_each(shared_service, complete):
    with inside_council(shared_service):
        applying.submit_application(application_id=complete.pk, version=None)
        applying.submit_application(application_id=complete.pk, version=None)

    run_waiting()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        people()[role].work_email for role in NamedRole if role != NamedRole.ADMINISTRATOR
    )


def test_a_withdrawn_application_leaves_its_links_dead_and_the_council_free(shared_service, complete, wigan):
    with inside_council(shared_service):
        applying.submit_application(application_id=complete.pk, version=None)
        applying.withdraw_application(application_id=complete.pk)

        assert not Link.objects.usable().exists()
        applying.start_application(registered=wigan, work_name="Coral", work_email="coral@wigan.gov.uk")
        assert Application.objects.filter(status=Status.STARTED).exists()


def test_an_application_never_confirmed_is_forgotten_after_a_week(shared_service, wigan):
    from shared_services.joining.tasks import forget_unconfirmed

    with inside_council(shared_service):
        applying.start_application(registered=wigan, work_name="Amber", work_email="amber@wigan.gov.uk")
        Application.objects.update(started_at=timezone.now() - timedelta(days=8))

        forget_unconfirmed()

        assert not Application.objects.exists() and not Link.objects.exists()


def test_the_secret_of_a_link_is_kept_nowhere(shared_service, visitor, mailed):
    apply_as(visitor(shared_service))
    secret = mailed("/join/link/").split("/")[3]

    with inside_council(shared_service):
        kept = " ".join(str(value) for row in Link.objects.values() for value in row.values())
        with pytest.raises(LinkIsDead):
            from shared_services.joining.services.links import find_link

            find_link(Link.objects.get().digest)
    assert secret not in kept
