"""A SAML identity provider of the tests' own: it signs real assertions, and whatever it is told to."""

from __future__ import annotations

import base64
import threading
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner
from signxml.algorithms import SignatureConstructionMethod

from shared_services.accounts.saml.documents import NAMES

ENTITY_ID = "https://login.northmoor.test/saml"
SIGN_ON = "https://login.northmoor.test/saml/sign-on?tenant=1"
ATTRIBUTE = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
KEY_ATTRIBUTE = "http://schemas.microsoft.com/identity/claims/objectidentifier"


@cache
def private_key(name: str, bits: int) -> Any:
    """A key by name, made once: making one takes longer than a test."""
    if name == "curve":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def certificate(name: str, days: int = 365, bits: int = 2048) -> x509.Certificate:
    """A certificate of its own for that key, which holds for so many days from now."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now, key = datetime.now(UTC), private_key(name, bits)
    return (
        x509.CertificateBuilder()
        .subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=800)).not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )  # fmt: skip


def armoured(*names: str, **kwargs: Any) -> str:
    return "".join(certificate(name, **kwargs).public_bytes(Encoding.PEM).decode() for name in names)


def metadata(*names: str, entity_id: str = ENTITY_ID, sign_on: str = SIGN_ON, binding: str = "HTTP-Redirect") -> str:
    """Its metadata, with the certificates of these keys."""
    keys = "".join(
        f'<md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>'
        f"{base64.b64encode(certificate(name).public_bytes(Encoding.DER)).decode()}"
        f"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        for name in names or ("main",)
    )
    return (
        f'<md:EntityDescriptor xmlns:md="{NAMES["md"]}" xmlns:ds="{NAMES["ds"]}" entityID="{entity_id}">'
        f'<!-- kept by the IT service --><md:IDPSSODescriptor protocolSupportEnumeration="{NAMES["samlp"]}">{keys}'
        f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" Location="{sign_on}"/>'
        f"</md:IDPSSODescriptor></md:EntityDescriptor>"
    )


@dataclass(frozen=True)
class Question:
    """What the portal asked, as it stands in the address."""

    reference: str
    consumer_url: str
    entity_id: str
    address: str


def question_in(address: str) -> Question:
    packed = parse_qs(urlsplit(address).query)["SAMLRequest"][0]
    root = etree.fromstring(zlib.decompress(base64.b64decode(packed), -zlib.MAX_WBITS))
    issuer = root.findtext("saml:Issuer", namespaces=NAMES)
    return Question(root.get("ID"), root.get("AssertionConsumerServiceURL"), issuer, root.get("Destination"))


@dataclass(frozen=True)
class Answer:
    """What an identity provider says; `replace` makes it say something else, rightly signed."""

    in_response_to: str
    consumer_url: str
    audience: str
    email: str = "pearl@northmoor.test"
    name_id: str = ""
    issuer: str = ENTITY_ID
    assertion_id: str = "_an-assertion"
    recipient: str = ""
    response_to: str | None = None
    age: timedelta = timedelta()
    lasts: timedelta = timedelta(minutes=5)
    key: str = "main"
    provider_key: str = ""
    signs: tuple[str, ...] = ("assertion",)
    method: SignatureMethod = SignatureMethod.RSA_SHA256
    digest: DigestAlgorithm = DigestAlgorithm.SHA256
    conditions: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def saying(self, **other: Any) -> Answer:
        return replace(self, **other)

    def as_xml(self) -> etree._Element:
        now = datetime.now(UTC) - self.age
        begins, ends = f"{now:%Y-%m-%dT%H:%M:%SZ}", f"{now + self.lasts:%Y-%m-%dT%H:%M:%S.1234567Z}"
        given = {ATTRIBUTE: self.email, KEY_ATTRIBUTE: self.provider_key, **self.extra}
        attributes = "".join(
            f'<saml:Attribute Name="{name}"><saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            f' xmlns:xs="http://www.w3.org/2001/XMLSchema" xsi:type="xs:string">{value}</saml:AttributeValue>'
            "</saml:Attribute>"
            for name, value in given.items() if value
        )  # fmt: skip
        assertion = etree.fromstring(
            f'<saml:Assertion xmlns:saml="{NAMES["saml"]}" ID="{self.assertion_id}" Version="2.0" IssueInstant="{begins}">'
            f"<saml:Issuer>{self.issuer}</saml:Issuer>"
            f"<saml:Subject><saml:NameID>{self.name_id or self.email}</saml:NameID>"
            f'<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData'
            f' InResponseTo="{self.in_response_to}" Recipient="{self.recipient or self.consumer_url}"'
            f' NotOnOrAfter="{ends}"/></saml:SubjectConfirmation></saml:Subject>'
            f'<saml:Conditions NotBefore="{begins}" NotOnOrAfter="{ends}"><saml:AudienceRestriction>'
            f"<saml:Audience>{self.audience}</saml:Audience></saml:AudienceRestriction>{self.conditions}"
            f'</saml:Conditions><saml:AuthnStatement AuthnInstant="{begins}"/>'
            f"<saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"
        )
        if "assertion" in self.signs:
            assertion = self._signed(assertion)
        response_to = self.in_response_to if self.response_to is None else self.response_to
        response = etree.fromstring(
            f'<samlp:Response xmlns:samlp="{NAMES["samlp"]}" xmlns:saml="{NAMES["saml"]}" ID="_a-response" Version="2.0"'
            f' IssueInstant="{begins}" Destination="{self.consumer_url}" InResponseTo="{response_to}">'
            f"<saml:Issuer>{self.issuer}</saml:Issuer><samlp:Status><samlp:StatusCode"
            f' Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:Response>'
        )
        response.append(assertion)
        return self._signed(response) if "response" in self.signs else response

    def as_bytes(self) -> bytes:
        return etree.tostring(self.as_xml())

    def _signed(self, element: etree._Element) -> etree._Element:
        signer = _AnyStrength(
            method=SignatureConstructionMethod.enveloped, signature_algorithm=self.method, digest_algorithm=self.digest,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )  # fmt: skip
        return signer.sign(
            element, key=private_key(self.key, 2048), cert=[certificate(self.key)], reference_uri=f"#{element.get('ID')}",
            id_attribute="ID",
        )  # fmt: skip


class _AnyStrength(XMLSigner):
    """Signs with SHA-1 too, as an attacker or an old provider does."""

    def check_deprecated_methods(self) -> None:
        """Nothing is too weak."""


def answer_to(question: Question, **other: Any) -> Answer:
    return Answer(question.reference, question.consumer_url, question.entity_id, **other)


@contextmanager
def saml_served() -> Iterator[SimpleNamespace]:
    """The provider as a site of its own on this machine: `says` changes what it answers; a button sends it back."""
    served = SimpleNamespace(says={}, address="")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            question = question_in(self.path)
            answer = answer_to(question, **{"assertion_id": f"_{uuid.uuid4().hex}", **served.says})
            hidden = as_posted(answer.as_bytes())["SAMLResponse"]
            page = (
                f'<!doctype html><title>Sign in</title><form method="post" action="{question.consumer_url}">'
                f'<input type="hidden" name="SAMLResponse" value="{hidden}"><button>Go back</button></form>'
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args: Any) -> None:
            """The test's own report is enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_port}/sign-on"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_posted(raw: bytes) -> dict[str, str]:
    return {"SAMLResponse": base64.b64encode(raw).decode(), "RelayState": "https://elsewhere.example/"}
