from django.apps import AppConfig


class AuditConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.audit"
    label = "audit"
    verbose_name = "Record of what was done"
