from django.apps import AppConfig


class LeavingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.leaving"
    label = "leaving"
    verbose_name = "Exit packs: everything of a council as open files, and the way back in"

    def ready(self) -> None:
        # The owner's worker does this app's part of the operations on rooms.
        from shared_services.operating.services.work import WORK

        from .takeover.work import TAKE_OVER_WORK

        WORK.update(TAKE_OVER_WORK)
