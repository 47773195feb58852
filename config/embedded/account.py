"""Which operating-system account runs the embedded PostgreSQL, which refuses to run as root.

An ordinary user runs it as himself. Root runs it as `nobody` where that account can reach the clone, in a user
namespace where it cannot (a clone below a private home), and from a copy under /var/lib where neither works.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

UNPRIVILEGED = "nobody"


class CannotRunPostgres(Exception):
    """The embedded PostgreSQL cannot run on this machine; the message says what to do instead."""


@dataclass(frozen=True)
class ServerAccount:
    """How to start a program of PostgreSQL, and as whom its files and its clients are seen."""

    bin_dir: Path
    data_dir: Path
    owner_uid: int
    owner_gid: int
    peer_names: tuple[str, ...]
    prefix: tuple[str, ...] = ()
    switch: dict[str, object] = field(default_factory=dict)

    def run(self, arguments: Sequence[str | Path], **options: object) -> subprocess.CompletedProcess[str]:
        """Run a program as the server's account and give back its result, output as text."""
        options = {"stdin": subprocess.DEVNULL, "text": True, "check": False, "cwd": "/", **options}
        return subprocess.run([*self.prefix, *map(str, arguments)], **self.switch, **options)  # type: ignore[call-overload,no-any-return]

    def own(self, path: Path) -> None:
        """Give a file or a whole directory to the server's account."""
        if os.geteuid() != 0 or not path.exists():
            return
        for item in (path, *(path.rglob("*") if path.is_dir() and not path.is_symlink() else ())):
            seen = item.lstat()
            if (seen.st_uid, seen.st_gid) != (self.owner_uid, self.owner_gid):
                os.lchown(item, self.owner_uid, self.owner_gid)


def choose(*, bin_dir: Path, data_dir: Path, mark: str) -> ServerAccount:
    """The account to run PostgreSQL with here; `mark` names this clone's copy where one is needed."""
    if os.geteuid() != 0:
        me = pwd.getpwuid(os.geteuid()).pw_name
        return ServerAccount(bin_dir, data_dir, os.geteuid(), os.getegid(), (me,))

    root = pwd.getpwuid(0).pw_name
    try:
        nobody = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise CannotRunPostgres(
            "PostgreSQL does not run as root and this machine has no account `nobody`. "
            "Run as an ordinary user, or set DATABASE_URL to a server of your own."
        ) from error
    as_nobody = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    in_place = ServerAccount(bin_dir, data_dir, nobody.pw_uid, nobody.pw_gid, (root,), switch=as_nobody)
    if _open_to_others(data_dir.parent) and _works(in_place):
        return in_place

    namespace = shutil.which("unshare")
    if namespace:
        # Inside the namespace root is nobody in particular, so PostgreSQL agrees to start, while the kernel still
        # lets it into root's own files. Its clients (root, outside) look like `nobody` from in there.
        unshared = ServerAccount(bin_dir, data_dir, 0, 0, (root, nobody.pw_name), prefix=(namespace, "--user", "--"))
        if _works(unshared):
            return unshared

    home = Path("/var/lib") / f"guildhall-{mark}"
    home.mkdir(mode=0o755, exist_ok=True)
    package = bin_dir.parent.parent
    _copy_programs(package, home)
    copied = ServerAccount(
        home / package.name / "pginstall" / "bin",
        home / "postgres",
        nobody.pw_uid,
        nobody.pw_gid,
        (root,),
        switch=as_nobody,
    )
    if _works(copied):
        return copied
    raise CannotRunPostgres(
        "PostgreSQL does not run as root, and neither the account `nobody` nor a user namespace could run it. "
        "Run as an ordinary user, or set DATABASE_URL to a server of your own."
    )


def _copy_programs(package: Path, home: Path) -> None:
    """Copy the programs and, beside them as they look for them, their libraries; once per version of the wheel."""
    stamp = home / "copied-from"
    version = f"{package} {(package / 'pginstall' / 'bin' / 'postgres').stat().st_mtime_ns}"
    if stamp.exists() and stamp.read_text() == version:
        return
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.rmtree(home / part.name, ignore_errors=True)
            shutil.copytree(part, home / part.name, symlinks=True)
    stamp.write_text(version)


def _open_to_others(folder: Path) -> bool:
    """Whether every directory on the way may be entered by any account."""
    resolved = folder.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (resolved, *resolved.parents) if step.exists())


def _works(account: ServerAccount) -> bool:
    try:
        return account.run([account.bin_dir / "postgres", "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
