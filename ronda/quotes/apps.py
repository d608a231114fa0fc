from django.apps import AppConfig


class QuotesConfig(AppConfig):
    """Quotes: from the table of services to the signed order."""

    name = "ronda.quotes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.company.numbering import register_numbered  # noqa: PLC0415 -- needs the models
        from ronda.kernel.i18n import _  # noqa: PLC0415 -- with the rest
        from ronda.quotes import tasks, wording  # noqa: F401, PLC0415 -- register themselves
        from ronda.quotes.queries import numbered_quotes  # noqa: PLC0415 -- needs the models
        from ronda.quotes.services.sending import NUMBERED_KIND  # noqa: PLC0415 -- needs the models

        register_numbered(NUMBERED_KIND, label=_("quotes"), rows=numbered_quotes)
