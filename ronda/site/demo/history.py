"""A year of work: the months, what customers paid, what was credited, what waits as a draft."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from random import Random

from django.core.files.base import ContentFile
from django.db import transaction

from ronda.billing.models import Document, DocumentKind
from ronda.billing.services import (
    DraftLine,
    confirm_run,
    credit_document,
    draft_document,
    issue_entries,
    prepare_run,
)
from ronda.catalogue.models import Item
from ronda.company.models import Company
from ronda.company.services import attach_file
from ronda.contracts.models import Contract
from ronda.parties.models import BillingAccount, PaymentMethod
from ronda.payments.models import Instalment
from ronda.payments.services import allocate_credit, record_payment, record_payments
from ronda.site.demo.sizes import Size

FRIDAY = 4
EXTRA = Decimal("25.00")  # what an absent-minded customer pays too much
AGREED_DISCOUNT = {"IT": "sconto concordato", "FR": "remise convenue"}


@dataclass(frozen=True, slots=True)
class Staff:
    """Who does what in the firm, by user name."""

    clerk: str
    accountant: str


def bill_month(company: Company, as_of: date, staff: Staff) -> None:
    """Prepare, confirm and issue everything due by a day, as a person would."""
    run = prepare_run(company, as_of=as_of, by=staff.clerk)
    issue_entries(confirm_run(run, by=staff.clerk, in_background=False), by=staff.clerk)


def receive(company: Company, size: Size, rng: Random, staff: Staff) -> None:
    """Most dues paid on a Friday near their day; some late, in part, twice over or not at all."""
    last = size.month_ends[-1]
    method = PaymentMethod.objects.filter(company=company).order_by("pk")
    usual = {row.pk: row for row in method}
    bank = next(row for row in usual.values() if row.account_role == "bank")
    dues = Instalment.objects.filter(company=company, amount__gt=0, due_on__lte=last).select_related("party")
    in_full: dict[tuple[date, int], list[Instalment]] = defaultdict(list)
    odd: list[tuple[date, Instalment, Decimal]] = []
    for due in dues.order_by("pk"):
        paid_on, share = _behaviour(due, rng)
        if paid_on > last:
            continue
        if share:
            odd.append((paid_on, due, share))
        else:
            in_full[paid_on, due.method_id or bank.pk].append(due)
    _record_in_full(in_full, usual, staff)
    _record_odd(odd, usual, bank, staff)


def _behaviour(due: Instalment, rng: Random) -> tuple[date, Decimal]:
    """When a due is paid, and the amount where it is not the whole of it (0: the whole)."""
    luck = rng.randrange(100)
    if luck < 6:
        return date.max, Decimal(0)
    late = rng.randrange(15, 75) if luck < 20 else rng.randrange(0, 5)
    paid_on = due.due_on + timedelta(days=late)
    paid_on += timedelta(days=(FRIDAY - paid_on.weekday()) % 7)
    if luck >= 97 and due.amount > 20:
        return paid_on, (due.amount / 2).quantize(Decimal(1))
    if luck == 96:
        return paid_on, due.amount + EXTRA
    return paid_on, Decimal(0)


def _record_in_full(
    paid: dict[tuple[date, int], list[Instalment]], usual: dict[int, PaymentMethod], staff: Staff
) -> None:
    ordered = sorted(paid.items())
    for (year, month), some in groupby(ordered, key=lambda one: (one[0][0].year, one[0][0].month)):
        with transaction.atomic():
            for (day, method_id), dues in some:
                reference = f"estratto {month:02d}/{year}"
                record_payments(
                    dues, date=day, method=usual[method_id], reference=reference, by=staff.accountant
                )


def _record_odd(
    odd: Sequence[tuple[date, Instalment, Decimal]],
    usual: dict[int, PaymentMethod],
    bank: PaymentMethod,
    staff: Staff,
) -> None:
    with transaction.atomic():
        for day, due, amount in sorted(odd, key=lambda one: (one[0], one[1].pk)):
            record_payment(
                due.party,
                date=day,
                amount=amount,
                method=usual.get(due.method_id or 0, bank),
                instalments=[(due, min(amount, due.amount))],
                by=staff.accountant,
            )


def credit_some(company: Company, size: Size, rng: Random, staff: Staff) -> None:
    """Credit notes: in full, of half a line, and one whose period is to be billed again."""
    issued = Document.objects.filter(company=company, kind=DocumentKind.INVOICE, net_total__gt=50)
    keys = sorted(rng.sample(sorted(issued.values_list("pk", flat=True)), size.credit_notes))
    last = size.month_ends[-1]
    for n, pk in enumerate(keys):
        document = issued.get(pk=pk)
        on = min((document.date or last) + timedelta(days=15), last)
        line = document.lines.order_by("position")[0]
        amounts = {line.pk: (line.net / 4).quantize(Decimal(1))} if n % 3 else None
        release = amounts is None and n % 2 == 0
        note = credit_document(
            document,
            on=on,
            amounts=amounts,
            release=release,
            reason=AGREED_DISCOUNT[company.country],
            by=staff.clerk,
        )
        _use(note, document, on, staff)


def _use(note: Document, document: Document, on: date, staff: Staff) -> None:
    """Set the credit note off against what is still open on its invoice."""
    credit = Instalment.objects.filter(document=note).first()
    due = next((due for due in Instalment.objects.filter(document=document) if due.residue), None)
    if credit is not None and due is not None:
        allocate_credit(credit, due, on=on, by=staff.accountant)


def leave_drafts(company: Company, size: Size, text: str, staff: Staff) -> None:
    """Invoices for single works, begun and not issued."""
    item = Item.objects.filter(company=company).order_by("-pk")[0]
    on = size.month_ends[-1] + timedelta(days=4)
    accounts = BillingAccount.objects.filter(party__company=company, is_default=True).order_by("pk")
    for n, account in enumerate(accounts.select_related("party__company")[: size.drafts]):
        lines = [DraftLine(text, Decimal(2 + n), item.price, item=item)]
        draft_document(account, lines, on=on, by=staff.clerk)


def attach_papers(company: Company, size: Size, title: str, staff: Staff) -> None:
    """The signed copy on the first contracts and on their customers."""
    contracts = Contract.objects.filter(company=company).select_related("party").order_by("pk")
    for contract in contracts[: size.drafts]:
        text = f"{title} {contract.number}\n{contract.title}\n{contract.party.name}\n"
        for subject in (contract, contract.party):
            name = f"{title} {contract.number.replace('/', '-')}.txt"
            attach_file(subject, ContentFile(text.encode()), name=name, by=staff.clerk)
