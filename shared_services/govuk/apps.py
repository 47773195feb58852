from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GovukConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.govuk"
    label = "govuk"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Let every app bring its search, its home page cards and its place in the navigation."""
        autodiscover_modules("search", "home", "navigation")
