"""Moving an installation from SQLite to PostgreSQL."""

import time

import typer
from rich.table import Table

from ronda.operations.services.moving import Compared, address, move_to_postgres
from ronda.site.cli.terminal import bar, console, refusals_to_exit

URL = typer.Option(
    ..., "--to-postgres", help="postgresql://user:password@host:port/name of an empty database."
)


def register(app: typer.Typer) -> None:
    app.command()(move)


def move(url: str = URL) -> None:
    """Copy everything from SQLite into an empty PostgreSQL database, and compare; stop Ronda before.

    SQLite is only read. Whatever stops the move, it can be started again.
    """
    started = time.monotonic()
    with refusals_to_exit(), bar("Copying rows") as copying, bar("Comparing tables") as comparing:
        compared = move_to_postgres(url, copying=copying, comparing=comparing)
    seconds = time.monotonic() - started
    _print(compared)
    _say_how_to_go_on(url)
    rows = sum(one.rows for one in compared)
    typer.echo(f"moved {len(compared)} tables, {rows} rows, verified ok, seconds {seconds:.1f}")


def _print(compared: list[Compared]) -> None:
    table = Table("Table", "Rows", "Columns added up", "Rows compared", "Result")
    for column in table.columns[1:4]:
        column.justify = "right"
    for one in compared:
        if one.rows:
            table.add_row(one.table, f"{one.rows:,}", str(one.sums), str(one.sampled), "[green]same[/green]")
    console.print(table)
    empty = sum(not one.rows for one in compared)
    console.print(f"{empty} more tables are empty in both.")


def _say_how_to_go_on(url: str) -> None:
    console.print("From now on nothing that is written into SQLite is in PostgreSQL. To go on there:")
    console.print("1. Stop Ronda. 2. Set this for all its processes, then start it:")
    console.print(f"   RONDA_DATABASE_URL={_without_password(url)}", markup=False)
    console.print("3. “ronda check-data” looks at everything once more. Files and keys stay where they are.")


def _without_password(url: str) -> str:
    password = address(url).get("password")
    return url.replace(f":{password}@", ":…@") if password else url
