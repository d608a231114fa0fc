"""Archives from strangers: counted, measured while they are unpacked, never written to disk.

What an archive declares is checked before anything is unpacked; what comes out is counted
again, because a hostile archive lies.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MEGABYTE = 1024 * 1024

_CHUNK = 64 * 1024
_NESTED = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
_ENTRY_BYTES = 1024  # generous room per file in the list at the end of the archive
_SMALL = 64 * 1024  # below this a high ratio is a short repetitive file, not an attack
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    struct.error,
    ValueError,
    OverflowError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """`files` in one archive; unpacked bytes of one file and of all; bytes out per byte in."""

    files: int = 25_000
    file_bytes: int = 50 * MEGABYTE
    total_bytes: int = 2048 * MEGABYTE
    ratio: int = 200


class BadArchive(Refusal):
    code = "company.archive_broken"


class ArchiveTooManyFiles(Refusal):
    code = "company.archive_too_many_files"


class ArchiveTooLarge(Refusal):
    """Too many bytes unpacked, in one file or in all, or suspiciously more than packed."""

    code = "company.archive_too_large"


class UnsafeArchiveName(Refusal):
    """A name that leaves the archive's folder, or the same name twice."""

    code = "company.archive_unsafe_name"


class EncryptedArchive(Refusal):
    code = "company.archive_encrypted"


class NestedArchive(Refusal):
    code = "company.archive_nested"


def members(stream: BinaryIO, limits: Limits | None = None) -> Iterator[tuple[str, bytes]]:
    """Each file of the zip in `stream` (seekable), sorted by name, one in memory at a time.

    Folders and the leftovers of macOS are passed over. Raises a `Refusal` of this module at
    the first thing that is wrong; files yielded before it were sound.
    """
    with open_archive(stream, limits or Limits()) as archive:
        for name in archive.names:
            yield name, archive.read(name)


class Archive:
    """An archive whose list of files has been checked; see `open_archive`."""

    compressions: ClassVar[tuple[int, ...]] = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

    def __init__(self, inner: zipfile.ZipFile, limits: Limits) -> None:
        self._inner, self._limits, self._unpacked = inner, limits, 0
        self._entries = _checked_entries(inner, limits)

    @property
    def names(self) -> list[str]:
        return sorted(self._entries)

    def read(self, name: str) -> bytes:
        """The bytes of one file; a `Refusal` about this file leaves the others readable."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of one file in pieces, counted against the limits as they come out."""
        entry = self._entries[name]
        if entry.compress_type not in self.compressions:
            raise _broken(name)
        size, most = 0, min(self._limits.file_bytes, _allowed(entry, self._limits))
        try:
            with self._inner.open(entry) as unpacked:
                while chunk := unpacked.read(_CHUNK):
                    if size == 0 and chunk.startswith(_NESTED):
                        raise _nested(name)
                    size += len(chunk)
                    self._unpacked += len(chunk)
                    if size > most or self._unpacked > self._limits.total_bytes:
                        raise _too_large(name)
                    yield chunk
        except _BROKEN as error:
            raise _broken(name) from error


@contextmanager
def open_archive(stream: BinaryIO, limits: Limits) -> Iterator[Archive]:
    """The archive in `stream`, refused at once when what it declares is beyond `limits`."""
    _check_directory_size(stream, limits)
    try:
        inner = zipfile.ZipFile(stream)
    except (*_BROKEN, NotImplementedError) as error:
        raise _broken("") from error
    with inner:
        yield Archive(inner, limits)


def _checked_entries(inner: zipfile.ZipFile, limits: Limits) -> dict[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in inner.infolist():
        if entry.is_dir() or _is_leftover(entry.filename):
            continue
        _check_name(entry.filename, entries)
        if entry.flag_bits & 0x1:
            message = _(
                "“%(name)s” is protected by a password. Unpack the archive, then send it without one."
            )
            raise EncryptedArchive(message % {"name": entry.filename[:80]}, name=entry.filename)
        if entry.file_size > min(limits.file_bytes, _allowed(entry, limits)):
            raise _too_large(entry.filename)
        entries[entry.filename] = entry
    if len(entries) > limits.files:
        raise _too_many(limits)
    if sum(entry.file_size for entry in entries.values()) > limits.total_bytes:
        raise _too_large("")
    return entries


def _is_leftover(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in {
        ".DS_Store",
        "Thumbs.db",
        "desktop.ini",
    }


def _check_name(name: str, seen: dict[str, zipfile.ZipInfo]) -> None:
    parts = name.replace("\\", "/").split("/")
    if name in seen or not name or name[0] in "/\\" or ".." in parts or ":" in parts[0] or "\0" in name:
        message = _(
            "The archive has an unsafe or repeated file name, “%(name)s”. Pack the files again in one folder."
        )
        raise UnsafeArchiveName(message % {"name": name[:80]}, name=name)


def _allowed(entry: zipfile.ZipInfo, limits: Limits) -> int:
    return max(_SMALL, entry.compress_size * limits.ratio)


def _check_directory_size(stream: BinaryIO, limits: Limits) -> None:
    """Refuse a list of files that would fill the memory before it can be counted.

    The size comes from the end record of the archive (APPNOTE 4.3.16; 4.3.14 for zip64).
    """
    try:
        end = stream.seek(0, 2)
        start = max(0, end - 65_557)
        stream.seek(start)
        tail = stream.read(65_557)
        at = tail.rfind(b"PK\x05\x06")
        size = struct.unpack_from("<L", tail, at + 12)[0] if at >= 0 else 0
        wide = tail.rfind(b"PK\x06\x06", 0, max(at, 0))
        if wide >= 0:
            size = max(struct.unpack_from("<Q", tail, wide + 40)[0], size % 0xFFFFFFFF)
        stream.seek(0)
    except (struct.error, OSError, ValueError) as error:
        raise _broken("") from error
    if size > limits.files * _ENTRY_BYTES:
        raise _too_many(limits)


def _too_many(limits: Limits) -> ArchiveTooManyFiles:
    message = _("The archive holds more than %(limit)s files. Split it into smaller archives.")
    return ArchiveTooManyFiles(message % {"limit": limits.files}, limit=limits.files)


def _too_large(name: str) -> ArchiveTooLarge:
    message = _("The archive unpacks to more than is allowed (%(name)s). Send the files in smaller archives.")
    return ArchiveTooLarge(message % {"name": name[:80] or "*"}, name=name)


def _nested(name: str) -> NestedArchive:
    message = _("“%(name)s” is an archive inside the archive. Unpack it and send its files.")
    return NestedArchive(message % {"name": name[:80]}, name=name)


def _broken(name: str) -> BadArchive:
    message = _("The archive cannot be unpacked (%(name)s). Make it again as an ordinary zip.")
    return BadArchive(message % {"name": name[:80] or "*"}, name=name)
