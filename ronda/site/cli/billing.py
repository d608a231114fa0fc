"""The month from the terminal."""

import calendar
import time
from datetime import date

import typer
from rich.table import Table

from ronda.billing.domain.reasons import explain
from ronda.billing.models import BillingRun, RunEntry, RunSkip
from ronda.billing.services import OldPeriods, confirm_run, issue_entries, prepare_run
from ronda.site.cli.terminal import bar, company_called, console, refusals_to_exit


def register(app: typer.Typer) -> None:
    app.command()(month)


def last_day_of(text: str) -> date:
    """The last day of "2026-03", or the very day of "2026-03-15"."""
    try:
        if len(text) == 7:
            first = date.fromisoformat(f"{text}-01")
            return first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter("write a month like 2026-03 or a day like 2026-03-15") from error


def month(
    when: str = typer.Argument(help="Month (2026-03) or day (2026-03-15): everything due by its end."),
    company: str = typer.Option("", help="Name of the company."),
    preview: bool = typer.Option(False, "--preview", help="Show what would be issued; issue nothing."),
    document_date: str = typer.Option("", help="Date of the documents; the last due day unless given."),
    old: bool = typer.Option(False, "--old", help="Bill very old periods too, without being asked."),
    by: str = typer.Option("terminal", help="Who is named in the operations log."),
) -> None:
    """Bill everything the contracts owe: preview, confirm, issue."""
    firm = company_called(company)
    as_of = last_day_of(when)
    started = time.monotonic()
    with refusals_to_exit():
        with bar("Preparing") as show:
            run = prepare_run(
                firm,
                as_of=as_of,
                document_date=date.fromisoformat(document_date) if document_date else None,
                by=by,
                progress=show,
            )
        _print_preview(run)
        if not preview:
            with bar("Issuing") as show:
                agreed = frozenset({OldPeriods.code}) if old else frozenset()
                run = confirm_run(run, by=by, in_background=False, confirmed=agreed)
                run = issue_entries(run, by=by, progress=show)
            _print_failures(run)
    _print_skips(run)
    seconds = time.monotonic() - started
    typer.echo(f"issued {run.issued}, skipped {run.skipped}, failed {run.failed}, seconds {seconds:.1f}")


def _print_preview(run: BillingRun) -> None:
    console.print(f"{run.proposed} documents, net {run.net_total}, total {run.gross_total}")
    odd = RunEntry.objects.filter(run=run).exclude(anomaly="").select_related("party")
    table = Table("Payer", "Net", "Before", "Why look")
    for entry in odd[:20]:
        table.add_row(str(entry.party), str(entry.net), str(entry.previous_net or ""), entry.anomaly)
    if table.row_count:
        console.print(table)


def _print_failures(run: BillingRun) -> None:
    for entry in RunEntry.objects.filter(run=run, state=RunEntry.State.FAILED).select_related("party"):
        console.print(f"[red]{entry.party}: {entry.reason}[/red]")


def _print_skips(run: BillingRun) -> None:
    for skip in RunSkip.objects.filter(run=run).exclude(code="next_due")[:20]:
        console.print(f"{skip.label}: {explain(skip.code, skip.facts)}")
