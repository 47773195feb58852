"""`python -m benchmarks`: take every figure, print the table, write var/bench.json. Exit 1 when a figure misses."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.endings import end
from benchmarks.figures import MISSING, Figure, not_measured, table, write
from config.embedded import lifecycle

ROOT = Path(__file__).resolve().parents[1]
PARTS = {
    "rooms": "benchmarks.settings.owner",
    "operations": "benchmarks.settings.owner",
    "memory": "benchmarks.settings.portal",
    "extracts": "benchmarks.settings.portal",
    "exitpack": "benchmarks.settings.portal",
    "processes": "benchmarks.settings.owner",
    "demo": "benchmarks.settings.portal",
}
"""What is measured, in order, and the settings of each. `rooms` builds the database that the next four use."""
PATIENCE_SECONDS = 900


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="leave out the other parts")
    parser.add_argument("--keep", action="store_true", help="keep the servers' data under var/bench for another look")
    options = parser.parse_args(arguments)

    product_var = Path(os.environ.get("GUILDHALL_VAR") or ROOT / "var").resolve()
    bench_var = product_var / "bench"
    # Its own embedded servers: the figures are of this machine, and no database of yours is touched.
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ["GUILDHALL_VAR"] = str(bench_var)
    os.environ["BENCH_PRODUCT_VAR"] = str(product_var)
    # What an earlier run left, kept or cut off, is not measured again.
    lifecycle.stop(bench_var)
    shutil.rmtree(bench_var, ignore_errors=True)
    figures: list[Figure] = []
    began = time.monotonic()
    try:
        with lifecycle.running(bench_var):
            for part in PARTS:
                if part in options.only:
                    print(f"measuring: {part}", file=sys.stderr, flush=True)
                    figures += _measure(part, bench_var / "work")
    finally:
        if not options.keep:
            shutil.rmtree(bench_var, ignore_errors=True)
    print(table(figures))
    print(f"\n{sum(f.holds for f in figures if f.limit)} of {sum(1 for f in figures if f.limit)} hold; "
          f"{time.monotonic() - began:.0f} s.")  # fmt: skip
    write(figures, product_var / "bench.json")
    return 0 if figures and all(figure.holds for figure in figures) else 1


def _measure(part: str, folder: Path) -> list[Figure]:
    folder.mkdir(parents=True, exist_ok=True)
    answer = folder / f"{part}.json"
    answer.unlink(missing_ok=True)
    log = folder / f"{part}.log"
    with log.open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.parts.{part}", str(folder), str(answer)],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": PARTS[part]},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            running.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"{part} was not done after {PATIENCE_SECONDS} s.", file=output)
        finally:
            end([running])
    figures = [Figure(**row) for row in json.loads(answer.read_text())] if answer.exists() else []
    if running.returncode or not figures or any(figure.value == MISSING for figure in figures):
        print(log.read_text()[-4000:], file=sys.stderr)
    return figures or [not_measured(part, "this part failed: its words are above")]


if __name__ == "__main__":
    sys.exit(main())
