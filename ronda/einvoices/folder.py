"""The channel "folder": two folders of the installation for each company.

`outbox` holds what is to leave, `inbox` what has come. Programs that do the transmission (an intermediary's
agent, SFTP software, a simulator) work beside it. A file has its name only once it is whole; what was read
moves to `inbox/read`.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ronda.company.models import Company
from ronda.einvoices.domain.exchange import Found, Handed, Incoming, Outgoing
from ronda.einvoices.door import company_folder
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

PARTIAL = (".part", ".tmp", ".filepart", ".crdownload", ".swp")
MOST_BYTES = 40 * 1024 * 1024


class FolderOutOfReach(Refusal):
    """The folder cannot be used just now."""

    code = "einvoices.folder_out_of_reach"


class Folder:
    """A `Channel` of two folders below `root`, which are made when they are missing."""

    def __init__(self, root: Path) -> None:
        self.outbox, self.inbox = root / "outbox", root / "inbox"
        self._read = self.inbox / "read"

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        _make(self.outbox)
        return [self._send_one(file) for file in files]

    def _send_one(self, file: Outgoing) -> Handed:
        if file.name != Path(file.name).name or file.name.startswith("."):
            return Handed(file.name, problem=_("“%s” is no name of a file.") % file.name, again=False)
        try:
            write_whole(self.outbox, file.name, file.content)
        except FileExistsError:
            if _same(self.outbox / file.name, file.content):
                return Handed(file.name, reference=file.name)
            text = _("The folder already holds another file called “%s”. Take it away first.")
            return Handed(file.name, problem=text % file.name, again=False)
        except OSError as error:
            return Handed(file.name, problem=_out_of_reach(self.outbox, error).message)
        return Handed(file.name, reference=file.name)

    def fetch(self) -> Iterator[Incoming]:
        _make(self.inbox)
        for name in self._waiting():
            if (found := self._read_one(name)) is not None:
                yield found

    def _waiting(self) -> list[str]:
        try:
            with os.scandir(self.inbox) as entries:
                files = [found for entry in entries if (found := _waits(entry)) is not None]
        except OSError as error:
            raise _out_of_reach(self.inbox, error) from error
        return [name for _changed, name in sorted(files)]

    def _read_one(self, name: str) -> Incoming | None:
        try:
            with (self.inbox / name).open("rb") as stream:
                content = stream.read(MOST_BYTES + 1)
        except FileNotFoundError:
            return None  # another job that fetches has stored it meanwhile
        except OSError as error:
            why = _("The file cannot be read (%s).") % (error.strerror or "")
            return Incoming(name, name, b"", found=Found.ODD, why=why)
        if len(content) > MOST_BYTES:
            return Incoming(name, name, b"", found=Found.ODD, why=_("The file is larger than 40 MB."))
        return Incoming(name, name, content)

    def try_out(self) -> None:
        """Make the folders and write into them; FolderOutOfReach says why that cannot be done."""
        for folder in (self.outbox, self.inbox):
            _make(folder)
            probe = folder / f".try.{os.getpid()}.part"
            try:
                probe.write_bytes(b"")
                probe.unlink()
            except OSError as error:
                raise _out_of_reach(folder, error) from error

    def acknowledge(self, incoming: Incoming) -> None:
        try:
            self._read.mkdir(parents=True, exist_ok=True)
            os.replace(self.inbox / incoming.token, _free(self._read, incoming.token))
        except FileNotFoundError:
            return  # acknowledged before
        except OSError as error:
            raise _out_of_reach(self._read, error) from error


def folder_of(company: Company) -> Folder:
    """The folders of a company, below RONDA_EINVOICES."""
    return Folder(company_folder(company))


def try_folder(company: Company) -> Any:
    """Whether the folders can be used."""
    folder_of(company).try_out()
    return _("Both folders are there and can be written to.")


def write_whole(folder: Path, name: str, content: bytes) -> None:
    """The file appears under its name at once and whole; FileExistsError if the name is taken."""
    partial = folder / f".{name}.{os.getpid()}.part"
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(partial, folder / name)
    finally:
        partial.unlink(missing_ok=True)


def _waits(entry: "os.DirEntry[str]") -> tuple[int, str] | None:
    """When it changed, and its name; None for no whole file, or one another job has stored meanwhile."""
    try:
        if entry.is_file(follow_symlinks=False) and not _is_partial(entry.name):
            return entry.stat(follow_symlinks=False).st_mtime_ns, entry.name
    except FileNotFoundError:
        pass
    return None


def _same(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _is_partial(name: str) -> bool:
    return name.startswith((".", "~")) or name.lower().endswith(PARTIAL)


def _free(folder: Path, name: str) -> Path:
    """The same message may come twice under one name: both are kept."""
    number, path = 1, folder / name
    while path.exists():
        number += 1
        path = folder / f"{number}~{name}"
    return path


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _out_of_reach(folder, error) from error


def _out_of_reach(folder: Path, error: OSError) -> FolderOutOfReach:
    text = _("The folder “%(folder)s” cannot be used (%(reason)s). It is tried again.")
    return FolderOutOfReach(text % {"folder": folder, "reason": error.strerror or ""})
