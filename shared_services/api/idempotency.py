"""Sending a change twice does it once: the first answer is kept and given again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from shared_services.tenancy.bases import new_key

from .answers import JsonAnswer
from .models import StoredAnswer
from .parsing import file_parts, is_multipart, json_part
from .problems import Problem

KEPT_HEADERS = ("ETag", "Location")

CLAIM = """
INSERT INTO api_storedanswer (id, account_id, key, request_hash, status, headers, body, created_at)
VALUES (%s, %s, %s, %s, NULL, '{}', '', %s)
ON CONFLICT (account_id, key) DO NOTHING
"""


def answer_once(request: Any, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the change, or give the answer it was given the first time.

    Claiming the key waits for a request that holds it: two at once never both act. The claim is part of the
    request's transaction, so a change that fails leaves the key free. Raises 422 when the key is used again
    for another request. An answer with a secret says in `kept` what is kept of it: a secret is shown once.
    """
    if not 1 <= len(key) <= 200:
        raise Problem(400, "invalid", "An Idempotency-Key has 1 to 200 characters.")
    account_id = request.user.pk
    wanted = _hash(request)
    claim_id = new_key()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [claim_id, account_id, key, wanted, timezone.now()])
        claimed = cursor.rowcount == 1
    if not claimed:
        return _again(account_id, key, wanted)

    response = act()
    StoredAnswer.objects.filter(pk=claim_id).update(
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if response.has_header(name)},
        body=_kept(response),
    )
    return response


def _kept(response: HttpResponse) -> bytes:
    kept = response.kept if isinstance(response, JsonAnswer) else None
    return response.content if kept is None else kept


def _again(account_id: Any, key: str, wanted: str) -> HttpResponse:
    stored = StoredAnswer.objects.get(account_id=account_id, key=key)
    if stored.request_hash != wanted:
        raise Problem(
            422, "idempotency_key_reused", "This Idempotency-Key was used for another request. Choose a new one."
        )
    if stored.status is None:
        raise Problem(409, "in_progress", "The same request is still being worked on. Send it again in a moment.")
    headers = {**stored.headers, "Idempotent-Replayed": "true"}
    return HttpResponse(bytes(stored.body), status=stored.status, content_type="application/json", headers=headers)


def _hash(request: Any) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if not is_multipart(request):
        digest.update(request._request.body)
        return digest.hexdigest()
    # Files are hashed where they lie, and never held in memory as a whole.
    digest.update(json.dumps(json_part(request), sort_keys=True).encode())
    for name, upload in sorted(file_parts(request).items()):
        digest.update(f"\n{name}\n{upload.name}\n".encode())
        for chunk in upload.chunks():
            digest.update(chunk)
        upload.seek(0)
    return digest.hexdigest()
