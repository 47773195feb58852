from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JoiningConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.joining"
    label = "joining"

    def ready(self) -> None:
        autodiscover_modules("preparing")
