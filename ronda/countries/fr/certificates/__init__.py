"""Tax certificates of personal services: what registers itself when the program starts."""


def register() -> None:
    """Called by `AppConfig.ready()`: the layout, the jobs, the words of operations."""
    from ronda.countries.fr import certificate_tasks, certificate_wording  # noqa: F401, PLC0415
    from ronda.countries.fr.services import certificate_prints  # noqa: PLC0415

    certificate_prints.register()
