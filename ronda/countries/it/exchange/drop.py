"""Two folders: what is to leave lies in one, what has come is found in the other.

For programs that do the transmission themselves (an intermediary's agent, SFTP software, the local
simulator). A file has its name only once it is whole. What was read goes to a folder beside it, so it is
not read again.
"""

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ronda.countries.it.exchange.channel import (
    ChannelRefused,
    ChannelSettingsError,
    ChannelUnreachable,
    failed,
    refuse_names,
)
from ronda.einvoices.domain.exchange import Found, Handed, Incoming, Outgoing
from ronda.kernel.i18n import _

PARTIAL = (".part", ".tmp", ".filepart", ".crdownload", ".swp")
MAX_BYTES = 40 * 1024 * 1024
# Network shares and sticks know no second name for a file.
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


@dataclass(frozen=True, slots=True)
class DropSettings:
    """Folders. `read` takes what was read (empty: `read` inside the inbox).

    `settle_seconds`: how long a file must have lain unchanged, for programs that write under the final name.
    """

    outbox: Path
    inbox: Path
    read: Path | None = None
    settle_seconds: int = 5


class FileDrop:
    """A `Channel` of two folders. `clock` gives seconds since 1970."""

    name = "drop"

    def __init__(self, settings: DropSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings, self._clock = settings, clock
        self._read = settings.read or settings.inbox / "read"

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        refuse_names(files)
        _need_folder(self._settings.outbox)
        return [self._send_one(file) for file in files]

    def _send_one(self, file: Outgoing) -> Handed:
        try:
            write_whole(self._settings.outbox, file.name, file.content)
        except FileExistsError:
            if _same(self._settings.outbox / file.name, file.content):
                return Handed(file.name, reference=file.name)
            message = _("The folder already holds another file called “%(name)s”. Take it away first.")
            return failed(file.name, ChannelRefused(message % {"name": file.name}))
        except OSError as error:
            return failed(file.name, _unreachable(self._settings.outbox, error))
        return Handed(file.name, reference=file.name)

    def fetch(self) -> Iterator[Incoming]:
        """One reader at a time; a second one finds nothing."""
        _need_folder(self._settings.inbox)
        with _alone(self._settings.inbox) as alone:
            if alone:
                for name in self._waiting():
                    yield _read_file(self._settings.inbox, name)

    def _waiting(self) -> list[str]:
        settled = self._clock() - self._settings.settle_seconds
        try:
            with os.scandir(self._settings.inbox) as entries:
                files = [
                    (entry.stat(follow_symlinks=False).st_mtime, entry.name)
                    for entry in entries
                    if entry.is_file(follow_symlinks=False) and not is_partial(entry.name)
                ]
        except OSError as error:
            raise _unreachable(self._settings.inbox, error) from error
        return [name for changed, name in sorted(files) if changed <= settled]

    def acknowledge(self, incoming: Incoming) -> None:
        try:
            self._read.mkdir(parents=True, exist_ok=True)
            source = self._settings.inbox / incoming.token
            os.replace(source, free_name(self._read, incoming.token))
        except FileNotFoundError:
            return  # acknowledged before
        except OSError as error:
            raise _unreachable(self._read, error) from error


def is_partial(name: str) -> bool:
    """Whether the name says that somebody is still writing the file."""
    return name.startswith((".", "~")) or name.lower().endswith(PARTIAL)


def write_whole(folder: Path, name: str, content: bytes) -> None:
    """The file appears under its name at once and whole; FileExistsError if the name is taken."""
    partial = folder / f".{name}.{os.getpid()}.part"
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        _appear(partial, folder / name)
    finally:
        partial.unlink(missing_ok=True)


def _appear(partial: Path, target: Path) -> None:
    try:
        os.link(partial, target)  # never overwrites
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            raise FileExistsError(target) from None
        os.replace(partial, target)


def _same(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _read_file(folder: Path, name: str) -> Incoming:
    try:
        with (folder / name).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        why = _("The file cannot be read (%(reason)s).") % {"reason": error.strerror or ""}
        return Incoming(name, name, b"", found=Found.ODD, why=why)
    if len(content) > MAX_BYTES:
        return Incoming(name, name, b"", found=Found.ODD, why=_("The file is too large to be one of SdI."))
    return Incoming(name, name, content)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether nobody else is reading the folder; the system drops the lock when a process dies."""
    try:
        lock = (folder / ".lock").open("wb")
    except OSError as error:
        raise _unreachable(folder, error) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def free_name(folder: Path, name: str) -> Path:
    """SdI may send the same message twice under one name: both are kept."""
    number, path = 1, folder / name
    while path.exists():
        number += 1
        path = folder / f"{number}~{name}"
    return path


def _need_folder(folder: Path) -> None:
    if not folder.is_dir():
        message = _(
            "The folder “%(folder)s” does not exist. Create it, or correct the settings of the channel."
        )
        raise ChannelSettingsError(message % {"folder": folder})


def _unreachable(folder: Path, error: OSError) -> ChannelUnreachable:
    message = _("The folder “%(folder)s” cannot be used (%(reason)s). It is tried again.")
    return ChannelUnreachable(message % {"folder": folder, "reason": error.strerror or ""})
