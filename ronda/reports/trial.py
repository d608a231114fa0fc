"""A layout tried in a process of its own, which ends when it takes too much time or memory.

The engines have limits, but what a person wrote is not known to keep them until it has been
tried once. Run as `python -m ronda.reports.trial`: pickled input on stdin (from this program
only), "ok" or a reason on the first line of stdout, then the bytes.
"""

import json
import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import ronda
from ronda.reports.domain import rendering
from ronda.reports.domain.liquid import LayoutError
from ronda.reports.domain.rendering import Layout

SECONDS = 6
MEMORY = 1_500_000_000
MOST_PAGES = 60

Want = Literal["pdf", "picture"]


def try_out(layout: Layout, *contexts: Mapping[str, Any], want: Want = "pdf") -> bytes:
    """The last document as PDF or as a picture of its first pages; LayoutError when one cannot be made.

    Ends after SECONDS of computing time and MEMORY bytes at the latest.
    """
    asked = pickle.dumps((layout, [dict(context) for context in contexts], want))
    path = os.pathsep.join([str(Path(ronda.__file__).resolve().parent.parent), *sys.path])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ronda.reports.trial"],
            input=asked,
            capture_output=True,
            timeout=SECONDS * 3,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise LayoutError("slow") from late
    head, _newline, rest = done.stdout.partition(b"\n")
    if head == b"ok":
        return rest
    if head == b"no":
        told = json.loads(rest)
        raise LayoutError(told["reason"], told["what"], line=told["line"], field=told["field"])
    raise LayoutError("slow")


def _main() -> None:
    """The child: limits first, then the work."""
    from django.conf import settings  # noqa: PLC0415 -- texts of refusals need it, in this process only

    settings.configure(USE_I18N=False)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    layout, contexts, want = pickle.load(sys.stdin.buffer)
    make = rendering.to_pdf if want == "pdf" else rendering.to_picture
    out = sys.stdout.buffer
    try:
        *_others, made = [make(layout, context, most_pages=MOST_PAGES) for context in contexts]
    except LayoutError as error:
        told = {"reason": error.reason, "what": error.what, "line": error.line, "field": error.field}
        out.write(b"no\n" + json.dumps(told).encode())
    else:
        out.write(b"ok\n" + made)


if __name__ == "__main__":
    _main()
