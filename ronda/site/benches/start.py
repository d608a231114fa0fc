"""How long `ronda serve` takes to its first page once everything is installed."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings

SECONDS_AT_MOST = 240


def measure() -> dict[str, Any]:
    """Seconds of the first start (database and municipalities made), of the second, and to stop."""
    first, _stopped = _start_and_stop()
    second, stopped = _start_and_stop()
    return {"first_seconds": first, "seconds": second, "stop_seconds": stopped}


def _start_and_stop() -> tuple[float, float]:
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "ronda.site.cli", "serve"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "RONDA_PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        await_page(port, process)
        up = time.perf_counter() - began
    finally:
        stopping = time.perf_counter()
        process.terminate()
        process.wait(SECONDS_AT_MOST)
    return round(up, 2), round(time.perf_counter() - stopping, 2)


def free_port() -> int:
    """A port of this computer that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_page(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait for the first page of a server that was started; RuntimeError when it does not come."""
    pause = threading.Event()
    for _attempt in range(SECONDS_AT_MOST * 20):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10):
                return
        except urllib.error.HTTPError as answered:
            raise RuntimeError(f"the first page answers {answered.code}") from answered
        except OSError:
            pause.wait(0.05)
    raise RuntimeError("the site did not start")
