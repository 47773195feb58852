"""What can happen to loads from the legacy ERP."""

from .batches import (
    check_again,
    discard,
    forget_rows_of,
    map_columns,
    match_codes,
    receive_files,
    start_loading,
    start_undoing,
)
from .signing import sign_off, state_totals
from .work import advance, run_to_the_end, stop

__all__ = [
    "advance",
    "check_again",
    "discard",
    "forget_rows_of",
    "map_columns",
    "match_codes",
    "receive_files",
    "run_to_the_end",
    "sign_off",
    "start_loading",
    "start_undoing",
    "state_totals",
    "stop",
]
