from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OperatingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.operating"
    label = "operating"

    def ready(self) -> None:
        autodiscover_modules("before_leaving")
