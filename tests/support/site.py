"""Ronda as people start it: a real process with a database file and demonstration data of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_START = 240  # a first start migrates and makes its data
SECONDS_TO_STOP = 15


@dataclass(frozen=True)
class Site:
    """A running Ronda."""

    address: str
    """Without a slash at the end."""
    var: Path
    """The folder with its database, files and mails."""
    log: Path

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


@contextlib.contextmanager
def running_site(extra: Mapping[str, str] | None = None) -> Iterator[Site]:
    """`ronda serve --demo` on a free port of this computer, in a folder that goes with it.

    `extra` adds environment variables. Raises AssertionError with the log when it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="ronda-site-") as folder:
        var = Path(folder)
        port = _free_port()
        site = Site(f"http://127.0.0.1:{port}", var, var / "serve.log")
        given = {"RONDA_VAR": str(var), "RONDA_PORT": str(port), "RONDA_DEMO_SIZE": "small"}
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("RONDA_") and not name.startswith("PYTEST_")
        }
        with site.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ronda.site.cli", "serve", "--demo"],
                cwd=ROOT,
                env=kept | given | dict(extra or {}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl+C in the terminal of the tests is not for it
            )
        try:
            _await_answer(site, process)
            yield site
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_answer(site: Site, process: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    for _ in range(SECONDS_TO_START * 5):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(site.address, timeout=10):
                return
        except urllib.error.HTTPError as answered:
            if answered.code < 500:
                return
            break
        except OSError:
            pause.wait(0.2)
    told = site.log.read_text(errors="replace")[-4000:]
    raise AssertionError(f"the site did not start:\n{told}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop as Ctrl+C would; a site that does not heed it is killed and reported."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError(f"the site did not stop within {SECONDS_TO_STOP} s of SIGTERM") from None
