from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class NoticesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.notices"
    label = "notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        autodiscover_modules("notice_subjects")
