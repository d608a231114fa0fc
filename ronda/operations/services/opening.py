"""Reading a backup, with refusals that say what is wrong with it."""

from pathlib import Path

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.operations.domain.archive import Damaged, NeedsPassphrase, read_archive
from ronda.operations.domain.manifest import Manifest
from ronda.operations.domain.sealing import CannotOpen


class BackupDamaged(Refusal):
    code = "operations.backup_damaged"


class PassphraseNeeded(Refusal):
    code = "operations.passphrase_needed"


class CannotUnseal(Refusal):
    code = "operations.cannot_unseal"


def open_backup(path: Path, folder: Path | None, *, passphrase: str) -> Manifest:
    """Check every hash of a backup and, with a folder, unpack it there; what it says about itself."""
    try:
        return read_archive(path, folder, passphrase=passphrase)
    except NeedsPassphrase as error:
        text = _("%(file)s is encrypted: give its passphrase in RONDA_BACKUP_PASSPHRASE.")
        raise PassphraseNeeded(text % {"file": path.name}) from error
    except CannotOpen as error:
        text = _("%(file)s cannot be decrypted: the passphrase is wrong, or the file was changed or cut off.")
        raise CannotUnseal(text % {"file": path.name}) from error
    except Damaged as error:
        text = _("%(file)s is damaged: %(where)s. Take another backup.")
        raise BackupDamaged(text % {"file": path.name, "where": error}) from error
    except OSError as error:
        text = _("%(file)s cannot be read: %(reason)s.")
        raise BackupDamaged(text % {"file": path.name, "reason": error.strerror or error}) from error
