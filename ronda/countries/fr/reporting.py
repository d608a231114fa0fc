"""Reports and statuses: what registers itself when the program starts."""


def register() -> None:
    """Called by `AppConfig.ready()`: handlers, jobs, words, who takes the platform's answers."""
    from ronda.countries.fr import ereporting_receivers, ereporting_wording, tasks  # noqa: F401, PLC0415
    from ronda.countries.fr.services.ereporting_answers import take  # noqa: PLC0415
    from ronda.einvoices.door import register_taker  # noqa: PLC0415

    register_taker("fr_answers", take)
