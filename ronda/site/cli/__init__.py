"""The `ronda` command: everything that can be done without a browser.

Commands print a stable last line for scripts; people see progress bars on a terminal.
"""

import sys


def main() -> None:
    """Entry point of the command.

    `serve` only starts other processes: it loads nothing of Django, so they start at once.
    """
    if sys.argv[1:2] == ["serve"]:
        from ronda.site.cli.serving import app  # noqa: PLC0415
    else:
        from ronda.site.cli.commands import app  # noqa: PLC0415 -- three seconds of imports
    app()
