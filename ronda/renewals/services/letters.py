"""Letters to customers about new prices and about terms that end: written, printed, mailed in lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, ngettext

from ronda.billing.domain.derivation import from_json
from ronda.company import audit
from ronda.company.models import Company, OutgoingMail
from ronda.company.services import mail as mailbox
from ronda.contracts.models import Contract
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party
from ronda.renewals import queries
from ronda.renewals.domain.indexation import rows
from ronda.renewals.domain.notice import renewal_date
from ronda.renewals.models import IndexBatch, IndexProposal, RenewalTerms
from ronda.renewals.services.notices import last_day_for
from ronda.workspace.display import day as shown_day
from ronda.workspace.display import money, number, price


class NobodyToWriteTo(Refusal):
    code = "renewals.nobody_to_write_to"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in the customer's language. `prices`: text, old and new price; `steps`: how it came about."""

    contract: Contract
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    prices: tuple[tuple[str, str, str], ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    heads: tuple[str, ...] = field(default=())

    @property
    def party(self) -> Party:
        return self.contract.party

    @property
    def to(self) -> str:
        """Where it is mailed to; "" when it has to be printed."""
        return self.party.email or self.party.pec

    @property
    def body(self) -> str:
        """The letter as the text of a mail."""
        parts = [self.paragraphs[0]]
        if self.prices:
            parts.append("\n".join(f"{text}: {old} → {new}" for text, old, new in self.prices))
        parts += self.paragraphs[1:-1]
        if self.steps:
            parts.append("\n".join(f"{words}: {value}" for words, value in self.steps))
        return "\n\n".join([*parts, self.paragraphs[-1]])


def language_of(party: Party, company: Company) -> str:
    """The language a customer is written to in."""
    return (party.language or company.language or "en")[:2]


def adjustment_letters(batch: IndexBatch, proposals: Sequence[IndexProposal]) -> list[Letter]:
    """The letters of adjustments, in the order given; those pending or left out get none."""
    wanted = (IndexProposal.State.PROPOSED, IndexProposal.State.APPLIED)
    return [_adjustment(one, batch.company) for one in proposals if one.state in wanted]


def _adjustment(proposal: IndexProposal, company: Company) -> Letter:
    contract = proposal.contract
    language = language_of(contract.party, company)
    with translation.override(language):
        facts = {
            "contract": contract.number,
            "title": contract.title,
            "day": shown_day(proposal.effective_on),
            "percent": number(proposal.percent),
        }
        return Letter(
            contract,
            language,
            gettext("Adjustment of the prices of contract %(contract)s") % facts,
            (
                gettext(
                    "Dear customer, as agreed in contract %(contract)s (%(title)s), its prices are adjusted "
                    "by %(percent)s %% from %(day)s:"
                )
                % facts,
                gettext("How the adjustment came about:"),
                gettext("Everything else agreed stays as it is. With kind regards, %(company)s")
                % {"company": company.name},
            ),
            prices=tuple(
                (text, price(Decimal(old)), price(Decimal(new))) for _pk, text, old, new in proposal.lines
            ),
            steps=tuple(rows(from_json(proposal.derivation), number)),
            heads=(gettext("Fee"), gettext("Price until now"), gettext("New price")),
        )


def renewal_letters(company: Company, contracts: Sequence[Contract]) -> list[Letter]:
    """Letters about the end of each contract's term: what happens then, until when notice is in time."""
    ends = {one.pk: one.ends_on for one in contracts if one.ends_on is not None}
    outlooks = queries.outlooks(company, ends)
    terms = {one.contract_id: one for one in RenewalTerms.objects.filter(contract__in=list(ends))}
    return [
        _renewal(one, company, terms.get(one.pk), outlooks.get(one.pk))
        for one in contracts
        if one.ends_on is not None
    ]


def _renewal(
    contract: Contract, company: Company, terms: RenewalTerms | None, outlook: "queries.Outlook | None"
) -> Letter:
    language = language_of(contract.party, company)
    assert contract.ends_on is not None
    with translation.override(language):
        facts = {"contract": contract.number, "title": contract.title, "end": shown_day(contract.ends_on)}
        first = (
            gettext("Dear customer, the term of contract %(contract)s (%(title)s) ends on %(end)s.") % facts
        )
        closing = gettext("With kind regards, %(company)s") % {"company": company.name}
        return Letter(
            contract,
            language,
            gettext("Contract %(contract)s ends on %(end)s") % facts,
            (first, *_what_happens(contract, terms), *_new_prices(contract, company, outlook), closing),
        )


def _what_happens(contract: Contract, terms: RenewalTerms | None) -> list[str]:
    if terms is None or terms.mode == RenewalTerms.Mode.NONE:
        return [gettext("It is not renewed by itself. Please write to us if you wish to go on.")]
    if terms.mode == RenewalTerms.Mode.CONSENT:
        return [gettext("It is renewed only if you agree: please write to us before that day.")]
    length = ngettext("%(n)s month", "%(n)s months", terms.term_months) % {"n": terms.term_months}
    facts = {"length": length, "last": shown_day(last_day_for(contract, terms))}
    return [
        gettext("It is then renewed tacitly for %(length)s, unless your notice reaches us by %(last)s.")
        % facts
    ]


def _new_prices(contract: Contract, company: Company, outlook: "queries.Outlook | None") -> list[str]:
    if outlook is None or not outlook.percent:
        return []
    assert contract.ends_on is not None
    facts = {
        "day": shown_day(renewal_date(contract.ends_on)),
        "percent": number(outlook.percent),
        "old": money(contract.yearly_amount, company.currency),
        "new": money(outlook.yearly, company.currency),
    }
    return [
        gettext("From %(day)s the prices are adjusted by %(percent)s %%: from %(old)s to %(new)s a year.")
        % facts
    ]


@transaction.atomic
def send_adjustment_letters(batch: IndexBatch, *, by: str) -> int:
    """Mail the letters of a confirmed batch, each once; how many were written.

    Customers without an address stop nobody else: theirs are printed. NobodyToWriteTo when none is left.
    """
    batch = IndexBatch.objects.select_for_update().select_related("company").get(pk=batch.pk)
    waiting = list(
        IndexProposal.objects.filter(batch=batch, state=IndexProposal.State.APPLIED, letter=None)
        .select_related("contract__party")
        .order_by("pk")
    )
    letters = adjustment_letters(batch, waiting)
    pairs = [(one, letter) for one, letter in zip(waiting, letters, strict=True) if letter.to]
    mails = _queue(batch.company, [letter for _one, letter in pairs], by=by)
    for (one, _letter), mail in zip(pairs, mails, strict=True):
        one.letter = mail
    IndexProposal.objects.bulk_update([one for one, _letter in pairs], ["letter"], batch_size=500)
    audit.record(by, "renewals.batch.letters", batch, sent=len(mails), to_print=len(waiting) - len(mails))
    return len(mails)


@transaction.atomic
def send_renewal_letters(contracts: Sequence[Contract], *, by: str) -> int:
    """Mail to the customers of these contracts what happens at the end of their terms; how many."""
    ids = [one.pk for one in contracts]
    found = list(Contract.objects.filter(pk__in=ids).select_related("party", "company").order_by("pk"))
    letters = [one for one in renewal_letters(found[0].company, found) if one.to] if found else []
    mails = _queue(found[0].company if found else None, letters, by=by)
    audit.record_many(by, "renewals.contract.letter", [(one.contract, {"to": one.to}) for one in letters])
    return len(mails)


def _queue(company: Company | None, letters: Sequence[Letter], *, by: str) -> list[OutgoingMail]:
    if company is None or not letters:
        raise NobodyToWriteTo(_("None of these customers has an e-mail address: print the letters instead."))
    mails = [
        mailbox.Mail(to=[one.to], subject=one.subject, body=one.body, about=one.contract) for one in letters
    ]
    return mailbox.queue_mails(company, mails, by=by)
