"""Which Chromium the browser tests drive. `python -m config.browser` says so, loudly when there is none."""

from __future__ import annotations

import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REQUIRED = "GUILDHALL_REQUIRE_BROWSER"


def chromium() -> str | None:
    """The machine's Chromium: GUILDHALL_CHROMIUM, else the first on the path."""
    given = os.environ.get("GUILDHALL_CHROMIUM")
    if given:
        return given
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def is_required() -> bool:
    """Whether a machine without a browser fails the tests (as in CI) instead of leaving the browser tests out."""
    return os.environ.get(REQUIRED) == "1"


def main() -> int:
    if chromium():
        return 0
    line = "=" * 78
    print(
        f"{line}\nNO CHROMIUM ON THIS MACHINE: the browser tests do not run.\n"
        f"Install it (Debian, Ubuntu: apt-get install chromium) or name it in GUILDHALL_CHROMIUM.\n{line}",
        file=sys.stderr,
        flush=True,
    )
    return 1 if is_required() else 0


if __name__ == "__main__":
    sys.exit(main())
