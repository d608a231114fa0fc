from django.apps import AppConfig


class CustomFieldsConfig(AppConfig):
    """Fields a company adds to its records (P30)."""

    name = "ronda.customfields"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.customfields import receivers, wording  # noqa: F401, PLC0415 -- register themselves
