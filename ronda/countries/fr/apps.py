from django.apps import AppConfig


class FranceConfig(AppConfig):
    name = "ronda.countries.fr"
    label = "country_fr"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.company import country  # noqa: PLC0415 -- needs the app registry
        from ronda.countries.fr import certificates, receiving, reporting  # noqa: PLC0415 -- needs the registry
        from ronda.countries.fr.einvoices import Facturx, data_of  # noqa: PLC0415 -- needs the models
        from ronda.countries.fr.pack import France  # noqa: PLC0415 -- needs the app registry
        from ronda.countries.fr.platform.kinds import register_channels  # noqa: PLC0415 -- needs the models
        from ronda.einvoices.door import register_format  # noqa: PLC0415 -- needs the models
        from ronda.reports.electronic import register_data  # noqa: PLC0415 -- needs the models

        country.register(France())
        certificates.register()
        register_format("FR", Facturx())
        register_channels()
        register_data("FR", data_of)
        receiving.register()
        reporting.register()
