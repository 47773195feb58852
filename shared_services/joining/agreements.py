"""The shipped agreements: text and terms as files, published as versions that never change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared_services.tenancy.models import SHARED_SERVICE_NUMBER

from .choices import NamedRole
from .models import AgreementVersion, Application, Signature

FOLDER = Path(__file__).parent / "agreements"
DATASET_TERMS = ("dataset", "fields", "purpose", "lawful_basis", "expires_after_months", "minimum_group_size")
"""What every dataset in the terms says of itself."""


class BadTerms(ValueError):
    """Terms of an agreement that a program could not rely on."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an agreement's text: a heading, a paragraph or a list."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()


def digest_of(text: str, terms: dict[str, Any]) -> str:
    """SHA-256 over the text and the terms in one fixed form, in hexadecimal."""
    fixed = json.dumps(terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{text}\0{fixed}".encode()).hexdigest()


def check_terms(terms: dict[str, Any]) -> None:
    """Raises BadTerms unless each dataset names its fields, purpose, lawful basis, expiry and minimum group size."""
    for entry in terms.get("datasets", []):
        if missing := [name for name in DATASET_TERMS if entry.get(name) in (None, "", [])]:
            raise BadTerms(f"{entry.get('dataset', 'A dataset')} does not say: {', '.join(missing)}.")
        if not isinstance(entry["minimum_group_size"], int) or entry["minimum_group_size"] < 1:
            raise BadTerms(f"{entry['dataset']}: the minimum group size must be a whole number from 1.")


def publish_shipped() -> None:
    """Publish each shipped version that is not published yet. Runs in the shared service's room; may run again.

    A file whose version was published with other words is refused: agreements change by a next version only.
    """
    for path in sorted(FOLDER.glob("*.json")):
        key, _, number = path.stem.rpartition("-")
        shipped = json.loads(path.read_text(encoding="utf-8"))
        text = path.with_suffix(".txt").read_text(encoding="utf-8")
        terms = {"datasets": shipped["datasets"]}
        check_terms(terms)
        digest = digest_of(text, terms)
        known = AgreementVersion.objects.filter(owner_id=SHARED_SERVICE_NUMBER, key=key, number=int(number)).first()
        if known is None:
            AgreementVersion(
                owner_id=SHARED_SERVICE_NUMBER, key=key, number=int(number), title=shipped["title"], text=text,
                terms=terms, digest=digest, signed_by=[NamedRole(role).value for role in shipped["signed_by"]],
            ).save(force_insert=True)  # fmt: skip
        elif known.digest != digest:
            raise BadTerms(f"{path.stem} was published with other words. Write the change as the next version.")


def blocks_of(text: str) -> list[Block]:
    """An agreement's text as pieces to draw: `# ` begins a heading, `- ` an item of a list."""
    blocks = []
    for piece in text.strip().split("\n\n"):
        lines = piece.splitlines()
        if lines[0].startswith("# "):
            blocks.append(Block("heading", lines[0].removeprefix("# ")))
        elif all(line.startswith("- ") for line in lines):
            blocks.append(Block("list", items=tuple(line.removeprefix("- ") for line in lines)))
        else:
            blocks.append(Block("paragraph", " ".join(lines)))
    return blocks


def agreements_for(role: str) -> list[AgreementVersion]:
    """What an officer in this role signs: the versions in force."""
    return [version for version in AgreementVersion.objects.newest() if role in version.signed_by]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A signature that an application needs, and the one that was given."""

    agreement: AgreementVersion
    role: str
    signature: Signature | None

    @property
    def role_label(self) -> str:
        return NamedRole(self.role).label


def signatures_of(application: Application) -> list[Wanted]:
    """Every signature that the agreements in force ask of an application."""
    given = {(one.agreement_id, one.role): one for one in Signature.objects.filter(application=application)}
    return [
        Wanted(agreement, role, given.get((agreement.pk, role)))
        for agreement in AgreementVersion.objects.newest()
        for role in agreement.signed_by
    ]
