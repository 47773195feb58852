from django.apps import AppConfig


class IsolationConfig(AppConfig):
    name = "config.isolation"
    label = "isolation"
