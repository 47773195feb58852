#!/usr/bin/env python
"""Run a management command under the settings its work calls for."""

import os
import sys

OWNER_COMMANDS = frozenset(
    {
        "makemigrations",
        "provision_council",
        "migrate_councils",
        "owner_jobs",
        "load_reference_data",
        "sqlmigrate",
        "showmigrations",
        "create_database",
        "plant_scratch_database",
        "fingerprint_rooms",
        "import_council",
    }
)
"""Work that changes the schema runs as its owner; everything else runs as the portal and its rooms."""


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    kind = "owner" if command in OWNER_COMMANDS else "portal"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{kind}")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
