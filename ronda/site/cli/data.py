"""Data from the terminal: bring in, write out."""

from pathlib import Path

import typer
from django.core.files.base import File

from ronda.company.imports.declare import importer_for
from ronda.company.imports.running import check_batch, run_batch
from ronda.company.imports.starting import choose_columns, confirm_import, look_again, start_import
from ronda.company.models import ImportBatch
from ronda.countries.it.services import SellerNotKnown, import_invoices
from ronda.countries.it.services.exporting import export_invoices
from ronda.site.cli.terminal import bar, company_called, console, refusals_to_exit

SHOWN = 50
SOURCE = typer.Argument(exists=True, help="Folder, zip, .xml or .p7m with invoices the firm issued.")
FILE = typer.Argument(exists=True, dir_okay=False, help="The .xlsx or .csv file.")
TARGET = typer.Argument(help="Folder to write into; made when it is not there.")
imports = typer.Typer(help="Bring data in.", no_args_is_help=True)
exports = typer.Typer(help="Write data out.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    imports.command("invoices")(import_past_invoices)
    imports.command("table")(import_table)
    exports.command("invoices")(export_issued_invoices)
    app.add_typer(imports, name="import")
    app.add_typer(exports, name="export")


def import_past_invoices(
    path: Path = SOURCE,
    company: str = typer.Option("", help="Name of the company."),
    by: str = typer.Option("terminal", help="Who is named in the operations log."),
) -> None:
    """Make customers, services and proposed contracts from past FatturaPA invoices."""
    firm = company_called(company)
    confirmed: frozenset[str] = frozenset()
    with refusals_to_exit(), bar("Reading") as show:
        try:
            outcome = import_invoices(firm, path, by=by, progress=show)
        except SellerNotKnown as question:
            console.print(f"[yellow]{question.message}[/yellow] Taken as a yes.")
            confirmed = frozenset({SellerNotKnown.code})
            firm.refresh_from_db()
            outcome = import_invoices(firm, path, by=by, progress=show, confirmed=confirmed)
    for name, reason in outcome.refused[:SHOWN]:
        console.print(f"{name}: {reason}", style="red", markup=False)
    if len(outcome.refused) > SHOWN:
        console.print(f"… and {len(outcome.refused) - SHOWN} more; see the import's page.")
    if outcome.known:
        console.print(f"{outcome.known} invoices were read before and added nothing.")
    typer.echo(
        f"read {outcome.read}, customers {outcome.customers}, services {outcome.services}, "
        f"proposals {outcome.proposals}, refused {len(outcome.refused)}"
    )


def import_table(
    kind: str = typer.Argument(help="What the table holds: customers, sites, services, contracts."),
    file: Path = FILE,
    company: str = typer.Option("", help="Name of the company."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would happen."),
    only_good: bool = typer.Option(False, "--only-good", help="Import the good rows, leave out the others."),
    sheet: str = typer.Option("", help="Sheet of the workbook; the first that holds something unless given."),
    by: str = typer.Option("terminal", help="Who is named in the operations log."),
) -> None:
    """Bring in a table (.xlsx, .csv); exit status 1 when rows have errors and nothing was imported."""
    firm = company_called(company)
    with refusals_to_exit():
        with file.open("rb") as content:
            batch = start_import(firm, kind, File(content, name=file.name), name=file.name, by=by)
        if sheet:
            batch = look_again(batch, sheet=sheet, header_row=None, by=by)
        _print_columns(batch)
        batch = choose_columns(batch, batch.mapping, by=by, in_background=False)
        with bar("Checking") as show:
            batch = check_batch(batch, tell=show)
        _print_errors(batch)
        checked = batch.state == ImportBatch.State.CHECKED
        if checked and not dry_run and (only_good or not batch.refused):
            batch = confirm_import(batch, by=by, only_good=only_good, in_background=False)
            with bar("Importing") as show:
                batch = run_batch(batch, tell=show)
    typer.echo(
        f"rows {batch.rows}, new {batch.created}, changed {batch.changed}, unchanged {batch.unchanged}, "
        f"refused {batch.refused}, {'imported' if batch.state == ImportBatch.State.DONE else 'not imported'}"
    )
    if not dry_run and batch.state != ImportBatch.State.DONE:
        raise typer.Exit(1)


def _print_columns(batch: ImportBatch) -> None:
    headers = batch.summary["headers"]
    fields = {field.name: field.label for field in importer_for(batch.kind).fields}
    for name, at in batch.mapping.items():
        console.print(f"{headers[at]} → {fields[name]}", markup=False)


def _print_errors(batch: ImportBatch) -> None:
    for row, column, read, reason, warning in batch.errors[:SHOWN]:
        where = ": ".join(part for part in (f"row {row}", column, read) if part)
        console.print(f"{where}: {reason}", style="yellow" if warning else "red", markup=False)
    if len(batch.errors) > SHOWN:
        console.print(f"… and {len(batch.errors) - SHOWN} more; see the import's page.")


def export_issued_invoices(
    folder: Path = TARGET,
    company: str = typer.Option("", help="Name of the company."),
    months: int = typer.Option(12, min=1, max=120, help="How many months back from the last document."),
) -> None:
    """Write the issued documents of the last months as FatturaPA files, for trying the import."""
    firm = company_called(company)
    with refusals_to_exit(), bar("Writing") as show:
        written, refused = export_invoices(firm, folder, months=months, progress=show)
    for name, reason in refused[:SHOWN]:
        console.print(f"{name}: {reason}", style="red", markup=False)
    typer.echo(f"written {written}, refused {len(refused)}")
