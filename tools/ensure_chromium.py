"""Finds Chromium for the browser tests, or installs Debian's; says loudly when there is none."""

import os
import shutil
import sys

from tools.bootstrap import apt_install, may_install_packages, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "chromium-l10n", "fonts-dejavu", "fonts-liberation")


def find_chromium() -> str | None:
    """Path of the browser: RONDA_CHROMIUM if set, else the first one in the PATH."""
    if named := os.environ.get("RONDA_CHROMIUM"):
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    if find_chromium():
        return 0
    if may_install_packages():
        say("installing Chromium for the browser tests")
        if apt_install(*PACKAGES) and find_chromium():
            return 0
    say("=" * 78)
    say("BROWSER TESTS WILL BE SKIPPED: no Chromium here and it could not be installed.")
    say(f"Install it: sudo apt-get install {' '.join(PACKAGES)}")
    say("=" * 78)
    return 0


if __name__ == "__main__":
    sys.exit(main())
