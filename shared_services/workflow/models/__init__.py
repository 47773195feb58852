"""Processes, the cases that run them, the tasks that officers see, and who must decide.

Lists read these tables only; the engine's own state sits on the case and no list looks into it.
"""

from .authority import AuthorityRule
from .cases import Case, Decision, Task, TaskCandidate
from .casework import CaseMessage, CaseworkSettings
from .deputies import Deputy
from .duties import DutyException, DutyRule
from .matrix_plans import MatrixPlan
from .processes import ProcessVersion
from .timers import CaseTimer

__all__ = [
    "AuthorityRule",
    "Case",
    "CaseMessage",
    "CaseTimer",
    "CaseworkSettings",
    "Decision",
    "Deputy",
    "DutyException",
    "DutyRule",
    "MatrixPlan",
    "ProcessVersion",
    "Task",
    "TaskCandidate",
]
