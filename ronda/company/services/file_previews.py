"""Previews and words of files, made by a job: nobody waits for them, and nothing fails without them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from ronda.company import options
from ronda.company.company_options import FileOptions
from ronda.company.domain import file_kinds
from ronda.company.models import Attachment, FileVersion
from ronda.company.models.files import PREVIEW_FOLDER, hidden_path
from ronda.company.services import file_store, opening_files

TEXTS = frozenset({file_kinds.TEXT, file_kinds.XML})
LOOKED_INTO = file_kinds.PICTURES | TEXTS | {file_kinds.PDF}
NAMES = ("preview", "thumbnail")


def look_into(file_id: int) -> None:
    """Make previews and words of a file as it is now; again, and it does nothing.

    A version that was there before brings its previews along. What cannot be opened has none.
    """
    there = Attachment.objects.filter(pk=file_id, read_at=None).first()
    if there is None:
        return
    with TemporaryDirectory(prefix="ronda-") as folder:
        words = _words_and_pictures(there, Path(folder))
        made = {name: _store(there, Path(folder) / name) for name in NAMES}
    if not _write_down(there, words, made):
        file_store.remove({name for name in made.values() if name})


def _words_and_pictures(there: Attachment, folder: Path) -> str:
    if there.mime not in LOOKED_INTO:
        return ""
    most = options.read(FileOptions, there.company_id).largest_megapixels
    source = folder / "source"
    file_store.fetch(str(there.file.name), source)
    return opening_files.look_inside(source, folder, mime=there.mime, megapixels=most)


def _store(there: Attachment, path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as opened:
        return str(default_storage.save(hidden_path(PREVIEW_FOLDER, there.company_id), File(opened)))


@transaction.atomic
def _write_down(there: Attachment, words: str, made: dict[str, str]) -> bool:
    """Keep what was made, unless the file has become another version meanwhile; whether it was kept."""
    now = Attachment.objects.select_for_update(of=("self",)).filter(pk=there.pk, read_at=None).first()
    if now is None or now.file.name != there.file.name:
        return False
    older = {str(name) for name in (now.preview.name, now.thumbnail.name) if name}
    shared = FileVersion.objects.filter(attachment=now, preview__in=older or [""]).exists()
    now.words, now.read_at = words, timezone.now()
    now.preview, now.thumbnail = made["preview"], made["thumbnail"]
    now.save(update_fields=["words", "read_at", "preview", "thumbnail"])
    if older and not shared:
        transaction.on_commit(lambda: file_store.remove(older))
    return True
