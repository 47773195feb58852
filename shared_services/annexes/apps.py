from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AnnexesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.annexes"
    label = "annexes"
    verbose_name = "Notes and files"

    def ready(self) -> None:
        autodiscover_modules("annex_holders")
