from django.apps import AppConfig


class RenewalsConfig(AppConfig):
    """Index clauses, renewals, notices, and the cockpit of what ends soon."""

    name = "ronda.renewals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.renewals import receivers, tasks, wording  # noqa: F401, PLC0415 -- register themselves
