"""Talking to the person at the terminal: progress bars, refusals, companies by name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ronda.company.models import Company
from ronda.kernel.errors import Refusal

# Progress and warnings go to the error stream: the last line of the output stays for scripts.
console = Console(stderr=True)
ShowProgress = Callable[[int, int], None]


@contextmanager
def bar(label: str) -> Iterator[ShowProgress]:
    """A progress bar fed with (done, total); silent when nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(label, total=None)

        def show(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield show


@contextmanager
def refusals_to_exit() -> Iterator[None]:
    """A refusal is told in one line and ends the command with status 2."""
    try:
        yield
    except Refusal as refusal:
        console.print(f"[red]{refusal.message}[/red]")
        raise typer.Exit(2) from refusal


def company_called(name: str) -> Company:
    """The company of that name; without a name, the only one there is."""
    companies = Company.objects.order_by("pk")
    if not name:
        if companies.count() == 1:
            return companies[0]
        names = ", ".join(companies.values_list("name", flat=True)) or "none yet"
        console.print(f"[red]Say which company with --company. There are: {names}.[/red]")
        raise typer.Exit(2)
    company = companies.filter(name__iexact=name).first()
    if company is None:
        names = ", ".join(companies.values_list("name", flat=True)) or "none yet"
        console.print(f"[red]No company is called “{name}”. There are: {names}.[/red]")
        raise typer.Exit(2)
    return company
