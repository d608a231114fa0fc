from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CompanyConfig(AppConfig):
    name = "ronda.company"
    verbose_name = _("Company")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.company import among, bulk_actions, receivers  # noqa: F401, PLC0415 -- register
        from ronda.company.imports.door import open_door  # noqa: PLC0415 -- needs the models
        from ronda.workspace import background  # noqa: PLC0415 -- needs the models

        post_migrate.connect(receivers.refresh_roles_after_migrate, dispatch_uid="company.roles")
        background.start_with(bulk_actions.start)
        open_door()
