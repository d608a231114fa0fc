"""What people enter about the channels to SdI: fields of `PecSettings`, `RestSettings`, `SdicoopSettings`.

What is not here (numbers of mails, folders for SdI's calls) is for those who write the file.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ronda.einvoices.domain.settings import Kind, Setting
from ronda.einvoices.door import ChannelSettings
from ronda.kernel.i18n import _

FILE = "sdi.toml"
Check = Callable[[Mapping[str, Any]], object]
_SECURITY = (
    ("tls", _("encrypted from the start (TLS)")),
    ("starttls", _("encrypted after the greeting (STARTTLS)")),
    ("plain", _("not encrypted: only for a server on this computer")),
)
_PEM = _("A PEM file, not protected by a password.")
_AUTHORITIES = _("PEM file with the authorities to trust. Empty: those that every program trusts.")


def pec(check: Check) -> ChannelSettings:
    """The certified mailbox."""
    fields = (
        Setting("address", _("Certified address (PEC)"), _("The firm's own, from which files leave.")),
        Setting("username", _("User name"), _("Often the address itself.")),
        Setting("password", _("Password"), secret=True),
        Setting("smtp_host", _("Server for sending (SMTP)")),
        Setting("imap_host", _("Server for reading (IMAP)")),
        *_mail_servers(),
        *_mailbox(),
    )
    return ChannelSettings(FILE, "pec", fields, check)


def _mail_servers() -> tuple[Setting, ...]:
    return (
        Setting("smtp_port", _("Port for sending"), kind=Kind.PORT, default=465, rare=True),
        Setting(
            "smtp_security", _("Sending is"), kind=Kind.CHOICE, default="tls", choices=_SECURITY, rare=True
        ),
        Setting("imap_port", _("Port for reading"), kind=Kind.PORT, default=993, rare=True),
        Setting(
            "imap_security", _("Reading is"), kind=Kind.CHOICE, default="tls", choices=_SECURITY, rare=True
        ),
        Setting(
            "certificates", _("Authorities"), _AUTHORITIES, kind=Kind.CERTIFICATES, default="", rare=True
        ),
        Setting("timeout", _("Seconds to wait for the server"), kind=Kind.SECONDS, default=30.0, rare=True),
    )


def _mailbox() -> tuple[Setting, ...]:
    return (
        Setting(
            "assigned",
            _("Address that SdI assigned"),
            _("Empty: it is taken from SdI's first answer."),
            default="",
            rare=True,
        ),
        Setting("mailbox", _("Folder that is read"), default="INBOX", rare=True),
        Setting(
            "done_folder",
            _("Folder for mails taken over"),
            _("Empty: they stay where they are and carry a mark."),
            default="",
            rare=True,
        ),
        Setting("odd_folder", _("Folder for mails nobody can place"), default="", rare=True),
        Setting(
            "senders",
            _("Other senders whose files are taken"),
            _("One address a line, such as an intermediary's. Those of SdI are known."),
            kind=Kind.LINES,
            default=(),
            rare=True,
        ),
        Setting(
            "need_certificate",
            _("Take files of certified mails only"),
            kind=Kind.FLAG,
            default=True,
            rare=True,
        ),
    )


def rest(check: Check) -> ChannelSettings:
    """An intermediary's web service."""
    fields = (
        Setting("base_url", _("Address of the service"), _("It begins with https://.")),
        Setting(
            "headers",
            _("Secret headers"),
            _("One a line, as the intermediary says: Authorization: Bearer …"),
            kind=Kind.PAIRS,
            default={},
            secret=True,
        ),
        *_addresses(),
        *_names(),
        Setting(
            "extra",
            _("Sent along with every file"),
            _("One a line: name: value"),
            kind=Kind.PAIRS,
            default={},
            rare=True,
        ),
        Setting("certificate", _("Certificate"), _PEM, kind=Kind.CERTIFICATES, default="", rare=True),
        Setting("key", _("Private key of the certificate"), _PEM, kind=Kind.KEY, default="", rare=True),
        Setting("authorities", _("Authorities"), _AUTHORITIES, kind=Kind.CERTIFICATES, default="", rare=True),
        Setting("connect_timeout", _("Seconds to connect"), kind=Kind.SECONDS, default=10.0, rare=True),
        Setting(
            "read_timeout", _("Seconds to wait for an answer"), kind=Kind.SECONDS, default=60.0, rare=True
        ),
        Setting(
            "plain_http",
            _("The service runs on this computer (http://127.0.0.1)"),
            kind=Kind.FLAG,
            default=False,
            rare=True,
        ),
    )
    return ChannelSettings(FILE, "rest", fields, check)


def sdicoop(check: Check) -> ChannelSettings:
    """SdI's own service. It issues both certificates at accreditation."""
    fields = (
        Setting("url", _("Address of the service"), _("That of RiceviFile; it begins with https://.")),
        Setting("certificate", _("Certificate"), _PEM, kind=Kind.CERTIFICATES),
        Setting("key", _("Private key of the certificate"), _PEM, kind=Kind.KEY),
        Setting("authorities", _("Authorities of SdI"), _PEM, kind=Kind.CERTIFICATES),
        Setting("connect_timeout", _("Seconds to connect"), kind=Kind.SECONDS, default=10.0, rare=True),
        Setting(
            "read_timeout", _("Seconds to wait for an answer"), kind=Kind.SECONDS, default=60.0, rare=True
        ),
    )
    return ChannelSettings(FILE, "sdicoop", fields, check)


def _addresses() -> tuple[Setting, ...]:
    """Where the service is asked what; the defaults are those of the local simulator."""
    with_id = _("{id} stands for the identifier of a waiting file.")
    methods = (("DELETE", "DELETE"), ("POST", "POST"), ("PUT", "PUT"), ("", _("none: reading is enough")))
    return (
        Setting("send_address", _("Path for sending"), default="/invoices", rare=True),
        Setting("list_address", _("Path of the list of waiting files"), default="/messages", rare=True),
        Setting(
            "content_address",
            _("Path of one file"),
            _("Empty: the list holds the contents. {id} stands for the identifier."),
            default="",
            rare=True,
        ),
        Setting(
            "acknowledge_address", _("Path to acknowledge"), with_id, default="/messages/{id}", rare=True
        ),
        Setting(
            "acknowledge_method",
            _("Acknowledged by"),
            kind=Kind.CHOICE,
            default="DELETE",
            choices=methods,
            rare=True,
        ),
    )


def _names() -> tuple[Setting, ...]:
    """How the service calls things; "data.id" is a field inside another one."""
    labels = (
        ("name_field", _("Field of a file's name, in sending"), "name"),
        ("content_field", _("Field of its content, in sending"), "content"),
        ("answer_id_field", _("Field of the identifier, in the answer"), "id"),
        ("answer_sdi_field", _("Field of SdI's identifier, in the answer"), "sdi_id"),
        ("items_field", _("Field of the waiting files, in the list"), "messages"),
        ("item_id_field", _("Field of the identifier, in the list"), "id"),
        ("item_name_field", _("Field of the name, in the list"), "name"),
        ("item_content_field", _("Field of the content, in the list"), "content"),
    )
    return tuple(Setting(name, label, default=usual, rare=True) for name, label, usual in labels)
