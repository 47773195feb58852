"""`python -m config.embedded up | down | status`: the servers under var/, for people and Makefiles."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import lifecycle, services
from .account import CannotRunPostgres
from .valkey import CannotRunValkey


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__)
    parser.add_argument("action", choices=["up", "down", "status"])
    parser.add_argument("--var", type=Path, default=services.default_var_dir(), help="where the data is kept")
    options = parser.parse_args(arguments)
    try:
        if options.action == "up":
            lifecycle.start(options.var)
        elif options.action == "down":
            lifecycle.stop(options.var)
    except (CannotRunPostgres, CannotRunValkey, lifecycle.UnsafeSocketDirectory) as error:
        print(error, file=sys.stderr)
        return 1
    for name, state in lifecycle.status(options.var).items():
        print(f"{name}: {state}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
