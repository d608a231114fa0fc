import email
import imaplib
import random
import smtplib
import socket
from email.message import EmailMessage
from email.policy import SMTP, default

import pytest
from aiosmtpd.controller import Controller

from ronda.countries.it.exchange.channel import ChannelSettingsError, ChannelUnreachable
from ronda.countries.it.exchange.pec import KEYWORD, PLAIN, Pec, PecSettings
from ronda.countries.it.exchange.pec_mail import is_exchange_address, unpack
from ronda.countries.it.tests.sdi_invoices import invoice, name
from ronda.einvoices.domain.exchange import Found, Outgoing

SDI = "sdi07@pec.fatturapa.it"
RECEIPT = "IT01234567890_00001_RC_001.xml"


def certificate(kind="posta-certificata", sender=SDI, msgid="&lt;1@pec.example&gt;"):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><postacert tipo="{kind}" errore="nessuno"><intestazione>'
        f"<mittente>{sender}</mittente></intestazione><dati><msgid>{msgid}</msgid></dati></postacert>"
    ).encode()


def mail(*files, sender=SDI, subject="Ricevuta", text="Buongiorno"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "aria@pec.example", subject
    message.set_content(text)
    for file, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=file)
    return message


def certified(original, kind="posta-certificata", sender=SDI, *, as_file=False):
    """The envelope a certified mailbox puts around a mail."""
    envelope = EmailMessage()
    envelope["From"] = '"Per conto di: x" <posta-certificata@pec.example>'
    envelope["Subject"] = f"POSTA CERTIFICATA: {original['Subject']}"
    envelope.set_content("Messaggio di posta certificata")
    envelope.add_attachment(
        certificate(kind, sender), maintype="application", subtype="xml", filename="daticert.xml"
    )
    if as_file:
        content = original.as_bytes(policy=SMTP)
        envelope.add_attachment(
            content, maintype="application", subtype="octet-stream", filename="postacert.eml"
        )
    else:
        envelope.add_attachment(original, filename="postacert.eml")
    return envelope.as_bytes(policy=SMTP)


class FakeImap:
    """As much of imaplib.IMAP4 as the channel uses, over a dictionary of mails."""

    def __init__(self, *mails, capabilities=("IMAP4REV1", "UIDPLUS"), folders=("INBOX",)):
        self.mails = {str(number): raw for number, raw in enumerate(mails, 7)}
        self.flags = {uid: set() for uid in self.mails}
        self.moved, self.folders = {}, set(folders)
        self.capabilities, self.open, self.broken = capabilities, 0, None
        self.permanent = rb"(\Seen \Deleted \*)"

    def connect(self, _settings):
        self.open += 1
        self.told = {"UIDVALIDITY": b"42", "PERMANENTFLAGS": self.permanent}
        return self

    def logout(self):
        self.open -= 1

    def select(self, folder):
        return ("OK" if folder.strip('"') in self.folders else "NO"), [b""]

    def create(self, folder):
        self.folders.add(folder.strip('"'))
        return "OK", [b""]

    def response(self, what):
        """As imaplib: what was told is told once."""
        return what, [self.told.pop(what, None)]

    def uid(self, command, uid, *more):
        if self.broken:
            raise self.broken
        return getattr(self, f"_{command.lower()}")(uid, *more)

    def _search(self, _charset, criteria):
        assert criteria == f"(UNDELETED UNKEYWORD {KEYWORD})"
        waiting = [uid for uid in self.mails if not self.flags[uid] & {KEYWORD, "\\Deleted"}]
        return "OK", [" ".join(reversed(waiting)).encode()]

    def _fetch(self, uid, what):
        raw = self.mails[uid]
        if raw == b"refused":
            raise imaplib.IMAP4.error("FETCH command error: BAD [b'internal']")
        if "SIZE" in what:
            size = 50_000_000 if raw == b"huge" else len(raw)
            return "OK", [f"1 (UID {uid} RFC822.SIZE {size})".encode()]
        return "OK", [(f"1 (UID {uid} BODY[] {{{len(raw)}}}".encode(), raw), b")"]

    def _store(self, uid, _how, flags):
        self.flags[uid] |= set(flags.strip("()").split())
        return "OK", [b""]

    def _copy(self, uid, folder):
        self.moved[uid] = folder.strip('"')
        return "OK", [b""]

    def _expunge(self, uid):
        del self.mails[uid]
        return "OK", [b""]


def settings(**more):
    facts = {
        "address": "aria@pec.example", "username": "", "password": "geheim",
        "smtp_host": "127.0.0.1", "imap_host": "127.0.0.1", "smtp_security": PLAIN,
    } | more  # fmt: skip
    return PecSettings(**facts)


def pec(imap=None, **more):
    imap = imap or FakeImap()
    return Pec(settings(**more), imap.connect)


def brought(channel):
    return [(incoming.name, incoming.found.value) for incoming in channel.fetch()]


@pytest.mark.parametrize("as_file", [False, True])
def test_every_file_of_a_certified_mail_is_brought_and_the_mail_is_done_after_the_last(as_file):
    files = [(RECEIPT, b"<a/>"), ("IT01234567890_00002_NS_001.xml", b"<b/>")]
    imap = FakeImap(certified(mail(*files), as_file=as_file))
    channel = pec(imap)
    incoming = list(channel.fetch())
    assert [(one.name, one.content, one.found, one.sender) for one in incoming] == [
        (file, content, Found.FILE, SDI) for file, content in files
    ]
    channel.acknowledge(incoming[0])
    assert imap.flags["7"] == set()
    channel.acknowledge(incoming[1])
    assert (imap.flags["7"], imap.open, brought(channel)) == ({KEYWORD}, 0, [])


def test_a_mail_that_a_person_has_opened_is_taken_over_all_the_same():
    imap = FakeImap(certified(mail((RECEIPT, b"<a/>"))))
    imap.flags["7"].add("\\Seen")
    assert brought(pec(imap)) == [(RECEIPT, "file")]


def test_one_odd_mail_is_put_aside_and_the_rest_goes_on():
    imap = FakeImap(
        b"\xff\xfe no mail at all",
        certified(mail(("storto.bin", b"?"), subject="Strano")),
        b"huge",
        b"refused",
        certified(mail((RECEIPT, b"<a/>"))),
        mail(("offerta.pdf", b"%PDF"), sender="fornitore@pec.example").as_bytes(),
    )
    channel = pec(imap, odd_folder="Da guardare")
    assert brought(channel) == [
        ("POSTA CERTIFICATA: Strano", "odd"),
        ("", "odd"),
        ("", "odd"),
        (RECEIPT, "file"),
    ]
    for incoming in channel.fetch():
        channel.acknowledge(incoming)
    assert imap.moved == dict.fromkeys(("8", "9", "10"), "Da guardare")
    assert (imap.flags["11"], imap.flags["12"], brought(channel)) == ({KEYWORD}, {KEYWORD}, [])


def test_files_of_sdi_from_somebody_else_are_put_aside():
    forged = mail((RECEIPT, b"<a/>"), ("daticert.xml", certificate()), sender="truffa@pec.example")
    wrapped = EmailMessage()  # what a mailbox makes of ordinary mail: an envelope that certifies nothing
    wrapped["From"], wrapped["Subject"] = "posta-certificata@pec.example", "ANOMALIA MESSAGGIO"
    wrapped.set_content("x")
    wrapped.add_attachment(forged, filename="postacert.eml")
    cases = [
        certified(mail((RECEIPT, b"<a/>")), sender="truffa@pec.example"),
        mail((RECEIPT, b"<a/>")).as_bytes(),
        certified(forged, sender="truffa@pec.example"),
        wrapped.as_bytes(policy=SMTP),
        mail((RECEIPT, b"<a/>"), sender="x <sdi07@pec.fatturapa.it.example>").as_bytes(),
    ]
    for raw in cases:
        assert brought(pec(FakeImap(raw))) == [(RECEIPT, "odd")]
    assert brought(pec(FakeImap(cases[0]), senders=("Truffa@pec.example",))) == [(RECEIPT, "file")]
    assert brought(pec(FakeImap(cases[1]), need_certificate=False)) == [(RECEIPT, "file")]


def test_a_connection_that_breaks_in_the_middle_leaves_the_rest_for_the_next_time():
    imap = FakeImap(*(certified(mail((RECEIPT, b"<%d/>" % number))) for number in range(3)))
    channel = pec(imap)
    reading = channel.fetch()
    channel.acknowledge(next(reading))
    next(reading)
    imap.broken = imaplib.IMAP4.abort("gone")
    with pytest.raises(ChannelUnreachable):
        list(reading)
    imap.broken = None
    assert (imap.open, len(brought(channel))) == (0, 2)


@pytest.mark.parametrize("kind", ["errore-consegna", "non-accettazione", "preavviso-errore-consegna"])
def test_a_mail_that_did_not_arrive_names_the_sending(kind):
    raw = certified(mail(subject="IT01234567890_00001.xml", sender="aria@pec.example"), kind)
    [incoming] = list(pec(FakeImap(raw)).fetch())
    assert (incoming.found, incoming.reference) == (Found.UNDELIVERED, "<1@pec.example>")


def test_confirmations_of_the_mailbox_are_done_at_once():
    imap = FakeImap(certified(mail(), "accettazione"), certified(mail((name(1), b"x")), "avvenuta-consegna"))
    assert brought(pec(imap)) == []
    assert set(imap.flags["7"] | imap.flags["8"]) == {KEYWORD}


def test_mails_may_be_moved_away_instead_of_marked():
    imap = FakeImap(certified(mail((RECEIPT, b"<a/>"))), certified(mail((RECEIPT, b"<b/>"))))
    channel = pec(imap, done_folder="Fatto 2026")
    for incoming in channel.fetch():
        channel.acknowledge(incoming)
    assert (imap.mails, set(imap.moved.values())) == ({}, {"Fatto 2026"})
    careful = FakeImap(certified(mail((RECEIPT, b"<a/>"))), capabilities=("IMAP4REV1",))
    channel = pec(careful, done_folder="Fatto")
    channel.acknowledge(next(iter(list(channel.fetch()))))
    assert (list(careful.mails), careful.flags["7"], brought(channel)) == (["7"], {"\\Deleted"}, [])


def test_a_mailbox_in_trouble_says_what_to_do():
    for trouble, expected in [
        (imaplib.IMAP4.abort("gone"), ChannelUnreachable),
        (imaplib.IMAP4.error("AUTHENTICATIONFAILED"), ChannelSettingsError),
        (TimeoutError("slow"), ChannelUnreachable),
    ]:
        imap = FakeImap()
        imap.broken = trouble
        with pytest.raises(expected):
            brought(pec(imap))
        assert imap.open == 0
    with pytest.raises(ChannelSettingsError):
        brought(pec(FakeImap(), mailbox="Altrove"))


def test_a_mailbox_that_keeps_no_marks_needs_a_folder():
    imap = FakeImap(certified(mail((RECEIPT, b"<a/>"))))
    imap.permanent = rb"(\Seen \Deleted)"
    with pytest.raises(ChannelSettingsError):
        brought(pec(imap))
    assert (imap.open, brought(pec(imap, done_folder="Fatto"))) == (0, [(RECEIPT, "file")])


def test_the_address_assigned_is_told_by_the_first_receipt_alone():
    cases = {
        certified(mail((RECEIPT, b"<a/>"), sender=SDI.upper()), sender=SDI.upper()): [SDI],
        certified(mail((name(1), b"x"), ("IT01234567890_00001_MT_001.xml", b"<a/>"))): [],
        certified(mail((RECEIPT, b"<a/>")), sender="truffa@pec.example"): [],
    }
    for raw, expected in cases.items():
        told = []
        list(Pec(settings(), FakeImap(raw).connect, told.append).fetch())
        list(Pec(settings(assigned="sdi99@pec.fatturapa.it"), FakeImap(raw).connect, told.append).fetch())
        assert told == expected


def test_the_address_to_use_from_the_first_answer_on():
    assert [
        is_exchange_address(text)
        for text in (SDI, "SDI01@PEC.FATTURAPA.IT", "sdi@pec.fatturapa.it.example", "")
    ] == [True, True, False, False]
    assert (settings().recipient, settings(assigned=SDI).recipient) == ("sdi01@pec.fatturapa.it", SDI)
    assert "geheim" not in repr(settings())


class Office:
    """A mail server that answers as told."""

    def __init__(self):
        self.received, self.to, self.data = [], "250 OK", "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's name
        if self.to.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=default)
        self.received.append((envelope.rcpt_tos, message))
        return self.data


@pytest.fixture
def office():
    handler = Office()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.port = port
    yield handler
    controller.stop()


def test_an_invoice_leaves_as_the_only_attachment_of_a_mail(office):
    channel = pec(smtp_port=office.port, assigned=SDI)
    files = [Outgoing(name(1), invoice()), Outgoing(name(2) + ".p7m", b"\x30\x00\xff")]
    handed = channel.send(files)
    assert [(one.name, one.taken) for one in handed] == [(file.name, True) for file in files]
    for (recipients, message), file, one in zip(office.received, files, handed, strict=True):
        [attached] = message.iter_attachments()
        assert (recipients, message["Subject"], message["Message-ID"]) == ([SDI], file.name, one.reference)
        assert (attached.get_filename(), attached.get_payload(decode=True)) == (file.name, file.content)


@pytest.mark.parametrize(
    ("to", "data", "again"),
    [
        ("550 5.1.1 unknown", "250 OK", False),
        ("451 later", "250 OK", True),
        ("250 OK", "552 too large", False),
        ("250 OK", "421 going down", True),
    ],
)
def test_what_the_mail_server_answers_says_whether_to_try_again(office, to, data, again):
    office.to, office.data = to, data
    [handed] = pec(smtp_port=office.port).send([Outgoing(name(1), invoice())])
    assert (handed.taken, handed.again) == (False, again)


def test_a_connection_that_breaks_while_sending_leaves_it_open(office, monkeypatch):
    def gone(*_args, **_more):
        raise smtplib.SMTPServerDisconnected("gone")

    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    with pytest.raises(ChannelUnreachable):
        pec(smtp_port=nobody).send([Outgoing(name(1), invoice())])
    monkeypatch.setattr(smtplib.SMTP, "data", gone)
    [handed] = pec(smtp_port=office.port).send([Outgoing(name(1), invoice())])
    assert (handed.again, bool(handed.reference), "once more" in str(handed.problem)) == (True, True, True)


def test_five_hundred_damaged_mails_are_unpacked_or_odd_and_nothing_else():
    chance = random.Random(7)
    whole = certified(mail((RECEIPT, b"<a/>"), ("x", b"\xff" * 50)))
    pieces = [b"--", b"\r\n\r\n", b"Content-Type: ", b"boundary=", b"message/rfc822", b"=?x?b?!?=", b"\x00"]
    found = set()
    for _turn in range(500):
        raw = bytearray(whole)
        for _damage in range(chance.randint(1, 5)):
            at = chance.randrange(len(raw))
            raw[at : at + chance.randrange(30)] = chance.choice(
                [*pieces, b"", bytes([chance.randrange(256)])]
            )
        found.add(unpack(bytes(raw)).odd)
    assert False in found
