"""Email by GOV.UK Notify: a mail backend, so that every email of the portal can go this way.

The service's own template needs two fields, ((subject)) and ((body)).
Source: https://docs.notifications.service.gov.uk/rest-api.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

KEY_LENGTH = 36
"""A UUID: the last two parts of an API key are the service's number and the secret."""


class NotifyRefused(Exception):
    """GOV.UK Notify did not take an email. The message has its status and error kind, never the address."""


class _StaysHere(HTTPRedirectHandler):
    """The key is for one server and goes to no other."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class EmailBackend(BaseEmailBackend):
    """Sends each message to each of its addresses through the REST API."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.opener = build_opener(_StaysHere)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sent = 0
        for message in email_messages:
            for address in message.recipients():
                try:
                    self._send(message, address)
                except NotifyRefused:
                    if not self.fail_silently:
                        raise
                else:
                    sent += 1
        return sent

    def _send(self, message: EmailMessage, address: str) -> None:
        body = {
            "email_address": address,
            "template_id": settings.NOTIFY_TEMPLATE,
            "personalisation": {"subject": message.subject, "body": message.body},
            "reference": str(message.extra_headers.get("Message-ID", "")).strip("<>"),
        }
        request = Request(  # noqa: S310 - the address is a setting of this installation
            f"{settings.NOTIFY_URL}/v2/notifications/email",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token(settings.NOTIFY_KEY)}", "Content-Type": "application/json"},
            method="POST",
        )
        try:
            with self.opener.open(request, timeout=settings.EMAIL_TIMEOUT) as answer:
                answer.read(1024)
        except HTTPError as error:
            raise NotifyRefused(f"GOV.UK Notify answered {error.code} {_kind_of(error)}".strip()) from None
        except (URLError, OSError) as error:
            raise NotifyRefused(f"GOV.UK Notify did not answer: {type(error).__name__}") from None


def token(key: str) -> str:
    """A JSON Web Token (RFC 7519, HS256) that says which service asks, good for half a minute at the other end."""
    secret, service = key[-KEY_LENGTH:], key[-2 * KEY_LENGTH - 1 : -KEY_LENGTH - 1]
    head = _encoded({"typ": "JWT", "alg": "HS256"})
    claims = _encoded({"iss": service, "iat": int(time.time())})
    signature = hmac.new(secret.encode(), head + b"." + claims, hashlib.sha256).digest()
    return b".".join((head, claims, _base64(signature))).decode()


def _encoded(part: dict[str, Any]) -> bytes:
    return _base64(json.dumps(part, separators=(",", ":")).encode())


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _kind_of(error: HTTPError) -> str:
    """The error's kind ("BadRequestError") as Notify names it; its message may quote the address."""
    try:
        return str(json.loads(error.read(4096))["errors"][0]["error"])[:60]
    except (ValueError, LookupError, TypeError):
        return ""
