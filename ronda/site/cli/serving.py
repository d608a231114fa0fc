"""Starting what answers and works: the web server and the worker.

Nothing here imports Django. Each process loads it by itself, all at the same time.
"""

import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from ronda.site.demo_logins import DEMO_LOGINS
from ronda.site.settings import BASE_DIR

HOST = "127.0.0.1"
EVERYWHERE = frozenset({"0.0.0.0", "::"})
ATTEMPTS = 300
OTHERS = 50  # how many of the following ports are tried when a free one is proposed
# Seconds that processes get to finish what they are at when the end is asked for.
GRACE = 8.0
# Those a terminal sends when it is left count too: our processes do not get them themselves.
STOPPING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
# What tells our answer from that of another server on the same port.
INSTANCE_HEADER = "Ronda-Instance"
RONDA = (sys.executable, "-m", "ronda.site.cli")

console = Console(stderr=True)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def ronda() -> None:
    """Ronda: contracts, documents and service work."""


def register(app: typer.Typer) -> None:
    app.command()(serve)


@app.command()
def serve(
    port: int = typer.Option(int(os.environ.get("RONDA_PORT", "8000")), help="Port on this computer."),
    with_demo: bool = typer.Option(False, "--demo", help="Fill an empty database with two firms."),
    workers: int = typer.Option(1, help="Web processes."),
) -> None:
    """Web pages and background work together, on this computer."""
    _refuse_unusable(port)
    children: list[subprocess.Popen[bytes]] = []
    asked = _stop_with_us(children)
    with tempfile.TemporaryDirectory(prefix="ronda-start-") as folder:
        go_ahead, instance = Path(folder) / "prepared", secrets.token_hex(8)
        # The web server loads while the database is prepared, and answers nobody before that is done.
        children.append(_start_web(port, workers, instance, go_ahead))
        _prepare(children, asked, with_demo=with_demo)
        go_ahead.touch()
        children.append(_start([*RONDA, "work"]))
        if is_up(port, instance, children[0], asked):
            _print_welcome(port, with_demo=with_demo)
        elif not asked.is_set():
            _give_up(port, children)
        code = _watch(children, asked)
    raise typer.Exit(code)


def _prepare(children: list["subprocess.Popen[bytes]"], asked: threading.Event, *, with_demo: bool) -> None:
    """Bring the database up to date; where that fails nothing goes on."""
    preparing = _start([*RONDA, "setup", *(["--demo"] if with_demo else [])])
    children.append(preparing)
    if asked.is_set():
        preparing.terminate()
    code = preparing.wait()
    children.remove(preparing)
    if code or asked.is_set():
        children[0].terminate()
        _await_end(children)
        raise typer.Exit(0 if asked.is_set() else code)


def bind_address() -> str:
    """Where the web server listens: this computer only, unless RONDA_BIND says otherwise."""
    return os.environ.get("RONDA_BIND", HOST)


def why_unusable(port: int) -> str:
    """Why nobody can listen on the port of `bind_address()`; empty when it is free.

    The port is taken for an instant, as the web server will take it, and let go.
    """
    family = socket.AF_INET6 if ":" in bind_address() else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # there it means "also while old connections die", elsewhere "also if taken"
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind_address(), port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            return "another program listens there" if taken else str(error.strerror or error)
    return ""


def _refuse_unusable(port: int) -> None:
    """Before anything is started: else another program's answer would pass for ours."""
    if reason := why_unusable(port):
        console.print(f"[red]Port {port} cannot be used: {reason}.[/red]{_remedy(port)}", highlight=False)
        raise typer.Exit(1)


def _remedy(port: int) -> str:
    following = range(port + 1, min(port + 1 + OTHERS, 65536))
    free = next((other for other in following if not why_unusable(other)), None)
    return f" Start again with another one: RONDA_PORT={free}" if free else " Set RONDA_PORT to another one."


def _start_web(port: int, workers: int, instance: str, go_ahead: Path) -> "subprocess.Popen[bytes]":
    return _start(
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            bind_address(),
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
        ],
        RONDA_INSTANCE=instance,
        RONDA_GO_AHEAD=str(go_ahead),
        RONDA_STARTER=str(os.getpid()),
    )


def _start(command: Sequence[str], **variables: str) -> "subprocess.Popen[bytes]":
    """In a group of its own: signals reach it through us only, and a kill reaches what it started itself."""
    return subprocess.Popen(
        command,
        cwd=BASE_DIR,
        env={**os.environ, **variables},
        process_group=0 if os.name == "posix" else None,
    )


def _stop_with_us(children: Sequence["subprocess.Popen[bytes]"]) -> threading.Event:
    """From now on a signal to stop is passed on, once; the event says that it came."""
    asked = threading.Event()

    def stop(*_args: Any) -> None:
        if not asked.is_set():
            asked.set()
            for child in children:
                child.terminate()

    for name in STOPPING:
        if hasattr(signal, name):  # Windows knows the first two
            signal.signal(getattr(signal, name), stop)
    return asked


def is_up(
    port: int, instance: str, web: "subprocess.Popen[bytes]", asked: threading.Event | None = None
) -> bool:
    """Waits until our own server answers; False when it stopped, did not answer in time, or is to stop.

    An answer without the token `instance` is somebody else's.
    """
    host = HOST if bind_address() in EVERYWHERE else bind_address()
    host = f"[{host}]" if ":" in host else host
    pause = asked or threading.Event()
    for _attempt in range(ATTEMPTS):
        if web.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"http://{host}:{port}/healthz", timeout=2) as answer:
                if answer.headers.get(INSTANCE_HEADER) == instance:
                    return True
        except OSError:
            pass  # not yet listening, or no web server of ours
        if pause.wait(0.1):
            return False
    return False


def _give_up(port: int, children: list["subprocess.Popen[bytes]"]) -> None:
    """Nothing of what was started stays behind."""
    stopped = children[0].poll() is not None
    for child in children:
        child.terminate()
    _await_end(children)
    told = "The web server stopped at once" if stopped else "The web server does not answer"
    console.print(
        f"[red]{told}. Is port {port} taken by another program?[/red]{_remedy(port)}", highlight=False
    )
    raise typer.Exit(1)


def _print_welcome(port: int, *, with_demo: bool) -> None:
    typer.echo(f"\n  Ronda is running at http://{HOST}:{port}/\n")
    if with_demo:
        for login in DEMO_LOGINS:
            typer.echo(f"  {login.company:<28} user {login.username:<10} password {login.password}")
    typer.echo("\n  Ctrl+C stops it.")
    sys.stdout.flush()


def _watch(children: list["subprocess.Popen[bytes]"], asked: threading.Event, *, grace: float = GRACE) -> int:
    """Wait for the web server; the worker goes with it and is restarted if it dies alone.

    Once the end was `asked` for, what is still there after `grace` seconds is killed. The exit code.
    """
    web = children[0]
    while web.poll() is None and not asked.is_set():
        try:
            web.wait(timeout=1)
        except subprocess.TimeoutExpired:
            alone = children[1].poll() not in (None, 0, -signal.SIGTERM, -signal.SIGINT)
            if alone and not asked.is_set():
                children[1] = _start([*RONDA, "work"])
    children[1].terminate()
    _await_end(children, grace)
    return 0 if web.returncode in (0, -signal.SIGTERM, -signal.SIGINT) else 1


def _await_end(children: Sequence["subprocess.Popen[bytes]"], grace: float = GRACE) -> None:
    """Until all have ended: by themselves within `grace` seconds in all, else killed."""
    until = time.monotonic() + grace
    for child in children:
        try:
            child.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill(child)
            child.wait()


def _kill(child: "subprocess.Popen[bytes]") -> None:
    """With all it started: else the web server's own processes would go on answering without it."""
    if os.name == "posix" and os.getpgid(child.pid) == child.pid:
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
