"""Secrets that the portal must be able to read again rest encrypted, with a key of their own room and purpose."""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from shared_services.tenancy.door import current_council

SEALED = ("secret", "seed")
"""Where allauth keeps what it gives us to seal: an authenticator app's secret, the seed of recovery codes."""
SECOND_FACTOR = "second factor"


def seal(text: str, purpose: str = SECOND_FACTOR) -> str:
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(text: str, purpose: str = SECOND_FACTOR) -> str:
    """Open a seal of this room, made with the portal's secret of today or an earlier one."""
    return _box(purpose).decrypt(text.encode()).decode()


def renewed(text: str, purpose: str = SECOND_FACTOR) -> str:
    """The same seal made with the portal's newest secret."""
    return _box(purpose).rotate(text.encode()).decode()


def seal_anew() -> int:
    """Seal everything in this room with the portal's newest secret, so that an earlier one can go. May run twice."""
    changed = 0
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN):
        sealed = {name: authenticator.data[name] for name in SEALED if authenticator.data.get(name)}
        if sealed:
            authenticator.data |= {name: renewed(text) for name, text in sealed.items()}
            authenticator.save(update_fields=["data"])
            changed += 1
    return changed


def _box(purpose: str) -> MultiFernet:
    room = current_council().key
    return MultiFernet(
        [_key(purpose, room, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _key(purpose: str, room: str, secret: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}:{room}:{secret}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
