"""A joint process is drawn for the councils: with their roles, and started by their officers once it is published."""

from __future__ import annotations

from django.urls import reverse

from shared_services.modelling.design_forms import role_choices
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions
from shared_services.workflow.models import Case, Task
from shared_services.workflow.publishing import publish_process
from tests.shared_services.workflow.form_processes import BPMN, KEY, forms, publish_in


def test_a_joint_process_can_be_drawn_for_the_roles_of_councils(northmoor, shared_service):
    with inside_council(shared_service):
        pooled = {key for key, _ in role_choices()}
    with inside_council(northmoor):
        own = {key for key, _ in role_choices()}

    assert {"head_of_service", "category_manager"} <= pooled
    assert "head_of_service" in own and "category_manager" not in own


def test_a_joint_process_with_a_form_is_started_in_each_council_and_stays_there(
    northmoor, eastvale, shared_service, officer_in, client_for
):
    with inside_council(shared_service):
        publish_process(bpmn=BPMN, dmn=[], forms=forms(), owner=shared_service.number)
    definitions.forget()
    officer_in(northmoor, "finance_officer")
    asker = client_for(officer_in(northmoor))
    page = reverse("workflow:start_process", args=[KEY])
    given = {"answer_what": "A chair", "answer_kind": "it", "answer_asset": "PC1234"}

    assert page in asker.get(reverse("workflow:start_request")).content.decode()
    assert asker.post(page, given).status_code == 302

    with inside_council(northmoor):
        case = Case.objects.get(process=KEY)
        assert case.owner_id == northmoor.number and case.parts == []
        assert Task.objects.of_this_room().get(case=case).candidates.exists()
    for room in (eastvale, shared_service):
        with inside_council(room):
            assert not Case.objects.filter(process=KEY).exists()


def test_a_councils_own_version_of_a_joint_process_is_the_one_that_is_started(
    northmoor, eastvale, shared_service, officer_in, client_for
):
    with inside_council(shared_service):
        publish_process(
            bpmn=BPMN.replace('name="Equipment request"', 'name="Joint request"'), dmn=[], forms=forms(), owner=0
        )
    publish_in(northmoor)

    own = client_for(officer_in(northmoor)).get(reverse("workflow:start_request")).content.decode()
    joint = client_for(officer_in(eastvale)).get(reverse("workflow:start_request")).content.decode()

    assert "Equipment request" in own and "Joint request" not in own
    assert "Joint request" in joint and "Equipment request" not in joint
