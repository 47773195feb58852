"""The portal's settings with files of a second install."""

import os
from pathlib import Path

from config.settings.portal import *  # noqa: F403

PRIVATE_FILES_DIR = Path(os.environ["TESTS_FILES_DIR"])
