from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Safety of the data and running the installation: backups, drills, readiness, metrics, logs."""

    name = "ronda.operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.operations import receivers, tasks, wording  # noqa: F401, PLC0415 -- register themselves
