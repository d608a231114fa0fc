"""Compiles every .po file under ronda/ to the .mo file that Django reads; no gettext program is needed."""

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    for source in sorted((ROOT / "ronda").glob("**/LC_MESSAGES/*.po")):
        try:
            polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(source.with_suffix(".mo")))
        except (OSError, ValueError) as error:
            sys.stderr.write(f"{source.relative_to(ROOT)}: {error}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
