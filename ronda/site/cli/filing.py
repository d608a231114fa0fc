"""Files from the terminal: looking after the store, moving to another one."""

from typing import Any

import typer
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage, default_storage

from ronda.company.models import Company
from ronda.company.s3_store import S3Store
from ronda.company.services.file_store import BytesDiffer, check, copy_store, remove_all
from ronda.site.cli.terminal import bar, console

app = typer.Typer(help="Files: what the store holds, and moving to another store.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="files")


def store_at(address: str) -> Storage:
    """A store by its address: a folder, or s3://…; exits with the reason when it cannot be one."""
    try:
        return S3Store(address) if address.startswith("s3://") else FileSystemStorage(location=address)
    except ImproperlyConfigured as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(2) from error


@app.command("check")
def check_files(
    thorough: bool = typer.Option(False, "--thorough", help="Read every byte and compare fingerprints."),
) -> None:
    """Rows without bytes, bytes without rows."""
    found = 0
    for company in Company.objects.order_by("pk"):
        for finding in check(company, thorough=thorough):
            found += 1
            console.print(f"{company.name}: {finding.text}", markup=False)
    typer.echo(f"findings {found}")
    raise typer.Exit(1 if found else 0)


@app.command("move")
def move_files(
    to: str = typer.Option(..., "--to", help="A folder, or s3://KEY:SECRET@HOST/BUCKET."),
    source: str = typer.Option("", "--from", help="The store in use (RONDA_FILES) unless given."),
    remove: bool = typer.Option(
        False, "--remove", help="Afterwards remove from the old store what was copied."
    ),
) -> None:
    """Copy every file into another store and read it back; start again after a break and it goes on.

    Then set RONDA_FILES to the new store, restart, and run it once more with --from the old one: it brings
    what came meanwhile.
    """
    if not source and to == settings.FILES:
        console.print("Those are the same store.", style="red")
        raise typer.Exit(2)
    origin: Any = store_at(source) if source else default_storage
    target = store_at(to)
    try:
        with bar("Copying") as tell:
            moved = copy_store(origin, target, tell=tell)
            removed = remove_all(origin, target) if remove else 0
    except BytesDiffer as error:
        text = f"{error} does not come back as it was written. Nothing was removed."
        console.print(text, style="red", markup=False)
        raise typer.Exit(1) from error
    except OSError as error:
        console.print(f"The store does not answer: {error}", style="red", markup=False)
        raise typer.Exit(1) from error
    typer.echo(f"copied {moved.copied} present {moved.present} bytes {moved.size} removed {removed}")
