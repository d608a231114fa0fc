"""Writes that may be repeated: one key, one effect, one answer.

The row of a key is inserted first, in the same transaction as the write. So key and effect exist together or
not at all, whatever dies; a second request with the key waits in the INSERT until the first has ended.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from ronda.api.models import KeptAnswer
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

KEPT = timedelta(hours=48)
KEY = re.compile(r"[\x21-\x7e]{1,255}")


class KeyUnreadable(Refusal):
    code = "api.idempotency_key_unreadable"


class KeyReused(Refusal):
    code = "api.idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Asked:
    """A write with a key: whose, and what it says."""

    company_id: int
    caller: str
    key: str
    fingerprint: str


def fingerprint(method: str, path: str, body: bytes) -> str:
    """SHA-256 of what makes two requests the same."""
    said = b"\x00".join((method.encode(), path.encode(), body))
    return hashlib.sha256(said).hexdigest()


def refuse_unreadable(key: str) -> None:
    """KeyUnreadable unless the key is 1 to 255 visible ASCII characters."""
    if not KEY.fullmatch(key):
        raise KeyUnreadable(_("An idempotency key has 1 to 255 visible ASCII characters."))


def claim(asked: Asked, *, now: datetime) -> tuple[KeptAnswer, bool]:
    """The row of the key, and whether it is ours to fill. Belongs inside the transaction of the write.

    Raises KeyReused when the key stands for another request.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("claim belongs inside the transaction of the write")
    mine = secrets.token_hex(16)
    given = {"company_id": asked.company_id, "caller": asked.caller, "key": asked.key}
    new = KeptAnswer(**given, claim=mine, fingerprint=asked.fingerprint, created_at=now)
    KeptAnswer.objects.bulk_create([new], ignore_conflicts=True)
    row = KeptAnswer.objects.get(**given)
    if row.fingerprint != asked.fingerprint:
        raise KeyReused(_("This idempotency key was used for another request. Take a new one."))
    return row, row.claim == mine


def keep(row: KeptAnswer, *, status: int, content_type: str, body: str) -> None:
    """Keep what was answered, in the transaction of the write."""
    KeptAnswer.objects.filter(pk=row.pk).update(status=status, content_type=content_type, body=body)


def forget_answers(*, now: datetime) -> int:
    """Remove answers older than 48 hours; how many."""
    return KeptAnswer.objects.filter(created_at__lt=now - KEPT).delete()[0]
