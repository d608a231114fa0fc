"""Quotes while they are written: head, lines, sums."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ronda.catalogue.models import Item, VatCode
from ronda.catalogue.services import prices_for
from ronda.company import audit
from ronda.company.models import Company
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.quotes.domain import choices, states
from ronda.quotes.models import Picture, Quote, QuoteItemFacts, QuoteLine
from ronda.quotes.queries import offer_of, rates_of, versions
from ronda.quotes.services.pictures import keep_picture

OUT_OF_THE_WAY = 100_000
BUYER_FIELDS = ("name", "street", "postcode", "city", "province", "country", "tax_id", "email", "code")


class NobodyAddressed(Refusal):
    code = "quotes.nobody_addressed"


class StrangeSite(Refusal):
    code = "quotes.site_of_another"


class NoVatCode(Refusal):
    code = "quotes.no_vat_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line as a program gives it; what is left out comes from the item. `every` of 0 is once."""

    text: str = ""
    item: Item | None = None
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    discount: Decimal = Decimal(0)
    vat_code: VatCode | None = None
    unit: str = ""
    details: str = ""
    picture: Picture | None = None
    kind: str = QuoteLine.Kind.SERVICE
    is_option: bool = False
    alternative: str = ""
    every: int = 0
    every_unit: str = "month"
    timing: str = "advance"


@transaction.atomic
def create_quote(
    company: Company, *, title: str, lines: Iterable[NewLine], by: str, on: date, **facts: Any
) -> Quote:
    """A draft for a customer (`party`) or somebody who is none yet (`prospect_name`, `prospect_email`…).

    `facts` are fields of the quote. Prices left out are those agreed with the payer on that day (P6).
    """
    quote = Quote(company=company, title=title, **facts)
    settle_head(quote)
    quote.save()
    given = list(lines)
    rows = [_row(quote, line) for line in given]
    price_lines(quote, [row for row, line in zip(rows, given, strict=True) if line.price is None], on=on)
    write_lines(quote, rows)
    recompute(quote, on=on)
    audit.record(by, "quotes.quote.created", quote, title=title)
    return quote


def save_quote(form: Any, *, by: str, company: Company) -> Quote:
    """Write a draft and its lines from their validated form, then compute it.

    The sums are those of today's rates until the quote is sent on its own date.
    """
    if form.instance.pk is not None:
        locked(form.instance, "save")
    quote: Quote = form.save(commit=False)
    quote.company = company
    settle_head(quote)
    quote.save()
    rows, today = form.inlines.get("quoteline"), timezone.localdate()
    if rows is not None:
        _save_rows(quote, rows, on=today, by=by)
    recompute(quote, on=today)
    return quote


def _save_rows(quote: Quote, rows: Any, *, on: date, by: str) -> None:
    """The rows of the form in the order asked for; a picture that came along is kept."""
    gone = [form.instance.pk for form in rows.deleted_forms if form.instance.pk]
    quote.lines.filter(pk__in=gone).delete()
    kept = [
        (form.cleaned_data.get("place") or OUT_OF_THE_WAY, index, form)
        for index, form in enumerate(rows.forms)
        if form not in rows.deleted_forms and (form.has_changed() or form.instance.pk is not None)
    ]
    lines, unpriced = [], []
    for _place, _index, form in sorted(kept, key=lambda one: one[:2]):
        line: QuoteLine = form.save(commit=False)
        line.quote = quote
        if upload := form.cleaned_data.get("upload"):
            line.picture = keep_picture(quote.company, upload, by=by, field=form.add_prefix("upload"))
        elif form.cleaned_data.get("no_picture"):
            line.picture = None
        if form.price_left_empty:
            unpriced.append(line)
        lines.append(line)
    price_lines(quote, unpriced, on=on)
    write_lines(quote, lines)


def settle_head(quote: Quote) -> None:
    """Complete the head of a draft: payer, language, currency, addressee. Refuses what does not belong."""
    if quote.party is None and quote.account is not None:
        quote.party = quote.account.party
    party = quote.party
    if party is None and not quote.prospect_name.strip():
        raise NobodyAddressed(
            _("Choose the customer, or write the name of who is to become one."), field="party"
        )
    if party is not None:
        quote.account = quote.account or party.accounts.filter(is_default=True).first()
    owners = {quote.party_id, quote.account.party_id if quote.account else None} - {None}
    if quote.site is not None and quote.site.party_id not in owners:
        raise StrangeSite(_("This site belongs to somebody else."), field="site")
    if quote.contact is not None and quote.contact.party_id not in owners:
        raise StrangeSite(_("This contact belongs to somebody else."), field="contact")
    quote.language = quote.language or (party.language if party else "") or quote.company.language
    quote.currency = quote.account.currency if quote.account else quote.company.currency
    quote.addressee = party.name if party else quote.prospect_name.strip()


def buyer_of(quote: Quote) -> dict[str, str]:
    """Who the quote is for, as printed: the customer as of now, or the prospect as written."""
    if quote.party is not None:
        return {name: str(getattr(quote.party, name) or "") for name in BUYER_FIELDS}
    found = {name: str(getattr(quote, f"prospect_{name}", "") or "") for name in BUYER_FIELDS}
    return found | {"country": quote.company.country}


def _row(quote: Quote, new: NewLine) -> QuoteLine:
    fee = bool(new.every)
    return QuoteLine(
        quote=quote,
        kind=new.kind,
        item=new.item,
        text=new.text,
        details=new.details,
        picture=new.picture,
        quantity=new.quantity,
        unit=new.unit,
        unit_price=new.price or Decimal(0),
        discount=new.discount,
        vat_code=new.vat_code,
        is_option=new.is_option,
        alternative=new.alternative,
        frequency_unit=new.every_unit if fee else "once",
        frequency=new.every or 1,
        timing=new.timing,
    )


def price_lines(quote: Quote, lines: Sequence[QuoteLine], *, on: date) -> None:
    """Give lines without a price the one agreed with the payer; a prospect sees the catalogue's (P6)."""
    wanted = [(line, line.item) for line in lines if line.item is not None]
    if quote.account is None:
        for line, item in wanted:
            line.unit_price = item.price
        return
    prices = prices_for([(item, line.quantity) for line, item in wanted], quote.account, on=on)
    for (line, _item), chosen in zip(wanted, prices, strict=True):
        line.unit_price, line.discount = chosen.price, line.discount or chosen.discount


def write_lines(quote: Quote, lines: Sequence[QuoteLine]) -> None:
    """Write the lines of a draft in this order, completed from their items."""
    facts = {
        one.item_id: one
        for one in QuoteItemFacts.objects.filter(item__in=[line.item_id for line in lines if line.item_id])
    }
    usual = VatCode.objects.filter(company=quote.company, active=True).order_by("-is_default", "pk").first()
    for line in lines:
        complete_line(line, facts.get(line.item_id or 0), usual)
    kept = list(quote.lines.order_by("position"))
    for number, old in enumerate(kept, start=1):
        old.position = OUT_OF_THE_WAY + number
    QuoteLine.objects.bulk_update(kept, ["position"])
    for position, line in enumerate(lines, start=1):
        line.position = position
        line.save()


def complete_line(line: QuoteLine, facts: QuoteItemFacts | None, usual: VatCode | None) -> None:
    """What a line leaves out is its item's; headings and texts have no price. NoVatCode."""
    item = line.item
    if not line.is_priced:
        line.item, line.vat_code, line.unit_price, line.quantity = None, None, Decimal(0), Decimal(1)
        line.frequency_unit, line.is_option, line.alternative = "once", False, ""
        return
    if item is not None:
        line.text = line.text or item.name
        line.unit = line.unit or (item.unit.code if item.unit else "")
        line.vat_code = line.vat_code or item.vat_code
        if line.pk is None:
            line.details = line.details or (facts.details if facts else "") or item.description
            line.picture = line.picture or (facts.picture if facts else None)
    line.vat_code = line.vat_code or usual
    line.alternative = line.alternative.strip().upper()
    if line.vat_code is None:
        raise NoVatCode(_("This company has no VAT code yet. Add one to the catalogue first."))


def recompute(quote: Quote, *, on: date) -> None:
    """Write the sums of a draft at the rates of a day; what counts is what is proposed."""
    lines = list(quote.lines.order_by("position"))
    rates = rates_of(quote.company_id, lines, on)
    for line in lines:
        line.vat_rate, line.nature = rates.get(line.vat_code_id or 0, (Decimal(0), ""))
    QuoteLine.objects.bulk_update(lines, ["vat_rate", "nature"])
    offer = offer_of(quote)
    choices.check(offer.priced)
    write_totals(quote, choices.proposed(offer.priced))
    quote.save()


def write_totals(quote: Quote, counted: frozenset[int]) -> None:
    """Mark the lines that count and put the sums on the quote, which the caller saves."""
    offer = offer_of(quote)
    found = offer.totals(counted)
    for line in offer.lines:
        line.chosen = line.position in counted or not line.is_priced
        line.net = found.nets.get(line.position, Decimal(0))
    QuoteLine.objects.bulk_update(offer.lines, ["chosen", "net"])
    quote.once_net, quote.yearly_net = found.once_net, found.yearly_net
    quote.net_total, quote.vat_total, quote.gross_total = found.net, found.vat, found.gross


@transaction.atomic
def delete_quote(quote: Quote, *, by: str) -> None:
    """Throw a draft away; the version it was to replace stands again as it did."""
    quote = locked(quote, "save")
    others = versions(quote).exclude(pk=quote.pk)
    previous = others.filter(state=Quote.State.SUPERSEDED).first()
    audit.record(by, "quotes.quote.deleted", quote, title=quote.title, addressee=quote.addressee)
    quote.delete()
    if previous is not None and previous.state_before:
        previous.state, previous.state_before = previous.state_before, ""
        previous.save()


def locked(quote: Quote, move: states.Move) -> Quote:
    """The quote, locked; NotPossibleNow when its state, as it is now, does not allow the move."""
    now = (
        Quote.objects.select_for_update(of=("self",))
        .select_related("company", "party", "account")
        .get(pk=quote.pk)
    )
    states.require(now.state, move, now)
    return now
