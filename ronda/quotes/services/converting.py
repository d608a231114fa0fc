"""From the accepted quote to the contract and to the first invoice; twice is once."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from ronda.billing.models import Document
from ronda.billing.services import DraftLine, draft_document
from ronda.company import audit
from ronda.contracts.models import Contract
from ronda.contracts.services import NewLine, create_contract
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import to_unit_price
from ronda.parties.models import BillingAccount
from ronda.parties.services import create_party
from ronda.quotes.models import Quote, QuoteLine
from ronda.quotes.queries import versions
from ronda.quotes.services.drafts import locked

HUNDRED = Decimal(100)
ONE = Decimal(1)


class NothingToConvert(Refusal):
    code = "quotes.nothing_to_convert"


class WrongTerm(Refusal):
    code = "quotes.wrong_term"


class NoPayer(Refusal):
    code = "quotes.no_payer"


@transaction.atomic
def convert(
    quote: Quote,
    *,
    on: date,
    by: str,
    contract: bool = True,
    invoice: bool = True,
    starts_on: date | None = None,
    ends_on: date | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> Quote:
    """What was accepted becomes a contract (its fees), a draft invoice (what is billed once), or both.

    Somebody who was no customer yet becomes one; the questions of `create_party` are asked. The contract
    starts on `starts_on`, else on `on`, and ends on `ends_on`, if ever (WrongTerm where that is earlier).
    What was made before is not made again. NothingToConvert.
    """
    quote = locked(quote, "convert")
    lines = [
        line for line in quote.lines.select_related("item", "vat_code") if line.is_priced and line.chosen
    ]
    fees = [line for line in lines if line.is_fee]
    once = [line for line in lines if not line.is_fee]
    if not (contract and fees) and not (invoice and once):
        raise NothingToConvert(
            _("There are no fees for a contract and nothing to bill once in what you asked for.")
        )
    account = _payer(quote, by=by, confirmed=confirmed)
    if contract and fees and quote.contract_id is None:
        first = starts_on or on
        if ends_on is not None and ends_on < first:
            raise WrongTerm(_("The last day cannot come before the first."), field="ends_on")
        quote.contract = _contract(quote, account, fees, starts_on=first, ends_on=ends_on, by=by)
    if invoice and once and quote.invoice_id is None:
        quote.invoice = _invoice(quote, account, once, on=on, by=by)
    quote.save()
    made = {"contract": str(quote.contract or ""), "invoice": quote.invoice_id or 0}
    audit.record(by, "quotes.quote.converted", quote, **made)
    return quote


def _payer(quote: Quote, *, by: str, confirmed: frozenset[str]) -> BillingAccount:
    if quote.party is None:
        quote.party = create_party(
            quote.company,
            name=quote.prospect_name,
            by=by,
            confirmed=confirmed,
            street=quote.prospect_street,
            postcode=quote.prospect_postcode,
            city=quote.prospect_city,
            province=quote.prospect_province,
            email=quote.prospect_email,
            phone=quote.prospect_phone,
            language=quote.language,
            owner=quote.owner,
        )
    if quote.account is None:
        quote.account = quote.party.accounts.filter(is_default=True).first()
    if quote.account is None:
        raise NoPayer(_("This customer has no billing account yet. Add one first."))
    versions(quote).exclude(pk=quote.pk).filter(party=None).update(party=quote.party, account=quote.account)
    return quote.account


def _contract(
    quote: Quote,
    account: BillingAccount,
    fees: list[QuoteLine],
    *,
    starts_on: date,
    ends_on: date | None,
    by: str,
) -> Contract:
    return create_contract(
        account,
        title=quote.title,
        starts_on=starts_on,
        ends_on=ends_on,
        lines=[_fee(quote, line) for line in fees],
        by=by,
        party=quote.party,
        signed_on=quote.accepted_on,
        branch=quote.branch,
        owner=quote.owner,
    )


def _fee(quote: Quote, line: QuoteLine) -> NewLine:
    """A fee as agreed. A discount on the whole quote is taken off the price: contracts know none."""
    price, discount = line.unit_price, line.discount
    if quote.discount:
        rest = (ONE - line.discount / HUNDRED) * (ONE - quote.discount / HUNDRED)
        price, discount = to_unit_price(line.unit_price * rest), Decimal(0)
    if line.item is None:
        raise NothingToConvert(_("“%(line)s” has no service of the catalogue.") % {"line": line})
    return NewLine(
        line.item,
        price,
        text=line.text,
        quantity=line.quantity,
        site=quote.site,
        vat_code=line.vat_code,
        schedule={
            "discount": discount,
            "frequency_unit": line.frequency_unit,
            "frequency": line.frequency,
            "timing": line.timing,
        },
    )


def _invoice(quote: Quote, account: BillingAccount, once: list[QuoteLine], *, on: date, by: str) -> Document:
    """A draft with the lines billed once, under the discount that was offered."""
    lines = [
        DraftLine(
            line.text,
            line.quantity,
            line.unit_price,
            item=line.item,
            vat_code=line.vat_code,
            discount=line.discount,
            unit=line.unit,
            site=quote.site,
            source=f"quotes.line:{line.pk}",
        )
        for line in once
    ]
    return draft_document(
        account,
        lines,
        by=by,
        on=on,
        heading=f"{quote.label} {quote.title}"[:200],
        language=quote.language,
        discount=quote.discount,
        branch=quote.branch,
    )
