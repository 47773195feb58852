from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MessagingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.messaging"
    label = "messaging"

    def ready(self) -> None:
        autodiscover_modules("tasks")
