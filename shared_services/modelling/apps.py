from django.apps import AppConfig


class ModellingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.modelling"
    label = "modelling"
    verbose_name = "Design of processes"
