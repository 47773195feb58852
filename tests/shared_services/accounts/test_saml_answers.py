"""What is believed of a SAML identity provider's answer: nothing but what its signature covers, said to us, now."""

from __future__ import annotations

import base64
import copy
from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from lxml import etree
from signxml import DigestAlgorithm, SignatureMethod

from shared_services.accounts.saml import answers
from shared_services.accounts.saml.answers import believe
from shared_services.accounts.saml.certificates import certificate_of
from shared_services.accounts.saml.documents import MAX_MESSAGE, NAMES, Refused, read_message, tag
from shared_services.accounts.saml.metadata import IdentityProvider, ServiceProvider, provider_from_metadata

from .saml_provider import Answer, certificate, metadata

PORTAL = ServiceProvider("https://northmoor.test/metadata/", "https://northmoor.test/consume/")
QUESTION = "_a-question"
GENUINE = Answer(QUESTION, PORTAL.consumer_url, PORTAL.entity_id)
PEARL, MALLORY = "pearl@northmoor.test", "mallory@northmoor.test"


def provider(*names: str) -> IdentityProvider:
    return provider_from_metadata(metadata(*names).encode(), now=timezone.now())


def named(raw: bytes, *, by: IdentityProvider | None = None):
    return believe(
        read_message(raw), provider=by or provider(), portal=PORTAL, reference=QUESTION, now=timezone.now()
    )  # fmt: skip


@pytest.mark.parametrize("signs", [("assertion",), ("assertion", "response")], ids=["assertion", "both"])
def test_a_signed_answer_names_somebody(signs):
    found = named(GENUINE.saying(signs=signs, provider_key="a-key").as_bytes())

    assert (found.email, found.key, found.assertion_id) == (PEARL, "a-key", "_an-assertion")


@pytest.mark.parametrize(
    "method", [SignatureMethod.RSA_SHA512, SignatureMethod.SHA256_RSA_MGF1], ids=["RSA with SHA-512", "RSA-PSS"]
)
def test_stronger_signatures_are_believed_too(method):
    assert named(GENUINE.saying(method=method, digest=DigestAlgorithm.SHA512).as_bytes()).email == PEARL


def test_a_key_signs_with_its_own_kind_of_algorithm_only():
    genuine = GENUINE.saying(key="curve", method=SignatureMethod.ECDSA_SHA256).as_bytes()
    assert named(genuine, by=provider("curve")).email == PEARL

    for raw, by in ((genuine, provider()), (GENUINE.as_bytes(), provider("curve"))):
        with pytest.raises(Refused, match="signature is not the identity provider’s"):
            named(raw, by=by)
    for other in ("2001/04/xmldsig-more#hmac-sha256", "2000/09/xmldsig#dsa-sha1", "none"):
        with pytest.raises(Refused, match="must be RSA or ECDSA"):
            named(genuine.replace(b"2001/04/xmldsig-more#ecdsa-sha256", other.encode()), by=provider("curve"))


def test_the_name_id_is_the_address_where_no_attribute_gives_one():
    assert named(GENUINE.saying(email="", name_id="Pearl@Northmoor.test").as_bytes()).email == PEARL


def test_two_certificates_hold_while_one_takes_over_from_the_other():
    both = provider("main", "next")

    assert named(GENUINE.as_bytes(), by=both).email == named(GENUINE.saying(key="next").as_bytes(), by=both).email
    with pytest.raises(Refused, match="signature is not the identity provider’s"):
        named(GENUINE.as_bytes(), by=provider("next"))


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"signs": ()}, "not signed"),
        ({"signs": ("response",)}, "assertion is not signed"),
        ({"key": "stranger"}, "signature is not the identity provider’s"),
        ({"method": SignatureMethod.RSA_SHA1}, "SHA-256 or better"),
        ({"digest": DigestAlgorithm.SHA1}, "SHA-256 or better"),
        ({"audience": "https://eastvale.test/metadata/"}, "another service"),
        ({"issuer": "https://elsewhere.example"}, "another identity provider"),
        ({"recipient": "https://eastvale.test/consume/"}, "another address"),
        ({"consumer_url": "https://eastvale.test/consume/", "recipient": PORTAL.consumer_url}, "another address"),
        ({"in_response_to": "_another", "response_to": QUESTION}, "another sign-in"),
        ({"in_response_to": "", "response_to": QUESTION}, "another sign-in"),
        ({"age": timedelta(minutes=8)}, "too old"),
        ({"age": -timedelta(minutes=4)}, "does not hold yet"),
        ({"conditions": "<saml:Condition/>"}, "not known here"),
        ({"email": "", "name_id": "E1234"}, "no email address"),
        ({"email": "\N{KELVIN SIGN}ay@northmoor.test"}, "letters that are not plain"),
        ({"extra": {"mail": "x@y.test"}, "email": f"{PEARL}<b/>"}, "where a text belongs"),
    ],
    ids=lambda value: "" if isinstance(value, str) else ", ".join(f"{key}" for key in value),
)
def test_a_signed_answer_that_does_not_hold_here_and_now_is_refused(other, why):
    with pytest.raises(Refused, match=why):
        named(GENUINE.saying(**other).as_bytes())


def test_clocks_may_differ_by_two_minutes():
    assert named(GENUINE.saying(age=timedelta(minutes=6)).as_bytes()).email == PEARL
    assert named(GENUINE.saying(age=-timedelta(minutes=1)).as_bytes()).email == PEARL


def test_a_certificate_in_the_message_is_never_believed():
    """It is in every answer of the stranger, and it fits the signature."""
    raw = GENUINE.saying(key="stranger").as_bytes()
    sent = base64.b64encode(certificate("stranger").public_bytes(Encoding.DER))

    assert sent[:60] in raw.replace(b"\n", b"")
    with pytest.raises(Refused, match="signature is not the identity provider’s"):
        named(raw)


def test_a_certificate_that_expired_signs_nobody_in():
    with pytest.raises(Refused, match="expired"):
        believe(
            read_message(GENUINE.as_bytes()), provider=provider(), portal=PORTAL, reference=QUESTION,
            now=timezone.now() + timedelta(days=400),
        )  # fmt: skip


@pytest.mark.parametrize("where", ["saml:NameID", "saml:AttributeValue", "saml:Audience", "saml:Issuer"])
def test_a_changed_word_breaks_the_signature(where):
    message = GENUINE.as_xml()
    for element in message.find("saml:Assertion", NAMES).iter(tag(where)):
        element.text = MALLORY

    with pytest.raises(Refused, match="signature is not the identity provider’s"):
        named(etree.tostring(message))


def test_a_comment_cannot_cut_an_address_short():
    """Comments are not signed, so an address of another domain could be made to read as one of this."""
    raw = GENUINE.saying(email="pearl@northmoor.test.evil.example").as_bytes()
    assert named(raw).email == "pearl@northmoor.test.evil.example"

    with pytest.raises(Refused, match="comments"):
        named(raw.replace(b"@northmoor.test.evil", b"@northmoor.test<!-- -->.evil"))


def test_a_document_type_and_its_entities_are_refused_in_any_encoding():
    evil = '<!DOCTYPE r [<!ENTITY who SYSTEM "file:///etc/passwd">]><r>&who;</r>'

    for raw in (evil.encode(), f'<?xml version="1.0" encoding="UTF-16"?>{evil}'.encode("utf-16")):
        with pytest.raises(Refused, match="document type"):
            read_message(raw)
    with pytest.raises(Refused, match="larger than 256 KB"):
        read_message(b"<r>" + b" " * MAX_MESSAGE + b"</r>")
    with pytest.raises(Refused, match="not well-formed"):
        read_message(b"<r>")


@pytest.mark.parametrize(
    ("place", "more"),
    [
        (b"<saml:Assertion", b"".join(b' a%d=""' % number for number in range(40))),
        (b"<saml:Assertion", b"".join(b' xmlns:n%d="n"' % number for number in range(40))),
        (b"</saml:Issuer>", b"<a/>" * 5000),
    ],
    ids=["attributes", "namespaces", "elements"],
)
def test_an_answer_that_would_take_long_to_check_is_refused_before_it_is(place, more):
    """Anybody may put a question and send such an answer to it: some 20,000 attributes took seconds."""
    at = GENUINE.as_bytes().index(place) + len(place)

    with pytest.raises(Refused, match="too many parts"):
        read_message(GENUINE.as_bytes()[:at] + more + GENUINE.as_bytes()[at:])


@pytest.mark.parametrize("where", ["ds:CanonicalizationMethod", "ds:Transforms/ds:Transform[2]", "ds:SignatureMethod"])
def test_a_method_of_a_signature_is_told_nothing_but_a_few_prefixes(where):
    message = GENUINE.as_xml()
    step = message.find(f".//{where}", NAMES)
    etree.SubElement(step, "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces", PrefixList="x " * 10_000)

    with pytest.raises(Refused, match="way that SAML does not allow"):
        named(etree.tostring(message))


def test_an_encrypted_assertion_is_refused_with_what_to_do():
    message = GENUINE.as_xml()
    message.replace(message.find("saml:Assertion", NAMES), etree.Element(tag("saml:EncryptedAssertion")))

    with pytest.raises(Refused, match="Turn encryption of assertions off"):
        named(etree.tostring(message))


def test_the_providers_own_reason_is_given():
    message = GENUINE.as_xml()
    code = message.find("samlp:Status/samlp:StatusCode", NAMES)
    code.set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
    etree.SubElement(code, code.tag, Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")

    with pytest.raises(Refused, match=r"did not sign you in \(AuthnFailed\)"):
        named(etree.tostring(message))


# -- Signature wrapping: the signed assertion is somewhere in the message, and another is where it is read --------------
def _forged(message, *, keeps_name: bool = False):
    """A copy of the assertion that names somebody else, without the signature."""
    forged = copy.deepcopy(message.find("saml:Assertion", NAMES))
    forged.remove(forged.find("ds:Signature", NAMES))
    for element in (forged.find("saml:Subject/saml:NameID", NAMES), forged.find(".//saml:AttributeValue", NAMES)):
        element.text = MALLORY
    if not keeps_name:
        forged.set("ID", "_forged")
    return forged


def forged_before_the_signed(message, signed):
    signed.addprevious(_forged(message))


def forged_after_the_signed(message, signed):
    signed.addnext(_forged(message))


def signed_within_the_forged(message, signed):
    forged = _forged(message)
    message.replace(signed, forged)
    forged.append(signed)


def signature_moved_to_the_forged(message, signed):
    forged = _forged(message)
    forged.append(signed.find("ds:Signature", NAMES))
    signed.addprevious(forged)


def signed_within_the_moved_signature(message, signed):
    forged, signature = _forged(message), signed.find("ds:Signature", NAMES)
    message.replace(signed, forged)
    forged.append(signature)
    signature.append(signed)


def signed_within_an_object_of_the_moved_signature(message, signed):
    forged, signature = _forged(message), signed.find("ds:Signature", NAMES)
    message.replace(signed, forged)
    forged.append(signature)
    etree.SubElement(signature, tag("ds:Object")).append(signed)


def signed_within_extensions(message, signed):
    forged = _forged(message)
    message.replace(signed, forged)
    holder = etree.Element(tag("samlp:Extensions"))
    message.insert(0, holder)
    forged.append(signed.find("ds:Signature", NAMES))
    holder.append(signed)


def signed_hidden_under_another_name(message, signed):
    """The signed bytes are kept in an element of another name, with the name that the signature points to."""
    forged = _forged(message)
    forged.append(signed.find("ds:Signature", NAMES))
    signed.tag = "{urn:another}Assertion"
    message.replace(signed, forged)
    etree.SubElement(message, tag("samlp:Extensions")).append(signed)


def both_of_one_name(message, signed):
    forged = _forged(message, keeps_name=True)
    signature = signed.find("ds:Signature", NAMES)
    signed.tag = "{urn:another}Assertion"
    message.replace(signed, forged)
    forged.append(signature)
    etree.SubElement(message, tag("samlp:Extensions")).append(signed)


def forged_in_place_of_the_signed(message, signed):
    forged = _forged(message, keeps_name=True)
    forged.append(signed.find("ds:Signature", NAMES))
    message.replace(signed, forged)


def a_whole_answer_within_another(message, signed):
    genuine = copy.deepcopy(message)
    message.replace(signed, _forged(message))
    message.append(genuine)


@pytest.mark.parametrize("signs", [("assertion",), ("assertion", "response")], ids=["assertion", "both"])
@pytest.mark.parametrize(
    "wrap",
    [
        forged_before_the_signed, forged_after_the_signed, signed_within_the_forged, signature_moved_to_the_forged,
        signed_within_the_moved_signature, signed_within_an_object_of_the_moved_signature, signed_within_extensions,
        signed_hidden_under_another_name, both_of_one_name, forged_in_place_of_the_signed,
        a_whole_answer_within_another,
    ],
    ids=lambda wrap: wrap.__name__,
)  # fmt: skip
def test_a_signature_is_not_taken_for_what_it_does_not_cover(wrap, signs, monkeypatch):
    message = GENUINE.saying(signs=signs).as_xml()
    wrap(message, message.find("saml:Assertion", NAMES))
    wrapped = etree.tostring(message)

    with pytest.raises(Refused):
        named(wrapped)

    # Nor would it be if the message's shape were not looked at first: what is read is what was signed.
    monkeypatch.setattr(answers, "_check_shape", lambda message: None)
    with suppress(Refused):
        assert named(wrapped).email == PEARL


def test_a_signature_that_drops_parts_of_what_it_signs_is_refused():
    """A transform could sign a chosen piece and leave the rest open."""
    message = GENUINE.as_xml()
    transforms = message.find(".//ds:Transforms", NAMES)
    etree.SubElement(transforms, tag("ds:Transform"), Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116")

    with pytest.raises(Refused, match="not allow"):
        named(etree.tostring(message))


# -- Metadata ---------------------------------------------------------------------------------------------------------
CHAIN = metadata("main", "authority").replace(
    '</ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data>', ""
)
"""The key's certificate, and that of the authority which issued it."""


def test_metadata_gives_what_is_needed():
    found = provider("main", "next")

    assert found.entity_id == "https://login.northmoor.test/saml" and len(found.certificates) == 2
    assert IdentityProvider.from_settings(found.as_settings()) == found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (metadata(binding="HTTP-POST"), "HTTP-Redirect"),
        (metadata().replace("IDPSSODescriptor", "SPSSODescriptor"), "describes no identity provider"),
        (metadata().replace("<md:IDPSSODescriptor", '<md:IDPSSODescriptor validUntil="2020-01-01T00:00:00Z"'), "out of date"),
        (metadata().replace("signing", "encryption"), "no signing certificate"),
        (metadata(entity_id=""), "entity ID"),
        (metadata(sign_on="javascript:alert(1)"), "web address"),
        (metadata(sign_on="https://login.northmoor.test@evil.test/"), "web address"),
        (metadata(sign_on="https://[login.northmoor.test/"), "web address"),
        (metadata(sign_on="https://login.northmoor.test/&#10;x"), "web address"),
        (metadata(entity_id="northmoor&#x202E;"), "entity ID"),
        (CHAIN, "more than one certificate"),
        (metadata().replace("<md:IDPSSODescriptor", '<md:IDPSSODescriptor validUntil="0001-01-01T00:00:00+14:00"'), "time"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + metadata(), "document type"),
        ("<html/>", "describes no identity provider"),
        ("entityID: northmoor", "not well-formed"),
    ],
    ids=["no redirect", "a service", "out of date", "no key", "no name", "a script", "a user name",
         "no host", "a line break", "a hidden letter", "a chain", "no time", "entities", "a page", "no XML"],
)  # fmt: skip
def test_metadata_that_will_not_do_is_refused_with_the_reason(text, why):
    with pytest.raises(Refused, match=why):
        provider_from_metadata(text.encode(), now=timezone.now())


@pytest.mark.parametrize(
    ("of", "by"),
    [(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"), (b"\x03\x01\x07", b"\x03\x01\x77")],
    ids=["no such version", "no such curve"],
)
def test_a_certificate_that_nobody_knows_is_refused_with_the_reason(of, by):
    der = certificate("curve").public_bytes(Encoding.DER)
    assert of in der

    with pytest.raises(Refused, match="cannot be read"):
        certificate_of(base64.b64encode(der.replace(of, by)).decode())
