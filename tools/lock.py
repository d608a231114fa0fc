"""Renews the lock files: exact versions with hashes, and no name of a registry in them.

python tools/lock.py             follow pyproject.toml, keep versions that still fit
python tools/lock.py --upgrade   take the newest versions allowed
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.lock": ["pyproject.toml", "--extra", "postgres"],
    "requirements-dev.lock": ["pyproject.toml", "--extra", "postgres", "--group", "dev"],
    "requirements-setup.lock": ["--group", "setup"],
    "requirements-node.lock": ["--group", "node"],
}
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-annotate",
    "--custom-compile-command=make lock",
    "--quiet",
]


def main() -> int:
    for name, sources in LOCKS.items():
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            *sources,
            *OPTIONS,
            *sys.argv[1:],
            "-o",
            name,
        ]
        if subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode:
            return 1
        sys.stdout.write(f"{name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
