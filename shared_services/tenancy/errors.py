"""What can go wrong at the wall. Each says what was tried, never whose data it was."""


class NoCouncil(Exception):
    """Work that needs a council was started outside every council's room."""


class WrongRoom(Exception):
    """A row loaded in one room was about to be written in another."""


class RoomSwitch(Exception):
    """A second room was entered inside a transaction: one transaction, one room."""


class NotAllowed(Exception):
    """A rule of the business refuses an action. The message is plain English and says how to put it right."""

    def __init__(self, message: str, *, code: str = "not_allowed") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Stale(NotAllowed):
    """Someone else changed the record first; the second writer is told, nothing is overwritten."""

    def __init__(
        self,
        message: str = "Someone else changed this while you were working on it. Check the latest version and try again.",
    ) -> None:
        super().__init__(message, code="stale")


class NotHardened(Exception):
    """What PostgreSQL leaves open to everybody is open still, and the owner, no superuser, cannot close it."""

    def __init__(self) -> None:
        super().__init__(
            "Rooms could still use what PostgreSQL leaves open to everybody, and only a superuser can close it. Have one "
            "run, in the product’s database and once, what `manage.py print_hardening` prints. Then run this again."
        )
