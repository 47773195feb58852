"""A case that a failing step stopped: its page says why, and an administrator has it tried again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from shared_services.tenancy.bases import new_key
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions, operations, services
from shared_services.workflow.models import Case
from shared_services.workflow.operations import OperationFailed
from shared_services.workflow.publishing import publish_process
from tests.shared_services.workflow.drawing import end, flows, process, service, start

from .browser import says

pytestmark = pytest.mark.browser


@pytest.fixture
def stopped(portal, northmoor, shared_service, officer_in, monkeypatch):
    """(case, broken): a case that stopped, and the switch that mends the operation. After `portal`."""
    broken = [True]

    def run(context: operations.OperationContext) -> None:
        if broken[0]:
            raise OperationFailed("The finance system is closed for the night.")

    monkeypatch.setitem(
        operations._registered, "test.tell_finance", operations.RegisteredOperation("test.tell_finance", run, None, "")
    )
    steps = flows("start tell_finance", "tell_finance end")
    drawn = process(start(), service("tell_finance", "test.tell_finance"), end(outcome="done"), steps, key="telling", title="Telling")  # fmt: skip
    with inside_council(shared_service):
        publish_process(bpmn=drawn, dmn=[])
    definitions.forget()
    requester = officer_in(northmoor, "requisitioner", name="Riley Requester")
    with inside_council(northmoor):
        case = services.open_case(
            actor=requester,
            process="telling",
            subject_id=new_key(),
            reference="NOR-T-2026-000001",
            title="Tell finance",
        )
    yield case.pk, broken
    definitions.forget()


def test_an_administrator_sees_why_a_case_stopped_and_has_it_tried_again(
    stopped, northmoor, portal, officer_in, sign_in, page, look
):
    case_id, broken = stopped
    admin = officer_in(northmoor, "council_administrator", name="Ada Admin")
    sign_in(page, admin, northmoor)
    page.goto(portal(northmoor, reverse("workflow:case", args=[case_id])))
    look(page, "case-stopped")
    says(page, "closed for the night")

    page.click("main a:has-text('Try again')")
    look(page, "case-try-again")
    broken[0] = False
    page.click("main button:has-text('Try again')")
    page.wait_for_url(portal(northmoor, reverse("workflow:case", args=[case_id])))

    says(page, "moves on", within="body")
    with inside_council(northmoor):
        assert Case.objects.get(pk=case_id).status == "completed"
