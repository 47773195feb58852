from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from shared_services.accounts.models import Account
from shared_services.api.services import create_token
from shared_services.tenancy.door import inside_council
from tests.conftest import _council


class Program:
    """A program that calls the API with a token, on one host."""

    def __init__(self, host: str, secret: str) -> None:
        self.client = Client(headers={"host": host, "authorization": f"Bearer {secret}"})
        self.secret = secret

    def get(self, path: str, **headers: str):
        return self.client.get(f"/api/v1/{path}", headers=headers)

    def send(self, method: str, path: str, body: object = None, **headers: str):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps({} if body is None else body)
        return self.client.generic(method, f"/api/v1/{path}", data, content_type="application/json", headers=names)

    def post(self, path: str, body: object = None, **headers: str):
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: object = None, **headers: str):
        return self.send("PUT", path, body, **headers)


@pytest.fixture
def program_for() -> Callable[..., Program]:
    """program_for(card, *scopes) -> a program with a token of that officer's, by default for all of accounts."""

    def make(card, *scopes: str, host: str | None = None) -> Program:
        home = _council(card.owner_id)
        with inside_council(home):
            account = Account.objects.get(card_id=card.pk)
            chosen = list(scopes) or ["accounts:write"]
            _, secret = create_token(actor=card, account=account, name="Test", scopes=chosen, days=30)
        return Program(host or home.host, secret)

    return make


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")
