from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """Who brought which contract, and the share of its fees they earn."""

    name = "ronda.agents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.agents import receivers, wording  # noqa: F401, PLC0415 -- register themselves
        from ronda.agents.queries import numbered_statements  # noqa: PLC0415 -- needs the models
        from ronda.agents.services.statements import NUMBERED_KIND  # noqa: PLC0415 -- needs the models
        from ronda.company.numbering import register_numbered  # noqa: PLC0415 -- needs the models
        from ronda.kernel.i18n import _  # noqa: PLC0415 -- with the rest

        register_numbered(NUMBERED_KIND, label=_("commission statements"), rows=numbered_statements)
