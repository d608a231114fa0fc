"""The end of an offer: accepted by the customer or recorded by the firm, refused, expired."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.db import transaction

from ronda.company import audit, options
from ronda.company.models import Company
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.quotes.domain import choices
from ronda.quotes.domain.sealing import acceptance_seal, offer_hash
from ronda.quotes.domain.signature import draw, read_strokes
from ronda.quotes.domain.validity import is_open, local_day
from ronda.quotes.events import QuoteAnswered
from ronda.quotes.models import LossReason, Quote
from ronda.quotes.options import QuoteOptions
from ronda.quotes.queries import offer_of
from ronda.quotes.services.drafts import locked, write_totals

CUSTOMER = "customer"


class OfferOver(Refusal):
    code = "quotes.offer_over"


class OfferChanged(Refusal):
    code = "quotes.offer_changed"


class NotSigned(Refusal):
    code = "quotes.not_signed"


class AfterTheLastDay(NeedsConfirmation):
    code = "quotes.after_the_last_day"


class AcceptedInTheFuture(Refusal):
    code = "quotes.accepted_in_the_future"


@transaction.atomic
def accept_by_customer(
    quote: Quote, *, wanted: Collection[int], signer: str, strokes: str, seen: str, now: datetime
) -> Quote:
    """The customer accepts on the public page: the options wanted, the name, a drawn signature if any.

    `seen` is the hash of the offer as it was on the screen. What is kept as evidence is the time, the name,
    the drawing and the seal over all of it; nothing of the customer's computer. Refuses OfferOver,
    OfferChanged, NotSigned, OneAlternative, UnreadableSignature.
    """
    quote = locked(quote, "accept")
    _require_open(quote, now)
    if seen != quote.offer_hash:
        raise OfferChanged(_("This offer was changed. Read it again before you accept it."))
    signer = " ".join(signer.split())
    if not signer:
        raise NotSigned(_("Write your name."), field="signer")
    drawn = read_strokes(strokes)
    if not drawn and options.read(QuoteOptions, quote.company_id, quote.branch_id).drawn_signature:
        raise NotSigned(_("Draw your signature in the box."), field="signature")
    if drawn:
        _keep_signature(quote, draw(drawn))
    on = local_day(now, quote.company.timezone)
    return _accept(quote, wanted, signer=signer, on=on, now=now, by=CUSTOMER)


@transaction.atomic
def record_acceptance(
    quote: Quote,
    *,
    wanted: Collection[int],
    on: date,
    now: datetime,
    by: str,
    signer: str = "",
    confirmed: frozenset[str] = frozenset(),
) -> Quote:
    """The firm records that the customer said yes otherwise; asks when the offer was already over."""
    quote = locked(quote, "record")
    if on > local_day(now, quote.company.timezone):
        raise AcceptedInTheFuture(_("The day of the acceptance is still to come."), field="on")
    late = quote.valid_until is not None and on > quote.valid_until
    if late and AfterTheLastDay.code not in confirmed:
        raise AfterTheLastDay(
            _("The offer stood until %(day)s. Accept it all the same?")
            % {"day": quote.valid_until.strftime("%d/%m/%Y") if quote.valid_until else ""},
            field="on",
        )
    return _accept(quote, wanted, signer=" ".join(signer.split()), on=on, now=now, by=by)


def _accept(quote: Quote, wanted: Collection[int], *, signer: str, on: date, now: datetime, by: str) -> Quote:
    offer = offer_of(quote)
    if offer_hash(quote, offer.lines) != quote.offer_hash:
        raise OfferChanged(_("The quote is not what was sent any more. Make a new version of it."))
    counted = choices.chosen(offer.priced, wanted)
    write_totals(quote, counted)
    quote.state, quote.accepted_on, quote.signer = Quote.State.ACCEPTED, on, signer[:120]
    quote.decided_at, quote.decided_by = now, by
    quote.loss_reason, quote.loss_note = None, ""
    quote.seal = seal_of(quote, counted)
    quote.letters += 1
    quote.save()
    audit.record(by, "quotes.quote.accepted", quote, signer=signer, seal=quote.seal, lines=sorted(counted))
    _tell(quote, accepted=True, by=by)
    return quote


def seal_of(quote: Quote, counted: Collection[int]) -> str:
    """The seal an acceptance has to have; a kept one that differs was changed afterwards."""
    if quote.decided_at is None:
        return ""
    return acceptance_seal(
        quote.offer_hash,
        chosen=counted,
        totals=(quote.net_total, quote.vat_total, quote.gross_total),
        signer=quote.signer,
        signature=quote.signature_hash,
        accepted_at=quote.decided_at,
    )


def is_sound(quote: Quote) -> bool:
    """Whether an accepted quote still is what was accepted."""
    offer = offer_of(quote)
    unchanged = offer_hash(quote, offer.lines) == quote.offer_hash
    return unchanged and seal_of(quote, offer.chosen) == quote.seal


def _keep_signature(quote: Quote, picture: bytes) -> None:
    quote.signature_hash = hashlib.sha256(picture).hexdigest()
    quote.signature.save("", ContentFile(picture), save=False)


def _require_open(quote: Quote, now: datetime) -> None:
    if quote.valid_until is None or not is_open(quote.valid_until, now, quote.company.timezone):
        raise OfferOver(_("This offer is over. Ask for a new one."))


@transaction.atomic
def refuse_by_customer(quote: Quote, *, reason: LossReason | None, note: str, now: datetime) -> Quote:
    """The customer refuses on the public page, with a reason or without."""
    return _refuse(quote, reason=reason, note=note, now=now, by=CUSTOMER)


@transaction.atomic
def refuse_quote(quote: Quote, *, reason: LossReason, now: datetime, by: str, note: str = "") -> Quote:
    """The firm records that the offer is lost, and why."""
    return _refuse(quote, reason=reason, note=note, now=now, by=by)


def _refuse(quote: Quote, *, reason: LossReason | None, note: str, now: datetime, by: str) -> Quote:
    quote = locked(quote, "refuse")
    quote.state, quote.loss_reason, quote.loss_note = Quote.State.REFUSED, reason, note.strip()[:500]
    quote.decided_at, quote.decided_by = now, by
    quote.letters += 1
    quote.save()
    audit.record(by, "quotes.quote.refused", quote, reason=str(reason or ""), note=quote.loss_note)
    _tell(quote, accepted=False, by=by)
    return quote


def _tell(quote: Quote, *, accepted: bool, by: str) -> None:
    publish(
        QuoteAnswered(
            company_id=quote.company_id,
            quote_id=quote.pk,
            letter=quote.letters,
            accepted=accepted,
            by_customer=by == CUSTOMER,
            by=by,
        )
    )


@transaction.atomic
def expire_due(*, now: datetime, by: str) -> int:
    """Sent quotes whose last day is over where their firm is become "expired"; how many."""
    over: list[Quote] = []
    for company in Company.objects.order_by("pk"):
        rows = Quote.objects.select_for_update().filter(
            company=company, state=Quote.State.SENT, valid_until__lt=local_day(now, company.timezone)
        )
        over += list(rows.only("pk", "company_id", "label"))
    Quote.objects.filter(pk__in=[quote.pk for quote in over]).update(state=Quote.State.EXPIRED)
    audit.record_many(by, "quotes.quote.expired", [(quote, {}) for quote in over])
    return len(over)
