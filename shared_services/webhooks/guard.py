"""Where a webhook may go: to a public server over HTTPS, never into the network the portal itself stands in.

The name is resolved once, and the call goes to the very address that was checked: a name that answers differently
the second time (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from shared_services.tenancy.errors import NotAllowed

PORTS = (443, 8443)
LONGEST_URL = 500
LOOK_UP_SECONDS = 5.0
LONGEST_LABEL = 63
"""Of a part of a name between two dots (RFC 1035)."""
TRANSLATED = ipaddress.ip_network("64:ff9b::/32")
"""IPv6 addresses that a gateway turns into IPv4 ones (RFC 6052, RFC 8215): what is behind them cannot be told."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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
    addresses = [str(entry[4][0]).partition("%")[0] for entry in _looked_up(target)]
    if not target.is_local and not all(is_public(ipaddress.ip_address(one)) for one in addresses):
        raise AddressRefused("This name leads into a private network, which webhooks do not enter.")
    return addresses[0]


def _looked_up(target: Target) -> list[Any]:
    """What the name leads to. A name server belongs to whoever owns the name: it keeps no worker waiting."""
    found: Future[list[Any]] = Future()

    def look_up() -> None:
        try:
            found.set_result(
                socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            )
        except Exception as fault:
            found.set_exception(fault)

    threading.Thread(target=look_up, daemon=True).start()
    return found.result(timeout=LOOK_UP_SECONDS)


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet: not private, loopback, link-local, multicast or reserved."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
        if address in TRANSLATED:
            return False
    return address.is_global and not (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or getattr(address, "is_site_local", False)
    )
