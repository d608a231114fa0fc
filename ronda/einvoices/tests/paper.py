"""A country whose legal format is one line of text, a firm there, and a channel that does as it is told."""

from datetime import UTC, date, datetime, timedelta

from ronda.billing.services import draft_document, issue_document
from ronda.billing.tests.firm import line, make_account, make_firm
from ronda.company.models import OptionValue
from ronda.company.options import forget
from ronda.einvoices.domain.exchange import (
    Deadline,
    Handed,
    Incoming,
    LegalFile,
    Reason,
    ReceiptFacts,
    Verdict,
)
from ronda.einvoices.domain.findings import Finding, Weight
from ronda.einvoices.domain.states import State
from ronda.einvoices.door import ChannelKind, register_channel, register_format
from ronda.kernel.errors import Refusal

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
COUNTRY = "PT"
RANKS = ("rejected", "refused", "accepted", "delivered", "taken")


class NotPaper(Refusal):
    code = "tests.not_paper"


class Paper:
    """One line of text: "paper NUMBER TOTAL". The name of a customer says what is wrong with him."""

    code, label = "paper", "Paper"

    def applies(self, document):
        return document.party.name != "Abroad"

    def preflight(self, documents, *, on):
        found = {}
        for document in documents:
            bad = "Nameless" in document.party.name
            odd = "Odd" in document.party.name
            found[document.pk] = [
                *([Finding("P1", "No name.", "Give a name.", field="party.name")] if bad else []),
                *([Finding("P2", "Looks odd.", "Look.", weight=Weight.WARNS)] if odd else []),
            ]
        return found

    def transmitter(self, company):
        return f"PT{company.pk}"

    def write(self, documents, *, numbers, corrected=()):
        return {document.pk: self._write(document, numbers[document.pk], corrected) for document in documents}

    def _write(self, document, number, corrected):
        if "Explodes" in document.party.name:
            raise ValueError("not to be written")
        if "Unwritable" in document.party.name:
            return NotPaper("Cannot be written.")
        name = document.party.name if document.pk in corrected else document.buyer["name"]
        text = f"paper {document.label} {document.gross_total} {name}"
        return LegalFile(f"PT{document.company_id}_{number:05}.txt", text.encode(), "text/plain")

    def read_receipt(self, name, content):
        words = content.decode().split()
        if not words or words[0] != "receipt":
            raise NotPaper("This is no receipt.")
        said = dict(word.split("=") for word in words[1:])
        kind = said["kind"]
        if kind == "explodes":
            raise KeyError("strange")
        facts = {"kind": kind, "id": said.get("id", "")}
        return ReceiptFacts(kind, said.get("about", ""), said.get("id", ""), facts=facts)

    def label_of(self, kind):
        return kind.title()

    def judge(self, receipts, *, sent, facts):
        kinds = {one.facts["kind"] for one in receipts}
        for rank in RANKS:
            if rank in kinds:
                ids = sorted(one.facts["id"] for one in receipts if one.facts["kind"] == rank)
                return Verdict(State(rank), (Reason(rank, f"It is {rank}."),), ids[0])
        return Verdict(State.SENT if sent else State.READY)

    def deadlines(self, standing, receipts):
        if standing.state in (State.READY, State.QUEUED, State.FAILED):
            return [Deadline("send", standing.document_on + timedelta(days=12), "Send it.")]
        if standing.state is State.REJECTED:
            return [Deadline("resend", standing.document_on + timedelta(days=5), "Correct it.")]
        return []


class Wire:
    """A channel in memory: `refuses` names what it does not take; `inbox` is what it brings."""

    def __init__(self):
        self.sent, self.inbox, self.acknowledged = [], [], []
        self.refuses, self.down, self.breaks_after = {}, None, None
        self.before_sending = lambda: None

    def send(self, files):
        self.before_sending()
        if self.down:
            raise self.down
        answers = []
        for file in files:
            if file.name in self.refuses:
                answers.append(Handed(file.name, problem=self.refuses[file.name]))
            else:
                self.sent.append(file)
                answers.append(Handed(file.name, reference=f"mark {file.name}"))
        return answers

    def fetch(self):
        for at, incoming in enumerate(self.inbox):
            if self.breaks_after == at:
                raise NotPaper("The wire is cut.")
            yield incoming

    def acknowledge(self, incoming):
        self.acknowledged.append(incoming.token)

    def brings(self, *texts, **facts):
        for text in texts:
            content = text if isinstance(text, bytes) else text.encode()
            self.inbox.append(Incoming(f"t{len(self.inbox)}", f"{len(self.inbox)}.txt", content, **facts))


def receipt(row, kind, number="7"):
    return f"receipt about={row.file_name} kind={kind} id={number}"


def use(wire):
    """The channel "wire" is this one from now on."""
    register_format(COUNTRY, Paper())
    register_channel(ChannelKind("wire", "Wire", lambda company: wire))
    return wire


def firm(name="Papel Lda", channel="wire", **chosen):
    company = make_firm(name, country=COUNTRY)
    choose(company, channel=channel, **chosen)
    return company


def choose(company, **values):
    for name, value in values.items():
        OptionValue.objects.update_or_create(
            company=company, group="einvoices", name=name, defaults={"value": value}
        )
    forget()


def draft(company, payer="Bianchi", **facts):
    return draft_document(make_account(company, payer), [line(company)], by="anna", on=DAY, **facts)


def issued(company, payer="Bianchi", **facts):
    return issue_document(draft(company, payer, **facts), on=DAY, by="anna")


def bytes_of(row):
    with row.kept.file.open("rb") as opened:
        return opened.read()
