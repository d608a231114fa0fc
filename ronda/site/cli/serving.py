"""Starting the web server and the worker, and making an installation ready."""

import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from ronda.company.jobs import worker
from ronda.company.models import Company
from ronda.parties.services import load_places
from ronda.site.cli.terminal import bar, console
from ronda.site.demo import DEMO_LOGINS, build_demo

HOST = "127.0.0.1"


def register(app: typer.Typer) -> None:
    app.command()(serve)
    app.command()(work)
    app.command()(setup)
    app.command()(demo)


def setup() -> None:
    """Bring the database up to date and load the municipalities."""
    Path(settings.VAR).mkdir(parents=True, exist_ok=True)
    if _needs_migration():
        console.print("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
    with bar("Loading municipalities") as show:
        load_places(progress=show)


def _needs_migration() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def demo() -> None:
    """Fill an empty database with two demonstration firms and a year of their work."""
    setup()
    if Company.objects.exists():
        console.print("There are companies already: the demonstration data are left alone.")
        return
    with bar("Making demonstration data") as show:
        build_demo(progress=show)
    for login in DEMO_LOGINS:
        typer.echo(f"{login.company}: user {login.username}, password {login.password}")


def work(concurrency: int = typer.Option(1, help="Jobs run side by side.")) -> None:
    """Run background jobs until stopped."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: stop.set())
    worker.run(stop, concurrency=concurrency)


def serve(
    port: int = typer.Option(int(os.environ.get("RONDA_PORT", "8000")), help="Port on this computer."),
    with_demo: bool = typer.Option(False, "--demo", help="Fill an empty database with two firms."),
    workers: int = typer.Option(1, help="Web processes."),
) -> None:
    """Web pages and background work together, on this computer."""
    setup()
    if with_demo and not Company.objects.exists():
        demo()
    connection.close()
    children = [_start_web(port, workers), _start([sys.executable, "-m", "ronda.site.cli", "work"])]
    _stop_with_us(children)
    _wait_until_up(port, children[0])
    _print_welcome(port, with_demo=with_demo)
    code = _watch(children)
    raise typer.Exit(code)


def _start_web(port: int, workers: int) -> "subprocess.Popen[bytes]":
    return _start(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            os.environ.get("RONDA_BIND", HOST),
            "--port",
            str(port),
            "--workers",
            str(workers),
            "--blocking-threads",
            "4",
            "--no-ws",
            "--log-level",
            "warning",
            "ronda.site.wsgi:application",
        ]
    )


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, cwd=settings.BASE_DIR)


def _stop_with_us(children: list["subprocess.Popen[bytes]"]) -> None:
    def stop(*_args: Any) -> None:
        for child in children:
            child.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _wait_until_up(port: int, web: "subprocess.Popen[bytes]") -> None:
    """Until the log-in page answers, or the server gives up."""
    pause = threading.Event()
    for _attempt in range(300):
        if web.poll() is not None:
            console.print(f"[red]The web server stopped. Is port {port} taken? Try --port.[/red]")
            raise typer.Exit(1)
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            pause.wait(0.1)


def _print_welcome(port: int, *, with_demo: bool) -> None:
    typer.echo(f"\n  Ronda is running at http://{HOST}:{port}/\n")
    if with_demo:
        for login in DEMO_LOGINS:
            typer.echo(f"  {login.company:<28} user {login.username:<10} password {login.password}")
    typer.echo("\n  Ctrl+C stops it.")
    sys.stdout.flush()


def _watch(children: list["subprocess.Popen[bytes]"]) -> int:
    """Wait for the web server; the worker goes with it and is restarted if it dies alone."""
    web, helper = children
    while web.poll() is None:
        try:
            web.wait(timeout=1)
        except subprocess.TimeoutExpired:
            if helper.poll() not in (None, 0, -signal.SIGTERM, -signal.SIGINT):
                helper = children[1] = _start([sys.executable, "-m", "ronda.site.cli", "work"])
    helper.terminate()
    helper.wait()
    return 0 if web.returncode in (0, -signal.SIGTERM, -signal.SIGINT) else 1
