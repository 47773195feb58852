"""The API tried against its own document: whatever is sent, it answers as the document says and never with a fault."""

from __future__ import annotations

import json
from http import HTTPStatus
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from drf_spectacular.drainage import GENERATOR_STATS
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import data
from schemathesis.core.transport import Response

from shared_services.access.permissions import READ_ONLY_ROLES, ROLES
from shared_services.api.scopes import scope_choices
from tests.programs import Program, program_of

EXAMPLES = 5
OURS = {"If-Match", "Idempotency-Key"}
"""Headers that the document offers; who calls is not left to chance."""
CHECKED = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.mark.parametrize("room", ["northmoor", "shared_service"])
def test_whatever_the_document_allows_is_answered_as_the_document_says(request, room, officer_in):
    program = _program_that_may_do_everything(request.getfixturevalue(room), officer_in)
    schema = schemathesis.openapi.from_dict(program.get("schema/").json())

    for found in schema.get_all_operations():
        _try(found.ok(), program)


@pytest.mark.parametrize("room", ["northmoor", "shared_service"])
def test_no_two_operations_or_shapes_of_the_document_share_a_name(request, room, officer_in):
    program = _program_that_may_do_everything(request.getfixturevalue(room), officer_in)
    GENERATOR_STATS.reset()

    program.get("schema/")

    assert not [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]


def _program_that_may_do_everything(council, officer_in) -> Program:
    roles = [
        role.key
        for role in ROLES.values()
        if role.pooled == council.is_shared_service and role.key not in READ_ONLY_ROLES
    ]
    card = officer_in(council, *roles)
    return program_of(card, *[scope for scope, _ in scope_choices(card)])


def _try(operation, program: Program) -> None:
    @CHECKED
    @given(data())
    def send(draw) -> None:
        case = draw.draw(operation.as_strategy())
        body = case.body if isinstance(case.body, dict | list) else {}
        headers = {name: text for name, text in (case.headers or {}).items() if name in OURS and text.isprintable()}
        path = f"{case.formatted_path.removeprefix('/api/v1/')}?{urlencode(case.query or {}, doseq=True)}"
        answer = program.send(case.method.upper(), path, body, **headers)

        tried = (case.method, path, body, headers, answer.status_code, answer.content[:800])
        assert answer.status_code < 500, tried
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json", tried
            assert json.loads(answer.content)["status"] == answer.status_code
        operation.validate_response(_as_sent(answer, program, path))

    send()


def _as_sent(answer, program: Program, path: str) -> Response:
    """The test client's answer as schemathesis knows answers."""
    return Response(
        status_code=answer.status_code,
        headers={name.lower(): [value] for name, value in answer.items()},
        content=answer.content,
        request=requests.Request("GET", f"http://{program.host}/api/v1/{path}").prepare(),
        elapsed=0.0,
        verify=False,
        message=HTTPStatus(answer.status_code).phrase,
    )
