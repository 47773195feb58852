"""Suppliers' bank details rest encrypted, with a key of their own room; pages show the last four figures."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from shared_services.tenancy.door import current_council

from .models import SupplierBankAccount


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
    box = _box()
    changed = []
    for account in SupplierBankAccount.objects.only("sealed").iterator():
        account.sealed = box.rotate(account.sealed.encode()).decode()
        changed.append(account)
    SupplierBankAccount.objects.bulk_update(changed, ["sealed"], batch_size=500)
    return len(changed)


def _secret(secret: str | None = None) -> bytes:
    # The oldest secret still known: fingerprints outlive a change of secret as long as the earlier one is kept.
    chosen = secret or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS][-1]
    return hashlib.sha256(f"bank details:{current_council().key}:{chosen}".encode()).digest()


def _box() -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_secret(secret))) for secret in secrets])
