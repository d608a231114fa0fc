"""All commands. Importing this sets Django up."""

import os

import django
import typer

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
django.setup()

# Commands import models: they can only be loaded once Django is ready.
from ronda.site.cli import (  # noqa: E402
    benching,
    billing,
    checking,
    data,
    filing,
    legal,
    moving,
    preparing,
    safety,
    serving,
)

app = typer.Typer(
    help="Ronda: contracts, documents and service work.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
serving.register(app)
preparing.register(app)
billing.register(app)
data.register(app)
checking.register(app)
safety.register(app)
filing.register(app)
moving.register(app)
legal.register(app)
benching.register(app)
