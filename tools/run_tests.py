"""All tests in their parts, with one summary at the end: `python -m tools.run_tests [--check]`.

The parts are processes of their own, since a process has one database: everything on SQLite; what is marked
`postgres` on a PostgreSQL server started for it; the browser's own code in Node; journeys in Chromium.
With --check the quality gate comes first. A red part does not keep the others from running.
"""

import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from tools.bootstrap import node_command

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "var" / "tests"
PYTEST_FOUND_NOTHING = 5
PG_TESTS = ("-m", "postgres and not browser")
NODE_COUNT = re.compile(r"^\S (pass|fail|skipped) (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    title: str
    command: list[str]
    counted_by: str
    """"gate" counts nothing, "pytest" writes a report, "node" prints its counts."""


@dataclass(frozen=True)
class Outcome:
    title: str
    seconds: float
    failed: bool
    """The verdict of the exit code."""
    counts: tuple[int, int, int] = (0, 0, 0)
    """Passed, failed, skipped."""
    counted: bool = True


def parts(*, with_check: bool) -> list[Part]:
    python = [sys.executable, "-m"]
    pytest = [*python, "pytest", "-q", "-r", "fEs", "-o", "faulthandler_timeout=300"]
    on_both_cores = [*pytest, "-n", "2"]
    found = [Part("quality gate", [*python, "tools.check"], "gate")] if with_check else []
    found += [
        Part(
            "tests on SQLite",
            [*on_both_cores, "--durations=10", "-m", "not browser", _report(1)],
            "pytest",
        ),
        Part(
            "tests on PostgreSQL",
            [*python, "tools.postgres", "run", *on_both_cores, *PG_TESTS, _report(2)],
            "pytest",
        ),
        Part("browser code", [node_command()[0], "frontend/test.mjs"], "node"),
        Part("browser journeys", [*pytest, "-m", "browser", _report(4)], "pytest"),
    ]
    return found


def _report(number: int) -> str:
    return f"--junitxml={REPORTS / f'part{number}.xml'}"


def run(part: Part) -> Outcome:
    sys.stdout.write(f"\n=== {part.title}\n")
    sys.stdout.flush()
    for word in part.command:
        if word.startswith("--junitxml="):
            Path(word.partition("=")[2]).unlink(missing_ok=True)
    started = time.monotonic()
    environment = os.environ | {"RONDA_VAR": str(REPORTS / "var"), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        part.command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    said = []
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        said.append(line)
    code = process.wait()
    return judge(part, code, "".join(said), time.monotonic() - started)


def judge(part: Part, code: int, said: str, seconds: float) -> Outcome:
    """What a part's exit code and counts mean. A part that fell over counts as one failed test."""
    if part.counted_by == "gate":
        return Outcome(part.title, seconds, code != 0, (0, 1 if code else 0, 0), counted=False)
    counts = counts_of_node(said) if part.counted_by == "node" else counts_of_pytest(part)
    if part.counted_by == "pytest" and code == PYTEST_FOUND_NOTHING:
        return Outcome(part.title, seconds, failed=False)
    passed, failed, skipped = counts
    return Outcome(part.title, seconds, code != 0, (passed, max(failed, 1) if code else failed, skipped))


def counts_of_pytest(part: Part) -> tuple[int, int, int]:
    report = next(Path(word.partition("=")[2]) for word in part.command if word.startswith("--junitxml="))
    if not report.exists():
        return (0, 0, 0)
    total = failed = skipped = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return (total - failed - skipped, failed, skipped)


def counts_of_node(said: str) -> tuple[int, int, int]:
    told = {name: int(number) for name, number in NODE_COUNT.findall(said)}
    return (told.get("pass", 0), told.get("fail", 0), told.get("skipped", 0))


def summary(outcomes: list[Outcome]) -> str:
    lines = ["", "=" * 72]
    for outcome in outcomes:
        passed, failed, skipped = outcome.counts
        if not outcome.counted:
            told = ""
        elif not any(outcome.counts):
            told = "no test in this part"
        else:
            told = f"{passed} passed, {failed} failed, {skipped} skipped"
        verdict = "FAILED" if outcome.failed else "ok"
        lines.append(f"{outcome.title:<22}{verdict:<8}{outcome.seconds:5.0f} s   {told}".rstrip())
    passed, failed, skipped = (sum(numbers) for numbers in zip(*(o.counts for o in outcomes), strict=True))
    return "\n".join([*lines, f"{passed} passed, {failed} failed, {skipped} skipped", ""])


def main(words: list[str]) -> int:
    REPORTS.mkdir(parents=True, exist_ok=True)
    outcomes = [run(part) for part in parts(with_check="--check" in words)]
    sys.stdout.write(summary(outcomes))
    tests_ran = any(outcome.counts[0] for outcome in outcomes)
    return 1 if any(outcome.failed for outcome in outcomes) or not tests_ran else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
