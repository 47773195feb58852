from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkflowConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "shared_services.workflow"
    label = "workflow"
    verbose_name = "Processes, cases and tasks"

    def ready(self) -> None:
        from shared_services.accounts.grant_checks import grant_check

        from . import built_in, duties  # noqa: F401  (built_in registers the workflow's own operations)

        grant_check(duties.check_grant)

        autodiscover_modules(
            "operations", "who", "presenters", "joint", "choosers", "working_calendar", "delays_priced",
            "going_back_home",
        )  # fmt: skip
