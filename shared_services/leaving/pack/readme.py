"""README.txt of a pack: what is where, in plain English."""

from __future__ import annotations

from .manifest import Manifest

TEXT = """\
EXIT PACK OF {name}
{line}
Written {made_at}. {rows:,} rows in {tables} tables; {documents:,} documents.

This folder is everything that {short_name} keeps on the shared back office, as one moment saw it. Every file is in an
open format. Nothing is needed to read it but programs that read text.

manifest.json   Which files there are, with the size and the SHA-256 hash of each, how many rows, what was left out and
                why, and the release that wrote the pack.
data/private/   The council's own tables. One file a table, one row a line, each a JSON object (JSON Lines).
data/shared/    The council's own rows of the tables that councils share.
data/shown/     Rows of the shared service that the council's rows refer to, such as the joint processes of its cases.
                Beside each file NAME.jsonl stands NAME.schema.json, a JSON Schema: what each column is, in which unit,
                and which table it refers to.
documents/      The files that were attached or uploaded, under the paths that the rows name. documents.jsonl lists them.
audit/          The chain of the audit record, to be verified without this software (see below).
processes/      Each process as a BPMN 2.0 file, with its decision tables as DMN files and its forms as JSON Schemas.
ocds/           The purchase orders as an Open Contracting Data Standard 1.1 release package. Suppliers' names may be
                personal data: read them before you publish it. To publish, register a prefix with the standard.
suppliers/      Suppliers' bank details in clear, because the database keeps them encrypted. Guard this file.

Values. Dates are ISO 8601, instants are UTC, money is pounds sterling to the penny, text is UTF-8, null is "not known".

The audit chain. In each line of audit/chain.jsonl, content_hash is the SHA-256 of "line" as UTF-8, and hash is the SHA-256
of: seq | id | sealed_at | content_hash | the hash of the line before (nothing for the first), joined by "|". A line that
was changed, put in or taken out shows at that line. The heads of each day, which the partner councils copied, are in
data/shared/assurance_audithead.jsonl: hash and seq must be those of the chain.

To check the pack:    python manage.py verify_export FOLDER
To load it elsewhere: python manage.py import_council FOLDER   (an install of the same release, where the council has no room)

Left out, because it is a secret or belongs to the install. Officers keep their accounts; each asks for a new password by
"forgotten password" and sets a second factor up anew.
{left_out}

This pack holds personal data, bank details among it. Keep it encrypted, give it to nobody who need not have it, and
delete it when it has served.
"""


def readme(manifest: Manifest) -> str:
    council = manifest.council
    tables = [one for one in manifest.files if one.path.startswith("data/") and one.rows is not None]
    left_out = [
        f"- {one['table']}{'.' + one['column'] if 'column' in one else ''}: {one['reason']}"
        for one in manifest.left_out
    ]
    return TEXT.format(
        name=council["name"].upper(), line="=" * (13 + len(council["name"])), short_name=council["short_name"],
        made_at=manifest.made_at, rows=manifest.rows, tables=len(tables),
        documents=manifest.documents.get("count", 0), left_out="\n".join(left_out),
    )  # fmt: skip
