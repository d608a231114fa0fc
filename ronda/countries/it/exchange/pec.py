"""Certified mail: invoices leave by SMTP, answers come by IMAP.

The first mail goes to the common address of SdI; its first receipt comes from the address that is to be used
from then on, which the caller is told of and keeps in the settings. Whether a person has opened a mail
means nothing here: what was taken over carries a keyword of its own, or is moved to another folder.
"""

import imaplib
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from ronda.countries.it.domain.sdi.messages import Kind
from ronda.countries.it.domain.sdi.names import read_notification_name
from ronda.countries.it.exchange.channel import (
    ChannelError,
    ChannelRefused,
    ChannelSettingsError,
    ChannelUncertain,
    ChannelUnreachable,
    failed,
    refuse_names,
)
from ronda.countries.it.exchange.pec_mail import MAX_BYTES, PecMail, is_exchange_address, unpack
from ronda.einvoices.domain.exchange import Found, Handed, Incoming, Outgoing
from ronda.kernel.i18n import _

FIRST_ADDRESS = "sdi01@pec.fatturapa.it"
TLS, STARTTLS, PLAIN = "tls", "starttls", "plain"
KEYWORD = "RondaTaken"
TRYING = 6.0  # seconds that somebody waits who tries the settings

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class PecSettings:
    """How to reach the mailbox. `security`: tls, starttls, or plain (only for a server on this computer).

    `assigned`: the address SdI assigned, empty before its first answer. `senders`: addresses beside those
    of SdI whose files are taken, such as an intermediary's. `done_folder`: where mails go that were taken
    over; empty: they stay and carry a keyword. `certificates`: a file with the authorities to trust, empty
    for those of the system.
    """

    address: str
    username: str
    password: str = field(repr=False)
    smtp_host: str
    imap_host: str
    smtp_port: int = 465
    imap_port: int = 993
    smtp_security: str = TLS
    imap_security: str = TLS
    assigned: str = ""
    first_address: str = FIRST_ADDRESS
    senders: tuple[str, ...] = ()
    need_certificate: bool = True
    mailbox: str = "INBOX"
    done_folder: str = ""
    odd_folder: str = ""
    certificates: str = ""
    timeout: float = 30.0
    most: int = 500  # mails looked at in one call

    @property
    def recipient(self) -> str:
        """Where invoices are sent to now."""
        return self.assigned or self.first_address


class Pec:
    """A `Channel` over a certified mailbox. `connect_imap` gives an object like imaplib.IMAP4, logged in."""

    name = "pec"

    def __init__(
        self,
        settings: PecSettings,
        connect_imap: Callable[[PecSettings], Any] | None = None,
        on_assigned: Callable[[str], None] = lambda _address: None,
    ) -> None:
        """`on_assigned` is told the address SdI assigned, when its first receipt comes."""
        self._settings = settings
        self._on_assigned = on_assigned
        self._connect = connect_imap or connect
        self._imap: Any = None
        self._validity = ""
        self._uses = 0
        self._left: dict[str, set[str]] = {}

    def try_out(self) -> None:
        """Log in to send and to read, within seconds; raises a ChannelError that says what is wrong."""
        short = replace(self._settings, timeout=min(self._settings.timeout, TRYING))
        with _smtp(short), Pec(short, self._connect)._session():
            pass

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        refuse_names(files)
        with _smtp(self._settings) as server:
            return [self._send_one(server, file) for file in files]

    def _send_one(self, server: smtplib.SMTP, file: Outgoing) -> Handed:
        message = self._message(file)
        reference = str(message["Message-ID"])
        try:
            server.send_message(message)
        except smtplib.SMTPServerDisconnected as error:
            return failed(file.name, _uncertain(error), reference)
        except smtplib.SMTPResponseException as error:
            return failed(file.name, _answered(error.smtp_code, error.smtp_error))
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()), (550, b""))
            return failed(file.name, _answered(code, text))
        except (OSError, smtplib.SMTPException) as error:
            return failed(file.name, _uncertain(error), reference)
        return Handed(file.name, reference)

    def _message(self, file: Outgoing) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self._settings.address, self._settings.recipient
        message["Subject"] = file.name
        message["Message-ID"] = make_msgid(domain=self._settings.address.rpartition("@")[2] or None)
        message.set_content(file.name)
        kind = ("application", "pkcs7-mime") if file.name.endswith(".p7m") else ("application", "xml")
        message.add_attachment(file.content, maintype=kind[0], subtype=kind[1], filename=file.name)
        return message

    def fetch(self) -> Iterator[Incoming]:
        with self._session() as imap:
            for uid in self._new(imap)[: self._settings.most]:
                yield from self._read(imap, uid, f"{self._validity}/{uid}")

    def _read(self, imap: Any, uid: str, mark: str) -> Iterator[Incoming]:
        """The files of one mail; a mail that asks for nothing is done at once."""
        with _imap_errors():
            mail = self._unpacked(imap, uid)
        if not self._settings.assigned and _assigns(mail, self._settings):
            self._on_assigned(mail.sender.lower())
        found = list(_incoming(mail, mark, self._settings))
        if not found:
            self._finish(imap, uid, odd=False)
            return
        self._left[mark] = {incoming.token for incoming in found}
        yield from found

    def _unpacked(self, imap: Any, uid: str) -> PecMail:
        """The mail; one that the server cannot hand out is odd and stops nothing."""
        try:
            return self._handed_out(imap, uid)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            return PecMail(odd=True, why=_("The mailbox does not hand the mail out."))

    def _handed_out(self, imap: Any, uid: str) -> PecMail:
        found = imap.uid("FETCH", uid, "(RFC822.SIZE)")[1]
        size = _SIZE.search(b" ".join(part for part in found or [] if isinstance(part, bytes)))
        if size and int(size[1]) > MAX_BYTES:
            return PecMail(odd=True, why=_("The mail is too large."))
        parts = imap.uid("FETCH", uid, "(BODY.PEEK[])")[1]
        raw = next((part[1] for part in parts or [] if isinstance(part, tuple)), b"")
        return unpack(raw) if raw else PecMail(odd=True, why=_("The mailbox does not hand the mail out."))

    def acknowledge(self, incoming: Incoming) -> None:
        """The mail is done once all its files are."""
        mark, _slash, _number = incoming.token.rpartition("/")
        left = self._left.get(mark, set())
        left.discard(incoming.token)
        if left:
            return
        with self._session() as imap:
            self._left.pop(mark, None)
            validity, _slash, uid = mark.partition("/")
            if validity == self._validity:
                self._finish(imap, uid, odd=incoming.found is Found.ODD)

    def _finish(self, imap: Any, uid: str, *, odd: bool) -> None:
        folder = (self._settings.odd_folder if odd else "") or self._settings.done_folder
        with _imap_errors():
            if not folder:
                imap.uid("STORE", uid, "+FLAGS.SILENT", f"({KEYWORD})")
                return
            imap.create(_quoted(folder))  # answers NO where it exists
            if imap.uid("COPY", uid, _quoted(folder))[0] != "OK":
                raise _no_folder(folder)
            imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
            if "UIDPLUS" in imap.capabilities:  # otherwise others' deleted mails would go, too
                imap.uid("EXPUNGE", uid)

    def _new(self, imap: Any) -> list[str]:
        with _imap_errors():
            answer, found = imap.uid("SEARCH", None, f"(UNDELETED UNKEYWORD {KEYWORD})")
            if answer != "OK":
                raise _imap_trouble("SEARCH")
        numbers = [part for part in b" ".join(part for part in found or [] if part).split() if part.isdigit()]
        return [number.decode("ascii") for number in sorted(numbers, key=int)]

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """One connection for a fetch and the acknowledgements that follow; it ends with the last of them."""
        if self._imap is None:
            self._imap = self._opened()
        self._uses += 1
        try:
            yield self._imap
        except ChannelError:
            self._left.clear()  # what was not acknowledged comes again
            raise
        finally:
            self._uses -= 1
            if not self._uses and not self._left:
                self.close()

    def close(self) -> None:
        """Hang up; for whoever will not acknowledge what was fetched."""
        imap, self._imap = self._imap, None
        self._left.clear()
        if imap is not None:
            _close(imap)

    def _opened(self) -> Any:
        with _imap_errors():
            imap = self._connect(self._settings)
            found = imap.select(_quoted(self._settings.mailbox))[0] == "OK"
        if not found:
            _close(imap)
            raise _no_folder(self._settings.mailbox)
        # Numbers of mails mean something only as long as this stays the same (RFC 3501 §2.3.1.1).
        self._validity = _told(imap, "UIDVALIDITY") or "0"
        flags = _told(imap, "PERMANENTFLAGS")
        if not self._settings.done_folder and flags and r"\*" not in flags and KEYWORD not in flags:
            _close(imap)
            message = _("The mailbox keeps no marks. Say in the settings to which folder mails are moved.")
            raise ChannelSettingsError(message)
        return imap


def _told(imap: Any, what: str) -> str:
    """What the server said when the folder was opened; it can be asked for once."""
    found = imap.response(what)[1]
    return found[0].decode("ascii", "replace") if found and found[0] else ""


def _close(imap: Any) -> None:
    with suppress(OSError, imaplib.IMAP4.error):
        imap.logout()


def connect(settings: PecSettings) -> imaplib.IMAP4:
    """A connection to the mailbox, logged in; raises what imaplib raises."""
    host, port, timeout = settings.imap_host, settings.imap_port, settings.timeout
    if settings.imap_security == TLS:
        imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=_context(settings), timeout=timeout)
    else:
        imap = imaplib.IMAP4(host, port, timeout=timeout)
    try:
        if settings.imap_security == STARTTLS:
            imap.starttls(_context(settings))
        imap.login(settings.username, settings.password)
    except (OSError, imaplib.IMAP4.error):
        imap.shutdown()
        raise
    return imap


def _incoming(mail: PecMail, mark: str, settings: PecSettings) -> Iterator[Incoming]:
    """What the caller is to store of a mail: its files, bad news about a sending, or an oddity."""
    name = mail.subject[:100]
    if mail.failed:
        found = Found.UNDELIVERED
        yield Incoming(f"{mark}/0", name, b"", found, mail.sender, mail.reference, why=mail.why)
    elif mail.odd:
        yield Incoming(f"{mark}/0", name, b"", Found.ODD, mail.sender, why=mail.why)
    known = _trusted(mail, settings)
    why = "" if known else _("The mail holds files of SdI, but does not certainly come from it.")
    for number, (file, content) in enumerate(mail.files):
        found = Found.FILE if known else Found.ODD
        yield Incoming(f"{mark}/{number}", file, content, found, mail.sender, why=why)


def _trusted(mail: PecMail, settings: PecSettings) -> bool:
    if settings.need_certificate and not mail.certified:
        return False
    others = {address.lower() for address in settings.senders}
    return is_exchange_address(mail.sender) or mail.sender.lower() in others


def _assigns(mail: PecMail, settings: PecSettings) -> bool:
    """A receipt comes from the address that is to be used; received invoices may come from any of SdI's."""
    names = [read_notification_name(name) for name, _content in mail.files]
    receipts = [found for found in names if found and found.kind != Kind.METADATA]
    return bool(receipts) and _trusted(mail, settings) and is_exchange_address(mail.sender)


@contextmanager
def _smtp(settings: PecSettings) -> Iterator[smtplib.SMTP]:
    try:
        server = _smtp_connected(settings)
    except smtplib.SMTPAuthenticationError as error:
        message = _("The mailbox does not accept user name and password. Correct them in the settings.")
        raise ChannelSettingsError(message) from error
    except (OSError, smtplib.SMTPException) as error:
        raise _unreachable(error) from error
    try:
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()


def _smtp_connected(settings: PecSettings) -> smtplib.SMTP:
    host, port, timeout = settings.smtp_host, settings.smtp_port, settings.timeout
    if settings.smtp_security == TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=_context(settings))
    else:
        server = smtplib.SMTP(host, port, timeout=timeout)
    try:
        if settings.smtp_security == STARTTLS:
            server.starttls(context=_context(settings))
        if settings.username:
            server.login(settings.username, settings.password)
    except (OSError, smtplib.SMTPException):
        server.close()
        raise
    return server


def _context(settings: PecSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.certificates or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _imap_errors() -> Iterator[None]:
    """What imaplib raises, as errors of the channel."""
    try:
        yield
    except imaplib.IMAP4.abort as error:
        raise _unreachable(error) from error
    except imaplib.IMAP4.error as error:
        raise _imap_trouble(str(error)) from error
    except OSError as error:
        raise _unreachable(error) from error


def _imap_trouble(reason: str) -> ChannelError:
    message = _("The mailbox refuses to be read (%(reason)s). Check user name, password and folder.")
    return ChannelSettingsError(message % {"reason": reason[:200]})


def _no_folder(folder: str) -> ChannelError:
    message = _("The mailbox has no folder “%(folder)s”. Create it, or correct the settings of the channel.")
    return ChannelSettingsError(message % {"folder": folder})


def _unreachable(error: Exception) -> ChannelUnreachable:
    message = _("The mail server cannot be reached (%(reason)s). It is tried again.")
    return ChannelUnreachable(message % {"reason": str(error)[:200]})


def _uncertain(error: Exception) -> ChannelUncertain:
    message = _("The connection broke while sending (%(reason)s). The same file is sent once more.")
    return ChannelUncertain(message % {"reason": str(error)[:200]})


def _answered(code: int, text: bytes | str) -> ChannelError:
    """A mail server's 4xx means later, 5xx means never (RFC 5321 §4.2.1)."""
    reason = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    facts = {"code": code, "reason": reason[:200]}
    if 400 <= code < 500:
        message = _("The mail server answers %(code)s: %(reason)s. It is tried again.")
        return ChannelUnreachable(message % facts)
    message = _("The mail server does not take the mail: %(code)s, %(reason)s. Check address and mailbox.")
    return ChannelRefused(message % facts)


def _quoted(folder: str) -> str:
    """A folder's name as IMAP wants it (RFC 3501 §4.3)."""
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
