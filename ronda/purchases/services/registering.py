"""Into the register and the books, and out again by the opposite entry."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from ronda.accounting.domain.postings import Movement, Posting
from ronda.accounting.models import Account, JournalEntry, JournalLine
from ronda.accounting.services import post_entries, seed_roles
from ronda.catalogue.models import VatCode
from ronda.catalogue.queries import VatRule, vat_rules
from ronda.company import audit, options
from ronda.company.numbering import take_number
from ronda.kernel.bus import publish
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.kernel.i18n import _
from ronda.parties.models import Party
from ronda.purchases import door
from ronda.purchases.domain.keys import memory_keys
from ronda.purchases.domain.posting import (
    WAITING,
    Cost,
    dues_differ,
    invoice_movements,
    payables,
    unexplained,
    waiting_vat,
)
from ronda.purchases.events import SupplierInvoiceRegistered, SupplierInvoiceUnregistered
from ronda.purchases.models import (
    LineMemory,
    Payable,
    Registration,
    SupplierInvoice,
    SupplierInvoiceLine,
)
from ronda.purchases.options import PurchaseOptions

State = SupplierInvoice.State
KIND = "purchase"


class NotToBeRegistered(Refusal):
    code = "purchases.not_to_be_registered"


class SupplierMissing(Refusal):
    code = "purchases.supplier_missing"


class LinesIncomplete(Refusal):
    """`facts`: `lines`, the positions without an account or a VAT code."""

    code = "purchases.lines_incomplete"


class OtherCurrency(Refusal):
    code = "purchases.other_currency"


class RegisteredTooEarly(Refusal):
    code = "purchases.registered_too_early"


class TotalDiffers(NeedsConfirmation):
    code = "purchases.total_differs"


class DuesDiffer(NeedsConfirmation):
    code = "purchases.dues_differ"


class NotForUs(NeedsConfirmation):
    code = "purchases.not_for_us"


class NumberUsedTwice(NeedsConfirmation):
    code = "purchases.number_used_twice"


class NotRegistered(Refusal):
    code = "purchases.not_registered"


class AlreadyPaid(Refusal):
    code = "purchases.already_paid"


def register(
    invoice: SupplierInvoice, *, on: date, by: str, confirmed: frozenset[str] = frozenset()
) -> SupplierInvoice:
    """Give the invoice the next number of the register on `on`, post it, write what is to pay, and learn.

    Refuses what is not complete, in another currency, before the invoice's own date, and dates before the
    last number (R32). Asks where the file contradicts itself (TotalDiffers, DuesDiffer), names another
    buyer (NotForUs) or bears a number the supplier used that year (NumberUsedTwice). One transaction, the
    number taken last (R33).
    """
    with transaction.atomic():
        invoice = _locked(invoice)
        lines = list(invoice.lines.order_by("position"))
        _refuse(invoice, lines, on)
        _ask(invoice, confirmed)
        costs = _costs(invoice, lines)
        registration = _number(invoice, costs, on=on, by=by)
        invoice.state, invoice.protocol = State.REGISTERED.value, registration.label
        invoice.registered_on, invoice.reason = on, ""
        invoice.save(update_fields=["state", "protocol", "registered_on", "reason", "updated_at"])
        _write_payables(invoice)
        _post(invoice, registration, costs)
        _learn(invoice, lines)
        _mark_as_supplier(invoice)
        audit.record(by, "purchases.invoice.registered", invoice, protocol=registration.label)
        publish(SupplierInvoiceRegistered(invoice.company_id, invoice.pk, on, by))
    return invoice


def _locked(invoice: SupplierInvoice) -> SupplierInvoice:
    rows = SupplierInvoice.objects.select_for_update(of=("self",)).select_related("company", "supplier")
    return rows.get(pk=invoice.pk)


def _refuse(invoice: SupplierInvoice, lines: Sequence[SupplierInvoiceLine], on: date) -> None:
    told = {"number": invoice.number, "state": invoice.get_state_display()}
    if not invoice.is_open:
        raise NotToBeRegistered(_("Invoice %(number)s is %(state)s: it cannot be registered.") % told)
    if invoice.supplier_id is None:
        raise SupplierMissing(_("Choose the supplier of invoice %(number)s first.") % told)
    if invoice.currency != invoice.company.currency:
        text = _("Invoice %(number)s is in %(currency)s. Only invoices in %(own)s are registered here.")
        raise OtherCurrency(text % {**told, "currency": invoice.currency, "own": invoice.company.currency})
    missing = [line.position for line in lines if line.net and not (line.account_id and line.vat_code_id)]
    if missing:
        text = _("Choose account and VAT code of these lines of invoice %(number)s: %(lines)s.")
        shown = ", ".join(str(position) for position in missing[:12])
        raise LinesIncomplete(text % {**told, "lines": shown}, lines=missing)
    if on < invoice.date:
        text = _("Invoice %(number)s is of %(day)s. Register it on that day or later.")
        raise RegisteredTooEarly(text % {**told, "day": invoice.date.strftime("%d/%m/%Y")}, field="on")


def _ask(invoice: SupplierInvoice, confirmed: frozenset[str]) -> None:
    for question in doubts(invoice):
        if question.code not in confirmed:
            raise question


def doubts(invoice: SupplierInvoice) -> Iterable[NeedsConfirmation]:
    """What a person has to look at before the invoice is registered."""
    facts, company = invoice.read, invoice.company
    rest = unexplained(facts)
    if rest:
        yield TotalDiffers(
            _(
                "Lines and VAT of invoice %(number)s make %(sum)s, the total is %(total)s. The difference of "
                "%(rest)s is posted to the usual account of costs. Register it?"
            )
            % {"number": invoice.number, "sum": facts.total - rest, "total": facts.total, "rest": rest}
        )
    if dues_differ(facts):
        yield DuesDiffer(
            _(
                "The instalments of invoice %(number)s do not add up to the %(amount)s that are to pay. The "
                "last one is changed so that they do. Register it?"
            )
            % {"number": invoice.number, "amount": facts.to_pay}
        )
    codes = {code: text for code, text, _pk in invoice.remarks}
    if "not_for_us" in codes:
        yield NotForUs(
            _("Invoice %(number)s is addressed to %(buyer)s, not to %(company)s. Register it all the same?")
            % {"number": invoice.number, "buyer": codes["not_for_us"], "company": company}
        )
    if "same_number" in codes:
        yield NumberUsedTwice(
            _("The supplier used number %(number)s this year already (%(other)s). Register both?")
            % {"number": invoice.number, "other": codes["same_number"]}
        )


def _costs(invoice: SupplierInvoice, lines: Sequence[SupplierInvoiceLine]) -> list[Cost]:
    """The lines as the books take them; reverse charge at the company's ordinary rate of that day."""
    codes = {code.pk: code for code in VatCode.objects.filter(company=invoice.company_id)}
    names = dict(Account.objects.filter(company=invoice.company_id).values_list("pk", "code"))
    ordinary: Decimal | None = None
    if any(line.vat_code_id and codes[line.vat_code_id].reverse_charge for line in lines):
        ordinary = _ordinary_rate(invoice, codes.values())
    return [
        Cost(
            account=names.get(line.account_id or 0, "purchases"),
            net=line.net,
            rate=line.rate,
            nature=line.nature,
            deductible=line.deductible,
            reverse_rate=ordinary if line.vat_code_id and codes[line.vat_code_id].reverse_charge else None,
        )
        for line in lines
    ]


class NoOrdinaryRate(Refusal):
    code = "purchases.no_ordinary_rate"


def _ordinary_rate(invoice: SupplierInvoice, codes: Iterable[VatCode]) -> Decimal:
    rules = vat_rules(invoice.company_id)
    rule: VatRule | None = next((rules.get(code.pk) for code in codes if code.is_default), None)
    rate = rule.percent(invoice.date) if rule is not None else None
    if not rate:
        raise NoOrdinaryRate(
            _(
                "Invoice %(number)s is under reverse charge, and no VAT code with a rate is the default one. "
                "Mark the ordinary rate as default under VAT codes."
            )
            % {"number": invoice.number}
        )
    return rate


def _number(invoice: SupplierInvoice, costs: Sequence[Cost], *, on: date, by: str) -> Registration:
    """The next number of the register: no gap, no double (R33), dates in order (R32)."""
    series = options.read(PurchaseOptions, invoice.company).register_series.strip()
    number = take_number(invoice.company, series, on=on, kind=KIND)
    return Registration.objects.create(
        company=invoice.company,
        invoice=invoice,
        series=series,
        year=on.year,
        number=number,
        on=on,
        label=f"{series} {number}/{on.year}".strip(),
        by=by,
        waiting_vat=invoice.read.sign * waiting_vat(invoice.read, costs, _waits(invoice)),
        withheld=invoice.read.sign * invoice.read.withheld,
    )


def _waits(invoice: SupplierInvoice) -> frozenset[str]:
    company = invoice.company
    return door.waits(company.country, options.read(PurchaseOptions, company).deduction)


def _write_payables(invoice: SupplierInvoice) -> None:
    after = options.read(PurchaseOptions, invoice.company).pay_after_days
    Payable.objects.bulk_create(
        Payable(
            company_id=invoice.company_id,
            supplier_id=invoice.supplier_id or 0,
            invoice=invoice,
            position=position,
            due_on=due.on or invoice.date,
            amount=due.amount,
            means=due.means[:10],
            iban=due.iban[:34],
        )
        for position, due in enumerate(payables(invoice.read, after_days=after), 1)
    )


def source_of(registration_id: int) -> str:
    """The name under which a registration is posted."""
    return f"purchases.registration:{registration_id}"


def _post(invoice: SupplierInvoice, registration: Registration, costs: Sequence[Cost]) -> None:
    usual = options.read(PurchaseOptions, invoice.company).expense_account or "purchases"
    moves = invoice_movements(
        invoice.read,
        costs,
        supplier=invoice.supplier_id or 0,
        rest_on=usual,
        waiting=invoice.read.sign * registration.waiting_vat,
    )
    text = f"{registration.label} – {invoice.number} {invoice.seller_name}"
    posting = Posting(
        source_of(registration.pk), registration.on, JournalEntry.Journal.PURCHASES, text, moves
    )
    if registration.waiting_vat:
        seed_roles(invoice.company_id, [WAITING])
    post_entries(invoice.company_id, [posting])


def _learn(invoice: SupplierInvoice, lines: Sequence[SupplierInvoiceLine]) -> None:
    """Remember what was chosen, so that the next invoice of the supplier proposes it."""
    chosen: dict[str, SupplierInvoiceLine] = {}
    for line, facts in zip(lines, invoice.read.lines, strict=True):
        if line.account_id and line.net:
            chosen.update(dict.fromkeys(memory_keys(facts), line))
    LineMemory.objects.bulk_create(
        [
            LineMemory(
                company_id=invoice.company_id,
                supplier_id=invoice.supplier_id or 0,
                key=key,
                account_id=line.account_id or 0,
                vat_code_id=line.vat_code_id,
                item_id=line.item_id,
                deductible=line.deductible,
            )
            for key, line in chosen.items()
        ],
        update_conflicts=True,
        unique_fields=["supplier", "key"],
        update_fields=["account", "vat_code", "item", "deductible", "updated_at"],
    )


def _mark_as_supplier(invoice: SupplierInvoice) -> None:
    """A customer who sends us invoices is a supplier as well."""
    Party.objects.filter(pk=invoice.supplier_id or 0, is_supplier=False).update(is_supplier=True)


def unregister(invoice: SupplierInvoice, *, on: date, by: str, reason: str = "") -> SupplierInvoice:
    """Take a registration back by the opposite entry on `on`; its number stays used, what was to pay goes.

    Refuses AlreadyPaid when something of it was paid, NotRegistered, and days before the registration.
    Registered again, the invoice gets a new number.
    """
    with transaction.atomic():
        invoice = _locked(invoice)
        registration = invoice.registrations.select_for_update().filter(withdrawn_on=None).first()
        if invoice.state != State.REGISTERED or registration is None:
            raise NotRegistered(_("Invoice %(number)s is not registered.") % {"number": invoice.number})
        if invoice.payables.select_for_update().exclude(settled=0).exists():
            raise AlreadyPaid(
                _("Invoice %(number)s has been paid, wholly or in part. Cancel the payment first.")
                % {"number": invoice.number}
            )
        if on < registration.on:
            text = _("Number %(number)s is of %(day)s. Take it back on that day or later.")
            told = {"number": registration.label, "day": registration.on.strftime("%d/%m/%Y")}
            raise RegisteredTooEarly(text % told, field="on")
        _post_opposite(registration, on, invoice)
        registration.withdrawn_on, registration.withdrawn_by = on, by
        registration.reason = reason[:250]
        registration.save(update_fields=["withdrawn_on", "withdrawn_by", "reason"])
        invoice.payables.all().delete()
        invoice.state, invoice.protocol, invoice.registered_on = State.RECEIVED.value, "", None
        invoice.save(update_fields=["state", "protocol", "registered_on", "updated_at"])
        audit.record(
            by, "purchases.invoice.unregistered", invoice, protocol=registration.label, reason=reason
        )
        publish(SupplierInvoiceUnregistered(invoice.company_id, invoice.pk, on, by))
    return invoice


def _post_opposite(registration: Registration, on: date, invoice: SupplierInvoice) -> None:
    """What was posted, with the other sign: exact, whatever options and accounts have become."""
    source = source_of(registration.pk)
    rows = JournalLine.objects.filter(entry__company=invoice.company_id, entry__source=source)
    moves: tuple[Movement, ...] = tuple(
        (code, party, -amount)
        for code, party, amount in rows.order_by("pk").values_list("account__code", "party_id", "amount")
    )
    text = f"{registration.label} – {invoice.number} {invoice.seller_name}"
    posting = Posting(f"{source}:withdrawn", on, JournalEntry.Journal.PURCHASES, text, moves)
    post_entries(invoice.company_id, [posting])
