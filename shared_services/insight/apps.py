from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class InsightConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.insight"
    label = "insight"

    def ready(self) -> None:
        autodiscover_modules("figures")
