from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What other programs need: tokens, writes that may be repeated, the description of the API, webhooks."""

    name = "ronda.api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.api import options, receivers, schema, wording  # noqa: F401, PLC0415 -- register themselves
