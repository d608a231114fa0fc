from django.apps import AppConfig


class FranceConfig(AppConfig):
    name = "ronda.countries.fr"
    label = "country_fr"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.company import country  # noqa: PLC0415 -- needs the app registry
        from ronda.countries.fr.pack import France  # noqa: PLC0415 -- needs the app registry

        country.register(France())
