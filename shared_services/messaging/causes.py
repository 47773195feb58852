"""Why a job failed, in two ways: where in the program for the platform's team, and a sentence for everybody else."""

from __future__ import annotations

import re
import traceback

from shared_services.tenancy.errors import NotAllowed

OUR_SIDE = "Something went wrong on our side. The platform’s team has been told."
_TECHNICAL = re.compile(r"[A-Za-z_]\w*( in \S+, line \d+ of \S+)?")


def cause_of(error: BaseException) -> str:
    """What went wrong and where, without the message: that may quote a person's data, and the outbox holds none."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename and frame.filename.endswith(".py")
    ]
    where = f" in {own[-1].name}, line {own[-1].lineno} of {own[-1].filename.rpartition('/')[2]}" if own else ""
    return f"{type(error).__name__}{where}"[:300]


def cause_to_keep(error: BaseException) -> str:
    """What a rule says is our own words and is kept as it is; of anything else what went wrong and where."""
    return error.message if isinstance(error, NotAllowed) else cause_of(error)


def in_plain_words(cause: str) -> str:
    """A cause that was kept, as councils read it: our own words as they are, the program's as a sentence."""
    return OUR_SIDE if _TECHNICAL.fullmatch(cause) else cause
