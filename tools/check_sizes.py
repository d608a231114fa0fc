"""No file over 500 lines, no Python function over 40: what is longer is read by nobody."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.check_repository import project_files

MOST_LINES = 500
MOST_FUNCTION_LINES = 40
SUFFIXES = {".py", ".ts", ".mjs", ".css", ".html"}


def long_functions(path: Path, source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source, str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > MOST_FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name} has {size} lines (at most {MOST_FUNCTION_LINES})"


def findings() -> Iterator[str]:
    for path in project_files():
        if path.suffix not in SUFFIXES or "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        lines = source.count("\n")
        if lines > MOST_LINES:
            yield f"{path}: {lines} lines (at most {MOST_LINES})"
        if path.suffix == ".py":
            yield from long_functions(path, source)


def main() -> int:
    found = list(findings())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
