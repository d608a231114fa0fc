from django.apps import AppConfig


class ItalyConfig(AppConfig):
    name = "ronda.countries.it"
    label = "country_it"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.company import country  # noqa: PLC0415 -- needs the app registry
        from ronda.countries.it import (  # noqa: F401, PLC0415 -- needs the app registry
            options,
            receivers,
            receiving,
            wording,
        )
        from ronda.countries.it.einvoices import Fatturapa  # noqa: PLC0415 -- needs the models
        from ronda.countries.it.exchange.kinds import register_channels  # noqa: PLC0415 -- needs the models
        from ronda.countries.it.pack import Italy  # noqa: PLC0415 -- needs the app registry
        from ronda.countries.it.services.metadata import (  # noqa: PLC0415 -- needs the models
            take_delivered,
            take_incoming,
        )
        from ronda.einvoices.door import (  # noqa: PLC0415 -- needs the models
            register_format,
            register_taker,
        )
        from ronda.purchases.door import register_companion  # noqa: PLC0415 -- needs the models

        country.register(Italy())
        register_format("IT", Fatturapa())
        register_channels()
        receiving.register()
        register_taker("sdi-metadata", take_incoming)
        register_companion("sdi-metadata", take_delivered)
