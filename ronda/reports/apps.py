from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "ronda.reports"
    verbose_name = _("Prints")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.reports import receivers, wording  # noqa: F401, PLC0415 -- registers handlers and words
