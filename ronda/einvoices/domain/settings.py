"""What a channel must be told before it works, declared field by field; and its file, as TOML."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Kind(StrEnum):
    """How a setting is entered, and what the file holds of it."""

    TEXT = "text"
    PORT = "port"
    SECONDS = "seconds"
    FLAG = "flag"
    CHOICE = "choice"
    LINES = "lines"  # several texts, one a line
    PAIRS = "pairs"  # names with values, one a line: "Name: value"
    CERTIFICATES = "certificates"  # an uploaded PEM file; the settings hold its path
    KEY = "key"  # the same, with a private key


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing to enter. `default` is what holds where the file says nothing; None: it must be said.

    secret: never shown again once it is kept. rare: only few services need it.
    """

    name: str
    label: Any
    help: Any = ""
    kind: Kind = Kind.TEXT
    default: Any = None
    secret: bool = False
    rare: bool = False
    choices: tuple[tuple[str, Any], ...] = ()

    @property
    def required(self) -> bool:
        return self.default is None

    @property
    def is_file(self) -> bool:
        return self.kind in (Kind.CERTIFICATES, Kind.KEY)

    @property
    def is_hidden(self) -> bool:
        """Whether what is kept is never shown: secrets, and the bytes of files."""
        return self.secret or self.is_file


def toml(tables: Mapping[str, Any]) -> str:
    """The text of a TOML file (v1.0). Values: text, numbers, flags, days, lists and mappings of these.

    Mappings at the top become sections, deeper ones are written in one line. TypeError on anything else.
    """
    single = {name: value for name, value in tables.items() if not isinstance(value, Mapping)}
    parts = [_rows(single)] if single else []
    parts += [
        f"[{_key(name)}]\n{_rows(value)}" for name, value in tables.items() if isinstance(value, Mapping)
    ]
    return "\n".join(parts)


def _rows(values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in values.items())


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    raise TypeError(f"no value of TOML: {type(value).__name__}")


def _text(text: str) -> str:
    """A basic string: JSON escapes the same signs, except for DEL (TOML v1.0, "String")."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
