"""The verdict of `make test`: what is red must never look green."""

import pytest

from tools.check_repository import REGISTRY
from tools.run_tests import Outcome, Part, judge, summary


@pytest.fixture
def part(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>')
    return Part("tests", [f"--junitxml={report}"], "pytest")


def test_the_counts_come_from_the_report(part):
    assert judge(part, 1, "", 2.0) == Outcome("tests", 2.0, failed=True, counts=(5, 2, 2))


def test_a_part_without_tests_is_no_failure(tmp_path):
    part = Part("tests", [f"--junitxml={tmp_path / 'none.xml'}"], "pytest")

    assert judge(part, 5, "", 1.0) == Outcome("tests", 1.0, failed=False)


@pytest.mark.parametrize("counted_by", ["pytest", "node", "gate"])
def test_a_part_that_falls_over_before_its_tests_is_one_failure(tmp_path, counted_by):
    part = Part("tests", [f"--junitxml={tmp_path / 'none.xml'}"], counted_by)
    outcome = judge(part, 1, "Segmentation fault", 1.0)

    assert (outcome.failed, outcome.counts) == (True, (0, 1, 0))


@pytest.mark.parametrize("mark", ["#", "ℹ"])
def test_the_counts_of_nodes_runner_are_read(mark):
    said = f"ok 1 - x\n{mark} tests 4\n{mark} pass 3\n{mark} fail 0\n{mark} skipped 1\n"

    assert judge(Part("code", [], "node"), 0, said, 1.0).counts == (3, 0, 1)


def test_the_last_line_of_the_summary_adds_the_parts_up():
    outcomes = [
        Outcome("quality gate", 9.0, failed=False, counted=False),
        Outcome("tests on SQLite", 60.0, failed=False, counts=(400, 0, 3)),
        Outcome("browser journeys", 30.0, failed=True, counts=(19, 1, 0)),
    ]

    assert summary(outcomes).splitlines()[-4:] == [
        "quality gate          ok          9 s",
        "tests on SQLite       ok         60 s   400 passed, 0 failed, 3 skipped",
        "browser journeys      FAILED     30 s   19 passed, 1 failed, 0 skipped",
        "419 passed, 1 failed, 3 skipped",
    ]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("django==5.2.19 \\", False),
        ("    --hash=sha256:1c77ee", False),
        ("--index-url=somewhere", True),
        ("django @ https://example.org/django.whl", True),
        ('"resolved": "somewhere"', True),
    ],
)
def test_a_lock_that_names_a_registry_is_seen(line, named):
    assert bool(REGISTRY.search(line)) is named
