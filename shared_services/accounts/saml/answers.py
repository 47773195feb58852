"""The answer of an identity provider: everything that must hold before a word of it is believed.

The order matters. The message's shape is held to the one that is expected, then the assertion's signature is checked
with the certificates that are kept, and from then on nothing is read but what the signature covers.
Rules: SAML 2.0 Core 2.3 to 2.5 and 5.4, Profiles 4.1.4.2 and 4.1.4.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from .documents import EMAIL_ADDRESS, NAMES, PERSISTENT, Refused, tag, text_of
from .metadata import IdentityProvider, ServiceProvider
from .moments import check_window
from .signatures import signed_part

SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
EMAIL_ATTRIBUTES = (
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
    "mail",
    "email",
)
"""Under which names providers give a work address, the most particular first."""
KEY_ATTRIBUTE = "http://schemas.microsoft.com/identity/claims/objectidentifier"
"""Entra ID's own key of a person, which stays when the address changes."""
LONGEST = 190
"""Characters of an ID, an address or a key."""
ENCRYPTED = ("EncryptedAssertion", "EncryptedID", "EncryptedAttribute")
KNOWN_CONDITIONS = {tag(f"saml:{name}") for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")}


@dataclass(frozen=True, slots=True)
class Named:
    """Whom an assertion names. `key` is the provider's own for this person, empty where it gives none that lasts."""

    assertion_id: str
    email: str
    key: str


def question_of(message: etree._Element) -> str:
    """To which question a message says that it answers. Not believed: it only tells where to look."""
    return message.get("InResponseTo", "") if message.tag == tag("samlp:Response") else ""


def believe(
    message: etree._Element, *, provider: IdentityProvider, portal: ServiceProvider, reference: str, now: datetime
) -> Named:
    """Whom the provider names in answer to the question `reference`. Raises Refused with the one reason why not."""
    _check_shape(message)
    _check_envelope(message, provider, portal, reference)
    assertion = message.find("saml:Assertion", NAMES)
    if message.find("ds:Signature", NAMES) is not None:
        signed_part(message, provider.certificates, now=now)
    signed = signed_part(assertion, provider.certificates, now=now)

    if signed.get("Version") != "2.0" or not signed.get("ID"):
        raise Refused("The identity provider’s answer is not SAML 2.0.")
    if text_of(signed.find("saml:Issuer", NAMES)) != provider.entity_id:
        raise Refused("The answer comes from another identity provider than the one that was asked.")
    _check_conditions(signed, portal, now)
    _check_subject(signed, portal, reference, now)
    _check_authentication(signed, now)
    name_id = signed.find("saml:Subject/saml:NameID", NAMES)
    named = Named(signed.get("ID", ""), _email_of(signed, name_id), _key_of(signed, name_id))
    if any(len(value) > LONGEST for value in (named.assertion_id, named.email, named.key)):
        raise Refused(f"The identity provider names somebody with more than {LONGEST} characters.")
    return named


def _check_shape(message: etree._Element) -> None:
    """One assertion, where it belongs, and nothing that could be taken for it."""
    if message.tag != tag("samlp:Response") or message.get("Version") != "2.0":
        raise Refused("The identity provider’s answer is not a SAML 2.0 response.")
    if any(next(message.iter(tag(f"saml:{name}")), None) is not None for name in ENCRYPTED):
        raise Refused(
            "The identity provider encrypts its answer. Turn encryption of assertions off for this application."
        )
    assertions = list(message.iter(tag("saml:Assertion")))
    code = message.find("samlp:Status/samlp:StatusCode", NAMES)
    if code is None or code.get("Value") != SUCCESS:
        raise Refused(f"The identity provider did not sign you in{_reason_of(code)}.")
    if len(assertions) != 1 or assertions[0].getparent() is not message:
        raise Refused("The identity provider’s answer must hold one assertion.")
    places = [signature.getparent() for signature in message.iter(tag("ds:Signature"))]
    if len(places) != len(set(places)) or not {*places} <= {message, assertions[0]}:
        raise Refused("The identity provider’s answer holds a signature where none belongs.")
    if next(message.iter(tag("ds:Object")), None) is not None:
        raise Refused("A signature of the identity provider’s answer holds something else.")
    names = [value for node in message.iter() for name, value in node.attrib.items() if _is_id(name)]
    if len(names) != len(set(names)):
        raise Refused("Two parts of the identity provider’s answer have one name.")


def _is_id(name: str | bytes) -> bool:
    return etree.QName(name).localname.lower() == "id"


def _reason_of(code: etree._Element | None) -> str:
    """The last word of the innermost status: "AuthnFailed"."""
    inner = None if code is None else code.find("samlp:StatusCode", NAMES)
    chosen = inner if inner is not None else code
    word = "" if chosen is None else chosen.get("Value", "").rpartition(":")[2]
    return f" ({word[:40]})" if word.isalpha() else ""


def _check_envelope(
    message: etree._Element, provider: IdentityProvider, portal: ServiceProvider, reference: str
) -> None:
    """What the message says outside the assertion. It need not be signed, so it can only speak against it."""
    if message.get("InResponseTo") != reference:
        raise Refused("The answer is to another question.")
    if message.get("Destination", portal.consumer_url) != portal.consumer_url:
        raise Refused("The answer was meant for another address. Check the reply URL at your identity provider.")
    issuer = message.find("saml:Issuer", NAMES)
    if issuer is not None and text_of(issuer) != provider.entity_id:
        raise Refused("The answer comes from another identity provider than the one that was asked.")


def _check_conditions(signed: etree._Element, portal: ServiceProvider, now: datetime) -> None:
    conditions = signed.findall("saml:Conditions", NAMES)
    if len(conditions) != 1 or any(child.tag not in KNOWN_CONDITIONS for child in conditions[0]):
        raise Refused("The assertion sets no conditions, or some that are not known here.")
    given = conditions[0]
    check_window(given.get("NotBefore"), given.get("NotOnOrAfter"), now=now, what="The assertion")
    audiences = given.findall("saml:AudienceRestriction", NAMES)
    if not audiences or any(
        portal.entity_id not in map(text_of, one.findall("saml:Audience", NAMES)) for one in audiences
    ):
        raise Refused("The assertion is meant for another service. Check the entity ID at your identity provider.")


def _check_subject(signed: etree._Element, portal: ServiceProvider, reference: str, now: datetime) -> None:
    subjects = signed.findall("saml:Subject", NAMES)
    confirmed = signed.findall("saml:Subject/saml:SubjectConfirmation", NAMES)
    bearers = [one.find("saml:SubjectConfirmationData", NAMES) for one in confirmed if one.get("Method") == BEARER]
    if len(subjects) != 1 or len(bearers) != 1 or bearers[0] is None:
        raise Refused("The assertion does not say to whom, and for how long, it was given.")
    data = bearers[0]
    if data.get("InResponseTo") != reference:
        raise Refused("The assertion was given for another sign-in.")
    if data.get("Recipient") != portal.consumer_url:
        raise Refused("The assertion was given to another address. Check the reply URL at your identity provider.")
    if not data.get("NotOnOrAfter"):
        raise Refused("The assertion does not say until when it holds.")
    check_window(data.get("NotBefore"), data.get("NotOnOrAfter"), now=now, what="The assertion")


def _check_authentication(signed: etree._Element, now: datetime) -> None:
    statements = signed.findall("saml:AuthnStatement", NAMES)
    if not statements:
        raise Refused("The assertion does not say that anybody signed in.")
    for statement in statements:
        check_window(None, statement.get("SessionNotOnOrAfter"), now=now, what="The sign-in at the identity provider")


def _values(signed: etree._Element, name: str) -> list[str]:
    return [
        text_of(value)
        for attribute in signed.findall("saml:AttributeStatement/saml:Attribute", NAMES)
        if attribute.get("Name") == name
        for value in attribute.findall("saml:AttributeValue", NAMES)
    ]


def _email_of(signed: etree._Element, name_id: etree._Element | None) -> str:
    for name in EMAIL_ATTRIBUTES:
        given = _values(signed, name)
        if len(given) > 1:
            raise Refused("The identity provider names more than one email address.")
        if given and given[0]:
            return _address(given[0])
    if name_id is None or not (name_id.get("Format") == EMAIL_ADDRESS or "@" in text_of(name_id)):
        raise Refused("The identity provider names no email address.")
    return _address(text_of(name_id))


def _address(text: str) -> str:
    if not text.isascii():
        # The sign for kelvin is a k in lower case, and so would be somebody else's.
        raise Refused("The identity provider names an email address with letters that are not plain ones.")
    return text.lower()


def _key_of(signed: etree._Element, name_id: etree._Element | None) -> str:
    given = _values(signed, KEY_ATTRIBUTE)
    if len(given) == 1 and given[0]:
        return given[0]
    return text_of(name_id) if name_id is not None and name_id.get("Format") == PERSISTENT else ""
