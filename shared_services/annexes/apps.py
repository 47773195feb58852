from django.apps import AppConfig


class AnnexesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.annexes"
    label = "annexes"
