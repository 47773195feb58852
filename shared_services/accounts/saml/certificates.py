"""Certificates of an identity provider: the keys it signs with. They come from its metadata, never from a message."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from .documents import Refused

MOST = 6
"""Certificates of one provider: one in use, one that takes over, and some to spare."""
SHORTEST_RSA = 2048
CURVES = ("secp256r1", "secp384r1", "secp521r1")
_ARMOUR = re.compile(r"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Certificate:
    """`text` is the certificate in base64 without line breaks: how it is kept."""

    text: str
    loaded: x509.Certificate

    @property
    def valid_until(self) -> datetime:
        return self.loaded.not_valid_after_utc

    @property
    def armoured(self) -> str:
        """As files hold it, with its BEGIN and END lines."""
        return self.loaded.public_bytes(Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as people compare it: pairs of digits in groups of eight."""
        digits = self.loaded.fingerprint(hashes.SHA256()).hex().upper()
        return " ".join(digits[at : at + 8] for at in range(0, len(digits), 8))


def certificate_of(text: str) -> Certificate:
    """One certificate in base64. Raises Refused for what is none, and for a key that is too weak."""
    packed = re.sub(r"\s", "", text)
    try:
        loaded = x509.load_der_x509_certificate(base64.b64decode(packed, validate=True))
        key = loaded.public_key()
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise Refused("A certificate cannot be read. Paste it whole, with its BEGIN and END lines.") from None
    strong_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size >= SHORTEST_RSA
    strong_curve = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in CURVES
    if not (strong_rsa or strong_curve):
        raise Refused(f"A certificate holds a key that is not RSA of at least {SHORTEST_RSA} bits, nor a NIST curve.")
    return Certificate(packed, loaded)


def certificates_of(texts: list[str], *, now: datetime) -> tuple[Certificate, ...]:
    """Those that have not expired, each once. Raises Refused when none is left."""
    read = {one.text: one for one in map(certificate_of, texts)}
    good = tuple(one for one in read.values() if one.valid_until > now)
    if not read:
        raise Refused("There is no signing certificate. Your identity provider gives it with its other details.")
    if not good:
        raise Refused("The signing certificate has expired. Download the newest from your identity provider.")
    if len(good) > MOST:
        raise Refused(f"There are more than {MOST} signing certificates. Leave out those that are not in use.")
    return good


def split_pasted(text: str) -> list[str]:
    """Certificates one after the other, as files hold them; a single one may come without its BEGIN and END lines."""
    found = _ARMOUR.findall(text)
    return found or ([text] if text.strip() else [])
