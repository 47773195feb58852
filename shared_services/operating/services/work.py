"""Which work belongs to which kind of operation."""

from __future__ import annotations

from ..choices import Kind
from .backing_up import do_back_up
from .cloning import do_clone
from .doing import Work
from .register import do_call_back, do_leave, do_rename, do_resume, do_succeed, do_suspend
from .removing import do_remove
from .restoring import do_drill, do_restore

WORK: dict[str, Work] = {
    Kind.BACK_UP: do_back_up,
    Kind.DRILL: do_drill,
    Kind.RESTORE: do_restore,
    Kind.RENAME: do_rename,
    Kind.SUCCEED: do_succeed,
    Kind.CLONE: do_clone,
    Kind.SUSPEND: do_suspend,
    Kind.RESUME: do_resume,
    Kind.LEAVE: do_leave,
    Kind.CALL_BACK: do_call_back,
    Kind.REMOVE: do_remove,
}
