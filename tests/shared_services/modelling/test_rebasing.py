from __future__ import annotations

import pytest
from django.urls import reverse

from shared_services.modelling.readiness import readiness_of
from shared_services.modelling.rebasing import rebase_of, rebase_override
from shared_services.modelling.services import draft_from_version, joint_version, newest_of, save_draft
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.workflow.publishing import publish_process

from .conftest import REQUISITION, ROUTE
from .test_dry_runs import NEW_STEP

REWORDED = REQUISITION.replace("Nobody approves", "No one approves")


@pytest.fixture
def override(northmoor, author, second, publish):
    """Northmoor has a step of its own in the joint requisition process."""
    with inside_council(northmoor):
        draft = draft_from_version(actor=author, version_id=joint_version("requisition_approval").pk)
        draft = save_draft(actor=author, draft_id=draft.pk, version=1, bpmn=NEW_STEP)
    return publish(northmoor, draft, author, second)


def adopt(shared_service, bpmn):
    with inside_council(shared_service):
        return publish_process(bpmn=bpmn, dmn=[ROUTE], by="2 of 2 councils")


def test_an_override_is_carried_over_where_it_keeps_all_of_the_newer_joint_version(
    northmoor, shared_service, author, override
):
    joint = adopt(shared_service, REWORDED)
    with inside_council(northmoor):
        found = rebase_of(newest_of("requisition_approval"))
        draft = rebase_override(actor=author, version_id=override.pk)

        assert found.is_carried_over
        assert "Step “Check stock” added after “Mark as approved”." in found.own_changes
        assert (draft.bpmn, draft.based_on_id) == (NEW_STEP, joint.pk)


def test_an_override_that_would_lose_a_new_joint_step_begins_again_with_the_reason(
    northmoor, shared_service, author, override
):
    other = NEW_STEP.replace("check_stock", "check_money").replace("Check stock", "Check money")
    joint = adopt(shared_service, other)
    with inside_council(northmoor):
        found = rebase_of(newest_of("requisition_approval"))
        draft = rebase_override(actor=author, version_id=override.pk)

        assert found.in_the_way[0].message == "Step “Check money” is part of the joint process and cannot be removed."
        assert (draft.bpmn, draft.based_on_id) == (other, joint.pk)
        assert readiness_of(draft).is_ready


def test_an_override_of_an_older_joint_version_is_flagged(client_for, northmoor, shared_service, author, override):
    client = client_for(author)
    address = reverse("modelling:rebase", args=[override.pk], urlconf="config.urls.council")
    assert client.get(address).status_code == 404
    with inside_council(northmoor), pytest.raises(NotAllowed, match="no newer joint version"):
        rebase_override(actor=author, version_id=override.pk)

    adopt(shared_service, REWORDED)

    assert "Joint version 2 is out" in client.get("/processes/").content.decode()
    assert "Bring it up to joint version 2" in client.get(f"/processes/versions/{override.pk}/").content.decode()
    assert "No one approves" not in client.get(address).content.decode()
    assert "the explanation changed" in client.get(address).content.decode()
    with inside_council(northmoor):
        late = draft_from_version(actor=author, version_id=override.pk)
        assert "this override stands on version 1" in readiness_of(late).warnings[-1].message
