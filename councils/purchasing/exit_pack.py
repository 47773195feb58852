"""What purchasing adds to a council's exit pack: its orders in the Open Contracting Data Standard, and bank details in clear."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import IO

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.utils import timezone

from shared_services.tenancy.copying import copied_lines
from shared_services.tenancy.door import current_council, inside_council
from shared_services.tenancy.models import Council

from . import bank_details
from .models import SupplierBankAccount

RELEASES = "ocds/releases.json"
BANK_DETAILS = "suppliers/bank_details.jsonl"
LICENCE = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
UK_EXTENSION = "https://raw.githubusercontent.com/cabinetoffice/ocds_uk_extension/main/extension.json"
REGISTERS = {"England": "GB-LAE", "Scotland": "GB-LAS", "Wales": "GB-PLW"}
"""org-id.guide's lists of local authorities by nation; Northern Ireland's councils are on none of them."""
ACCOUNTS_AT_A_TIME = 500

# One release an order, by OCDS 1.1.5: an award and its contract, which say the same because an order is both at once.
# value.amountGross is the UK extension's; value.amount is without VAT there.
RELEASE_SQL = """
SELECT json_strip_nulls(json_build_object(
  'ocid', '{prefix}-' || o.reference, 'id', '{prefix}-' || o.reference || '-' || o.version,
  'date', to_char(coalesce(o.cancelled_at, o.issued_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'tag', CASE WHEN o.status = 'cancelled' THEN json_build_array('awardCancellation', 'contractTermination')
              ELSE json_build_array('award', 'contract') END,
  'initiationType', 'tender', 'language', 'en',
  'buyer', json_build_object('id', b.id, 'name', b.name),
  'parties', (SELECT json_agg(party) FROM (
      SELECT json_build_object('id', b.id, 'name', b.name, 'identifier', b.identifier,
                               'roles', json_build_array('buyer', 'procuringEntity')) AS party
      UNION ALL SELECT json_build_object('id', s.id, 'name', o.supplier_name, 'roles', json_build_array('supplier'))
       WHERE o.supplier_name <> '') parties),
  'awards', json_build_array(json_build_object(
      'id', o.reference, 'title', o.title, 'status', s.status, 'date', s.issued, 'value', s.value,
      'suppliers', s.suppliers)),
  'contracts', json_build_array(json_build_object(
      'id', o.reference, 'awardID', o.reference, 'title', o.title, 'status', s.status, 'dateSigned', s.issued,
      'value', s.value, 'items', s.items))
  ))
  FROM purchasing_purchaseorder o
  CROSS JOIN (SELECT {buyer_id}::text AS id, {buyer_name}::text AS name, {identifier}::json AS identifier) b
  CROSS JOIN LATERAL (SELECT
      'supplier-' || left(md5(o.supplier_name), 12) AS id,
      CASE WHEN o.status = 'cancelled' THEN 'cancelled' ELSE 'active' END AS status,
      to_char(o.issued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS issued,
      json_build_object('amount', o.net_amount, 'amountGross', o.gross_amount, 'currency', 'GBP') AS value,
      CASE WHEN o.supplier_name <> '' THEN json_build_array(json_build_object(
          'id', 'supplier-' || left(md5(o.supplier_name), 12), 'name', o.supplier_name)) END AS suppliers,
      (SELECT json_agg(json_build_object(
          'id', l.position::text, 'description', l.description, 'quantity', l.quantity,
          'classification', CASE WHEN l.cpv_id IS NOT NULL THEN json_build_object(
              'scheme', 'CPV', 'id', left(l.cpv_id, 8), 'description', c.label) END,
          'unit', json_build_object('name', l.unit, 'value', json_build_object(
              'amount', l.unit_price, 'currency', 'GBP'))) ORDER BY l.position)
         FROM purchasing_orderline l LEFT JOIN public.procurement_cpvcode c ON c.code = l.cpv_id
        WHERE l.order_id = o.id) AS items) s
 ORDER BY o.id
"""


def written_files() -> Iterator[tuple[str, str, Iterator[bytes]]]:
    yield RELEASES, "Purchase orders as an OCDS 1.1 release package.", _release_package()
    yield BANK_DETAILS, "Suppliers' bank details in clear, by the key of purchasing_supplierbankaccount.", _details()


def after_load(opened: Callable[[str], IO[bytes]]) -> None:
    """Seal the bank details of a pack with the secret of this install."""
    with opened(BANK_DETAILS) as file:
        some: list[SupplierBankAccount] = []
        for line in file:
            plain = json.loads(line)
            if plain["details"] is None:
                continue
            some.append(
                SupplierBankAccount(
                    pk=plain["id"], sealed=bank_details.seal(plain["details"]),
                    fingerprint=bank_details.fingerprint(plain["details"]),
                )
            )  # fmt: skip
            if len(some) == ACCOUNTS_AT_A_TIME:
                _keep(some)
                some = []
        _keep(some)


def after_take_over(predecessor: Council, successor: Council) -> None:
    """Seal what came from a predecessor with its successor's secret: each room has its own, and opens no other's seals.

    Of an account whose seal no secret opens the last figures stay, as in a pack.
    """
    with inside_council(predecessor):
        sealed = dict(SupplierBankAccount.objects.values_list("pk", "sealed"))
        details = {key: _opened(one) for key, one in sealed.items()}
    with inside_council(successor):
        came = list(SupplierBankAccount.objects.filter(pk__in=details))
        for account in came:
            plain = details[account.pk]
            account.sealed = bank_details.seal(plain) if plain else ""
            account.fingerprint = bank_details.fingerprint(plain) if plain else str(account.pk)
        SupplierBankAccount.objects.bulk_update(came, ["sealed", "fingerprint"], batch_size=ACCOUNTS_AT_A_TIME)


def _keep(some: list[SupplierBankAccount]) -> None:
    SupplierBankAccount.objects.bulk_update(some, ["sealed", "fingerprint"])


def _details() -> Iterator[bytes]:
    accounts = SupplierBankAccount.objects.order_by("pk").values_list("pk", "sealed")
    for key, sealed in accounts.iterator(chunk_size=ACCOUNTS_AT_A_TIME):
        yield json.dumps({"id": str(key), "details": _opened(sealed)}).encode() + b"\n"


def _opened(sealed: str) -> str | None:
    """The details, or None where no secret that this install knows opens the seal."""
    try:
        return bank_details.unseal(sealed)
    except InvalidToken:
        return None


def _release_package() -> Iterator[bytes]:
    """The package as one JSON document, a release at a time."""
    council = Council.objects.select_related("registered").get(pk=current_council().number)
    scheme = REGISTERS.get(council.registered.nation, "") if council.registered else ""
    about = {
        "uri": f"https://{current_council().host}/{RELEASES}", "version": "1.1", "extensions": [UK_EXTENSION],
        "publishedDate": timezone.now().replace(microsecond=0).isoformat(),
        "publisher": {"name": council.name, **({"scheme": scheme, "uid": council.code} if scheme else {})},
        "license": LICENCE,
    }  # fmt: skip
    yield json.dumps(about, ensure_ascii=False).removesuffix("}").encode() + b', "releases": [\n'
    first = True
    for piece in copied_lines(_release_sql(council, scheme)):
        lines = piece.splitlines()
        if lines:
            yield (b"" if first else b",\n") + b",\n".join(lines)
            first = False
    yield b"\n]}\n"


def _release_sql(council: Council, scheme: str) -> str:
    identifier = {"scheme": scheme, "id": council.code, "legalName": council.name} if scheme else None
    return RELEASE_SQL.format(
        prefix=settings.OCDS_PREFIX.replace("'", "''"),
        buyer_id=_quoted(f"{scheme}-{council.code}" if scheme else f"council-{council.code}"),
        buyer_name=_quoted(council.name),
        identifier=_quoted(json.dumps(identifier)) if identifier else "NULL",
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
