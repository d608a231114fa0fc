"""The official rule sets as a judge: Saxon in one process of its own, never in a thread or after a fork.

`with Judge() as judge: judge.failures("brfr-cii", xml)`. The rule sets are read from ../shared/standards and
compiled once, when first asked for; `missing()` says why a test must be skipped.
"""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TextIO

ROOT = Path(__file__).resolve().parents[2]
STANDARDS = ROOT.parent / "shared" / "standards"
_FR = STANDARDS / "fr" / "xp-z12-012"
RULES = {
    "en16931-cii": STANDARDS / "en16931/cii/xslt/EN16931-CII-validation.xslt",
    "en16931-ubl": STANDARDS / "en16931/ubl/xslt/EN16931-UBL-validation.xslt",
    "brfr-cii": _FR / "cii/BR-FR-Flux2-Schematron-CII.xslt",
    "brfr-ubl": _FR / "ubl/BR-FR-Flux2-Schematron-UBL.xslt",
    "facturx": _FR / "factur-x-en16931/FACTUR-X_EN16931.xslt",
    "cdar": _FR / "cdar/BR-FR-CDV-Schematron-CDAR.xslt",
}
CII = ("en16931-cii", "brfr-cii")
UBL = ("en16931-ubl", "brfr-ubl")

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class Failure(NamedTuple):
    """One assertion a document breaks: its identifier ("BR-CO-15"), its weight, and what it says."""

    rule: str
    flag: str
    text: str


def missing(*rules: str) -> str:
    """Why these rule sets cannot be asked, empty when they can."""
    absent = [name for name in rules or RULES if not RULES[name].exists()]
    return f"the official rules {', '.join(absent)} are not in ../shared/standards" if absent else ""


class Judge:
    """A process with Saxon, started when entered and ended when left."""

    def __enter__(self) -> "Judge":
        command = [sys.executable, "-m", "tests.support.schematron"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._input.close()
        self._process.wait(timeout=30)
        self._output.close()

    @property
    def _input(self) -> TextIO:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _output(self) -> TextIO:
        assert self._process.stdout is not None
        return self._process.stdout

    def failures(self, rules: str, xml: bytes, *, fatal_only: bool = True) -> list[Failure]:
        """The assertions of a rule set that the document breaks, in the order of the report."""
        self._input.write(json.dumps({"rules": rules, "xml": xml.decode("utf-8")}) + "\n")
        self._input.flush()
        answer = self._output.readline()
        if not answer:
            raise RuntimeError("the process with the official rules has ended")
        failures = [Failure(*row) for row in json.loads(answer)]
        return [row for row in failures if not fatal_only or row.flag in {"", "fatal", "error"}]


def _serve() -> None:
    # Not at the top: this half runs in the process of its own only.
    from saxonche import PySaxonProcessor  # noqa: PLC0415

    with PySaxonProcessor(license=False) as saxon:
        compiled = {}
        for line in sys.stdin:
            asked = json.loads(line)
            name = asked["rules"]
            if name not in compiled:
                compiler = saxon.new_xslt30_processor()
                compiled[name] = compiler.compile_stylesheet(stylesheet_file=str(RULES[name]))
            report = compiled[name].transform_to_string(xdm_node=saxon.parse_xml(xml_text=asked["xml"]))
            sys.stdout.write(json.dumps(_failed(report)) + "\n")
            sys.stdout.flush()


def _failed(report: str) -> list[list[str]]:
    from lxml import etree  # noqa: PLC0415

    root = etree.fromstring(report.encode("utf-8"))
    return [
        [
            row.get("id") or "",
            row.get("flag") or row.get("role") or "",
            " ".join("".join(row.itertext()).split()),
        ]
        for row in root.iter(f"{_SVRL}failed-assert")
    ]


if __name__ == "__main__":
    _serve()
