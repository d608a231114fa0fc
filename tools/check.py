"""The quality gate: every check of the source, two at a time, one line each.

python -m tools.check            all of them
python -m tools.check mypy tsc   only these
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tools.bootstrap import CannotSetUp, node_command

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
AT_ONCE = 2


@dataclass(frozen=True)
class Step:
    name: str
    command: list[str]
    cwd: Path = ROOT


@dataclass(frozen=True)
class Result:
    step: Step
    seconds: float
    failed: bool
    output: str


def steps() -> list[Step]:
    """All checks, the longest first so that two at a time end soonest."""
    python = sys.executable
    binaries = Path(python).parent
    ruff, concise = [python, "-m", "ruff"], ["--quiet", "--output-format=concise", "."]
    found = [
        Step("mypy", [python, "-m", "mypy", "--no-error-summary", "ronda", "tools"]),
        Step("imports", [str(binaries / "lint-imports")]),
        Step("django", [python, "-m", "tools.check_django"]),
        Step("messages", [python, "-m", "tools.check_messages"]),
        Step("openapi", [python, "-m", "tools.write_openapi", "--check"]),
        Step("ruff format", [*ruff, "format", "--check", *concise]),
        Step("ruff", [*ruff, "check", *concise]),
        Step("templates", [python, "-m", "tools.check_templates"]),
        Step("sizes", [python, "-m", "tools.check_sizes"]),
        Step("repository", [python, "-m", "tools.check_repository"]),
    ]
    compiler = FRONTEND / "node_modules" / "typescript" / "bin" / "tsc"
    if compiler.exists() and (FRONTEND / "tsconfig.json").exists():
        found.insert(1, Step("tsc", [node_command()[0], str(compiler), "--noEmit"], FRONTEND))
    return found


def run(step: Step) -> Result:
    started = time.monotonic()
    # A key, a database and files of its own: checks neither need nor touch those of the installation.
    environment = os.environ | {"RONDA_VAR": str(ROOT / "var" / "check"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        step.command,
        cwd=step.cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(step, time.monotonic() - started, done.returncode != 0, done.stdout)


def main(names: list[str]) -> int:
    try:
        wanted = [step for step in steps() if not names or step.name in names]
    except CannotSetUp as problem:
        sys.stderr.write(f"check: {problem}\n")
        return 1
    started = time.monotonic()
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(run, step) for step in wanted]):
            result = future.result()
            verdict = "FAILED" if result.failed else "ok"
            sys.stdout.write(f"check {result.step.name:<12}{result.seconds:6.1f} s  {verdict}\n")
            if result.failed:
                failed.append(result)
                sys.stdout.write("".join(f"    {line}\n" for line in result.output.splitlines()))
            sys.stdout.flush()
    spent = time.monotonic() - started
    bad = ", ".join(result.step.name for result in failed)
    sys.stdout.write(f"check: {len(wanted) - len(failed)} of {len(wanted)} ok in {spent:.0f} s")
    sys.stdout.write(f"; FAILED: {bad}\n" if failed else "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
