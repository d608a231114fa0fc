from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PurchasesConfig(AppConfig):
    """Suppliers' invoices: taken in, registered, to be paid."""

    name = "ronda.purchases"
    verbose_name = _("Purchases")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.company.numbering import register_numbered  # noqa: PLC0415 -- needs the models
        from ronda.purchases import receivers, wording  # noqa: F401, PLC0415 -- register themselves
        from ronda.purchases.queries import numbered_registrations  # noqa: PLC0415 -- needs the models
        from ronda.purchases.services.registering import KIND  # noqa: PLC0415 -- needs the models

        register_numbered(KIND, label=_("register of purchases"), rows=numbered_registrations)
