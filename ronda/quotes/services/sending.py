"""From draft to the customer: the number, the frozen content, the letter."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ronda.company import audit, options
from ronda.company.models import OutgoingMail
from ronda.company.numbering import take_number
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.quotes.domain.sealing import offer_hash
from ronda.quotes.domain.validity import is_open, last_day
from ronda.quotes.events import QuoteSent
from ronda.quotes.models import Quote
from ronda.quotes.options import QuoteOptions
from ronda.quotes.queries import versions
from ronda.quotes.services.drafts import buyer_of, locked, recompute
from ronda.quotes.services.links import link_of, new_link
from ronda.quotes.services.pictures import LARGEST_TOGETHER

NUMBERED_KIND = "quotes.quote"
SERIES = {"it": "PV", "fr": "DEV"}


class NothingOffered(Refusal):
    code = "quotes.nothing_offered"


class AlreadyOver(Refusal):
    code = "quotes.already_over"


class NoAddress(Refusal):
    code = "quotes.no_address"


class PicturesTooLarge(Refusal):
    code = "quotes.pictures_too_large"


class OfferedForNothing(NeedsConfirmation):
    code = "quotes.zero_total"


@transaction.atomic
def send_quote(
    quote: Quote,
    *,
    on: date,
    now: datetime,
    by: str,
    to: Sequence[str] = (),
    message: str = "",
    address: str = "",
    confirmed: frozenset[str] = frozenset(),
) -> Quote:
    """Freeze the draft, give it its number, and have it mailed to the addresses of `to`, if any.

    `address` is where the sender reaches this program, for the link. Without `to` the quote is handed
    over in another way. Refuses NothingOffered, AlreadyOver, PicturesTooLarge; asks about a zero total.
    """
    quote = locked(quote, "send")
    quote.issued_on = on
    settings = options.read(QuoteOptions, quote.company_id, quote.branch_id)
    quote.valid_until = quote.valid_until or last_day(on, settings.validity_days)
    if quote.valid_until < on or not is_open(quote.valid_until, now, quote.company.timezone):
        raise AlreadyOver(_("The last day of the offer is already over."), field="valid_until")
    recompute(quote, on=on)
    _require_content(quote, confirmed)
    quote.buyer = buyer_of(quote)
    quote.addressee = quote.buyer["name"] or quote.addressee
    new_link(quote)
    _number(quote, settings)
    quote.offer_hash = offer_hash(quote, quote.lines.order_by("position"))
    quote.state, quote.sent_at = Quote.State.SENT, now
    quote.save()
    audit.record(by, "quotes.quote.sent", quote, number=quote.label, to=list(to))
    _post(quote, to, message, address, by)
    return quote


@transaction.atomic
def mail_again(quote: Quote, *, to: Sequence[str], by: str, message: str = "", address: str = "") -> Quote:
    """Send the same quote, with the same number and link, once more. NoAddress."""
    quote = locked(quote, "mail")
    if not to:
        raise NoAddress(_("Write at least one e-mail address."), field="to")
    audit.record(by, "quotes.quote.sent_again", quote, to=list(to))
    _post(quote, to, message, address, by)
    return quote


def _post(quote: Quote, to: Sequence[str], message: str, address: str, by: str) -> None:
    """Tell who mails; each sending has a number, so that each letter goes once."""
    if not to:
        return
    quote.letters += 1
    quote.save()
    publish(
        QuoteSent(quote.company_id, quote.pk, quote.letters, tuple(to), message, link_of(quote, address), by)
    )


def _require_content(quote: Quote, confirmed: frozenset[str]) -> None:
    lines = quote.lines.select_related("picture")
    if not any(line.is_priced for line in lines):
        raise NothingOffered(_("The quote has no line with a price. Add at least one, then send it."))
    if sum(line.picture.size for line in lines if line.picture) > LARGEST_TOGETHER:
        raise PicturesTooLarge(
            _("The pictures of this quote are too large together. Use fewer or smaller ones.")
        )
    if not quote.gross_total and OfferedForNothing.code not in confirmed:
        raise OfferedForNothing(_("The quote comes to zero. Send it anyway?"))


def _number(quote: Quote, settings: QuoteOptions) -> None:
    """A number of the year for a first version; later ones keep it and say which version they are."""
    first = versions(quote).exclude(pk=quote.pk).filter(number__isnull=False).first()
    if first is not None:
        quote.series, quote.year, quote.number = first.series, first.year, first.number
    else:
        on = quote.issued_on or timezone.localdate()
        quote.series = settings.series or SERIES.get(quote.company.language, "Q")
        quote.year = on.year
        quote.number = take_number(
            quote.company, quote.series, on=on, kind=NUMBERED_KIND, branch=quote.branch
        )
    quote.label = written(quote, settings)


def written(quote: Quote, settings: QuoteOptions) -> str:
    """PV 12/2026; a later version PV 12/2026/2."""
    text = settings.number_format.format(series=quote.series, number=quote.number, year=quote.year)
    return text.strip() if quote.revision == 1 else f"{text.strip()}/{quote.revision}"


@transaction.atomic
def note_mailed(quote: Quote, mail: OutgoingMail, *, letter: int) -> None:
    """Keep that a letter was written; called in the transaction that writes it."""
    Quote.objects.filter(Q(mailed__lt=letter), pk=quote.pk).update(mailed=letter, mail=mail)


@transaction.atomic
def note_viewed(quote: Quote, *, now: datetime) -> None:
    """The customer opened the page for the first time."""
    opened = Quote.objects.filter(pk=quote.pk, viewed_at=None, state=Quote.State.SENT).update(viewed_at=now)
    if opened:
        audit.record("customer", "quotes.quote.opened", quote)


def addresses(quote: Quote) -> list[str]:
    """Who a quote goes to unless told otherwise: its contact, else the customer, else the prospect."""
    given: list[Any] = [
        quote.contact.email if quote.contact else "",
        quote.party.email if quote.party else quote.prospect_email,
    ]
    return [one for one in given if one][:1]
