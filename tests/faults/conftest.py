"""One portal for all fault tests: each test counts numbers of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests import rooms

from .portal import Portal


@pytest.fixture(scope="package")
def whole_portal(servers: None) -> Iterator[Portal]:
    if os.environ.get("DATABASE_URL") or os.environ.get("REDIS_URL"):
        pytest.skip("these tests kill the servers, so they use only their own")
    folder = Path(tempfile.mkdtemp(prefix="guildhall-faults-"))
    folder.chmod(0o755)
    portal = Portal(folder)
    rooms.ensure_template(Path(settings.VAR_DIR), settings.TEMPLATE_DATABASE)
    try:
        portal.set_up()
        yield portal
    finally:
        portal.tear_down()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def portal(whole_portal: Portal) -> Iterator[Portal]:
    """Everything runs at the start of each test, whatever the last one killed."""
    from config.embedded import lifecycle

    whole_portal.hurry(at_once=False)
    lifecycle.start(whole_portal.var_dir)
    whole_portal.start(*({"web", "worker", "relay"} - set(whole_portal.processes)))
    yield whole_portal
    for name in [name for name, process in whole_portal.processes.items() if process.poll() is not None]:
        del whole_portal.processes[name]
