"""What the web server runs."""

import os
import sys
import time
from pathlib import Path

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

PAUSE = 0.02


def await_go_ahead() -> None:
    """Under `ronda serve` the database is prepared meanwhile: nobody is answered before that is done.

    Ends the process when `ronda serve` is gone.
    """
    told, starter = os.environ.get("RONDA_GO_AHEAD"), os.environ.get("RONDA_STARTER")
    while told and starter and not Path(told).exists():
        if os.name == "posix" and not _lives(int(starter)):
            sys.exit(1)
        time.sleep(PAUSE)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
application = get_wsgi_application()
_pages = get_resolver().url_patterns  # loaded now, not by the first person who asks
await_go_ahead()
