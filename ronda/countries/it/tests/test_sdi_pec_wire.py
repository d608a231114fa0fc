"""The certified mailbox with the real imaplib and smtplib, over TLS, against small servers of this test."""

import ipaddress
import re
import socket
import socketserver
import ssl
import threading
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ronda.countries.it.exchange.channel import ChannelSettingsError, ChannelUnreachable
from ronda.countries.it.exchange.pec import KEYWORD, STARTTLS, Pec, PecSettings
from ronda.countries.it.tests.sdi_invoices import invoice, name
from ronda.countries.it.tests.test_sdi_pec import RECEIPT, Office, certified, mail
from ronda.einvoices.domain.exchange import Found, Outgoing


class ImapServer(socketserver.ThreadingTCPServer):
    """Speaks enough of RFC 3501 for one mailbox; `lines` keeps what was asked."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, context, mails):
        self.context, self.lines = context, []
        self.mails, self.flags = dict(enumerate(mails, 3)), {}
        super().__init__(("127.0.0.1", 0), Talk)

    def get_request(self):
        """A client that does not trust us hangs up here, and the next one is waited for."""
        plain, address = self.socket.accept()
        return self.context.wrap_socket(plain, server_side=True), address


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.say(b"* OK [CAPABILITY IMAP4rev1 UIDPLUS] ready")
        for line in self.rfile:
            text = line.decode().rstrip("\r\n")
            self.server.lines.append(text.partition(" ")[2])
            tag, command = text.split(" ")[:2]
            answer = getattr(self, command.lower())(text)
            self.say(f"{tag} {answer or 'OK done'}".encode())
            if command == "LOGOUT":
                return

    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def capability(self, _text):
        self.say(b"* CAPABILITY IMAP4rev1 UIDPLUS")

    def login(self, text):
        return None if "geheim" in text else "NO [AUTHENTICATIONFAILED] wrong"

    def select(self, text):
        if '"INBOX"' not in text:
            return "NO no such mailbox"
        self.say(b"* 1 EXISTS")
        self.say(rb"* OK [PERMANENTFLAGS (\Deleted \Seen \*)] ok")
        self.say(b"* OK [UIDVALIDITY 1700000000] ok")
        return "OK [READ-WRITE] done"

    def uid(self, text):
        command = text.split(" ")[2]
        if command == "SEARCH":
            assert text.endswith(f"SEARCH (UNDELETED UNKEYWORD {KEYWORD})")
            waiting = [str(uid) for uid in self.server.mails if KEYWORD not in self.server.flags.get(uid, "")]
            self.say(f"* SEARCH {' '.join(waiting)}".encode().rstrip())
            return
        uid = int(text.split(" ")[3])
        raw = self.server.mails[uid]
        if command == "STORE":
            self.server.flags[uid] = re.search(r"\((.*)\)", text)[1]
        elif "SIZE" in text:
            self.say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(raw)})".encode())
        else:
            self.say(f"* 1 FETCH (UID {uid} BODY[] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")")

    def logout(self, _text):
        self.say(b"* BYE")


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A certificate for 127.0.0.1 and the settings of a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("papers")
    shown, secret = folder / "certificate.pem", folder / "key.pem"
    shown.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, secret)
    return shown, context


@pytest.fixture
def mailbox(papers):
    server = ImapServer(papers[1], [certified(mail((RECEIPT, b"<a/>"))), certified(mail((RECEIPT, b"<b/>")))])
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def pec(papers, imap_port=0, **more):
    facts = {
        "address": "aria@pec.example", "username": "aria", "password": "geheim", "smtp_host": "127.0.0.1",
        "imap_host": "127.0.0.1", "imap_port": imap_port, "certificates": str(papers[0]), "timeout": 10,
    } | more  # fmt: skip
    return Pec(PecSettings(**facts))


def test_mails_are_fetched_and_marked_over_tls(papers, mailbox):
    channel = pec(papers, mailbox.server_address[1])
    contents = []
    for incoming in channel.fetch():
        contents.append((incoming.name, incoming.content, incoming.found))
        channel.acknowledge(incoming)
    assert contents == [(RECEIPT, b"<a/>", Found.FILE), (RECEIPT, b"<b/>", Found.FILE)]
    assert mailbox.flags == {3: KEYWORD, 4: KEYWORD}
    assert list(channel.fetch()) == []
    assert [line.split(" ")[0] for line in mailbox.lines].count("LOGIN") == 2


def test_what_is_acknowledged_after_the_fetch_is_marked_too(papers, mailbox):
    channel = pec(papers, mailbox.server_address[1])
    incoming = list(channel.fetch())
    for one in incoming:
        channel.acknowledge(one)
    assert mailbox.flags == {3: KEYWORD, 4: KEYWORD}
    assert [line.split(" ")[0] for line in mailbox.lines].count("LOGIN") == 1
    channel.acknowledge(incoming[0])


def test_what_nobody_acknowledges_comes_again(papers, mailbox):
    channel = pec(papers, mailbox.server_address[1])
    first = [incoming.content for incoming in channel.fetch()]
    channel.close()
    assert [incoming.content for incoming in channel.fetch()] == first
    channel.close()


def test_wrong_passwords_folders_and_certificates_are_told_apart(papers, mailbox):
    port = mailbox.server_address[1]
    for wrong in ({"password": "x"}, {"mailbox": "Altrove"}):
        with pytest.raises(ChannelSettingsError):
            list(pec(papers, port, **wrong).fetch())
    with pytest.raises(ChannelUnreachable):
        list(pec(papers, port, certificates="").fetch())


@pytest.mark.parametrize("security", ["tls", STARTTLS])
def test_invoices_leave_over_tls(papers, security):
    office = Office()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    context = {"ssl_context": papers[1]} if security == "tls" else {"tls_context": papers[1]}
    controller = Controller(office, hostname="127.0.0.1", port=port, **context)
    controller.start()
    try:
        channel = pec(papers, smtp_port=port, smtp_security=security, username="")
        [handed] = channel.send([Outgoing(name(1), invoice())])
        assert (handed.taken, len(office.received)) == (True, 1)
    finally:
        controller.stop()
