"""How the portal speaks to an identity provider: to the checked address only, no redirects, not through a proxy."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter

from shared_services.messaging.public_addresses import NotPublic, find_address
from shared_services.tenancy.errors import NotAllowed


def address_of(host: str, port: int) -> str:
    """The address to call under a name. Raises NotAllowed for one in a private network, and for a name nobody knows."""
    try:
        return find_address(host, port, may_be_inside=settings.SINGLE_SIGN_ON_MAY_BE_LOCAL)
    except NotPublic:
        raise NotAllowed(f"{host} is not a public address, so the portal does not ask it.") from None
    except OSError:
        raise NotAllowed(f"The name {host} cannot be found. Check the address.") from None


class PinnedAdapter(HTTPAdapter):
    """Connects to the one address that was checked, under the provider's name: the certificate is the name's."""

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        request.headers["Host"] = str(request.url).partition("://")[2].partition("/")[0]
        return super().send(request, *args, **kwargs)

    def get_connection_with_tls_context(
        self, request: PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        host_params, pool = self.build_connection_pool_key_attributes(request, verify, cert)
        host, is_tls = str(host_params["host"]), host_params["scheme"] == "https"
        if is_tls:
            pool |= {"server_hostname": host, "assert_hostname": host}
        place: dict[str, Any] = {
            **host_params,
            "host": address_of(host, host_params["port"] or (443 if is_tls else 80)),
        }
        return self.poolmanager.connection_from_host(**place, pool_kwargs=pool)


def pin(session: Session) -> Session:
    """Let a session reach nothing but the addresses that are checked as it calls."""
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, PinnedAdapter())
    return session
