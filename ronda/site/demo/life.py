"""What a firm does with its contracts besides billing them: terms, prices, changes, offers, packages."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation

from ronda.agents.models import Agent, Base
from ronda.agents.services import assign, prepare, recompute
from ronda.billing.models import Document
from ronda.catalogue.models import Item, VatCode
from ronda.company import audit
from ronda.company.models import Company
from ronda.contracts.models import ChargePeriod, Contract, ContractLine, Settlement
from ronda.contracts.services import LineChange, amend, suspend, terminate
from ronda.kernel.money import to_cents
from ronda.kernel.periods import add_months
from ronda.packages.models import OverUse, Package, PackageTemplate, TemplateLine
from ronda.packages.services import offer_of, sell, use
from ronda.parties.models import BillingAccount, Party
from ronda.quotes import services as quotes
from ronda.quotes.models import LossReason, Quote
from ronda.renewals.models import IndexClause, IndexSeries, Notice, RenewalTerms
from ronda.renewals.services import prepare_batch, record_notice, set_clause, set_terms
from ronda.site.demo.history import Staff
from ronda.site.demo.sizes import Size
from ronda.site.demo.words import WORDS, Words

DAY = timedelta(days=1)
NOTICES = ((60, "day"), (90, "day"), (3, "month"))
EVERY_TENTH, EVERY_FOURTH = 10, 4
LONG_ENOUGH = date(2025, 1, 1)  # contracts older than this follow an index
AUTUMN = date(2025, 10, 1)
SEPTEMBER = 9
DEARER = Decimal("1.04")
FEWER = Decimal("0.90")
MONTHS_OF_COMMISSIONS = 2


def live(company: Company, size: Size, staff: Staff) -> None:
    """A lifelike year-end on the last billed day: nothing here makes a draft or a credit note.

    The order is fixed: documents bear the day of the last ones, so their numbers go on without a gap.
    """
    on, words = size.month_ends[-1], WORDS[company.country]
    with translation.override(company.language), transaction.atomic():
        steady = _steady(company, on)
        _change(steady[:4], on, words, staff)
        _agree_terms(company, steady[4], on, words, staff)
        _agree_indices(company, on, staff)
        firms = _firms(company)
        _offer(company, firms, on, words, staff)
        _sell_packages(company, firms, on, words, staff)
        _pay_agents(company, on, words, staff)


def _steady(company: Company, on: date) -> list[ContractLine]:
    """A line of each open-ended contract billed month by month, up to the last day and not beyond."""
    beyond = ChargePeriod.objects.filter(line__contract__company=company, ends_on__gt=on)
    charges = ChargePeriod.objects.filter(
        line__contract__company=company,
        line__contract__status=Contract.Status.ACTIVE,
        line__contract__billing_hold=False,
        line__contract__ends_on=None,
        line__ends_on=None,
        line__frequency_unit="month",
        line__frequency=1,
        kind="regular",
        state=ChargePeriod.State.BILLED,
        starts_on=on.replace(day=1),
        ends_on=on,
        document__status=Document.Status.ISSUED,
        document__corrections=None,
    ).exclude(line__contract__in=beyond.values("line__contract"))
    charges = charges.select_related("line__contract__company").order_by("-line__contract_id", "-pk")
    found = {charge.line.contract_id: charge.line for charge in charges}
    return [line for _contract, line in sorted(found.items())]


def _change(lines: list[ContractLine], on: date, words: Words, staff: Staff) -> None:
    """A price that rose a month ago and is settled now, an end to come, two summers without work."""
    dearer, ending, *resting = lines
    change = LineChange(dearer.pk, price=to_cents(dearer.price * DEARER))
    amend(
        dearer.contract,
        effective_on=on.replace(day=1),
        changes=[change],
        by=staff.clerk,
        on=on,
        reason=words.dearer,
    )
    terminate(
        ending.contract,
        ends_on=date(on.year, 12, 31),
        by=staff.clerk,
        on=on,
        settles_by=Settlement.CREDIT,
        reason=words.ending,
    )
    august = date(on.year + 1, 8, 1)
    for line in resting:
        last = add_months(august, 1) - DAY
        suspend(line.contract, starts_on=august, ends_on=last, by=staff.clerk, on=on, reason=words.resting)


def _agree_terms(company: Company, other: ContractLine, on: date, words: Words, staff: Staff) -> None:
    """What happens when terms end; one customer gave notice in time, of an open contract if need be."""
    rows = Contract.objects.filter(company=company, status=Contract.Status.ACTIVE, billing_hold=False)
    fixed = list(rows.filter(ends_on__gt=date(on.year, 12, 31)).order_by("pk"))
    for n, contract in enumerate(fixed):
        number, unit = NOTICES[n % len(NOTICES)]
        mode = RenewalTerms.Mode.CONSENT if n % 3 == 1 else RenewalTerms.Mode.TACIT
        set_terms(
            contract,
            mode=mode,
            term_months=12,
            notice_number=number,
            notice_unit=unit,
            channel=words.channel,
            by=staff.clerk,
        )
    leaving = fixed[-1] if len(fixed) > 1 else other.contract
    if leaving is other.contract:
        terms = {"mode": RenewalTerms.Mode.NONE, "notice_number": 3, "notice_unit": "month"}
        set_terms(leaving, channel=words.channel, by=staff.clerk, **terms)
    record_notice(
        leaving,
        kind=Notice.Kind.CANCELLATION,
        channel=words.channel,
        sent_on=on - timedelta(days=12),
        received_on=on - timedelta(days=9),
        note=words.notice,
        by=staff.clerk,
        on=on,
    )


def _agree_indices(company: Company, on: date, staff: Staff) -> None:
    """Every tenth contract follows an index, or rises by a fixed part; what is due waits as a preview."""
    rows = Contract.objects.filter(company=company, status=Contract.Status.ACTIVE, starts_on__lt=LONG_ENOUGH)
    foi = IndexSeries.objects.filter(company=company, code="FOI").first()
    for n, contract in enumerate(rows.order_by("pk")[::EVERY_TENTH]):
        set_clause(contract, by=staff.clerk, **_clause(n, foi))
    prepare_batch(company, as_of=on, not_before=on + DAY, by=staff.clerk)


def _clause(n: int, foi: IndexSeries | None) -> dict[str, Any]:
    """Of the Italian clauses every third one asks for the index of this September, not published yet."""
    if foi is None:
        return {
            "mode": IndexClause.Mode.FIXED,
            "fixed_percent": Decimal("1.5") + n % 3 / Decimal(2),
            "anchor_on": AUTUMN,
        }
    share = Decimal(75 if n % 2 else 100)
    if n % 3 == 2:
        return {"series": foi, "share": share, "lag_months": 1, "anchor_on": AUTUMN}
    return {"series": foi, "share": share, "reference_month": SEPTEMBER, "anchor_on": LONG_ENOUGH}


def _firms(company: Company) -> list[BillingAccount]:
    """The accounts of the customers that are firms."""
    rows = BillingAccount.objects.filter(party__company=company, is_default=True, party__kind=Party.Kind.FIRM)
    return list(rows.select_related("party__company").order_by("party_id"))


def _offer(company: Company, firms: list[BillingAccount], on: date, words: Words, staff: Staff) -> None:
    """Offers accepted, refused, waiting for an answer and being written; their numbers follow their days."""
    until = on + timedelta(days=90)
    titles = iter(words.quotes)

    def begun(days_ago: int, **facts: Any) -> Quote:
        day = on - timedelta(days=days_ago)
        made = quotes.create_quote(
            company,
            title=next(titles),
            lines=_offered(company, words),
            by=staff.clerk,
            on=day,
            language=company.language,
            valid_until=until,
            intro=words.intro,
            **facts,
        )
        made.created_at = _morning(company, day)  # the demonstration is made today, its past was not
        made.save(update_fields=["created_at"])
        return made

    def sent(days_ago: int, **facts: Any) -> Quote:
        now, day = _morning(company, on - timedelta(days=days_ago)), on - timedelta(days=days_ago)
        return quotes.send_quote(begun(days_ago, **facts), on=day, now=now, by=staff.clerk)

    accepted = sent(24, party=firms[-1].party)
    refused = sent(18, **words.prospects[0])
    sent(6, **words.prospects[1])
    begun(1, party=firms[-2].party)
    day = on - timedelta(days=10)
    now = _morning(company, day)
    quotes.record_acceptance(accepted, wanted=(), on=day, now=now, by=staff.clerk, signer=words.signer)
    reason, _made = LossReason.objects.get_or_create(company=company, name=words.lost)
    quotes.refuse_quote(refused, reason=reason, note=words.lost_note, now=now, by=staff.clerk)


def _offered(company: Company, words: Words) -> list[quotes.NewLine]:
    """A monthly fee, a work done once, and something the customer may add."""
    items = {item.code: item for item in Item.objects.filter(company=company)}
    fee, once, extra = (items[code] for code in words.offered)
    return [
        quotes.NewLine(item=fee, every=1),
        quotes.NewLine(item=once, quantity=Decimal(2)),
        quotes.NewLine(item=extra, is_option=True),
    ]


def _morning(company: Company, day: date) -> datetime:
    return datetime.combine(day, time(10), ZoneInfo(company.timezone))


def _sell_packages(
    company: Company, firms: list[BillingAccount], on: date, words: Words, staff: Staff
) -> None:
    """Two cards of hours and a subscription, billed on the last day and used during the month."""
    first = on.replace(day=1)
    card, visits = _templates(company, words, staff)
    sold: list[Package] = []
    for account, template in zip(firms, (card, card, visits), strict=False):
        offer = offer_of(template)
        sold.append(sell(account, offer, on=on, starts_on=first, by=staff.clerk))
    uses = ((0, 5, "2"), (0, 13, "3.5"), (1, 8, "4"), (1, 20, "4.5"), (2, 6, "1"), (2, 19, "1"))
    for which, day, quantity in uses:
        if which < len(sold):
            text = words.used[which]
            use(
                sold[which],
                None,
                Decimal(quantity),
                on=first + timedelta(days=day),
                by=staff.clerk,
                reference=text,
            )


def _templates(company: Company, words: Words, staff: Staff) -> list[PackageTemplate]:
    """Ten hours cheaper than one by one, and four visits a month for a year."""
    vat = VatCode.objects.get(company=company, is_default=True)
    items = {item.code: item for item in Item.objects.filter(company=company)}
    made = []
    kinds = (("H10", Decimal(10), 0), ("V4", Decimal(4), 1))
    for (code, quantity, months), (name, item_code) in zip(kinds, words.packages, strict=True):
        item = items[item_code]
        template = PackageTemplate.objects.create(
            company=company,
            code=code,
            name=name,
            price=to_cents(item.price * quantity * (12 if months else 1) * FEWER),
            vat_code=vat,
            over_use=OverUse.BILL,
            period_months=months,
            carry_limit=Decimal(2 * months),
            carry_months=months,
        )
        TemplateLine.objects.create(template=template, item=item, quantity=quantity)
        audit.record(staff.clerk, "packages.packagetemplate.added", template, code=code)
        made.append(template)
    return made


def _pay_agents(company: Company, on: date, words: Words, staff: Staff) -> None:
    """Two agents with a share of some contracts, on what the last months billed."""
    since = add_months(on.replace(day=1), 1 - MONTHS_OF_COMMISSIONS)
    rows = Contract.objects.filter(company=company, status=Contract.Status.ACTIVE, starts_on__lte=on)
    contracts = list(rows.order_by("pk"))
    agents = []
    for n, (name, base) in enumerate(zip(words.agents, (Base.INVOICED, Base.COLLECTED), strict=True)):
        agent = Agent.objects.create(
            company=company, name=name, base=base, percent=Decimal(8 - 2 * n), following=Decimal(3)
        )
        audit.record(staff.clerk, "agents.agent.saved", agent, rules=1)
        assign(contracts[n::EVERY_FOURTH], agent=agent, starts_on=since, percent=agent.percent,
               following=agent.following, by=staff.clerk)  # fmt: skip
        agents.append(agent)
    recompute(company, starts_on=since, ends_on=on, by=staff.clerk)
    prepare(agents[:1], starts_on=since, ends_on=on, by=staff.clerk)
