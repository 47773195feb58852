from django.apps import AppConfig


class GovukConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.govuk"
    label = "govuk"
