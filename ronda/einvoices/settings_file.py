"""The file with the settings of a company's channels: TOML that the program's user alone can read.

People may also write it by hand. Sections and keys that no page knows are kept; comments are not.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.crypto import salted_hmac

from ronda.einvoices.domain.settings import toml
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

OURS_ALONE = 0o600


class SettingsUnreadable(Refusal):
    """Somebody wrote the file by hand and it is no TOML, or it cannot be opened."""

    code = "einvoices.settings_unreadable"


def read_tables(path: Path) -> dict[str, Any]:
    """All that the file says; nothing where there is none. Raises SettingsUnreadable."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        text = _("“%(file)s” cannot be read (%(reason)s). Correct it.")
        raise SettingsUnreadable(text % {"file": path.name, "reason": str(error)[:200]}) from error


def mark_of(table: Mapping[str, Any]) -> str:
    """Tells one content of a section from another, and says nothing of what is in it."""
    return salted_hmac("ronda.einvoices.settings", toml(table)).hexdigest()[:32]


def write_tables(path: Path, tables: Mapping[str, Any]) -> None:
    """Replace the file, whole or not at all."""
    write_secret(path, toml(tables).encode())


def write_secret(path: Path, content: bytes) -> None:
    """The file appears at once and whole, readable by the program's user alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.parent / f".{path.name}.{secrets.token_hex(4)}.part"
    try:
        opened = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OURS_ALONE)
        with os.fdopen(opened, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
