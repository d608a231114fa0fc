from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "ronda.catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.catalogue import receivers, wording  # noqa: F401, PLC0415 -- registers handlers and words
