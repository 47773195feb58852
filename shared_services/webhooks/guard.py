"""Where a webhook may go: to a public server over HTTPS, never into the network the portal itself stands in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from shared_services.messaging.public_addresses import NotPublic, find_address
from shared_services.tenancy.errors import NotAllowed

PORTS = (443, 8443)
LONGEST_URL = 500
LONGEST_LABEL = 63
"""Of a part of a name between two dots (RFC 1035)."""


class AddressRefused(NotAllowed):
    """A webhook's address is not one that the portal calls."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart."""

    host: str
    port: int
    path: str
    is_local: bool
    """Named in WEBHOOK_LOCAL_HOSTS: may be inside the network."""
    is_tls: bool

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def read_url(url: str) -> Target:
    """Take an address apart. Raises AddressRefused, saying what to write instead."""
    if len(url) > LONGEST_URL or any(character <= " " or character == "\x7f" for character in url):
        raise AddressRefused(f"Enter an address of at most {LONGEST_URL} characters, without spaces.")
    if not url.isascii():
        raise AddressRefused("Write accented letters and signs of other scripts the way addresses do, like %C3%A9.")
    try:
        parts = urlsplit(url)
        host, given = (parts.hostname or "").rstrip("."), parts.port
        host.encode("ascii")
    except (ValueError, UnicodeEncodeError):
        raise AddressRefused("Enter a full address, like https://example.org/webhooks/guildhall") from None
    if parts.scheme not in ("https", "http") or not all(0 < len(label) <= LONGEST_LABEL for label in host.split(".")):
        raise AddressRefused("Enter a full address, like https://example.org/webhooks/guildhall")
    is_tls = parts.scheme == "https"
    port = given or (443 if is_tls else 80)
    is_local = f"{host}:{port}" in settings.WEBHOOK_LOCAL_HOSTS
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("Leave the user name and password out of the address: the signature tells who calls.")
    if parts.fragment:
        raise AddressRefused("Leave out what follows the # in the address: it is never sent.")
    if not is_tls and not is_local:
        raise AddressRefused("The address must begin with https:// so that nobody reads along.")
    if port not in PORTS and not is_local:
        raise AddressRefused(f"Use port {PORTS[0]} or {PORTS[1]}.")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Target(host, port, path, is_local, is_tls)


def resolve(target: Target) -> str:
    """The checked address to call. Raises AddressRefused if any address of the name is not a public one.

    Raises OSError when the name is not known, or nobody says so in time.
    """
    try:
        return find_address(target.host, target.port, may_be_inside=target.is_local)
    except NotPublic:
        raise AddressRefused("This name leads into a private network, which webhooks do not enter.") from None
