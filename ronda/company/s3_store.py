"""Files in an S3-compatible store, chosen by one setting:

    RONDA_FILES=s3://KEY:SECRET@HOST[:PORT]/BUCKET[/FOLDER][?region=eu-south-1&tls=0&style=host]

Key and secret are percent-encoded where they hold signs of an address. `tls=0` is for a server on this
computer or in the same rack; `style=host` puts the bucket into the name of the host. The library (obstore,
the extra "s3") is only imported here, when such a store is used.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

IN_MEMORY = 2 * 1024 * 1024
PIECE = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Where the store is, read from the setting."""

    endpoint: str
    bucket: str
    folder: str
    key: str
    secret: str
    region: str
    host_style: bool


def read_address(text: str) -> Address:
    """The parts of an s3:// address; ImproperlyConfigured with the form it must have."""
    parts = urlsplit(text)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    bucket, _slash, folder = parts.path.strip("/").partition("/")
    if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password and bucket):
        raise ImproperlyConfigured(
            "RONDA_FILES must be s3://KEY:SECRET@HOST/BUCKET, see docs/how-to/files.md"
        )
    if unknown := set(asked) - {"region", "tls", "style"}:
        raise ImproperlyConfigured(f"RONDA_FILES: {', '.join(sorted(unknown))} is not known")
    scheme = "http" if asked.get("tls") == "0" else "https"
    host_style = asked.get("style") == "host"
    host = f"{bucket}.{parts.hostname}" if host_style else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return Address(
        endpoint=f"{scheme}://{host}{port}",
        bucket=bucket,
        folder=folder,
        key=unquote(parts.username),
        secret=unquote(parts.password),
        region=asked.get("region", "us-east-1"),
        host_style=host_style,
    )


class StoreAway(OSError):
    """The store does not answer, or refuses us."""


@contextmanager
def answering() -> Iterator[None]:
    """What goes wrong with the store is told as what goes wrong with a disk."""
    from obstore.exceptions import BaseError  # noqa: PLC0415

    try:
        yield
    except BaseError as error:
        raise StoreAway(str(error).partition("\n")[0]) from error


@deconstructible(path="ronda.company.s3_store.S3Store")
class S3Store(Storage):
    """Django's storage over a bucket. Writing is atomic: a name holds all its bytes or is not there."""

    def __init__(self, address: str) -> None:
        try:
            import obstore  # noqa: PLC0415 -- an extra, needed by those only who keep files elsewhere
            from obstore.store import S3Store as Bucket  # noqa: PLC0415
        except ImportError as error:
            raise ImproperlyConfigured("RONDA_FILES=s3://… needs the extra: pip install ronda[s3]") from error
        at = read_address(address)
        self.obstore: Any = obstore
        self.bucket = Bucket(
            at.bucket,
            prefix=at.folder or None,
            endpoint=at.endpoint,
            region=at.region,
            access_key_id=at.key,
            secret_access_key=at.secret,
            virtual_hosted_style_request=at.host_style,
            client_options={
                "allow_http": at.endpoint.startswith("http:"),
                "connect_timeout": "10s",
                "read_timeout": "60s",
                "timeout": "600s",
            },
            retry_config={"max_retries": 3},
        )

    def _open(self, name: str, mode: str = "rb") -> File:
        """The bytes, read once into memory or a temporary file, so that they can be read in any order."""
        if mode != "rb":
            raise ValueError("files in a store elsewhere are written whole, by save()")
        kept: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- closed by who opened the file
        try:
            with answering():
                for piece in self.obstore.get(self.bucket, name).stream(min_chunk_size=PIECE):
                    kept.write(piece)
        except OSError:
            kept.close()
            raise
        kept.seek(0)
        return File(kept, name)

    def _save(self, name: str, content: "File[Any]") -> str:
        content.seek(0)
        first = content.read(PIECE)
        with answering():
            if len(first) < PIECE:
                self.obstore.put(self.bucket, name, first, use_multipart=False)
            else:
                rest = iter(lambda: content.read(PIECE), b"")
                self.obstore.put(self.bucket, name, chain([first], rest), chunk_size=PIECE)
        return name

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is passed over."""
        with answering():
            self.obstore.delete(self.bucket, name)

    def _head(self, name: str) -> Any:
        with answering():
            return self.obstore.head(self.bucket, name)

    def exists(self, name: str) -> bool:
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        return int(self._head(name)["size"])

    def get_modified_time(self, name: str) -> datetime:
        moment: datetime = self._head(name)["last_modified"]
        return moment

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files directly below a path, as names without the path."""
        with answering():
            found = self.obstore.list_with_delimiter(self.bucket, path or None)
        folders = [one.rstrip("/").rpartition("/")[2] for one in found["common_prefixes"]]
        return folders, [one["path"].rpartition("/")[2] for one in found["objects"]]

    def every_name(self, folder: str) -> Iterator[str]:
        """Every name below a folder, sorted: a thousand for each request."""
        with answering():
            names = [one["path"] for run in self.obstore.list(self.bucket, folder or None) for one in run]
        yield from sorted(names)

    def url(self, name: str | None) -> str:
        raise NotImplementedError("files are handed out by pages that look at rights, never by an address")
