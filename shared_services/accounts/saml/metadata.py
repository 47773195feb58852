"""Metadata: what an identity provider says of itself, and what the portal says to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from .certificates import Certificate, certificate_of, certificates_of
from .documents import EMAIL_ADDRESS, METADATA, NAMES, POST, PROTOCOL, REDIRECT, Refused, read_metadata, tag, text_of
from .moments import instant_of

LONGEST_NAME = 1024
"""Characters of an entity ID (SAML 2.0 Core, 8.3.6)."""
LONGEST_ADDRESS = 1000


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """The portal, as an identity provider knows it: one for each council's host."""

    entity_id: str
    consumer_url: str

    def as_metadata(self) -> bytes:
        root = etree.Element(tag("md:EntityDescriptor"), nsmap={"md": METADATA}, entityID=self.entity_id)
        role = etree.SubElement(
            root, tag("md:SPSSODescriptor"), AuthnRequestsSigned="false", WantAssertionsSigned="true",
            protocolSupportEnumeration=PROTOCOL,
        )  # fmt: skip
        etree.SubElement(role, tag("md:NameIDFormat")).text = EMAIL_ADDRESS
        etree.SubElement(
            role, tag("md:AssertionConsumerService"), Binding=POST, Location=self.consumer_url, index="0",
            isDefault="true",
        )  # fmt: skip
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Whose signature is believed, and where officers are sent."""

    entity_id: str
    sign_on_url: str
    certificates: tuple[Certificate, ...]

    @property
    def valid_until(self) -> datetime:
        """When the last of its certificates expires."""
        return max(one.valid_until for one in self.certificates)

    def as_settings(self) -> dict[str, Any]:
        return {
            "entity_id": self.entity_id, "sign_on_url": self.sign_on_url,
            "certificates": [one.text for one in self.certificates],
        }  # fmt: skip

    @classmethod
    def from_settings(cls, kept: dict[str, Any]) -> IdentityProvider:
        return cls(kept["entity_id"], kept["sign_on_url"], tuple(map(certificate_of, kept["certificates"])))


def described(entity_id: str, sign_on_url: str, certificates: list[str], *, now: datetime) -> IdentityProvider:
    """An identity provider from its details. Raises Refused."""
    entity_id, sign_on_url = entity_id.strip(), sign_on_url.strip()
    if not entity_id.isprintable() or not 0 < len(entity_id) <= LONGEST_NAME:
        raise Refused(f"The entity ID must have 1 to {LONGEST_NAME} characters, all of which can be seen.")
    if not _is_plain_address(sign_on_url):
        raise Refused(
            f"The sign-on address must be a web address that begins with https://, of at most {LONGEST_ADDRESS} "
            "characters, without a space, an accent, a user name or a #."
        )
    return IdentityProvider(entity_id, sign_on_url, certificates_of(certificates, now=now))


def _is_plain_address(url: str) -> bool:
    """Whether an address goes where a second officer reads that it goes."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
            and len(url) <= LONGEST_ADDRESS and url.isascii() and url.isprintable()
            and not {" ", "\\", "#"} & {*url} and "@" not in parts.netloc
        )  # fmt: skip
    except ValueError:
        return False


def provider_from_metadata(raw: bytes, *, now: datetime) -> IdentityProvider:
    """The identity provider that a metadata file describes. Raises Refused with what is missing.

    A signature on the file is not checked: an administrator brings it and a second officer confirms what it says.
    """
    root = read_metadata(raw)
    entities = [
        entity
        for entity in root.iter(tag("md:EntityDescriptor"))
        if entity.find("md:IDPSSODescriptor", NAMES) is not None
    ]
    if len(entities) != 1:
        raise Refused(
            "The metadata must describe one identity provider. Download the file for this application alone."
            if entities else "The metadata describes no identity provider (IDPSSODescriptor) for SAML 2.0."
        )  # fmt: skip
    entity = entities[0]
    roles = [role for role in entity.findall("md:IDPSSODescriptor", NAMES) if _speaks_saml_2(role)]
    if len(roles) != 1:
        raise Refused("The metadata does not describe one identity provider for SAML 2.0.")
    for element in (root, entity, roles[0]):
        expires = element.get("validUntil")
        if expires and instant_of(expires) <= now:
            raise Refused("The metadata is out of date. Download it again from your identity provider.")
    services = roles[0].findall("md:SingleSignOnService", NAMES)
    places = [service.get("Location", "") for service in services if service.get("Binding") == REDIRECT]
    if not places:
        raise Refused("The metadata names no sign-on address for HTTP-Redirect, which the portal uses.")
    chains = [
        [*map(text_of, descriptor.iterfind(".//ds:X509Certificate", NAMES))]
        for descriptor in roles[0].findall("md:KeyDescriptor", NAMES)
        if descriptor.get("use", "signing") == "signing"
    ]
    if any(len(chain) > 1 for chain in chains):
        # Those after the first issue certificates to many, and must not sign here.
        raise Refused(
            "The metadata gives one signing key with more than one certificate. Enter the three details instead, with "
            "the certificate of the signing key alone."
        )
    certificates = [one for chain in chains for one in chain]
    return described(entity.get("entityID", ""), places[0], certificates, now=now)


def _speaks_saml_2(role: etree._Element) -> bool:
    return PROTOCOL in role.get("protocolSupportEnumeration", "").split()
