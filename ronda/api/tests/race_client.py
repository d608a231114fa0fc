"""Twelve threads with one key on a file of SQLite: `python -m … DATABASE KEY` says what each was told."""

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "ronda.site.settings"
    os.environ["RONDA_DB"] = sys.argv[1]
    django.setup()

    # Models exist only once Django is set up.
    from ronda.api.tests.programs import twelve_at_once

    sys.stdout.write(json.dumps(twelve_at_once(sys.argv[2])))
