"""Programs that call the API with an officer's token."""

from __future__ import annotations

import json

from django.test import Client


class Program:
    """A program on one host; its requests carry a token."""

    def __init__(self, host: str, secret: str) -> None:
        self.client = Client(headers={"host": host, "authorization": f"Bearer {secret}"})
        self.host, self.secret = host, secret

    def get(self, path: str, **headers: str):
        return self.client.get(
            f"/api/v1/{path}", headers={name.replace("_", "-"): text for name, text in headers.items()}
        )

    def send(self, method: str, path: str, body: object = None, **headers: str):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        data = json.dumps({} if body is None else body)
        return self.client.generic(method, f"/api/v1/{path}", data, content_type="application/json", headers=names)

    def post(self, path: str, body: object = None, **headers: str):
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: object = None, **headers: str):
        return self.send("PUT", path, body, **headers)


def program_of(card, *scopes: str, host: str | None = None) -> Program:
    """A program with a new token of this officer."""
    from shared_services.accounts.models import Account
    from shared_services.api.services import create_token
    from shared_services.tenancy.directory import council_by_number
    from shared_services.tenancy.door import inside_council

    home = council_by_number(card.owner_id)
    with inside_council(home):
        account = Account.objects.get(card_id=card.pk)
        _, secret = create_token(actor=card, account=account, name="Test", scopes=list(scopes), days=30)
    return Program(host or home.host, secret)
