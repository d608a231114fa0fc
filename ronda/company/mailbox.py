"""Where mail goes: a folder for those who have no mail server yet, or SMTP."""

import os
import secrets
import smtplib
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import EmailMessage


class FileMailbox(BaseEmailBackend):
    """Writes `<instant>-<random>.eml` into EMAIL_FILE_PATH; a file is there whole or not at all."""

    def __init__(self, *args: Any, file_path: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(file_path or settings.EMAIL_FILE_PATH)
        self._lock = threading.Lock()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            for message in email_messages:
                self._write(message)
        return len(email_messages)

    def _write(self, message: EmailMessage) -> None:
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        unfinished = self.folder / f".{name}.part"
        with unfinished.open("xb") as out:
            out.write(message.message().as_bytes())
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(self.folder / f"{name}.eml")


class SomeRecipientsRefused(smtplib.SMTPRecipientsRefused):
    """The server took the message for some of its recipients only."""


class _Told(smtplib.SMTP):
    def sendmail(self, *args: Any, **kwargs: Any) -> dict[str, tuple[int, bytes]]:
        refused = super().sendmail(*args, **kwargs)
        if refused:
            raise SomeRecipientsRefused(refused)
        return refused


class _ToldTls(_Told, smtplib.SMTP_SSL):
    pass


class SmtpMailbox(EmailBackend):
    """SMTP as in Django, but a recipient refused beside accepted ones is not passed over in silence."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _ToldTls if self.use_ssl else _Told
