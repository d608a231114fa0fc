from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Consents, anonymising customers, handing a person the data kept about them."""

    name = "ronda.privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.privacy import receivers, tasks, wording  # noqa: F401, PLC0415 -- register themselves
