"""Thousands of received files, from a folder or a zip, one in memory at a time."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ronda.company.domain import safe_zip
from ronda.countries.it.domain.fatturapa.model import ReceivedInvoice
from ronda.countries.it.domain.fatturapa.reader import MAX_BYTES, read_invoice
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

SUFFIXES = (".xml", ".p7m")


class UnreadableFile(Refusal):
    code = "fatturapa.unreadable_file"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: its invoices, or why it gave none."""

    name: str
    result: list[ReceivedInvoice] | Refusal

    @property
    def refused(self) -> bool:
        return isinstance(self.result, Refusal)


def read_folder_or_zip(path: Path, limits: safe_zip.Limits | None = None) -> Iterator[Reading]:
    """Every .xml and .p7m in a folder (and its subfolders), in the zips there, or in one zip or file.

    In the order of names relative to `path`, so that two runs agree; other files are passed
    over, links are not followed. A file that cannot be read is a `Reading` with its refusal.
    """
    chosen = limits or safe_zip.Limits(file_bytes=MAX_BYTES)
    if path.is_dir():
        for name in sorted(_names_below(path)):
            yield from _read_file(path / name, name, chosen)
    else:
        yield from _read_file(path, path.name, chosen)


def _names_below(folder: Path) -> Iterator[str]:
    for parent, _folders, files in os.walk(folder):
        for file in files:
            if file.lower().endswith((*SUFFIXES, ".zip")):
                yield os.path.relpath(os.path.join(parent, file), folder)


def _read_file(path: Path, name: str, limits: safe_zip.Limits) -> Iterator[Reading]:
    if path.suffix.lower() == ".zip":
        yield from _read_zip(path, name, limits)
    else:
        yield Reading(name, _read_path(path, name))


def _read_path(path: Path, name: str) -> list[ReceivedInvoice] | Refusal:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = _("“%(name)s” cannot be opened (%(reason)s). Check that the file is there and may be read.")
        return UnreadableFile(message % {"name": name, "reason": error.strerror or ""}, name=name)
    return _read_bytes(data, name)


def _read_bytes(data: bytes, name: str) -> list[ReceivedInvoice] | Refusal:
    try:
        return read_invoice(data, name)
    except Refusal as refusal:
        return refusal


def _read_zip(path: Path, name: str, limits: safe_zip.Limits) -> Iterator[Reading]:
    try:
        with path.open("rb") as stream, safe_zip.open_archive(stream, limits) as archive:
            for member in archive.names:
                if member.lower().endswith((*SUFFIXES, ".zip")):
                    yield Reading(f"{name}/{member}", _read_member(archive, member, f"{name}/{member}"))
    except Refusal as refusal:
        yield Reading(name, refusal)
    except OSError as error:
        message = _("“%(name)s” cannot be opened (%(reason)s). Check that the file is there and may be read.")
        yield Reading(
            name, UnreadableFile(message % {"name": name, "reason": error.strerror or ""}, name=name)
        )


def _read_member(archive: safe_zip.Archive, member: str, name: str) -> list[ReceivedInvoice] | Refusal:
    try:
        return _read_bytes(archive.read(member), name)
    except Refusal as refusal:
        return refusal
