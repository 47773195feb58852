"""Secrets of second factors rest encrypted, with a key of their own room."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from shared_services.tenancy.door import current_council

SEALED = ("secret", "seed")
"""Where allauth keeps what it gives us to seal: an authenticator app's secret, the seed of recovery codes."""


def seal(text: str) -> str:
    return _box().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """Open a seal of this room, made with the portal's secret of today or an earlier one."""
    return _box().decrypt(text.encode()).decode()


def seal_anew() -> int:
    """Seal everything in this room with the portal's newest secret, so that an earlier one can go. May run twice."""
    changed = 0
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN):
        sealed = {name: authenticator.data[name] for name in SEALED if authenticator.data.get(name)}
        if sealed:
            authenticator.data |= {name: _box().rotate(text.encode()).decode() for name, text in sealed.items()}
            authenticator.save(update_fields=["data"])
            changed += 1
    return changed


def _box() -> MultiFernet:
    room = current_council().key
    return MultiFernet([_key(room, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(room: str, secret: str) -> Fernet:
    digest = hashlib.sha256(f"second factor:{room}:{secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
