from django.apps import AppConfig


class AccountsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.accounts"
    label = "accounts"
    verbose_name = "accounts"

    def ready(self) -> None:
        from . import signals  # noqa: F401
