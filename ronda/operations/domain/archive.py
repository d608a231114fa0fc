"""A backup as one file: a compressed tar that any computer can open, its list of contents at the end.

database.sqlite3 or database.dump, files/…, keys/…, manifest.json
"""

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from ronda.operations.domain.manifest import FileFact, Manifest, UnknownFormat, read_manifest
from ronda.operations.domain.sealing import CannotOpen, SealedReader, SealingWriter, is_sealed

MANIFEST = "manifest.json"
COMPRESSION = 1  # a nightly copy is read once in years: time matters more than the last tenth of its size
PIECE = 1024 * 1024
LARGEST_MANIFEST = 256 * 1024 * 1024
# Nothing else is ever written into a backup, so nothing else is taken out of one.
NAME = re.compile(r"(database\.(sqlite3|dump)|(files|keys)(/[^/\x00]+)+)\Z")


class Damaged(ValueError):
    """The backup is not what was written; the text says where."""


class NeedsPassphrase(ValueError):
    """The backup is encrypted and no passphrase was given."""


class Entry(NamedTuple):
    """A file to put into a backup under a name."""

    name: str
    path: Path


class Digesting(io.RawIOBase):
    """Passes on what is read or written and computes its SHA-256 on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream, self._digest = stream, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._digest.update(data)
        return data

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]
        self._digest.update(given)
        self._stream.write(given)
        return len(given)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def write_archive(
    path: Path,
    entries: Iterable[Entry],
    describe: Callable[[Sequence[FileFact]], Manifest],
    *,
    passphrase: str = "",
) -> tuple[Manifest, str]:
    """Write a new file, to the disk itself; its manifest and the SHA-256 of the whole file.

    Raises OSError, also when a file becomes shorter while it is read; what was written is then worthless.
    """
    with path.open("xb") as file:
        os.chmod(file.fileno(), 0o600)
        whole = Digesting(file)
        sealed = SealingWriter(whole, passphrase) if passphrase else None  # type: ignore[arg-type]
        with gzip.GzipFile("", "wb", COMPRESSION, sealed or whole, mtime=0) as packed:
            manifest = _write_tar(packed, entries, describe)
        if sealed is not None:
            sealed.finish()
        file.flush()
        os.fsync(file.fileno())
    return manifest, whole.hexdigest()


def _write_tar(
    out: "gzip.GzipFile", entries: Iterable[Entry], describe: Callable[[Sequence[FileFact]], Manifest]
) -> Manifest:
    facts = []
    with tarfile.open(mode="w|", fileobj=out, format=tarfile.PAX_FORMAT) as tar:
        for entry in entries:
            with entry.path.open("rb") as source:
                info = tarfile.TarInfo(entry.name)
                status = os.fstat(source.fileno())
                info.size, info.mtime, info.mode = status.st_size, int(status.st_mtime), 0o600
                content = Digesting(source)
                tar.addfile(info, content)
            facts.append(FileFact(entry.name, info.size, content.hexdigest()))
        manifest = describe(facts)
        text = manifest.to_json().encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mtime, info.mode = len(text), int(manifest.made_at.timestamp()), 0o600
        tar.addfile(info, io.BytesIO(text))
    return manifest


@contextmanager
def _opened(path: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    with path.open("rb") as file:
        sealed = is_sealed(file.read(32))
        file.seek(0)
        if sealed and not passphrase:
            raise NeedsPassphrase(path.name)
        try:
            clear = io.BufferedReader(SealedReader(file, passphrase), PIECE) if sealed else file
            with gzip.GzipFile(fileobj=clear) as packed, tarfile.open(mode="r|", fileobj=packed) as tar:
                yield tar
                while packed.read(PIECE):
                    pass  # to the very end: the last checksum and the last seal are there
        except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
            raise Damaged(str(error)) from error


def read_archive(path: Path, folder: Path | None, *, passphrase: str = "") -> Manifest:
    """Check every hash and, with a folder, put the files there; the manifest.

    Raises Damaged when a file is changed, missing, or not in the list; CannotOpen; NeedsPassphrase.
    """
    found: dict[str, FileFact] = {}
    manifest: Manifest | None = None
    with _opened(path, passphrase) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is None or not member.isfile() or manifest is not None or member.name in found:
                raise Damaged(member.name)
            if member.name == MANIFEST:
                manifest = _manifest(member, content)
            else:
                found[member.name] = _take(member, content, folder)
    if manifest is None:
        raise Damaged(MANIFEST)
    _compare(found, manifest)
    return manifest


def _manifest(member: tarfile.TarInfo, content: IO[bytes]) -> Manifest:
    if member.size > LARGEST_MANIFEST:
        raise Damaged(MANIFEST)
    try:
        return read_manifest(content.read().decode())
    except (UnknownFormat, UnicodeDecodeError) as error:
        raise Damaged(f"{MANIFEST}: {error}") from error


def _take(member: tarfile.TarInfo, content: object, folder: Path | None) -> FileFact:
    if not NAME.match(member.name) or ".." in member.name.split("/"):
        raise Damaged(member.name)
    source = Digesting(content)  # type: ignore[arg-type]
    size = 0
    if folder is None:
        while piece := source.read(PIECE):
            size += len(piece)
    else:
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            os.chmod(out.fileno(), 0o600)
            while piece := source.read(PIECE):
                size += out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    return FileFact(member.name, size, source.hexdigest())


def _compare(found: dict[str, FileFact], manifest: Manifest) -> None:
    listed = {fact.path: fact for fact in manifest.files}
    wrong = sorted(name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name))
    if wrong:
        more = f" (+{len(wrong) - 3})" if len(wrong) > 3 else ""
        raise Damaged(", ".join(wrong[:3]) + more)


__all__ = ["CannotOpen", "Damaged", "Entry", "NeedsPassphrase", "read_archive", "write_archive"]
