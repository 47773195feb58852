"""Nobody becomes another officer by changing where that officer's mail goes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core import mail

from shared_services.accounts import rules, services, tasks
from shared_services.accounts.models import Account
from shared_services.api.models import ApiToken
from shared_services.api.services import create_token
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


@pytest.fixture
def head(northmoor, officer_in):
    return officer_in(northmoor, "head_of_service", email="head@northmoor.test")


@pytest.fixture
def moved(northmoor, administrator, head, client_for):
    """The head's address, changed by an administrator after the head has signed in at least once."""
    with inside_council(northmoor):
        account = Account.objects.get(card_id=head.pk)
        Account.objects.filter(pk=account.pk).update(last_login=account.created_at)
        create_token(actor=head, account=account, name="Sheet", scopes=["purchasing:read"], days=30)
        services.change_officer(
            actor=administrator, card_id=head.pk, version=head.version, work_name=head.work_name,
            work_email="elsewhere@northmoor.test", job_title=head.job_title,
        )  # fmt: skip
        return Account.objects.get(pk=account.pk)


def test_the_former_address_is_told(northmoor, moved, promised):
    with inside_council(northmoor):
        tasks.tell_former_address(account_id=str(moved.pk))

    assert "accounts.tell_former_address" in promised(northmoor)
    assert mail.outbox[-1].to == ["head@northmoor.test"]
    assert "elsewhere@northmoor.test" in mail.outbox[-1].body


def test_what_the_old_address_opened_ends(northmoor, moved):
    with inside_council(northmoor):
        assert not ApiToken.objects.filter(account=moved, revoked_at__isnull=True).exists()


def test_for_a_day_the_new_address_gets_no_link_to_a_new_password(northmoor, moved, visitor, promised):
    visitor(northmoor).post("/account/password/reset/", {"email": "elsewhere@northmoor.test"})

    assert "accounts.send_password_reset" not in promised(northmoor)


def test_for_a_day_the_second_factor_is_not_reset(northmoor, administrator, head, moved):
    with inside_council(northmoor), pytest.raises(NotAllowed, match="less than a day ago"):
        services.reset_second_factor(actor=administrator, card_id=head.pk)


def test_a_mailbox_that_the_council_does_not_run_is_refused(northmoor):
    council = replace(northmoor, domain="northmoor.gov.uk")

    rules.check_email_is_the_councils("ada@northmoor.gov.uk", council)
    rules.check_email_is_the_councils("ada@schools.northmoor.gov.uk", council)
    for outside in ("ada@evil.example", "ada@notnorthmoor.gov.uk", "ada@northmoor.gov.uk.evil.example"):
        with pytest.raises(NotAllowed, match="at northmoor.gov.uk"):
            rules.check_email_is_the_councils(outside, council)
