from django.apps import AppConfig


class PackagesConfig(AppConfig):
    """Prepaid packages of services, and the customer's wallet."""

    name = "ronda.packages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.packages import receivers, tasks, wording  # noqa: F401, PLC0415 -- register themselves
