"""The `ronda` command: everything that can be done without a browser.

Commands print a stable last line for scripts; people see progress bars on a terminal.
"""

import os

import django
import typer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
django.setup()

# Commands import models: they can only be loaded once Django is ready.
from ronda.site.cli import benching, billing, data, serving  # noqa: E402

app = typer.Typer(
    help="Ronda: contracts, documents and service work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
serving.register(app)
billing.register(app)
data.register(app)
benching.register(app)


def main() -> None:
    """Entry point of the command."""
    app()
