"""Processes, the cases that run them, the tasks that officers see, and who must decide.

Lists read these tables only; the engine's own state sits on the case and no list looks into it.
"""

from .authority import AuthorityRule
from .cases import Case, Decision, Task, TaskCandidate
from .deputies import Deputy
from .duties import DutyException, DutyRule
from .matrix_plans import MatrixPlan
from .processes import ProcessVersion

__all__ = [
    "AuthorityRule",
    "Case",
    "Decision",
    "Deputy",
    "DutyException",
    "DutyRule",
    "MatrixPlan",
    "ProcessVersion",
    "Task",
    "TaskCandidate",
]
