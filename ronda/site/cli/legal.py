"""Electronic documents from the terminal: the exchanges they go through, played on this computer."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import typer

from ronda.countries.fr.platform.fake import serve as serve_platform
from ronda.countries.it.exchange.practice import refused_because
from ronda.countries.it.exchange.simulator import serve

EVERY_SECONDS = 2
FOLDER = typer.Argument(..., help="Where it keeps what it remembers.")
FIRM = typer.Option(None, help="Folder with outbox and inbox of a firm.")
SCHEMA = typer.Option(None, help="The official schema (XSD) of invoices.")


def register(app: typer.Typer) -> None:
    app.command("sdi-simulator")(sdi_simulator)
    app.command("fake-platform")(fake_platform)


def sdi_simulator(
    folder: Path = FOLDER,
    port: int = typer.Option(8095, help="Port on this computer; 0 takes a free one."),
    firm: Path | None = FIRM,
    schema: Path | None = SCHEMA,
    by_hand: bool = typer.Option(False, "--by-hand", help="Days pass only when asked for."),
) -> None:
    """A small exchange system on this computer: checks Italian invoices and answers like the real one."""
    with suppress(KeyboardInterrupt):
        serve(
            folder,
            port,
            opening=now(),
            clock=now,
            check=lambda content: refused_because(content, now=now()),
            schema_path=schema,
            step_on_fetch=not by_hand,
            firm=firm,
            sweep_seconds=EVERY_SECONDS if firm else 0,
            told=lambda url: typer.echo(f"sdi-simulator {url}"),
        )


def fake_platform(
    folder: Path = FOLDER,
    port: int = typer.Option(8099, help="Port on this computer; 0 takes a free one."),
) -> None:
    """An approved platform (France) on this computer: takes files, tells their life, delivers invoices."""
    with suppress(KeyboardInterrupt):
        serve_platform(folder, port, ready=lambda url: typer.echo(f"fake-platform {url}"))


def now() -> datetime:
    """The present instant; the simulator itself has no clock."""
    return datetime.now(UTC)
