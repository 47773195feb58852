from .admission import AdmissionSettings, AdmissionVote
from .agreements import AgreementVersion, Signature
from .applications import Application, Link, NamedOfficer
from .live import LiveDecision
from .opening import OpeningStep

__all__ = [
    "AdmissionSettings",
    "AdmissionVote",
    "AgreementVersion",
    "Application",
    "Link",
    "LiveDecision",
    "NamedOfficer",
    "OpeningStep",
    "Signature",
]
