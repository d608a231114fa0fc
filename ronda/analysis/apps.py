from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """Figures of the contracts over time: tables, charts, forecast."""

    name = "ronda.analysis"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.analysis import receivers, tasks  # noqa: F401, PLC0415 -- register themselves
