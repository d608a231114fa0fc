"""Statuses a French firm tells of invoices: 212 of its own, and its answers to those of its suppliers.

212, "collected", is compulsory for services whose VAT is owed on payment (art. 290 A CGI): by VAT rate, at
each payment, negative when money goes back. What is told is always the difference between what has come in
and what was told before, so no order of events and no repetition tells anything twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from ronda.billing.models import Document
from ronda.company import audit
from ronda.company.checking import batches
from ronda.company.jobs import Fence, no_fence
from ronda.company.models import Company
from ronda.countries.fr.domain.einvoice.model import Invoice
from ronda.countries.fr.domain.ereporting import Customer, VatGroup, received_on
from ronda.countries.fr.domain.lifecycle import (
    Collected,
    InvoiceReference,
    Party,
    StatusMessage,
    StatusNotWritable,
    status_message,
    write_status,
)
from ronda.countries.fr.domain.lifecycle.reader import PARIS
from ronda.countries.fr.models import InvoiceStatus, OutgoingState
from ronda.countries.fr.services.ereporting_collecting import customer_of, groups_of
from ronda.countries.fr.services.invoicing import invoices_of, siren_of
from ronda.einvoices.domain.exchange import Incoming
from ronda.einvoices.models import KeptFile, Transmission, TransmissionState
from ronda.einvoices.queries import last_of
from ronda.einvoices.services import archiving, content, place
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO, to_cents
from ronda.payments.models import Allocation

COLLECTED = "212"
CHUNK = 500
#: How far back the nightly look for payments that were not told goes.
LOOK_BACK = timedelta(days=90)
#: States of a file that is not in the platform's hands, or no longer counts.
NOT_THERE = (
    TransmissionState.READY,
    TransmissionState.QUEUED,
    TransmissionState.FAILED,
    TransmissionState.REJECTED,
    TransmissionState.REFUSED,
)

Sums = dict[Decimal, Decimal]


class NotToBeTold(Refusal):
    """There is nothing to tell again: it is on its way, was taken, or was told again already."""

    code = "statuses.not_to_be_told"


@dataclass(slots=True)
class Told:
    """Statuses that were written, and documents whose status cannot be written, with the reason."""

    made: list[InvoiceStatus] = field(default_factory=list)
    failed: list[tuple[Document, Refusal]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is still to tell of one document, and what it rests on."""

    document: Document
    parts: tuple[Collected, ...]
    told: Sums
    last_at: datetime | None


def tell_collected(
    company: Company,
    document_ids: Collection[int],
    *,
    by: str,
    now: datetime | None = None,
    fence: Fence = no_fence,
) -> Told:
    """Write status 212 of those documents of which money came or went since the last one.

    Only invoices between French businesses that the platform has, and only what is due on payment; money, not
    credit notes. One that cannot be written stops none of the others. Constant queries, then one file each.
    """
    now, done = now or timezone.now(), Told()
    for chunk in batches(sorted(set(document_ids)), CHUNK):
        asked = set(chunk)
        while asked:
            plans = _plans(company, asked)
            written = _write_all(plans, done, now=now)
            asked = _keep_all(company, written, done, by=by, now=now, fence=fence)
    return done


def to_look_at(company: Company, *, now: datetime) -> list[int]:
    """Documents of which money moved lately, or that lately came to the platform; by key."""
    since = now - LOOK_BACK
    paid = Allocation.objects.filter(
        instalment__company=company, payment__isnull=False, date__gte=timezone.localdate(since)
    )
    sent = Transmission.objects.filter(company=company, sent_at__gte=since)
    found = set(paid.values_list("instalment__document", flat=True))
    told = InvoiceStatus.objects.filter(company=company, status=COLLECTED, made_at__gte=since)
    found |= set(told.values_list("document", flat=True)) - {None}
    with_money = Allocation.objects.filter(
        payment__isnull=False, instalment__document__in=sent.values("document")
    )
    return sorted(found | set(with_money.values_list("instalment__document", flat=True)))


def _plans(company: Company, ids: Collection[int]) -> list[_Plan]:
    there = {pk for pk, row in last_of(ids).items() if row.sent_at and row.state not in NOT_THERE}
    rows = Document.objects.filter(company=company, pk__in=there, status=Document.Status.ISSUED)
    documents = [
        one for one in rows.select_related("party", "company") if customer_of(one) is Customer.BUSINESS
    ]
    groups, received = groups_of(rows), _received(there)
    told = told_of(there)
    plans = []
    for one in documents:
        sums, last_at = told.get(one.pk, ({}, None))
        parts = _parts(groups.get(one.pk, ()), received.get(one.pk, ZERO), sums, one.currency)
        if parts:
            plans.append(_Plan(one, parts, sums, last_at))
    return plans


def _received(ids: Collection[int]) -> dict[int, Decimal]:
    """All money of each document until now, refunds taken off."""
    rows = Allocation.objects.filter(instalment__document__in=ids, payment__isnull=False)
    sums = rows.order_by().values_list("instalment__document").annotate(sum=Sum("amount"))
    return {pk: to_cents(amount) for pk, amount in sums}


def told_of(ids: Collection[int]) -> dict[int, tuple[Sums, datetime | None]]:
    """What the statuses 212 of documents say together, by rate, and the moment of the last one."""
    found: dict[int, tuple[Sums, datetime | None]] = {}
    rows = InvoiceStatus.objects.filter(document__in=ids, status=COLLECTED, heard=False)
    names = ("document", "at", "collected", "state")
    for pk, at, collected, state in rows.order_by("at", "pk").values_list(*names):
        sums = dict(found[pk][0]) if pk in found else {}
        if state != OutgoingState.AGAIN:
            for rate, amount in collected:
                sums[Decimal(rate)] = sums.get(Decimal(rate), ZERO) + Decimal(amount)
        found[pk] = ({rate: amount for rate, amount in sums.items() if amount}, at)
    return found


def _parts(groups: Iterable[VatGroup], received: Decimal, told: Sums, currency: str) -> tuple[Collected, ...]:
    due = received_on(groups, received)
    rates = sorted({*due, *told}, reverse=True)
    open_parts = ((rate, due.get(rate, ZERO) - told.get(rate, ZERO)) for rate in rates)
    return tuple(Collected(rate, amount, currency) for rate, amount in open_parts if amount)


_Written = tuple[_Plan, StatusMessage, bytes]


def _write_all(plans: Sequence[_Plan], done: Told, *, now: datetime) -> list[_Written]:
    if not plans:
        return []
    invoices = invoices_of([one.document for one in plans], on=timezone.localdate(now))
    written: list[_Written] = []
    for plan in plans:
        message = _collected_message(plan, invoices[plan.document.pk], now=now)
        try:
            written.append((plan, message, write_status(message)))
        except StatusNotWritable as refusal:
            done.failed.append((plan.document, refusal))
    return written


def _collected_message(plan: _Plan, invoice: Invoice, *, now: datetime) -> StatusMessage:
    seller, buyer = invoice.seller, invoice.buyer
    reference = InvoiceReference(invoice.number, invoice.issued_on, str(invoice.kind), seller.legal_id)
    return status_message(
        COLLECTED,
        reference,
        issuer=Party("SE", seller.legal_id, seller.name, seller.endpoint),
        recipient=Party("BY", buyer.legal_id, buyer.name, buyer.endpoint),
        at=later_than(plan.last_at, now),
        collected=plan.parts,
    )


def later_than(last: datetime | None, now: datetime) -> datetime:
    """A moment in whole seconds after the last one, by the clock in France: it tells messages apart."""
    moment = now.astimezone(PARIS).replace(microsecond=0)
    return moment if last is None else max(moment, last.astimezone(PARIS) + timedelta(seconds=1))


def _keep_all(
    company: Company,
    written: Sequence[_Written],
    done: Told,
    *,
    by: str,
    now: datetime,
    fence: Fence,
) -> set[int]:
    """Write the rows of those nobody else told meanwhile; the keys of the others, to be looked at again."""
    if not written:
        return set()
    siren = siren_of({"registration_id": company.registration_id})
    names = [file_name(siren, message.identifier) for _plan, message, _xml in written]
    files = [
        archiving.ToKeep(name, xml, "application/xml")
        for name, (_plan, _message, xml) in zip(names, written, strict=True)
    ]
    kept = archiving.store(company.pk, files, now=now)
    try:
        made, again = _insert(company, list(zip(written, kept, strict=True)), by=by, now=now, fence=fence)
    except BaseException:
        archiving.forget(kept)
        raise
    used = {row.kept_id for row in made}
    archiving.forget([one for one in kept if one.pk not in used])
    done.made += made
    return again


def file_name(siren: str, identifier: str) -> str:
    """A name the platform takes as tracking identifier: at most 64 characters, one for each message."""
    return f"CDV_{siren}_{archiving.sha256_of(identifier.encode())[:24]}.xml"


@transaction.atomic
def _insert(
    company: Company,
    written: Sequence[tuple[_Written, KeptFile]],
    *,
    by: str,
    now: datetime,
    fence: Fence,
) -> tuple[list[InvoiceStatus], set[int]]:
    fence()
    ids = [plan.document.pk for (plan, _message, _xml), _kept in written]
    locked = Transmission.objects.select_for_update(of=("self",)).filter(document__in=ids).order_by("pk")
    list(locked)
    told = told_of(ids)
    fresh = [one for one in written if told.get(one[0][0].document.pk, ({}, None)) == _known(one[0][0])]
    archiving.chain(company.pk, [kept for _one, kept in fresh])
    made = [
        new_status(message, kept, by=by, now=now, company=company, document=plan.document)
        for (plan, message, _xml), kept in fresh
    ]
    InvoiceStatus.objects.bulk_create(made)
    facts = [(row, {"kind": row.status, "file": row.file_name}) for row in made]
    audit.record_many(by, "country_fr.status.written", facts)
    return made, set(ids) - {row.document_id or 0 for row in made}


def _known(plan: _Plan) -> tuple[Mapping[Decimal, Decimal], datetime | None]:
    return plan.told, plan.last_at


def new_status(
    message: StatusMessage, kept: KeptFile, *, by: str, now: datetime, company: Company, **about: object
) -> InvoiceStatus:
    """The row of a message that is to be sent."""
    return InvoiceStatus(
        company=company,
        status=message.status,
        message=message.identifier,
        at=message.at or now,
        reasons=[[one.code, one.text, one.action, one.note] for one in message.reasons],
        collected=[[f"{one.rate}", f"{one.amount}"] for one in message.collected],
        kept=kept,
        file_name=kept.name,
        state=OutgoingState.READY.value,
        made_at=now,
        made_by=by,
        **about,
    )


def still_open(document: Document) -> tuple[tuple[Collected, ...], object]:
    """What of a document is still to be told as collected, and why it cannot be; nothing when all is told."""
    plans = _plans(document.company, [document.pk])
    done = Told()
    _write_all(plans, done, now=timezone.now())
    problem = done.failed[0][1].message if done.failed else ""
    return (plans[0].parts if plans else ()), problem


def tell_again(row: InvoiceStatus, *, by: str, now: datetime | None = None) -> Told:
    """Tell anew what the platform rejected: of our own invoices as it stands now.

    Refuses NotToBeTold when it was not rejected or was told again already.
    """
    now = now or timezone.now()
    with transaction.atomic():
        rows = InvoiceStatus.objects.select_for_update(of=("self",)).select_related("company")
        row = rows.get(pk=row.pk)
        if row.state != OutgoingState.REJECTED or row.document_id is None:
            raise NotToBeTold(_("Only what the platform rejected is told again."))
        row.state = OutgoingState.AGAIN.value
        row.save(update_fields=["state"])
        audit.record(by, "country_fr.status.told_again", row, file=row.file_name)
    return tell_collected(row.company, [row.document_id], by=by, now=now)


def show_collected(row: InvoiceStatus, *, by: str, now: datetime | None = None) -> None:
    """Put a status 212 that the platform has among the answers to its document: the state follows (R42)."""
    if row.document_id is None or row.kept is None or row.state != OutgoingState.ANSWERED:
        return
    place(row.company, [Incoming("", row.file_name, content(row.kept))], by=by, now=now)
