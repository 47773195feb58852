"""What every test may ask for: councils, officers, and the wall as production has it."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client

from tests import rooms


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and Valkey for the tests: the embedded ones, or those in DATABASE_URL and REDIS_URL."""
    from config.embedded import lifecycle

    rooms.keep_in_memory(Path(settings.VAR_DIR))
    lifecycle.ensure_running(Path(settings.VAR_DIR))
    if "DATABASE_URL" not in os.environ:
        rooms.spare_the_disk()


@pytest.fixture(scope="session")
def django_db_setup(servers: None, django_db_blocker) -> Iterator[None]:
    name = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        rooms.ensure_template(Path(settings.VAR_DIR), settings.TEMPLATE_DATABASE)
        rooms.copy_template(settings.TEMPLATE_DATABASE, name, Path(settings.VAR_DIR))
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        rooms.drop(name)
    shutil.rmtree(settings.PRIVATE_FILES_DIR, ignore_errors=True)


@pytest.fixture
def walled(request, django_db_setup, django_db_blocker, settings) -> Iterator[None]:
    """The wall as production has it: each room on a connection logged in as its own role, real commits.

    The database is put back from the template afterwards. A test that changes what roles of the whole server may do
    is marked `whole_server`: it waits for the other processes' walled tests, and they wait for it.
    """
    alone = request.node.get_closest_marker("whole_server") is not None
    with rooms.roles_held(Path(settings.VAR_DIR), alone=alone), django_db_blocker.unblock():
        connections.close_all()
        settings.WALL_MODE = "login"
        connection.wall_mode = "login"
        connection.set_schema_to_public()
        try:
            yield
        finally:
            connections.close_all()
            connection.wall_mode = "setrole"
            connection.set_schema_to_public()
            rooms.copy_template(
                settings.TEMPLATE_DATABASE, settings.DATABASES["default"]["NAME"], Path(settings.VAR_DIR)
            )


@pytest.fixture(autouse=True)
def _fresh_directory() -> Iterator[None]:
    from shared_services.tenancy import directory
    from shared_services.workflow import calendars, inbox_steps

    directory.forget()
    calendars.forget()
    inbox_steps.forget()
    yield


def _council(number: int):
    from shared_services.tenancy.directory import council_by_number

    entry = council_by_number(number)
    assert entry is not None
    return entry


@pytest.fixture
def northmoor(request):
    _needs_database(request)
    return _council(rooms.NORTHMOOR)


@pytest.fixture
def eastvale(request):
    _needs_database(request)
    return _council(rooms.EASTVALE)


@pytest.fixture
def shared_service(request):
    _needs_database(request)
    return _council(0)


def _needs_database(request) -> None:
    if "walled" in request.fixturenames:
        request.getfixturevalue("walled")
    else:
        request.getfixturevalue("db")


_numbers = itertools.count(1)


@pytest.fixture
def officer_in() -> Callable:
    """officer_in(council, *roles, name=..., email=...) -> the card of a new officer who can sign in."""
    from shared_services.accounts.services import create_officer
    from shared_services.tenancy.door import inside_council

    def make(council, *roles: str, name: str | None = None, email: str | None = None, job_title: str = "Officer"):
        number = next(_numbers)
        with inside_council(council):
            return create_officer(
                actor=None, work_name=name or f"Officer {number}",
                work_email=email or f"officer{number}@{council.slug}.test", job_title=job_title,
                roles=list(roles), password="a-long-test-password",
            )  # fmt: skip

    return make


@pytest.fixture
def client_for() -> Callable[..., Client]:
    """client_for(card) -> a browser on the card's own council's host, signed in."""
    from shared_services.accounts.models import Account
    from shared_services.tenancy.door import inside_council

    def make(card, *, council=None) -> Client:
        home = _council(card.owner_id)
        client = Client(headers={"host": (council or home).host})
        with inside_council(home):
            client.force_login(
                Account.objects.select_related("card").get(card_id=card.pk),
                backend="shared_services.accounts.backends.RoomBackend",
            )
        return client

    return make


@pytest.fixture
def visitor() -> Callable[..., Client]:
    """visitor(council) -> a browser on that council's host, not signed in."""
    return lambda council: Client(headers={"host": council.host})
