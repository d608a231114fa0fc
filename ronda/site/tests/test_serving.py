"""Starting where another program listens already: refused, and never greeted with its answer."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from ronda.site import wsgi
from ronda.site.cli import serving
from ronda.site.cli.commands import app

WAITS = "import threading; threading.Event().wait()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True);" + WAITS
# Waits for a process of its own, which is deaf and holds the same output.
WITH_A_DEAF_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {DEAF!r}])"


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


class FakeChild:
    def __init__(self, told):
        self.told = told

    def terminate(self):
        self.told.append("terminate")


@contextmanager
def started(code):
    """A process as `serve` starts them, that has said a first word."""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, process_group=0)
    assert child.stdout.readline() == b"on\n"
    yield child
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()


def end_asked():
    asked = threading.Event()
    asked.set()
    return asked


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_taken_port_is_refused_with_the_remedy_before_anything_starts(monkeypatch):
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


def test_serve_loads_nothing_of_django():
    """So that the processes it starts, which do, start at once."""
    code = "import sys; sys.argv = ['ronda', 'serve', '--help']; from ronda.site.cli import main\n"
    code += "try:\n main()\nfinally:\n print([n for n in sys.modules if n.split('.')[0] == 'django'])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Web pages and background work together" in told
    assert told.splitlines()[-1] == "[]"


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


def test_a_server_that_is_to_stop_before_it_answers_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(serving, "ATTEMPTS", 2)
    asks = []

    def refuse(address, **_options):
        asks.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(serving.urllib.request, "urlopen", refuse)
    with process(WAITS) as web:
        assert not serving.is_up(free_port(), "abc", web, end_asked())
    assert len(asks) == 1


def test_a_server_that_stops_leaves_no_worker_behind_and_is_not_greeted(monkeypatch):
    started = []

    def start(command, **_variables):
        started.append(subprocess.Popen([sys.executable, "-c", WAITS if "work" in command else ""]))
        return started[-1]

    monkeypatch.setattr(serving, "_start", start)
    monkeypatch.setattr(serving, "_stop_with_us", lambda children: threading.Event())

    answer = CliRunner().invoke(app, ["serve", "--port", str(free_port())])

    assert answer.exit_code == 1
    assert "The web server stopped at once" in answer.output
    assert "is running at" not in answer.output
    assert [child.poll() is None for child in started] == [False, False, False]


def test_nothing_answers_where_the_database_could_not_be_prepared(monkeypatch):
    started = {}

    def start(command, **variables):
        what = "setup" if "setup" in command else "web" if "granian" in command else "work"
        code = "raise SystemExit(3)" if what == "setup" else WAITS
        started[what] = subprocess.Popen([sys.executable, "-c", code])
        return started[what]

    monkeypatch.setattr(serving, "_start", start)
    monkeypatch.setattr(serving, "_stop_with_us", lambda children: threading.Event())

    answer = CliRunner().invoke(app, ["serve", "--port", str(free_port())])

    assert answer.exit_code == 3
    assert set(started) == {"web", "setup"}
    assert started["web"].poll() is not None


def test_the_web_server_waits_until_the_database_is_prepared(monkeypatch, tmp_path):
    monkeypatch.setenv("RONDA_GO_AHEAD", str(tmp_path / "prepared"))
    monkeypatch.setenv("RONDA_STARTER", str(os.getpid()))
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            (tmp_path / "prepared").touch()

    monkeypatch.setattr(wsgi.time, "sleep", sleep)
    wsgi.await_go_ahead()
    assert len(waits) == 3


def test_the_web_server_does_not_wait_for_a_start_that_is_gone(monkeypatch, tmp_path):
    with process("") as gone:
        gone.wait()
    monkeypatch.setenv("RONDA_GO_AHEAD", str(tmp_path / "prepared"))
    monkeypatch.setenv("RONDA_STARTER", str(gone.pid))
    with pytest.raises(SystemExit):
        wsgi.await_go_ahead()


def test_who_does_not_heed_the_end_is_killed_after_a_while():
    with started(DEAF) as web, started(DEAF) as helper:
        web.terminate()
        assert serving._watch([web, helper], end_asked(), grace=0.1) == 1
        assert [web.poll(), helper.poll()] == [-signal.SIGKILL, -signal.SIGKILL]


def test_a_killed_web_server_leaves_no_process_of_its_own_answering():
    with started(WITH_A_DEAF_CHILD) as web, process(WAITS) as helper:
        serving._watch([web, helper], end_asked(), grace=0.1)
        # The output ends when nobody holds it any more.
        assert web.communicate(timeout=10)[0] == b""


def test_who_heeds_the_end_is_not_killed():
    with process(WAITS) as web, process(WAITS) as helper:
        web.terminate()
        assert serving._watch([web, helper], end_asked()) == 0
        assert [web.poll(), helper.poll()] == [-signal.SIGTERM, -signal.SIGTERM]


def test_the_worker_ends_with_a_web_server_that_ends_by_itself():
    with process("") as web, started(DEAF) as helper:
        assert serving._watch([web, helper], threading.Event(), grace=0.1) == 0
        assert helper.poll() == -signal.SIGKILL


def test_a_signal_to_stop_is_passed_on_once():
    told = []
    before = {name: signal.getsignal(getattr(signal, name)) for name in serving.STOPPING}
    try:
        asked = serving._stop_with_us([FakeChild(told)])
        assert not asked.is_set()
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)

    assert asked.is_set()
    assert told == ["terminate"]


def test_processes_get_no_signal_but_ours():
    child = serving._start([sys.executable, "-c", WAITS])
    try:
        assert os.getpgid(child.pid) == child.pid
    finally:
        child.kill()
        child.wait()


def test_the_health_answer_says_which_start_it_is_of(client, monkeypatch):
    monkeypatch.setenv("RONDA_INSTANCE", "abc")

    answer = client.get(reverse("healthz"))

    assert (answer.content, answer.headers[serving.INSTANCE_HEADER]) == (b"ok", "abc")


def test_the_icon_is_found_where_browsers_ask_for_it_by_themselves(client):
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert "/favicon" in answer["Location"]
    assert answer["Location"].endswith(".svg")
