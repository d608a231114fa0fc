"""What a French firm answers to the invoices of its suppliers, and what these say of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from ronda.company import audit
from ronda.company.models import Company
from ronda.countries.fr.data import lifecycle as data
from ronda.countries.fr.domain.lifecycle import (
    InvoiceReference,
    LifecycleEvent,
    Party,
    Reason,
    StatusMessage,
    answers_after,
    read_status,
    status_message,
    write_status,
)
from ronda.countries.fr.models import InvoiceStatus, OutgoingState
from ronda.countries.fr.services.invoicing import siren_of
from ronda.countries.fr.services.statuses import file_name, later_than, new_status
from ronda.einvoices.services import archiving
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.purchases.models import SupplierInvoice
from ronda.purchases.services import refuse

REFUSED = "210"


class NotAnswerable(Refusal):
    """The invoice is of no French supplier, or did not come as an electronic invoice of France."""

    code = "statuses.not_answerable"


class NotNow(Refusal):
    """`facts["possible"]`: the statuses that may follow those before."""

    code = "statuses.not_now"


class StillRegistered(Refusal):
    """What is in the register is taken back before the supplier hears that it is refused."""

    code = "statuses.still_registered"


def statuses_of(invoice: SupplierInvoice) -> list[InvoiceStatus]:
    """All that was said of a supplier's invoice by both sides, oldest first."""
    rows = InvoiceStatus.objects.filter(invoice=invoice).select_related("kept")
    return list(rows.order_by("at", "pk"))


def possible_answers(statuses: Sequence[InvoiceStatus]) -> tuple[str, ...]:
    """What may be told next; what the platform rejected was never said."""
    said = [
        LifecycleEvent(row.status, row.at, row.message)
        for row in statuses
        if row.state not in (OutgoingState.REJECTED, OutgoingState.AGAIN)
    ]
    return answers_after(said)


def seller_siren(invoice: SupplierInvoice) -> str:
    """The SIREN of the supplier as the invoice says it; empty where it says none."""
    seller = invoice.read.seller
    number = siren_of({"registration_id": seller.registration_id})
    if number or not seller.tax_id.startswith("FR"):
        return number
    return siren_of({"registration_id": seller.tax_id[4:]})


def answer_supplier(
    invoice: SupplierInvoice,
    *,
    status: str,
    by: str,
    reason: str = "",
    action: str = "",
    note: str = "",
    now: datetime | None = None,
) -> InvoiceStatus:
    """Write what we answer; it leaves by the channel. A refusal (210) refuses the invoice here as well.

    reason, action: codes of the lists for that status; note: our words. Refuses NotAnswerable, NotNow,
    StillRegistered, and StatusNotWritable with the rule that is broken (a reason is missing or not allowed).
    """
    now = now or timezone.now()
    company = invoice.company
    message = _message(invoice, company, status=status, reasons=_reasons(reason, action, note), now=now)
    xml = write_status(message)
    kept = archiving.store(
        company.pk,
        [archiving.ToKeep(file_name(message.issuer.identifier, message.identifier), xml, "application/xml")],
        now=now,
    )
    try:
        with transaction.atomic():
            invoice = _locked(invoice)
            _refuse_what_cannot_follow(invoice, status)
            if status == REFUSED and invoice.is_open:
                refuse(invoice, reason=_in_words(reason, note), by=by)
            archiving.chain(company.pk, kept)
            row = new_status(message, kept[0], by=by, now=now, company=company, invoice=invoice)
            row.save()
            audit.record(by, "country_fr.status.written", row, kind=row.status, file=row.file_name)
            return row
    except BaseException:
        archiving.forget(kept)
        raise


def _reasons(reason: str, action: str, note: str) -> tuple[Reason, ...]:
    return (Reason(reason, "", action, "", note),) if reason or action or note else ()


def _in_words(reason: str, note: str) -> str:
    return " - ".join(part for part in (data.reason_name(reason, "fr"), note) if part)[:250]


def _locked(invoice: SupplierInvoice) -> SupplierInvoice:
    rows = SupplierInvoice.objects.select_for_update(of=("self",)).select_related("company")
    return rows.get(pk=invoice.pk)


def _refuse_what_cannot_follow(invoice: SupplierInvoice, status: str) -> None:
    possible = possible_answers(statuses_of(invoice))
    if status not in possible:
        text = _("“%(status)s” cannot follow what was said of this invoice. Possible now: %(possible)s.")
        names = ", ".join(data.name_of(code, "fr") for code in possible) or "–"
        told = {"status": data.name_of(status, "fr"), "possible": names}
        raise NotNow(text % told, field="status", possible=possible)
    if status == REFUSED and invoice.state == SupplierInvoice.State.REGISTERED:
        raise StillRegistered(_("Take the registration back first, then refuse the invoice."))


def _message(
    invoice: SupplierInvoice,
    company: Company,
    *,
    status: str,
    reasons: tuple[Reason, ...],
    now: datetime,
) -> StatusMessage:
    siren = seller_siren(invoice)
    if company.country != "FR" or not siren:
        raise NotAnswerable(
            _("Only French suppliers' electronic invoices are answered: this one states no SIREN.")
        )
    seller = invoice.read.seller
    mine = siren_of({"registration_id": company.registration_id})
    before = statuses_of(invoice)
    last = max((row.at for row in before if row.status == status), default=None)
    return status_message(
        status,
        InvoiceReference(invoice.number, invoice.date, invoice.read.legal_kind or "380", siren),
        issuer=Party("BY", mine, company.legal_name or company.name, mine),
        recipient=Party("SE", siren, seller.name, siren),
        at=later_than(last, now),
        reasons=reasons,
    )


def hear(company: Company, raw: bytes, name: str, *, by: str, now: datetime | None = None) -> bool:
    """Note a status that somebody else gives to a supplier's invoice of ours; False when it is about none.

    The same message twice is one. Raises the refusals of `read_status`.
    """
    now = now or timezone.now()
    found = [(message, invoice) for message in read_status(raw) if (invoice := _about(company, message))]
    fresh = [(message, invoice) for message, invoice in found if not _is_known(company, message)]
    if fresh:
        _keep_heard(company, fresh, raw, name, by=by, now=now)
    return bool(found)


def _about(company: Company, message: StatusMessage) -> SupplierInvoice | None:
    reference = message.invoice
    rows = SupplierInvoice.objects.filter(company=company, number=reference.number)
    if reference.issued_on is not None:
        rows = rows.filter(date=reference.issued_on)
    same = [row for row in rows.select_related("company")[:20] if seller_siren(row) == reference.seller]
    return same[0] if len(same) == 1 else None


def _is_known(company: Company, message: StatusMessage) -> bool:
    said = InvoiceStatus.objects.filter(company=company, message=message.identifier[:120])
    return said.exists()


def _keep_heard(
    company: Company,
    fresh: Sequence[tuple[StatusMessage, SupplierInvoice]],
    raw: bytes,
    name: str,
    *,
    by: str,
    now: datetime,
) -> None:
    kept = archiving.store(company.pk, [archiving.ToKeep(name, raw, "application/xml")], now=now)
    try:
        with transaction.atomic():
            archiving.chain(company.pk, kept)
            for place, (message, invoice) in enumerate(fresh):
                row = new_status(message, kept[0], by=by, now=now, company=company, invoice=invoice)
                row.kept = kept[0] if place == 0 else None
                row.heard, row.state = True, OutgoingState.ANSWERED.value
                row.message, row.at = row.message[:120], message.at or message.created_at or now
                row.file_name, row.sent_at, row.answered_at = "", row.at, now
                row.save()
                audit.record(by, "country_fr.status.heard", row, kind=row.status)
    except IntegrityError:  # another process was faster
        archiving.forget(kept)
    except BaseException:
        archiving.forget(kept)
        raise
