"""What must not be in the project: names of registries in locks, paths of one computer, foreign code."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("*.lock", "frontend/package-lock.json", "frontend/.npmrc")
REGISTRY = re.compile(r'://|--(?:extra-)?index-url|--find-links|"resolved"|^registry\s*=', re.MULTILINE)
OF_ONE_COMPUTER = [r"/ro{2}t/", r"/home/[a-z][a-z0-9_-]*/", r"/Users/[A-Za-z]+/"]
FOREIGN = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|vendor)/|\.min\.(?:js|css)$|\.(?:xsd|xslt?|jar|whl|mo)$"
)


def project_files() -> list[Path]:
    """The files that belong to the project, relative to its root: all that git does not ignore."""
    told = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    names = sorted(set(filter(None, told.split("\0"))))
    return [Path(name) for name in names if (ROOT / name).is_file()]


def registries_in_locks() -> Iterator[str]:
    for pattern in LOCKS:
        for path in sorted(ROOT.glob(pattern)):
            if path.name == "package-lock.json":
                text = re.sub(r'"url": "[^"]*"', "", path.read_text())  # where authors take donations
            else:
                text = path.read_text()
            for hit in REGISTRY.finditer(text):
                line = text.count("\n", 0, hit.start()) + 1
                yield f"{path.relative_to(ROOT)}:{line} names a registry or an address: {hit.group()}"


def versions_without_lock() -> Iterator[str]:
    """Packages of pyproject.toml that the locks do not hold in the same version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-dev.lock": project["project"]["dependencies"] + groups["dev"],
        "requirements-setup.lock": groups["setup"],
        "requirements-node.lock": groups["node"],
    }
    for name, requirements in wanted.items():
        locked = set(re.findall(r"^([\w.-]+==[^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))
        for requirement in requirements:
            pin = re.sub(r"\[.*\]", "", requirement).replace("_", "-").lower()
            if pin not in locked:
                yield f"{name}: {requirement} of pyproject.toml is not in it: make lock"


def paths_of_this_computer(path: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    try:
        text = (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return  # a picture
    for hit in pattern.finditer(text):
        line = text.count("\n", 0, hit.start()) + 1
        yield f"{path}:{line} names a path of one computer: {hit.group()}"


def findings() -> Iterator[str]:
    yield from registries_in_locks()
    yield from versions_without_lock()
    here = [re.escape(f"{ROOT}"), re.escape(f"{ROOT.parent / 'shared'}")]
    pattern = re.compile(r"(?<![\w.])(?:" + "|".join(OF_ONE_COMPUTER + here) + r")")
    for path in project_files():
        if FOREIGN.search(str(path)):
            yield f"{path}: foreign or built files are not kept in the project"
        yield from paths_of_this_computer(path, pattern)


def main() -> int:
    found = list(findings())
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
