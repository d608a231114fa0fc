"""What a person decides of an invoice before it is registered: whose it is, what its lines are, or no."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from ronda.company import audit
from ronda.company.country import country_pack
from ronda.company.models import Company
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party
from ronda.parties.services import create_party
from ronda.purchases.domain.facts import PartyFacts
from ronda.purchases.events import SupplierInvoiceRefused
from ronda.purchases.models import SupplierInvoice, SupplierInvoiceLine
from ronda.purchases.services.matching import Proposals, is_complete
from ronda.purchases.services.receiving import propose_lines

State = SupplierInvoice.State
Why = SupplierInvoiceLine.Why


class NotOpen(Refusal):
    code = "purchases.not_open"


class SupplierKnown(Refusal):
    code = "purchases.supplier_known"


class ReasonMissing(Refusal):
    code = "purchases.reason_missing"


class NotRefused(Refusal):
    code = "purchases.not_refused"


class OfAnotherCompany(Refusal):
    code = "purchases.of_another_company"


@transaction.atomic
def choose_supplier(invoice: SupplierInvoice, supplier: Party, *, by: str) -> SupplierInvoice:
    """Say whose invoice it is. The seller's other invoices that had no supplier get the same one.

    Lines that nobody chose by hand are proposed anew, from what is remembered of the supplier.
    """
    invoice = _open(invoice)
    if supplier.company_id != invoice.company_id:
        raise OfAnotherCompany(_("Choose a supplier of this company."), field="supplier")
    rows = SupplierInvoice.objects.select_for_update().filter(
        company=invoice.company_id,
        state__in=(State.TO_COMPLETE, State.RECEIVED),
        seller_key=invoice.seller_key,
        supplier=None,
    )
    others = list(rows.exclude(pk=invoice.pk).order_by("pk"))
    every = [invoice, *others]
    for one in every:
        one.supplier = supplier
    _propose_again(invoice.company, every, supplier.pk)
    audit.record_many(by, "purchases.invoice.supplier", [(one, {"supplier": supplier.name}) for one in every])
    return invoice


def _open(invoice: SupplierInvoice) -> SupplierInvoice:
    rows = SupplierInvoice.objects.select_for_update(of=("self",)).select_related("company")
    invoice = rows.get(pk=invoice.pk)
    if not invoice.is_open:
        raise NotOpen(
            _("Invoice %(number)s is %(state)s: nothing can be chosen for it any more.")
            % {"number": invoice.number, "state": invoice.get_state_display()}
        )
    return invoice


def _propose_again(company: Company, invoices: Sequence[SupplierInvoice], supplier_id: int) -> None:
    """Lines and states anew; a constant number of statements."""
    proposals = Proposals(company, [supplier_id])
    lines: dict[int, list[SupplierInvoiceLine]] = {one.pk: [] for one in invoices}
    rows = SupplierInvoiceLine.objects.filter(invoice__in=lines).order_by("invoice", "position")
    for line in rows:
        lines[line.invoice_id].append(line)
    for one in invoices:
        propose_lines(proposals, lines[one.pk], one.read, one.supplier_id)
        _settle_state(one, lines[one.pk])
    SupplierInvoiceLine.objects.bulk_update(
        [line for each in lines.values() for line in each],
        ["vat_code", "account", "item", "deductible", "why"],
        batch_size=500,
    )
    SupplierInvoice.objects.bulk_update(invoices, ["supplier", "state"], batch_size=500)


def _settle_state(invoice: SupplierInvoice, lines: Sequence[SupplierInvoiceLine]) -> None:
    complete = is_complete(invoice.supplier_id, lines)
    invoice.state = State.RECEIVED.value if complete else State.TO_COMPLETE.value


@transaction.atomic
def create_supplier(
    invoice: SupplierInvoice, *, by: str, confirmed: frozenset[str] = frozenset()
) -> SupplierInvoice:
    """Make a supplier of what the file says of the seller, and choose it.

    Asks and refuses what `parties.create_party` does: a doubtful number, a likely duplicate.
    """
    invoice = _open(invoice)
    if invoice.supplier_id is not None:
        raise SupplierKnown(_("Invoice %(number)s has a supplier already.") % {"number": invoice.number})
    facts = party_facts(invoice.company, invoice.read.seller)
    name = str(facts.pop("name"))
    supplier = create_party(invoice.company, name=name, by=by, confirmed=confirmed, **facts)
    return choose_supplier(invoice, supplier, by=by)


def party_facts(company: Company, seller: PartyFacts) -> dict[str, Any]:
    """The seller as `create_party` takes him; empty facts are left out."""
    own = seller.country in ("", company.country)
    tax = seller.tax_id if own else f"{seller.country}{seller.tax_id}" if seller.tax_id else ""
    facts = {
        "name": seller.name[:200],
        "kind": "person" if seller.is_person else "firm",
        "first_name": seller.first_name[:80],
        "last_name": seller.last_name[:80],
        "tax_id": tax[:28],
        "registration_id": seller.registration_id[:28],
        "street": seller.street[:200],
        "postcode": seller.postcode[:10],
        "city": seller.city[:120],
        "province": seller.province[:5],
        "country": (seller.country or company.country)[:2],
        "email": seller.email,
        "pec": _sound_pec(company, seller.pec),
        "phone": seller.phone[:30],
        "is_customer": False,
        "is_supplier": True,
    }
    return {name: value for name, value in facts.items() if value or value is False}


def _sound_pec(company: Company, address: str) -> str:
    """The certified address where a network would accept it: the supplier is worth more than it."""
    try:
        country_pack(company).check_certified_email(address)
    except Refusal:
        return ""
    return address


def save_choices(form: Any, *, by: str, company: Company) -> SupplierInvoice:
    """Save supplier and lines of a form. What was changed by hand is marked so, and no proposal touches it.

    Runs in the transaction of `workspace.services.save_record`.
    """
    invoice = form.instance
    chosen = form.cleaned_data.get("supplier")
    fresh = _open(invoice)
    rows = form.inlines.get("supplierinvoiceline")
    changed = [row.save(commit=False) for row in _changed(rows)]
    for line in changed:
        line.why = Why.PERSON.value
    SupplierInvoiceLine.objects.bulk_update(
        changed, ["vat_code", "account", "item", "deductible", "why"], batch_size=500
    )
    if chosen is not None and chosen.pk != fresh.supplier_id:
        return choose_supplier(fresh, chosen, by=by)
    if chosen is None:
        fresh.supplier = None
    _settle_state(fresh, list(fresh.lines.all()))
    fresh.save(update_fields=["supplier", "state", "updated_at"])
    audit.record(by, "purchases.invoice.lines", fresh, lines=[line.position for line in changed])
    return fresh


def _changed(rows: Any) -> Iterable[Any]:
    return [row for row in rows.initial_forms if row.has_changed()] if rows is not None else []


@transaction.atomic
def refuse(invoice: SupplierInvoice, *, reason: str, by: str) -> SupplierInvoice:
    """We do not accept the invoice; the reason is kept, and it stays known if it comes again."""
    invoice = _open(invoice)
    if not reason.strip():
        raise ReasonMissing(_("Say why: the supplier will ask."), field="reason")
    invoice.state, invoice.reason = State.REFUSED.value, reason.strip()[:250]
    invoice.save(update_fields=["state", "reason", "updated_at"])
    audit.record(by, "purchases.invoice.refused", invoice, reason=invoice.reason)
    publish(SupplierInvoiceRefused(invoice.company_id, invoice.pk, invoice.reason, by))
    return invoice


@transaction.atomic
def take_up_again(invoice: SupplierInvoice, *, by: str) -> SupplierInvoice:
    """Look at a refused invoice once more."""
    rows = SupplierInvoice.objects.select_for_update(of=("self",))
    invoice = rows.get(pk=invoice.pk)
    if invoice.state != State.REFUSED:
        raise NotRefused(_("Invoice %(number)s is not refused.") % {"number": invoice.number})
    invoice.reason = ""
    _settle_state(invoice, list(invoice.lines.all()))
    invoice.save(update_fields=["state", "reason", "updated_at"])
    audit.record(by, "purchases.invoice.taken_up", invoice)
    return invoice
