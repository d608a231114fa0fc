"""Another version of an offer, or another offer like it."""

from datetime import date

from django.db import transaction

from ronda.company import audit, options
from ronda.quotes.models import Quote, QuoteLine
from ronda.quotes.options import QuoteOptions
from ronda.quotes.queries import versions
from ronda.quotes.services.drafts import locked, recompute
from ronda.quotes.services.sending import written

# What a copy does not take along: its own numbers, its link, its story.
OF_ONE_VERSION = frozenset(
    ["id", "state", "state_before", "revision", "root", "label", "buyer", "issued_on", "valid_until"]
    + ["token_salt", "token_hash", "offer_hash", "letters", "mailed", "mail", "sent_at", "viewed_at"]
    + ["decided_at", "decided_by", "accepted_on", "signer", "signature", "signature_hash", "seal"]
    + ["loss_reason", "loss_note", "contract", "invoice", "created_at", "updated_at"]
)
OF_ONE_OFFER = OF_ONE_VERSION | {"series", "year", "number"}


@transaction.atomic
def new_version(quote: Quote, *, on: date, by: str) -> Quote:
    """A draft that replaces this quote and keeps its number; the link of the old one leads no further.

    Asked for twice, it is the same draft. NotPossibleNow on a draft, an accepted or a replaced quote.
    """
    waiting = versions(quote).filter(state=Quote.State.DRAFT, revision__gt=quote.revision).first()
    if waiting is not None:
        return waiting
    quote = locked(quote, "version")
    newest = versions(quote).first() or quote
    made = _copied(quote, OF_ONE_VERSION)
    made.root_id, made.revision = quote.family, newest.revision + 1
    settings = options.read(QuoteOptions, quote.company_id, quote.branch_id)
    # The label is unique with the version, which a draft already has.
    made.label = written(made, settings)
    made.save()
    _copy_lines(quote, made)
    recompute(made, on=on)
    quote.state_before, quote.state = quote.state, Quote.State.SUPERSEDED
    quote.save()
    audit.record(by, "quotes.quote.version", made, replaces=quote.label)
    return made


@transaction.atomic
def copy_quote(quote: Quote, *, on: date, by: str) -> Quote:
    """A new draft with the same lines, for another offer; it will get a number of its own."""
    made = _copied(quote, OF_ONE_OFFER)
    made.save()
    _copy_lines(quote, made)
    recompute(made, on=on)
    audit.record(by, "quotes.quote.copied", made, of=str(quote))
    return made


def _copied(quote: Quote, without: frozenset[str]) -> Quote:
    fields = [field for field in Quote._meta.concrete_fields if field.name not in without]
    return Quote(**{field.attname: getattr(quote, field.attname) for field in fields})


def _copy_lines(quote: Quote, made: Quote) -> None:
    fields = [field for field in QuoteLine._meta.concrete_fields if field.name not in ("id", "quote")]
    rows = [
        QuoteLine(quote=made, **{field.attname: getattr(line, field.attname) for field in fields})
        for line in quote.lines.order_by("position")
    ]
    QuoteLine.objects.bulk_create(rows)
