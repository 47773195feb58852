"""How an officer chooses to be told."""

from __future__ import annotations

from typing import Any

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.govuk.forms import CheckboxesField, GovukForm, RadioField, VersionField

from . import subjects
from .choices import EmailChoice
from .kinds import KINDS


class PreferencesForm(GovukForm):
    email = RadioField(
        label="When do you want an email?",
        choices=EmailChoice.choices,
        hints={
            EmailChoice.EACH: "Several within a minute come as one email.",
            EmailChoice.DAILY: "In the morning, if there is something you have not read.",
            EmailChoice.NONE: "Everything stays in the portal.",
        },
        error_messages={"required": "Choose when you want an email"},
    )
    muted_kinds = CheckboxesField(
        required=False,
        label="Which notices do you not want?",
        help_text=(
            "You get no email about these. What waits for you to act still shows in the portal, "
            "so that no case stands still because you did not hear of it."
        ),
        hints={kind.key: kind.always_shown for kind in KINDS.values() if kind.always_shown},
    )
    muted_processes = CheckboxesField(
        required=False,
        label="Which processes do you not want notices about?",
        help_text="The same holds here: a task that you must act on always shows in the portal.",
    )
    version = VersionField()

    def __init__(self, *args: Any, officer: OfficerCard, muted: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["muted_kinds"]
        kinds.choices = [(kind.key, kind.label) for kind in KINDS.values() if may(officer, kind.permission)]
        known = dict(subjects.processes())
        # A process that is no longer here can still be taken off the list.
        field: Any = self.fields["muted_processes"]
        field.choices = [*known.items(), *((key, key) for key in muted if key not in known)]
        if not field.choices:
            del self.fields["muted_processes"]
