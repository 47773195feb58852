from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MigrationConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "councils.migration"
    label = "migration"
    verbose_name = "Migration from the legacy ERP"

    def ready(self) -> None:
        autodiscover_modules("tasks")
