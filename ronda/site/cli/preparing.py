"""Making an installation ready, and running its background jobs."""

import signal
import threading
from pathlib import Path

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ronda.company.jobs import worker
from ronda.company.models import Company
from ronda.operations.models import Backup
from ronda.operations.services.backing_up import KEEP, Written, note_backup, remove_old_backups, write_backup
from ronda.operations.services.places import passphrase_given
from ronda.parties.services import load_places
from ronda.site.cli.terminal import bar, console, refusals_to_exit
from ronda.site.demo import build_demo
from ronda.site.demo_logins import DEMO_LOGINS


def register(app: typer.Typer) -> None:
    app.command()(work)
    app.command()(setup)
    app.command()(demo)


def setup(
    with_demo: bool = typer.Option(False, "--demo", help="Fill an empty database with two firms."),
) -> None:
    """Bring the database up to date and load the municipalities."""
    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    if _needs_migration():
        with refusals_to_exit():
            kept = _copy_before_upgrade()
        console.print("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
        if kept is not None:
            note_backup(kept, by="")
            remove_old_backups(reason=Backup.Reason.UPGRADE, keep=KEEP, by="", now=timezone.now())
    with bar("Loading municipalities") as show:
        load_places(progress=show)
    if with_demo and not Company.objects.exists():
        _fill()


def _needs_migration() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _copy_before_upgrade() -> Written | None:
    """O3: data that an upgrade is about to change are copied first; it is noted once its table is there."""
    if Company._meta.db_table not in connection.introspection.table_names() or not Company.objects.exists():
        return None
    console.print("Copying the data before the upgrade …")
    made = write_backup(
        reason=Backup.Reason.UPGRADE, by="", now=timezone.now(), passphrase=passphrase_given()
    )
    console.print(f"They are in {made.path}.", markup=False)
    return made


def demo() -> None:
    """Fill an empty database with two demonstration firms and a year of their work."""
    setup(with_demo=False)
    if Company.objects.exists():
        console.print("There are companies already: the demonstration data are left alone.")
        return
    _fill()
    for login in DEMO_LOGINS:
        typer.echo(f"{login.company}: user {login.username}, password {login.password}")


def _fill() -> None:
    with bar("Making demonstration data") as show:
        build_demo(progress=show)


def work(concurrency: int = typer.Option(1, help="Jobs run side by side.")) -> None:
    """Run background jobs until stopped."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: stop.set())
    worker.run(stop, concurrency=concurrency)
