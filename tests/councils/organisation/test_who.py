"""Whose head of service decides: the cost centre's before the requester's own."""

from __future__ import annotations

import pytest

from councils.organisation import services, who
from shared_services.workflow.who import CaseFacts


@pytest.fixture
def elsewhere(monkeypatch):
    """Another app knows cases of cost centre 9000 to belong to the department it is told."""
    monkeypatch.setattr(who, "_finders", [])

    def belongs_to(department_id):
        who.department_finder(lambda case: department_id if case.cost_centre == "9000" else None)

    return belongs_to


def test_the_head_of_the_paying_department_decides_on_anothers_purchase(
    inside, establishment, administrator, elsewhere
):
    council = establishment()
    parks = services.create_department(actor=administrator, code="PRK", name="Parks", parent=council.place)
    post = services.create_post(actor=administrator, number="P9", title="Head of parks", department=parks)
    services.appoint(actor=administrator, post=post, card_id=council.people["Chief"].pk)
    services.set_department_leads(actor=administrator, department=parks, head_post=post, director_post=None)
    elsewhere(parks.pk)
    facts = {"process": "requisition_approval", "requester_id": council.people["Officer"].pk}

    assert who.head_of_service(CaseFacts(**facts, cost_centre="9000")) == {council.people["Chief"].pk}
    assert who.head_of_service(CaseFacts(**facts)) == {council.people["Head"].pk}


def test_the_cost_centres_department_is_found_by_finance():
    from councils.finance.who import department_of_cost_centre

    assert department_of_cost_centre in who._finders
