"""Rows read by a statement put together once are the rows that the query would give."""

from __future__ import annotations

import pytest

from shared_services.accounts.models import Account
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import WrongRoom
from shared_services.tenancy.statements import JoinedRows

BY_CARD = "t0.card_id = %s"
WHOLE = JoinedRows("accounts.Account", "card", where=BY_CARD)
IN_PART = JoinedRows("accounts.Account", "card", where=BY_CARD, reads=("card__work_name",))


def test_a_row_has_every_field_of_its_own_and_of_the_row_its_key_leads_to(
    northmoor, officer_in, django_assert_num_queries
):
    card = officer_in(northmoor, "requisitioner")

    with inside_council(northmoor), django_assert_num_queries(1):
        account = WHOLE.find(card.pk)
        assert not account.get_deferred_fields() | account.card.get_deferred_fields()

    with inside_council(northmoor):
        by_query = Account.objects.select_related("card").get(card=card)
    for field in Account._meta.concrete_fields:
        assert getattr(account, field.attname) == getattr(by_query, field.attname)
    assert (account, account.card) == (by_query, by_query.card)


def test_a_field_that_was_not_read_is_asked_for_when_it_is_needed(northmoor, officer_in, django_assert_num_queries):
    card = officer_in(northmoor, "requisitioner", name="Ann Able", email="ann@northmoor.test")

    with inside_council(northmoor):
        account = IN_PART.find(card.pk)
        assert account.card.work_name == "Ann Able"
        assert "work_email" in account.card.get_deferred_fields()
        with django_assert_num_queries(1):
            assert account.card.work_email == "ann@northmoor.test"


def test_a_row_that_was_read_may_be_changed_in_its_own_room_alone(northmoor, eastvale, officer_in):
    card = officer_in(northmoor, "requisitioner")
    with inside_council(northmoor):
        account = WHOLE.find(card.pk)
        account.save(update_fields=["last_login"])

    with inside_council(eastvale), pytest.raises(WrongRoom, match="loaded in room"):
        account.save()
