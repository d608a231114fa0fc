"""Where things are: what a backup takes along, and where backups are kept."""

import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

from ronda.company.services.file_store import fetch_all
from ronda.operations.domain.archive import Entry

KEY_FILE, KEY_FOLDER = "secret_key", "keys"
PARTIAL = ".partial"


def backup_folder() -> Path:
    """Where backups are kept (O3): RONDA_BACKUPS, else `backups` beside the data."""
    return Path(os.environ.get("RONDA_BACKUPS") or Path(settings.VAR) / "backups")


def passphrase_given() -> str:
    """The passphrase of the environment; with one, every backup is encrypted."""
    return os.environ.get("RONDA_BACKUP_PASSPHRASE", "")


def product_version() -> str:
    try:
        return version("ronda")
    except PackageNotFoundError:
        return "unknown"  # run from its folder without being installed


def files_folder() -> Path | None:
    """The folder of uploaded files and prints; None where a store elsewhere keeps them."""
    if isinstance(default_storage, FileSystemStorage):
        return Path(default_storage.location)
    return None


def uploaded_files(copies: Path) -> Iterator[Entry]:
    """Uploaded files and prints, sorted by name.

    From a store elsewhere each is copied into `copies` when its turn comes, and the copy goes after it.
    """
    folder = files_folder()
    if folder is None:
        for name, copy in fetch_all(copies):
            yield Entry(f"files/{name}", copy)
            copy.unlink()
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield Entry(f"files/{path.relative_to(folder).as_posix()}", path)


def keys() -> Iterator[Entry]:
    """Keys kept beside the data: without them signatures and links of the data are worth nothing."""
    place = Path(settings.VAR)
    if (place / KEY_FILE).is_file() and not os.environ.get("RONDA_SECRET_KEY"):
        yield Entry(f"keys/{KEY_FILE}", place / KEY_FILE)
    for path in sorted((place / KEY_FOLDER).rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield Entry(f"keys/{path.relative_to(place).as_posix()}", path)


def keep_on_disk(folder: Path) -> None:
    """Names given and taken in the folder survive a power cut from now on."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
