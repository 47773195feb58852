"""The states of an application to join, who signs for a council, and how councils are admitted."""

from __future__ import annotations

from django.db import models


class Status(models.TextChoices):
    STARTED = "started", "Email address not confirmed"
    OPEN = "open", "Being filled in"
    SIGNING = "signing", "Waiting for signatures"
    VOTING = "voting", "Waiting for the partners’ vote"
    ADMITTED = "admitted", "Being set up"
    FAILED = "failed", "Setting up failed"
    JOINED = "joined", "Joined"
    LEFT = "left", "Joined, and left since"
    REFUSED = "refused", "Not admitted"
    WITHDRAWN = "withdrawn", "Withdrawn"


UNDER_WAY = (Status.OPEN, Status.SIGNING, Status.VOTING, Status.ADMITTED, Status.FAILED)
"""A council has one application at most in these states; one that only gave an address keeps nobody out."""
STATUS_COLOURS = {
    Status.STARTED: "grey",
    Status.OPEN: "blue",
    Status.SIGNING: "yellow",
    Status.VOTING: "yellow",
    Status.ADMITTED: "blue",
    Status.FAILED: "red",
    Status.JOINED: "green",
    Status.LEFT: "grey",
    Status.REFUSED: "red",
    Status.WITHDRAWN: "grey",
}


class Service(models.TextChoices):
    PROCUREMENT = "procurement", "Procurement"
    HR = "hr", "HR"


class NamedRole(models.TextChoices):
    """Whom an applicant names, in the order in which the application asks."""

    SPONSOR = "sponsor", "Sponsor"
    SECTION_151 = "section_151", "Section 151 officer"
    MONITORING = "monitoring", "Monitoring officer"
    DATA_PROTECTION = "data_protection", "Data protection officer"
    ADMINISTRATOR = "administrator", "First administrator"


class Purpose(models.TextChoices):
    """What a link in a mail opens."""

    CONFIRM = "confirm", "Confirm an email address"
    RETURN = "return", "Come back to an application"
    SIGN = "sign", "Read and sign"


class Admission(models.TextChoices):
    SIGNATURES = "signatures", "Every council whose address is confirmed and whose officers have signed"
    MAJORITY = "majority", "When more than half of the partners vote for it"
    UNANIMOUS = "unanimous", "When every partner votes for it"


class Voice(models.TextChoices):
    FOR = "for", "Admit the council"
    AGAINST = "against", "Do not admit the council"
