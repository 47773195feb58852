from django.apps import AppConfig


class SettingUpConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "councils.setting_up"
    label = "setting_up"
