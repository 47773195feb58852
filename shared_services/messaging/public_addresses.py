"""Which addresses the portal may be sent to by what officers enter: those of the public internet, never its own network.

A name is looked up once, and the call goes to the very address that was checked: a name that answers differently the
second time (DNS rebinding) leads nowhere.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from concurrent.futures import Future
from typing import Any

LOOK_UP_SECONDS = 5.0
TRANSLATED = ipaddress.ip_network("64:ff9b::/32")
"""IPv6 addresses that a gateway turns into IPv4 ones (RFC 6052, RFC 8215): what is behind them cannot be told."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotPublic(Exception):
    """An address of the name is not one of the public internet."""


def find_address(host: str, port: int, *, may_be_inside: bool = False) -> str:
    """The address to call. Raises NotPublic if any address of the name is not a public one, unless it may be.

    Raises OSError when the name is not known, or nobody says so in time.
    """
    addresses = [str(entry[4][0]).partition("%")[0] for entry in _looked_up(host, port)]
    if not may_be_inside and not all(is_public(ipaddress.ip_address(one)) for one in addresses):
        raise NotPublic
    return addresses[0]


def _looked_up(host: str, port: int) -> list[Any]:
    """What the name leads to. A name server belongs to whoever owns the name: it keeps nobody waiting."""
    found: Future[list[Any]] = Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP))
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
