from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "ronda.billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.billing import receivers, wording  # noqa: F401, PLC0415 -- registers handlers and words
        from ronda.billing.queries import numbered_documents  # noqa: PLC0415 -- needs the models
        from ronda.billing.services.issuing import NUMBERED_KIND  # noqa: PLC0415 -- needs the models
        from ronda.company.numbering import register_numbered  # noqa: PLC0415 -- needs the models
        from ronda.kernel.i18n import _  # noqa: PLC0415 -- with the rest

        register_numbered(NUMBERED_KIND, label=_("documents"), rows=numbered_documents)
