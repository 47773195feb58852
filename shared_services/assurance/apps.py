from django.apps import AppConfig


class AssuranceConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.assurance"
    label = "assurance"
    verbose_name = "The auditor’s pages and the heads that councils keep for each other"
