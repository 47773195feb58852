"""One more migration, captured on the template or replayed in every council; run by `rooms` with its own settings."""

from __future__ import annotations

import sys
import time

import django

django.setup()

from shared_services.tenancy.migrating import migrate_rooms, migrate_template  # noqa: E402

if sys.argv[1] == "capture":
    migrate_template()
else:
    began = time.perf_counter()
    failed = [outcome for outcome in migrate_rooms() if outcome.error]
    print(time.perf_counter() - began)
    sys.exit(f"{failed[0].key}: {failed[0].error}" if failed else 0)
