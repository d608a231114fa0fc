"""Pages keep to the content security policy and to htmx 4: no code and no style inside the markup.

What the browser would refuse in silence is refused here with its line; then comes htmx's own checker.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.check_repository import ROOT, project_files

HTMX_CHECK = ROOT / "frontend" / "node_modules" / "htmx.org" / "dist" / "scripts" / "upgrade-check.py"
REFUSED = {
    "code in an attribute": re.compile(r"""\s(?:hx-on[:\w-]*|on[a-z]+)\s*=\s*["']"""),
    "a style attribute": re.compile(r"""\sstyle\s*=\s*["']"""),
    "a style element": re.compile(r"<style\b"),
    "a script in the page": re.compile(r"<script(?![^>]*(?:\bsrc=|type=[\"']application/json))"),
    "an expression for eval": re.compile(r"""hx-(?:vals|headers)\s*=\s*["']\s*js:"""),
}


def page_templates() -> list[Path]:
    """Templates of pages; prints are no pages: a renderer reads them, and their style is theirs."""
    return [
        path
        for path in project_files()
        if path.suffix == ".html" and "templates" in path.parts and "print" not in path.parts
    ]


def findings(text: str) -> Iterator[str]:
    """Line and verdict for each thing the policy refuses."""
    for what, pattern in REFUSED.items():
        for hit in pattern.finditer(text):
            yield f"{text.count(chr(10), 0, hit.start() + 1) + 1}: {what}: {hit.group().strip()}"


def main() -> int:
    pages = page_templates()
    found = [f"{path}:{finding}" for path in pages for finding in findings((ROOT / path).read_text("utf-8"))]
    sys.stdout.writelines(f"{line}\n" for line in found)
    if not HTMX_CHECK.exists():
        sys.stdout.write("htmx's own checker is not installed: make setup\n")
        return 1
    checker = [sys.executable, str(HTMX_CHECK), "--ext", ".html", *map(str, pages)]
    told = subprocess.run(checker, cwd=ROOT, check=False, capture_output=True, text=True)
    if told.returncode:
        sys.stdout.write(told.stdout)
    return 1 if found or told.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
