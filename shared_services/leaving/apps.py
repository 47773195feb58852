from django.apps import AppConfig


class LeavingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.leaving"
    label = "leaving"
    verbose_name = "Exit packs: everything of a council as open files, and the way back in"
