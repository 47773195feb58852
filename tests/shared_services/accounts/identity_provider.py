"""A small OpenID Connect provider on this machine: it knows one person and asks nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from django.utils import timezone

from tests.receivers import served

CLIENT, SECRET = "guildhall", "a-client-secret-of-the-council"
SIGNING_KEY = "a-key-that-only-the-provider-knows-0123456789"


class IdentityProvider:
    """`claims` are what it says of whoever comes; `fails` makes its token endpoint refuse."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {}
        self.fails = False
        self.asked: list[str] = []

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, list[str]]) -> None:
        parts = urlsplit(handler.path)
        self.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            _json(handler, 200, {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys", "token_endpoint_auth_methods_supported": ["client_secret_post"],
            })  # fmt: skip
        elif parts.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            handler.send_response(302)
            back = urlencode({"code": "a-code", "state": asked["state"]})
            handler.send_header("Location", f"{asked['redirect_uri']}?{back}")
            handler.end_headers()
        elif parts.path == "/token" and not self.fails and body.get("client_secret") == [SECRET]:
            now = int(time.time())
            token = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, **self.claims}
            _json(handler, 200, {
                "access_token": "an-access-token", "token_type": "Bearer",
                "id_token": jwt.encode(token, SIGNING_KEY, algorithm="HS256"),
            })  # fmt: skip
        elif parts.path == "/userinfo":
            _json(handler, 200, self.claims)
        else:
            _json(handler, 400, {"error": "invalid_grant"})


def _json(handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def as_tested(app: Any, problem: str = "") -> Any:
    """The provider as after a test sign-in: one that worked, unless there was a problem."""
    app.settings |= {"tested_at": timezone.now().isoformat(), "test_email": "", "test_problem": problem}
    app.save(update_fields=["settings"])
    return app


@contextmanager
def provider_served() -> Iterator[IdentityProvider]:
    """The provider on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.answer(self, {})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            provider.answer(self, parse_qs(self.rfile.read(length).decode()))

        def log_message(self, *args: Any) -> None:
            """The test's own report is enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = IdentityProvider(server.server_port)
    with served(server):
        yield provider
