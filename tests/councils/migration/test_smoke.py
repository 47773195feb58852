import json
from pathlib import Path
import pytest
from django.core.management import call_command
from councils.migration.models import *
from shared_services.tenancy.door import inside_council
S = Path(__file__).parent / "samples"

def run(capsys, council, *files, **kw):
    try:
        call_command("import_extract", *[str(f) for f in files], council=council.key, **kw)
    except SystemExit as e:
        print("EXIT", e)
    out = capsys.readouterr().out
    return out

def test_smoke(northmoor, capsys):
    files = [S / n for n in ("LFA1.txt", "EKKO.csv", "EKPO.csv", "EKBE.tsv")]
    a = run(capsys, northmoor, *files, dry_run=True)
    b = run(capsys, northmoor, *files)
    c = run(capsys, northmoor, *files)
    with inside_council(northmoor):
        probs = [(p.file.name, p.line, p.severity, p.reason, p.message) for p in RowProblem.objects.select_related("file").order_by("id")]
        n = [m.objects.count() for m in (LegacyOrder, LegacyOrderLine, LegacyLineEvent, StagedRow, Provenance)]
        ref = ImportBatch.objects.filter(status="loaded").order_by("created_at")
        refs = [r.reference for r in ref]
    u2 = run(capsys, northmoor, undo=refs[1])
    u = run(capsys, northmoor, undo=refs[0])
    with inside_council(northmoor):
        n2 = [m.objects.count() for m in (LegacyOrder, LegacyOrderLine, LegacyLineEvent, StagedRow, Provenance)]
    print("\n".join([a, b, c, u2, u])); print(*probs, sep="\n"); print(n, n2)
    assert 0
