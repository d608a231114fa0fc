from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EinvoicesConfig(AppConfig):
    """Legal documents: written, sent, answered, kept."""

    name = "ronda.einvoices"
    verbose_name = _("E-invoices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.einvoices import receivers, tasks, wording  # noqa: F401, PLC0415 -- register themselves
        from ronda.einvoices.door import (  # noqa: PLC0415 -- needs the models
            ChannelKind,
            register_channel,
            register_taker,
        )
        from ronda.einvoices.folder import folder_of, try_folder  # noqa: PLC0415 -- needs the models
        from ronda.einvoices.suppliers import hand_to_purchases  # noqa: PLC0415 -- needs the models

        register_channel(
            ChannelKind(
                "folder",
                _("two folders of the installation"),
                folder_of,
                help=_("For a program that transmits by itself, such as an intermediary's."),
                try_out=try_folder,
                short=_("Folders"),
            )
        )
        register_taker("purchases", hand_to_purchases)
