"""A small council to test with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest

from councils.organisation import services
from shared_services.tenancy.door import inside_council

OPENED = date(2020, 1, 1)


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Ministrator")


@pytest.fixture
def establishment(northmoor, administrator, officer_in) -> Callable:
    """establishment() builds a directorate with a service, four posts and their holders; call it inside the room."""
    people = {name: officer_in(northmoor, name=name) for name in ("Chief", "Director", "Head", "Officer")}

    def build() -> SimpleNamespace:
        place = services.create_department(actor=administrator, code="PLC", name="Place")
        highways = services.create_department(actor=administrator, code="HWY", name="Highways", parent=place)

        def add(number: str, title: str, department, above=None):
            post = services.create_post(
                actor=administrator,
                number=number,
                title=title,
                department=department,
                reports_to=above,
                opened_on=OPENED,
            )
            services.appoint(actor=administrator, post=post, card_id=people[title].pk, from_on=OPENED)
            return post

        chief = add("P1", "Chief", place)
        director = add("P2", "Director", place, chief)
        head = add("P3", "Head", highways, director)
        officer = add("P4", "Officer", highways, head)
        services.set_department_leads(actor=administrator, department=place, head_post=director, director_post=director)
        services.set_department_leads(actor=administrator, department=highways, head_post=head, director_post=None)
        return SimpleNamespace(
            place=place, highways=highways, chief=chief, director=director, head=head, officer=officer, people=people
        )

    return build


@pytest.fixture
def inside(northmoor):
    with inside_council(northmoor):
        yield northmoor
