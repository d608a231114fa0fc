from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Signing in: rules of passwords and attempts, second factors, review of accounts."""

    name = "ronda.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ronda.accounts import receivers, tasks, wording  # noqa: F401, PLC0415 -- register themselves
