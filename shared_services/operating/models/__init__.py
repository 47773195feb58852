from .access import AccessGrant
from .backups import Backup
from .leaving import LeaveNotice
from .operations import Consent, Operation, OperationStep

__all__ = ["AccessGrant", "Backup", "Consent", "LeaveNotice", "Operation", "OperationStep"]
