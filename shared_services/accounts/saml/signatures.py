"""XML signatures: what a kept certificate vouches for, and nothing else."""

from __future__ import annotations

from datetime import datetime

from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier

from .certificates import Certificate
from .documents import NAMES, Refused

METHODS = frozenset({
    SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512,
    SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512,
    SignatureMethod.SHA256_RSA_MGF1, SignatureMethod.SHA384_RSA_MGF1, SignatureMethod.SHA512_RSA_MGF1,
})  # fmt: skip
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORMS = {ENVELOPED, EXCLUSIVE}
"""What SAML lets a signature do to what it signs (SAML 2.0 Core, 5.4.4); a form with comments is of no use here."""
PREFIXES = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"
MOST_PREFIXES = 200
"""Characters of a list of prefixes, the one thing that a method may be told."""


def signed_part(
    element: etree._Element | None, certificates: tuple[Certificate, ...], *, now: datetime
) -> etree._Element:
    """What the signature directly in `element` covers: the element itself, read anew from the very bytes that were signed.

    Raises Refused when it is not signed, by none of these certificates, by one that has expired, or not as a whole.
    """
    signature = None if element is None else element.find("ds:Signature", NAMES)
    if element is None or signature is None:
        raise Refused("The assertion is not signed. Let your identity provider sign assertions for this application.")
    _check_methods(signature, element.get("ID", ""))
    # The element alone, so that nothing around it can be found by its name.
    alone = etree.tostring(element, with_tail=False)
    config = SignatureConfiguration(
        location="./", expect_references=1, signature_methods=METHODS, digest_algorithms=DIGESTS, verification_time=now,
        # What the message says of keys is not read at all.
        ignore_ambiguous_key_info=True,
    )  # fmt: skip
    in_force = [one for one in certificates if one.loaded.not_valid_before_utc <= now < one.valid_until]
    if not in_force:
        raise Refused("The identity provider’s certificate has expired. Bring its newest metadata.")
    for certificate in in_force:
        try:
            found = XMLVerifier().verify(
                alone, x509_cert=certificate.loaded, id_attribute="ID", expect_config=config
            )  # fmt: skip
        except Exception:  # noqa: S112 - whatever the check stumbles over, the signature is not believed.
            continue
        signed = None if isinstance(found, list) else found.signed_xml
        if signed is not None and signed.tag == element.tag and signed.get("ID") == element.get("ID"):
            return signed
    raise Refused(
        "The signature is not the identity provider’s. If it has a new certificate, bring its newest metadata."
    )


def _check_methods(signature: etree._Element, name: str) -> None:
    """Refuse by name what is not allowed, before any of it is carried out."""
    canonical = signature.find("ds:SignedInfo/ds:CanonicalizationMethod", NAMES)
    method = signature.find("ds:SignedInfo/ds:SignatureMethod", NAMES)
    references = signature.findall("ds:SignedInfo/ds:Reference", NAMES)
    if canonical is None or method is None or len(references) != 1 or references[0].get("URI") != f"#{name}":
        raise Refused("A signature does not cover the part that it stands in.")
    transforms = {one.get("Algorithm") for one in references[0].iterfind("ds:Transforms/ds:Transform", NAMES)}
    digest = references[0].find("ds:DigestMethod", NAMES)
    told = [part for step in signature.iterfind("ds:SignedInfo//*[@Algorithm]", NAMES) for part in step]
    if any(part.tag != PREFIXES or len(part) or len(part.get("PrefixList", "")) > MOST_PREFIXES for part in told):
        raise Refused("A signature is made in a way that SAML does not allow.")
    if canonical.get("Algorithm") != EXCLUSIVE or transforms != TRANSFORMS:
        raise Refused("A signature is made in a way that SAML does not allow.")
    if method.get("Algorithm") not in {one.value for one in METHODS} or (
        digest is None or digest.get("Algorithm") not in {one.value for one in DIGESTS}
    ):
        raise Refused("A signature must be RSA or ECDSA with SHA-256 or better. Change it at your identity provider.")
