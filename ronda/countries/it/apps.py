from django.apps import AppConfig


class ItalyConfig(AppConfig):
    name = "ronda.countries.it"
    label = "country_it"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.company import country  # noqa: PLC0415 -- needs the app registry
        from ronda.countries.it.pack import Italy  # noqa: PLC0415 -- needs the app registry

        country.register(Italy())
