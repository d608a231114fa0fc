from django.apps import AppConfig


class ContractsConfig(AppConfig):
    name = "ronda.contracts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.contracts import receivers, tasks, wording  # noqa: F401, PLC0415 -- register themselves
        from ronda.contracts.services import accruals, charging  # noqa: PLC0415 -- needs the models

        accruals.register()
        charging.register()
