"""Suppliers' bank details rest encrypted, with a key of their own room; pages show the last four figures."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from shared_services.tenancy.door import current_council

from .models import BankAccountChange, SupplierBankAccount


def seal(details: str) -> str:
    return _box().encrypt(details.encode()).decode()


def unseal(sealed: str) -> str:
    """Open a seal of this room, made with the portal's secret of today or an earlier one."""
    return _box().decrypt(sealed.encode()).decode()


def fingerprint(details: str) -> str:
    """A keyed digest of the details: who reads the table cannot try every account number against it."""
    return hmac.new(_secret(), details.encode(), hashlib.sha256).hexdigest()


def seal_anew() -> int:
    """Seal everything in this room with the portal's newest secret, so that an earlier one can go. May run twice."""
    return _seal_anew(SupplierBankAccount) + _seal_anew(BankAccountChange)


def _seal_anew(model: type[SupplierBankAccount] | type[BankAccountChange]) -> int:
    box = _box()
    changed: list[Any] = []
    for kept in model._default_manager.exclude(sealed="").only("sealed").iterator():
        kept.sealed = box.rotate(kept.sealed.encode()).decode()
        changed.append(kept)
    model._default_manager.bulk_update(changed, ["sealed"], batch_size=500)
    return len(changed)


def _secret(secret: str | None = None) -> bytes:
    # The oldest secret still known: fingerprints outlive a change of secret as long as the earlier one is kept.
    chosen = secret or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS][-1]
    return hashlib.sha256(f"bank details:{current_council().key}:{chosen}".encode()).digest()


def _box() -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_secret(secret))) for secret in secrets])
