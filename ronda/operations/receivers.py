"""What happens here because of something below."""

from django.utils import timezone

from ronda.company import options
from ronda.company.imports.running import before_writing
from ronda.company.models import ImportBatch
from ronda.operations.models import Backup
from ronda.operations.options import SafetyOptions
from ronda.operations.services.backing_up import back_up
from ronda.operations.services.places import passphrase_given


@before_writing
def back_up_before_large_import(batch: ImportBatch) -> None:
    """O3: before an import changes much, everything is copied; a backup that fails stops the import."""
    chosen = options.read(SafetyOptions, batch.company)
    rows = int(batch.summary.get("rows", 0))
    if chosen.backup_before_imports and rows >= chosen.large_import_rows:
        back_up(reason=Backup.Reason.IMPORT, by=batch.by, now=timezone.now(), passphrase=passphrase_given())
