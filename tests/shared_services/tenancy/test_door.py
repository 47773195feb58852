from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.tenancy.door import current_council, inside_council
from shared_services.tenancy.errors import NoCouncil, RoomSwitch, WrongRoom
from shared_services.tenancy.references import next_reference


def test_each_room_works_as_its_own_database_role(walled, northmoor, eastvale):
    seen = []

    for council in (northmoor, eastvale, northmoor):
        with inside_council(council), connection.cursor() as cursor:
            cursor.execute("SELECT current_user, session_user")
            seen.append(cursor.fetchone())

    assert seen == [("c0001", "c0001"), ("c0002", "c0002"), ("c0001", "c0001")]


def test_coming_back_to_a_room_takes_up_its_parked_connection(walled, northmoor, eastvale):
    def backend(council):
        with inside_council(council), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    first = backend(northmoor)
    backend(eastvale)

    assert backend(northmoor) == first


def test_a_second_room_in_one_transaction_is_refused(northmoor, eastvale):
    with inside_council(northmoor), pytest.raises(RoomSwitch), inside_council(eastvale):
        pass


def test_entering_the_open_room_again_joins_it(northmoor):
    with inside_council(northmoor), inside_council(northmoor) as again:
        assert current_council() == again == northmoor


def test_outside_every_room_nothing_can_be_read(walled):
    connection.unset_tenant()

    with pytest.raises(NoCouncil):
        Account.objects.count()


def test_a_new_thread_starts_outside_every_room(walled, northmoor):
    problems = []

    def read():
        try:
            list(Account.objects.all())
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    with inside_council(northmoor):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()

    assert len(problems) == 1


def test_a_row_of_one_council_cannot_be_saved_in_another(northmoor, eastvale, officer_in):
    card = officer_in(northmoor)
    with inside_council(northmoor):
        account = Account.objects.get(card_id=card.pk)

    with inside_council(eastvale), pytest.raises(WrongRoom):
        account.save()


def test_a_council_sees_its_own_cards_only_and_the_shared_service_sees_all(
    northmoor, eastvale, shared_service, officer_in
):
    officer_in(northmoor, name="Nora Moor")
    officer_in(eastvale, name="Esther Vale")

    def names(council):
        with inside_council(council):
            return sorted(OfficerCard.objects.values_list("work_name", flat=True))

    assert names(northmoor) == ["Nora Moor"]
    assert names(eastvale) == ["Esther Vale"]
    assert names(shared_service) == ["Esther Vale", "Nora Moor"]


def test_references_count_up_per_council_and_a_rolled_back_number_is_given_again(walled, northmoor, eastvale):
    with inside_council(northmoor):
        first = next_reference("REQ", 2026)
    with pytest.raises(ZeroDivisionError), inside_council(northmoor):
        next_reference("REQ", 2026)
        raise ZeroDivisionError
    with inside_council(northmoor):
        second = next_reference("REQ", 2026)
    with inside_council(eastvale):
        other = next_reference("REQ", 2026)

    assert (first, second, other) == ("NMR-REQ-2026-000001", "NMR-REQ-2026-000002", "EVL-REQ-2026-000001")


def test_a_connection_whose_server_ended_it_is_replaced_before_the_next_transaction(walled, northmoor):
    from shared_services.tenancy.owner import owner_connection

    with inside_council(northmoor), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with owner_connection() as owner:
        owner.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])

    with inside_council(northmoor), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != pid


def test_a_host_that_names_no_room_gets_a_page_that_names_nobody(northmoor, client):
    response = client.get("/", headers={"host": "nowhere.test"})

    assert response.status_code == 404
    assert b"Northmoor" not in response.content
