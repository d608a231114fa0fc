"""A folder sent by the browser, written into one archive while it arrives."""

import tempfile
import zipfile
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from ronda.company.domain import safe_zip
from ronda.countries.it.domain.fatturapa.batch import SUFFIXES
from ronda.kernel.errors import Refusal

IN_MEMORY = 1024 * 1024


class ArchiveUpload(FileUploadHandler):
    """Puts every uploaded file into one zip on disk: thousands of files take the memory of one.

    `finish` gives the archive, or the very file when a single zip was sent; `close` ends both.
    `too_large` says that the upload was cut at `limit` bytes; `refused` lists archives that could
    not be opened.
    """

    def __init__(self, request: Any, *, limit: int) -> None:
        super().__init__(request)
        self.limit, self.size, self.count = limit, 0, 0
        self.too_large = False
        self.refused: list[tuple[str, str]] = []
        self.names: list[str] = []
        self._target: Any = tempfile.TemporaryFile()  # noqa: SIM115 -- `close` ends it
        self._archive = zipfile.ZipFile(self._target, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._file: Any | None = None
        self._alone: Any | None = None
        self._seen: set[str] = set()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- see `close`

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > self.limit:
            self.too_large = True
            raise StopUpload(connection_reset=True)
        if self._file is not None:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        name = str(self.file_name or "")
        self.count += 1
        self.names.append(name)
        self._settle_alone()
        file, self._file = self._file, None
        if file is None:
            return
        file.seek(0)
        if name.lower().endswith(".zip"):
            self._alone = file
            return
        if name.lower().endswith(SUFFIXES):
            self._add(name, file.read())
        file.close()

    def _settle_alone(self) -> None:
        """A zip that turned out not to be the only file is unpacked into the archive."""
        if self._alone is None:
            return
        folder = self.names[-2]
        try:
            for name, data in safe_zip.members(self._alone):
                self._add(f"{folder}/{name}", data)
        except Refusal as refusal:
            self.refused.append((folder, str(refusal.message)))
        self._alone.close()
        self._alone = None

    def _add(self, name: str, data: bytes) -> None:
        if name in self._seen:
            folder, slash, file = name.rpartition("/")
            name = f"{folder}{slash}{self.count}-{file}"
        self._seen.add(name)
        self._archive.writestr(name, data)

    def finish(self) -> tuple[str, Any]:
        """(name, open file) of what arrived; the name is that of a single file."""
        if self.count == 1 and self._alone is not None:
            return self.names[0], self._alone
        if self._alone is not None:
            self.names.append("")
            self._settle_alone()
            self.names.pop()
        self._archive.close()
        self._target.seek(0)
        return self.names[0] if self.count == 1 else "", self._target

    def close(self) -> None:
        """Let go of the files on disk, whatever became of the upload."""
        self._archive.close()
        for file in (self._target, self._file, self._alone):
            if file is not None:
                file.close()
