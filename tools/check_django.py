"""Django's own checks with warnings as errors, and that every change of a model has its migration."""

import os
import sys

import django
from django.core.management import CommandError, call_command


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
    os.environ["RONDA_DB"] = ":memory:"
    django.setup()
    failed = 0
    try:
        call_command("check", fail_level="WARNING", verbosity=0)
    except CommandError as told:
        sys.stdout.write(f"{told}\n")
        failed = 1
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    except (CommandError, SystemExit) as told:
        sys.stdout.write(f"Models changed without a migration ({told}): .venv/bin/ronda makemigrations\n")
        failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
