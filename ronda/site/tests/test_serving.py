"""Starting where another program listens already: refused, and never greeted with its answer."""

import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from ronda.site.cli import app, serving

WAITS = "import threading; threading.Event().wait()"


class Stranger(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_args):
        pass


@contextmanager
def stranger():
    """Another program's web server, which answers every address with 200."""
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def process(code):
    child = subprocess.Popen([sys.executable, "-c", code])
    yield child
    child.kill()
    child.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_taken_port_is_refused_with_the_remedy_before_anything_starts(monkeypatch):
    monkeypatch.setattr(serving, "setup", lambda: pytest.fail("the database was prepared"))
    monkeypatch.setattr(serving, "_start", lambda command, **_variables: pytest.fail("a process was started"))
    with stranger() as port:
        answer = CliRunner().invoke(app, ["serve", "--port", str(port)])

    assert answer.exit_code == 1
    told = " ".join(answer.output.split())
    assert f"Port {port} cannot be used: another program listens there." in told
    proposed = int(told.rpartition("RONDA_PORT=")[2])
    assert port < proposed <= port + serving.OTHERS
    assert not serving.why_unusable(proposed)
    assert "is running at" not in told


def test_a_free_port_is_not_refused():
    assert serving.why_unusable(free_port()) == ""


def test_the_answer_of_another_server_is_not_taken_for_ours(monkeypatch):
    monkeypatch.setattr(serving, "ATTEMPTS", 3)
    with stranger() as port, process(WAITS) as web:
        assert not serving.is_up(port, "abc", web)


def test_a_server_that_stopped_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(serving.urllib.request, "urlopen", lambda *_a, **_k: pytest.fail("it was asked"))
    with process("") as web:
        web.wait()
        assert not serving.is_up(free_port(), "abc", web)


def test_a_server_that_stops_leaves_no_worker_behind_and_is_not_greeted(monkeypatch):
    started = []

    def start(command, **_variables):
        started.append(subprocess.Popen([sys.executable, "-c", WAITS if "work" in command else ""]))
        return started[-1]

    monkeypatch.setattr(serving, "setup", lambda: None)
    monkeypatch.setattr(serving, "_start", start)
    monkeypatch.setattr(serving, "_stop_with_us", lambda children: None)

    answer = CliRunner().invoke(app, ["serve", "--port", str(free_port())])

    assert answer.exit_code == 1
    assert "The web server stopped at once" in answer.output
    assert "is running at" not in answer.output
    assert [child.poll() is None for child in started] == [False, False]


def test_the_health_answer_says_which_start_it_is_of(client, monkeypatch):
    monkeypatch.setenv("RONDA_INSTANCE", "abc")

    answer = client.get(reverse("healthz"))

    assert (answer.content, answer.headers[serving.INSTANCE_HEADER]) == (b"ok", "abc")
