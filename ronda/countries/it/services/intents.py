"""Declarations of intent: kept, revoked, and consumed by documents without VAT as they are issued."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from ronda.billing.models import Document, DocumentKind
from ronda.company import audit, options
from ronda.company.models import Company
from ronda.countries.it.domain.intents import ZERO, Chosen, Problem, choose, protocol_in_form
from ronda.countries.it.models import IntentUse, LetterOfIntent
from ronda.countries.it.options import ItalianOptions
from ronda.countries.it.queries import without_vat
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import to_cents

ITALY = "IT"


class NotInItaly(Refusal):
    """The law this rests on is that of Italy, and the company is elsewhere."""

    code = "it.not_in_italy"


class BadProtocol(Refusal):
    code = "it.bad_protocol"


class BadValidity(Refusal):
    code = "it.bad_validity"


class LetterInUse(Refusal):
    """Documents rest on the declaration: what they state of it does not change."""

    code = "it.letter_in_use"


class CeilingBelowUse(Refusal):
    code = "it.ceiling_below_use"


class IntentMissing(Refusal):
    """A document without VAT under N3.5 and no declaration of its customer in force."""

    code = "it.intent_missing"


class IntentExceeded(Refusal):
    """`facts["short"]`: by how much the ceiling would be exceeded, in euro."""

    code = "it.intent_exceeded"


def require_italy(company: Company) -> None:
    """Raises NotInItaly for firms of other countries."""
    if company.country != ITALY:
        raise NotInItaly(_("This is for firms in Italy."))


# --- the register ------------------------------------------------------------------------------------------


def save_letter(form: Any, *, by: str, company: Any) -> LetterOfIntent:
    """Save a declaration; the caller (`save_record`) holds the transaction.

    Raises NotInItaly, BadProtocol, BadValidity, LetterInUse, CeilingBelowUse.
    """
    require_italy(company)
    letter: LetterOfIntent = form.instance
    if letter.pk is not None:
        _require_unchanged(letter, LetterOfIntent.objects.select_for_update().get(pk=letter.pk))
    letter.protocol = _protocol(letter.protocol)
    _require_year(letter)
    form.save()
    audit.record(
        by,
        "it.intent.saved",
        letter,
        protocol=letter.protocol,
        customer=str(letter.party),
        ceiling=str(letter.ceiling),
    )
    return letter


def _protocol(text: str) -> str:
    found = protocol_in_form(text)
    if not found:
        raise BadProtocol(
            _("The receipt has a protocol of 17 digits and a progressive number: 08060120341234567-000001."),
            field="protocol",
        )
    return found


def _require_year(letter: LetterOfIntent) -> None:
    """A declaration is for one year (D.L. 746/1983, art. 1); its days lie in it."""
    if {letter.starts_on.year, letter.ends_on.year} != {letter.year}:
        raise BadValidity(
            _("The declaration is for %(year)s: its days lie in that year.") % {"year": letter.year},
            field="starts_on",
        )


def _require_unchanged(letter: LetterOfIntent, before: LetterOfIntent) -> None:
    used = _used([before.pk])
    if before.pk not in used:
        return
    for name in ("party_id", "received_on"):
        if getattr(letter, name) != getattr(before, name):
            raise LetterInUse(_in_use(), field=name.removesuffix("_id"))
    if _protocol(letter.protocol) != before.protocol:
        raise LetterInUse(_in_use(), field="protocol")
    if letter.ceiling < used[before.pk]:
        raise CeilingBelowUse(
            _("Documents of %(used)s rest on it: the ceiling cannot be lower.") % {"used": used[before.pk]},
            field="ceiling",
        )


def _in_use() -> Any:
    return _("Issued documents quote this declaration: customer, protocol and date do not change any more.")


def _used(letter_ids: Collection[int]) -> dict[int, Decimal]:
    rows = IntentUse.objects.filter(letter__in=letter_ids).order_by().values_list("letter")
    return {letter: to_cents(used) for letter, used in rows.annotate(used=Sum("amount"))}


@transaction.atomic
def revoke(letter: LetterOfIntent, *, on: date, by: str, reason: str = "") -> LetterOfIntent:
    """The customer takes the declaration back: documents of that day and later cannot rest on it."""
    letter = LetterOfIntent.objects.select_for_update().get(pk=letter.pk)
    letter.revoked_on = on
    letter.save(update_fields=["revoked_on"])
    audit.record(by, "it.intent.revoked", letter, on=on.isoformat(), reason=reason)
    return letter


@transaction.atomic
def take_up_again(letter: LetterOfIntent, *, by: str) -> LetterOfIntent:
    """It was not revoked after all."""
    letter = LetterOfIntent.objects.select_for_update().get(pk=letter.pk)
    letter.revoked_on = None
    letter.save(update_fields=["revoked_on"])
    audit.record(by, "it.intent.taken_up", letter)
    return letter


# --- which one a document rests on -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resting:
    """A document without VAT: its net under N3.5 with its sign, and the declaration it rests on.

    `left` is what the declaration has left without this document, in euro.
    """

    amount: Decimal
    letter: LetterOfIntent | None = None
    problem: Problem = Problem.NONE
    left: Decimal = ZERO
    short: Decimal = ZERO
    #: Whether it was written down at issue.
    recorded: bool = False


def resting_of(documents: Sequence[Document], *, on: date, lock: bool = False) -> dict[int, Resting]:
    """By key, what documents of one company without VAT rest on; the others are left out.

    At most four queries whatever their number. What was written down at issue stands; else the customer's
    declarations of the document's day (`on` for drafts) are taken in the order in which they were received,
    each document after those before it. With `lock` nobody else can use them until the transaction ends.
    """
    nets = without_vat([document.pk for document in documents])
    if not nets:
        return {}
    asked = [document for document in documents if document.pk in nets]
    known = _recorded(asked)
    letters = _letters([one for one in asked if one.pk not in known], lock=lock)
    found: dict[int, Resting] = {}
    for document in sorted(asked, key=lambda one: (one.date or on, one.number or 0, one.pk)):
        found[document.pk] = known.get(document.pk) or _rest(document, nets[document.pk], letters, on)
    return found


def _recorded(documents: Sequence[Document]) -> dict[int, Resting]:
    rows = IntentUse.objects.filter(document__in=[one.pk for one in documents]).select_related("letter")
    uses = {row.document_id: row for row in rows}
    used = _used({row.letter_id for row in uses.values()}) if uses else {}
    return {
        key: Resting(
            row.amount,
            row.letter,
            left=row.letter.ceiling - used.get(row.letter_id, ZERO) + row.amount,
            recorded=True,
        )
        for key, row in uses.items()
    }


class _Letters:
    """The declarations of some customers, with what is used of each; uses add up as documents are placed."""

    def __init__(self, rows: Mapping[int, LetterOfIntent], used: dict[int, Decimal]) -> None:
        self.rows, self.used = rows, used
        self.corrected: dict[int, int] = {}

    def choose(self, party_id: int, *, on: date, amount: Decimal) -> Chosen:
        held = [row for row in self.rows.values() if row.party_id == party_id]
        return choose([row.as_fact(self.used.get(row.pk, ZERO)) for row in held], on=on, amount=amount)

    def take(self, key: int, amount: Decimal) -> Decimal:
        """Use so much of it; what it had left before."""
        before = self.rows[key].ceiling - self.used.get(key, ZERO)
        self.used[key] = self.used.get(key, ZERO) + amount
        return before


def _letters(documents: Sequence[Document], *, lock: bool) -> _Letters:
    """Read, and locked in the order of their keys, so that two clerks never wait for each other."""
    rows = LetterOfIntent.objects.filter(party__in={document.party_id for document in documents})
    if lock:
        rows = rows.select_for_update()
    found = {row.pk: row for row in rows.order_by("pk")} if documents else {}
    letters = _Letters(found, _used(found) if found else {})
    notes = [one.corrects_id for one in documents if one.kind == DocumentKind.CREDIT_NOTE and one.corrects_id]
    if notes:
        uses = IntentUse.objects.filter(document__in=notes)
        letters.corrected = dict(uses.values_list("document_id", "letter_id"))
    return letters


def _rest(document: Document, amount: Decimal, letters: _Letters, on: date) -> Resting:
    if document.kind == DocumentKind.CREDIT_NOTE:
        key = letters.corrected.get(document.corrects_id or 0)
        if key is None or key not in letters.rows:
            return Resting(amount)
        return Resting(amount, letters.rows[key], left=letters.take(key, amount))
    chosen = letters.choose(document.party_id, on=document.date or on, amount=amount)
    if chosen.letter is None:
        return Resting(amount, problem=chosen.problem)
    key = chosen.letter.key
    left = letters.take(key, amount)
    return Resting(amount, letters.rows[key], chosen.problem, left=left, short=chosen.short)


# --- at issue ----------------------------------------------------------------------------------------------


def consume(documents: Sequence[Document], *, by: str) -> list[IntentUse]:
    """Write down what documents of one company, just issued, rest on; the caller holds the transaction.

    The declarations are locked, so two people never exceed a ceiling unseen. Raises IntentMissing or
    IntentExceeded, unless the option says to warn: then it is told in the history of the document.
    """
    if not documents:
        return []
    first = documents[0]
    found = resting_of(documents, on=first.date or date.min, lock=True)
    if not found:
        return []
    asked = [(document, found[document.pk]) for document in documents if document.pk in found]
    strict = options.read(ItalianOptions, first.company_id).intents == "refuse"
    for document, one in asked:
        if strict and one.problem:
            raise refusal_of(document, one)
    _tell(asked, by=by)
    uses = [
        IntentUse(letter=one.letter, document=document, amount=one.amount)
        for document, one in asked
        if one.letter is not None and not one.recorded
    ]
    return IntentUse.objects.bulk_create(uses)


def _tell(asked: Sequence[tuple[Document, Resting]], *, by: str) -> None:
    told = [(document, one) for document, one in asked if one.problem]
    audit.record_many(
        by,
        "it.intent.not_covered",
        [(document, {"why": str(refusal_of(document, one).message)}) for document, one in told],
    )


def refusal_of(document: Document, one: Resting) -> Refusal:
    """What is wrong with a document's declaration, and what to do."""
    if one.problem is Problem.EXCEEDED:
        text = _(
            "%(document)s without VAT (%(amount)s) exceeds declaration %(protocol)s by %(short)s. "
            "Invoice with VAT, or enter a further declaration of %(party)s."
        )
        told = {
            "document": document,
            "amount": one.amount,
            "protocol": one.letter,
            "short": one.short,
            "party": document.party,
        }
        return IntentExceeded(text % told, short=str(one.short))
    return IntentMissing(
        _(
            "%(document)s is without VAT under N3.5, but no declaration of intent of %(party)s is in force "
            "on its day. Enter the declaration, or invoice with VAT."
        )
        % {"document": document, "party": document.party}
    )
