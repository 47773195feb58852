"""People, published drawings and an operation that can fail, for cases of drawn processes."""

from __future__ import annotations

import pytest

from shared_services.annexes.models import CaseNote
from shared_services.tenancy.door import inside_council
from shared_services.workflow import definitions, operations
from shared_services.workflow.publishing import publish_process


@pytest.fixture
def broken(monkeypatch):
    """broken[0] is what the operation test.raise_it raises; None lets it be done."""
    state: list = [None]
    done: list[str] = []

    def run(context: operations.OperationContext):
        CaseNote(case_id=context.case.pk, author_name="Operation", text="half done").save(force_insert=True)
        if state[0] is not None:
            raise state[0]
        done.append(context.case.reference)

    monkeypatch.setitem(
        operations._registered, "test.raise_it", operations.RegisteredOperation("test.raise_it", run, None, "")
    )
    state.append(done)
    return state


@pytest.fixture
def publish(shared_service):
    def make(*texts):
        with inside_council(shared_service):
            for text in texts:
                publish_process(bpmn=text, dmn=[])
        definitions.forget()

    yield make
    definitions.forget()


@pytest.fixture
def people(northmoor, officer_in):
    return {
        "requester": officer_in(northmoor, "requisitioner", name="Riley Requester"),
        "holder": officer_in(northmoor, "budget_holder", name="Bo Budget"),
        "director": officer_in(northmoor, "director", name="Di Director"),
        "admin": officer_in(northmoor, "council_administrator", name="Ada Admin"),
    }


@pytest.fixture(autouse=True)
def roles_by_key(monkeypatch):
    from shared_services.workflow import presenters, who

    monkeypatch.setattr(who, "_resolvers", {})
    monkeypatch.setattr(presenters, "_presenters", {})
