"""What a backup says about itself: every file with its hash, every table with its rows."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

FORMAT = 1


class UnknownFormat(ValueError):
    """The list of contents is not one that this version reads."""


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file of the backup: where it is in it, its bytes, and their SHA-256 in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`migrations` are "app.name"; `counts` are rows by table; `kind` is "sqlite" or "postgresql".

    `files_included` is False in backups of earlier versions where uploaded files were in a store elsewhere.
    """

    made_at: datetime
    version: str
    kind: str
    reason: str
    by: str
    migrations: tuple[str, ...]
    counts: dict[str, int]
    files: tuple[FileFact, ...] = ()
    files_included: bool = True
    key_included: bool = True
    format: int = FORMAT
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def to_json(self) -> str:
        facts = asdict(self) | {"made_at": self.made_at.isoformat()}
        return json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False)


def read_manifest(text: str) -> Manifest:
    """The manifest in a JSON text. Raises UnknownFormat when it is not one."""
    try:
        facts: dict[str, Any] = json.loads(text)
        known = facts["format"] == FORMAT
        facts["made_at"] = datetime.fromisoformat(facts["made_at"])
        facts["migrations"] = tuple(facts["migrations"])
        facts["files"] = tuple(FileFact(**one) for one in facts["files"])
        manifest = Manifest(**facts)
    except (KeyError, TypeError, ValueError) as error:
        raise UnknownFormat(str(error)) from error
    if not known:
        raise UnknownFormat(f"format {manifest.format}")
    return manifest
