"""SDICoop, the exchange's own web service: prepared, and never tried against the real one.

A firm must be accredited by Sogei and owns two certificates; neither can be had for a test. What is here
follows the published service descriptions: requests and answers are built, read and tested against their
schemas, the connection uses both certificates. SdI calls the firm for everything it has to say, so its
calls are taken at an address of the firm, put into a folder by `take_call`, and fetched from there like
those of any channel.
"""

import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from ronda.countries.it.exchange.channel import (
    ChannelError,
    ChannelRefused,
    ChannelSettingsError,
    ChannelUncertain,
    ChannelUnreachable,
    failed,
    refuse_names,
)
from ronda.countries.it.exchange.drop import DropSettings, FileDrop, free_name, write_whole
from ronda.countries.it.exchange.soap import (
    OUT_OF_SERVICE,
    SEND_ACTION,
    Answer,
    read_answer,
    read_call,
    received_envelope,
    send_envelope,
)
from ronda.einvoices.domain.exchange import Handed, Incoming, Outgoing
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MAX_ANSWER = 1024 * 1024
TRYING = 6.0  # seconds that somebody waits who tries the settings


@dataclass(frozen=True, slots=True)
class SdicoopSettings:
    """`url` of RiceviFile; files with the firm's certificate and key, and with Sogei's authorities.

    `spool`: the folder into which the calls of SdI are put.
    """

    url: str
    certificate: Path
    key: Path
    authorities: Path
    spool: Path
    connect_timeout: float = 10.0
    read_timeout: float = 60.0


class Sdicoop:
    """A `Channel` to SdI itself, with a certificate on both sides."""

    name = "sdicoop"

    def __init__(self, settings: SdicoopSettings) -> None:
        self._settings = settings
        self._spool = FileDrop(DropSettings(settings.spool, settings.spool, settle_seconds=0))

    def send(self, files: Sequence[Outgoing]) -> list[Handed]:
        refuse_names(files)
        self._need_certificates()
        with requests.Session() as session:
            session.trust_env = False
            session.cert = (str(self._settings.certificate), str(self._settings.key))
            session.verify = str(self._settings.authorities)
            return [self._send_one(session, file) for file in files]

    def _need_certificates(self) -> None:
        settings = self._settings
        for path in (settings.certificate, settings.key, settings.authorities):
            if not path.is_file():
                message = _(
                    "The certificate file “%(path)s” is not there. Correct the settings of the channel."
                )
                raise ChannelSettingsError(message % {"path": path})
        refuse_address(settings.url)

    def try_out(self) -> None:
        """Whether the certificates fit and SdI answers, within seconds. Raises a ChannelError."""
        self._need_certificates()
        settings, parts = self._settings, urlsplit(self._settings.url)
        try:
            context = ssl.create_default_context(cafile=settings.authorities)
            context.load_cert_chain(settings.certificate, settings.key, password="")
        except (OSError, ValueError) as error:  # SSLError is an OSError
            message = _("The certificates cannot be used (%(reason)s). Upload them again.")
            raise ChannelSettingsError(message % {"reason": str(error)[:200]}) from error
        try:
            with (
                socket.create_connection((parts.hostname or "", parts.port or 443), TRYING) as wire,
                context.wrap_socket(wire, server_hostname=parts.hostname),
            ):
                pass
        except (OSError, ValueError) as error:
            raise _trouble(ChannelUnreachable, error) from error

    def _send_one(self, session: requests.Session, file: Outgoing) -> Handed:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{SEND_ACTION}"'}
        timeout = (self._settings.connect_timeout, self._settings.read_timeout)
        body = send_envelope(file.name, file.content)
        try:
            answer = session.post(
                self._settings.url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            )
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            return failed(file.name, _trouble(ChannelUnreachable, error))
        except (requests.RequestException, OSError) as error:
            return failed(file.name, _trouble(ChannelUncertain, error))
        return handed(
            file.name, answer.status_code, answer.content[:MAX_ANSWER], answer.headers.get("Content-Type", "")
        )

    def fetch(self) -> Iterator[Incoming]:
        return self._spool.fetch()

    def acknowledge(self, incoming: Incoming) -> None:
        self._spool.acknowledge(incoming)


def refuse_address(url: str) -> None:
    """Raises ChannelSettingsError unless the connection would be encrypted."""
    if not url.startswith("https://"):
        message = _("The address of the service must begin with https://. Correct it in the settings.")
        raise ChannelSettingsError(message, field="url")


def handed(name: str, status: int, content: bytes, content_type: str) -> Handed:
    """What the answer to RiceviFile means for the file."""
    try:
        answer = read_answer(content, content_type)
    except Refusal as refusal:
        kind = ChannelUnreachable if status >= 500 else ChannelUncertain
        return failed(name, _trouble(kind, refusal))
    if answer.error:
        return failed(name, _refused(answer))
    return Handed(name, answer.sdi_id, answer.sdi_id)


def take_call(data: bytes, content_type: str, spool: Path) -> bytes:
    """Keep what SdI hands over in `spool`, then the bytes to answer with (empty: an empty answer).

    The page at the firm's address calls this and answers only after it has returned. Raises
    `BadEnvelopeOfCall`.
    """
    call = read_call(data, content_type)
    for name, content in call.files:
        write_whole(spool, free_name(spool, name).name, content)
    return received_envelope() if call.operation == "fileSdIConMetadati" else b""


def _refused(answer: Answer) -> ChannelError:
    if answer.error == OUT_OF_SERVICE:
        return ChannelUnreachable(_("SdI is out of service at the moment. It is tried again."))
    message = _("SdI does not take the file (%(code)s). Check the file and the firm's accreditation.")
    return ChannelRefused(message % {"code": answer.error}, sdi_code=answer.error)


def _trouble(kind: type[ChannelError], error: Exception) -> ChannelError:
    message = _("SdI did not answer as it should (%(reason)s). It is tried again.")
    return kind(message % {"reason": type(error).__name__})
