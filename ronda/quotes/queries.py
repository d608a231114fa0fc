"""Reads on quotes that several callers share."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from ronda.billing.domain.totals import Discount, Line
from ronda.catalogue.queries import VatRule, vat_rules
from ronda.kernel.money import ZERO
from ronda.parties.models import BillingAccount
from ronda.quotes.domain.rhythms import Rhythm
from ronda.quotes.domain.totals import OfferLine, OfferTotals, offer_totals
from ronda.quotes.models import Quote, QuoteLine


@dataclass(frozen=True, slots=True)
class Offer:
    """A quote with its lines as they count now, ready to be shown or printed."""

    quote: Quote
    lines: tuple[QuoteLine, ...]
    priced: tuple[OfferLine, ...]

    def totals(self, counted: Iterable[int] | None = None) -> OfferTotals:
        """The sums of the lines of `counted`, by position; of those that count now when left out."""
        wanted = self.chosen if counted is None else frozenset(counted)
        return offer_totals(self.priced, wanted, discount=self.quote.discount)

    @property
    def chosen(self) -> frozenset[int]:
        return frozenset(line.position for line in self.lines if line.is_priced and line.chosen)

    @property
    def has_choices(self) -> bool:
        return any(line.is_priced and (line.is_option or line.alternative) for line in self.lines)


def offer_of(quote: Quote) -> Offer:
    """The quote with its lines and their kept rates; one query."""
    related = "item__unit", "picture", "vat_code"
    lines = tuple(quote.lines.select_related(*related).order_by("position", "pk"))
    split = quote.account is not None and quote.account.tax_regime == BillingAccount.TaxRegime.SPLIT
    return Offer(quote, lines, tuple(offer_line(line, split=split) for line in lines if line.is_priced))


def offer_line(line: QuoteLine, *, split: bool = False) -> OfferLine:
    """The line as the totals take it, at the rate it carries; its key is its position."""
    return OfferLine(
        line.position,
        Line(
            line.quantity,
            line.unit_price,
            line.vat_rate,
            discounts=(Discount(percent=line.discount),) if line.discount else (),
            nature=line.nature,
            exigibility="S" if split and line.vat_rate else "I",
        ),
        Rhythm(line.frequency_unit, line.frequency),
        is_option=line.is_option,
        alternative=line.alternative,
    )


def rates_of(company_id: int, lines: Sequence[QuoteLine], on: date) -> Mapping[int, tuple[Decimal, str]]:
    """Rate and nature on a day of the VAT codes of some lines, by code id."""
    rules: Mapping[int, VatRule] = vat_rules(company_id)
    ids = {line.vat_code_id for line in lines if line.vat_code_id is not None}
    return {pk: (rules[pk].percent(on), rules[pk].nature) for pk in ids}


def numbered_quotes(company_id: int) -> QuerySet[Quote]:
    """The quotes that carry a number, one version of each: the versions of an offer share it (O6, O7)."""
    offer = Q(pk=OuterRef("root_id")) | Q(root_id=OuterRef("root_id"))
    earlier = Quote.objects.filter(offer, number__isnull=False, pk__lt=OuterRef("pk"))
    rows = Quote.objects.filter(company_id=company_id, number__isnull=False)
    return rows.filter(~Exists(earlier)).annotate(date=F("issued_on"))


def by_token(token: str) -> Quote | None:
    """The quote of a public link, or None; the hashes are compared in constant time."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    related = "company", "party", "account", "site", "contact", "owner", "root"
    found = Quote.objects.select_related(*related).filter(token_hash=digest).first()
    if found is None or not hmac.compare_digest(found.token_hash.encode(), digest.encode()):
        return None
    return found


def versions(quote: Quote) -> QuerySet[Quote]:
    """All versions of an offer, the newest first."""
    return Quote.objects.filter(Q(pk=quote.family) | Q(root=quote.family)).order_by("-revision")


@dataclass(frozen=True, slots=True)
class Lost:
    """The refused quotes of one reason."""

    reason: str
    reason_id: int | None
    count: int
    net: Decimal
    share: Decimal


def lost_by_reason(company_id: int, *, since: date, until: date) -> list[Lost]:
    """Quotes refused in a time, both days included, by reason, the most expensive first.

    Versions that were replaced do not count: the offer went on.
    """
    rows = (
        Quote.objects.filter(
            company_id=company_id,
            state=Quote.State.REFUSED,
            decided_at__date__gte=since,
            decided_at__date__lte=until,
        )
        .values("loss_reason_id", "loss_reason__name")
        .annotate(count=Count("pk"), net=Sum("net_total"))
        .order_by("-net", "loss_reason__name")
    )
    found = list(rows)
    whole = sum((row["net"] for row in found), ZERO)
    return [
        Lost(
            row["loss_reason__name"] or "",
            row["loss_reason_id"],
            row["count"],
            row["net"],
            (row["net"] * 100 / whole).quantize(Decimal("0.1")) if whole else ZERO,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many quotes had an end in a time, and what they came to."""

    state: str
    count: int
    net: Decimal


def outcomes(company_id: int, *, since: date, until: date) -> dict[str, Outcome]:
    """Accepted, refused and expired quotes whose end fell in a time, by state."""
    ended = Quote.objects.filter(company_id=company_id).filter(
        Q(state__in=(Quote.State.ACCEPTED, Quote.State.REFUSED), decided_at__date__range=(since, until))
        | Q(state=Quote.State.EXPIRED, valid_until__range=(since, until))
    )
    rows = ended.values("state").annotate(count=Count("pk"), net=Sum("net_total")).order_by()
    return {row["state"]: Outcome(row["state"], row["count"], row["net"]) for row in rows}
