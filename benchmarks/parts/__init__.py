"""The parts of the benchmark. Each runs as a process of its own, with the settings it needs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import Figure


def report(measure: Callable[[Path], list[Figure]]) -> None:
    """Measure in the folder named on the command line and leave the figures in the file named after it."""
    folder, answer = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    answer.write_text(json.dumps([asdict(figure) for figure in measure(folder)]))
