"""Safety of the data from the terminal: backups, restores, drills."""

import json
import os
from pathlib import Path

import typer
from django.core.management import call_command
from django.utils import timezone

from ronda.company.restored import restored
from ronda.operations.domain.manifest import read_manifest
from ronda.operations.domain.sealing import is_sealed
from ronda.operations.models import Backup
from ronda.operations.queries import OLD, safety
from ronda.operations.services.backing_up import KEEP, back_up
from ronda.operations.services.drilling import drill as rehearse
from ronda.operations.services.inspecting import inspect
from ronda.operations.services.places import passphrase_given
from ronda.operations.services.restoring import note_restore, restore
from ronda.site.cli.terminal import console, refusals_to_exit

FOLDER = typer.Option(
    None, "--to", file_okay=False, help="Folder; RONDA_BACKUPS or var/backups unless given."
)
FILE = typer.Argument(exists=True, dir_okay=False, help="The file of a backup.")
MANIFEST = typer.Argument(exists=True, dir_okay=False)
BY = typer.Option("terminal", help="Who is named in the operations log.")


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore_backup)
    app.command("restore-check", hidden=True)(restore_check)


def backup(
    to: Path | None = FOLDER,
    encrypt: bool = typer.Option(
        False, "--encrypt", help="With RONDA_BACKUP_PASSPHRASE, else one asked for."
    ),
    keep: int = typer.Option(KEEP, min=1, help="Backups made by hand that are kept; older ones are removed."),
    by: str = BY,
) -> None:
    """Copy everything into one file: the database at one moment, uploaded files, keys, and their hashes."""
    now = timezone.now()
    before = safety(now=now).backup
    passphrase = passphrase_given() or (_ask_twice() if encrypt else "")
    with refusals_to_exit():
        made = back_up(
            reason=Backup.Reason.HAND,
            by=by,
            now=now,
            folder=to and to.resolve(),
            passphrase=passphrase,
            keep=keep,
        )
    if before is None:
        console.print("This is the first backup.")
    else:
        age = (now - before.made_at).days
        console.print(
            f"The one before was made {age} days ago.", style="yellow" if now - before.made_at > OLD else ""
        )
    typer.echo(
        f"backup {made.path}, rows {made.rows}, files {made.files}, bytes {made.size}, sha256 {made.sha256}"
    )


def restore_backup(
    file: Path = FILE,
    drill: bool = typer.Option(
        False, "--drill", help="Only rehearse: into a scratch place, then look at it."
    ),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    by: str = BY,
) -> None:
    """Put a backup in the place of the present data, or rehearse it (status 1: something is wrong)."""
    passphrase = _passphrase_of(file)
    if drill:
        _drill(file.resolve(), passphrase, by=by)
        return
    if not yes:
        console.print("The present data go aside and the backup takes their place. Ronda must be stopped.")
        typer.confirm("Restore?", abort=True, err=True)
    with refusals_to_exit():
        done = restore(file.resolve(), now=timezone.now(), passphrase=passphrase)
    for name in done.aside:
        console.print(f"Kept: {name}", markup=False)
    call_command("migrate", interactive=False, verbosity=0)
    note_restore(done, by=by, file=file.name)
    for reason in restored(now=timezone.now()).values():
        console.print(reason, markup=False)
    typer.echo(f"restored {file.name} of {done.manifest.made_at:%Y-%m-%d %H:%M}, rows {done.manifest.rows}")


def _drill(file: Path, passphrase: str, *, by: str) -> None:
    result = rehearse(file, by=by, now=timezone.now(), passphrase=passphrase)
    for finding in result.findings:
        console.print(finding, style="red", markup=False)
    counted = ", ".join(f"{name} {number}" for name, number in result.checks.items())
    typer.echo(f"drill {'passed' if result.passed else 'failed'}: {counted or 'nothing could be looked at'}")
    if not result.passed:
        raise typer.Exit(1)


def restore_check(manifest: Path = MANIFEST) -> None:
    """The inside of a drill: look at the database of this process, which is the restored one."""
    checks, findings = inspect(read_manifest(manifest.read_text(encoding="utf-8")), now=timezone.now())
    typer.echo(json.dumps({"checks": checks, "findings": findings}))


def _ask_twice() -> str:
    answer: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _passphrase_of(file: Path) -> str:
    with file.open("rb") as content:
        sealed = is_sealed(content.read(32))
    if not sealed or passphrase_given() or not os.isatty(0):
        return passphrase_given()
    answer: str = typer.prompt("Passphrase", hide_input=True, err=True)
    return answer
