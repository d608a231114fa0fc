from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkspaceConfig(AppConfig):
    name = "ronda.workspace"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.workspace import text_index  # noqa: PLC0415 -- models are ready now

        post_migrate.connect(text_index.ensure, dispatch_uid="ronda.workspace.text_index")
