"""What can happen to employments and leave."""

from .cover import settle_cover
from .employments import (
    change_employment,
    change_working_pattern,
    end_employment,
    record_employment,
    save_leave_scheme,
)
from .leave import cancel_leave, change_leave, request_leave, withdraw_leave
from .ledger import adjust_leave, carry_over, keep_leave_years, post_entitlement

__all__ = [
    "adjust_leave",
    "cancel_leave",
    "carry_over",
    "change_employment",
    "change_leave",
    "change_working_pattern",
    "end_employment",
    "keep_leave_years",
    "post_entitlement",
    "record_employment",
    "request_leave",
    "save_leave_scheme",
    "settle_cover",
    "withdraw_leave",
]
