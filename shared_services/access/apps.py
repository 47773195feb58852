from django.apps import AppConfig


class AccessConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.access"
    label = "access"
    verbose_name = "officers and permissions"
