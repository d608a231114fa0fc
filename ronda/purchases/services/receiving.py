"""Files become suppliers' invoices: once each, whatever they arrive in and however often."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from ronda.company import audit, bulk
from ronda.company.jobs import Fence, no_fence
from ronda.company.models import Company
from ronda.company.services.file_store import sync_to_disk
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.kernel.money import to_cents
from ronda.purchases.domain.coding import to_json
from ronda.purchases.domain.facts import LineFacts, ReceivedInvoiceFacts
from ronda.purchases.domain.keys import invoice_key, seller_key, year_key
from ronda.purchases.events import SupplierInvoicesReceived
from ronda.purchases.models import (
    Delivery,
    IncomingFile,
    SupplierInvoice,
    SupplierInvoiceLine,
    hidden_name,
)
from ronda.purchases.services.matching import (
    Proposals,
    is_complete,
    our_numbers,
    supplier_of,
    suppliers_of,
)

Outcome = IncomingFile.Outcome


class AlreadyReceived(Refusal):
    """`facts`: `invoice`, the key of the one that is here."""

    code = "purchases.already_received"


class MadeOutByUs(Refusal):
    code = "purchases.made_out_by_us"


class AmountsImpossible(Refusal):
    code = "purchases.amounts_impossible"


@dataclass(frozen=True, slots=True)
class Incoming:
    """An invoice with the bytes of its file; the invoices of one file share them."""

    facts: ReceivedInvoiceFacts
    data: bytes

    @property
    def sha256(self) -> str:
        return self.facts.sha256 or hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that gave no invoice, and why."""

    name: str
    data: bytes
    refusal: Refusal


Result = SupplierInvoice | Refusal


def take_in(company: Company, facts: ReceivedInvoiceFacts, file: bytes, *, by: str) -> SupplierInvoice:
    """One invoice with the bytes of its file; see `take_in_many`.

    Raises AlreadyReceived (with the first one), MadeOutByUs or AmountsImpossible.
    """
    result = take_in_many(company, [Incoming(facts, file)], by=by)[0]
    if isinstance(result, Refusal):
        raise result
    return result


def take_in_many(
    company: Company,
    incoming: Sequence[Incoming],
    *,
    by: str,
    delivery: Delivery | None = None,
    unreadable: Sequence[Unreadable] = (),
    fencing: Fence = no_fence,
) -> list[Result]:
    """Take in the invoices, each once, in a constant number of statements; what became of each, in order.

    The same file, the same invoice in another envelope, and documents that we made out ourselves come back
    as refusals; nothing stops the others. Suppliers and lines are proposed. With a `delivery`, every file
    leaves a row in the list of files received, in the same transaction.
    """
    kept = _keep_bytes(company, incoming, unreadable)
    used: set[str] = set()
    try:
        with transaction.atomic():
            fencing()
            # Two clerks take turns: what one took in, the other recognises.
            company = Company.objects.select_for_update().get(pk=company.pk)
            results = _Reception(company, kept, by, delivery).take(incoming)
            if delivery is not None:
                used |= _leave_traces(delivery, incoming, results, unreadable, kept, by=by)
        used |= {str(one.file.name) for one in results if isinstance(one, SupplierInvoice)}
    finally:
        for name in set(kept.values()) - used:
            default_storage.delete(name)
    return results


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _keep_bytes(
    company: Company, incoming: Iterable[Incoming], unreadable: Iterable[Unreadable]
) -> dict[str, str]:
    """Name in the store by fingerprint, of files that are not here yet: bytes first, rows second."""
    wanted = {one.sha256: one.data for one in incoming}
    here = SupplierInvoice.objects.filter(company=company, sha256__in=list(wanted))
    known = set(here.values_list("sha256", flat=True))
    new = {digest: data for digest, data in wanted.items() if digest not in known}
    new |= {_digest(one.data): one.data for one in unreadable}
    kept = {}
    for digest, data in new.items():
        kept[digest] = default_storage.save(hidden_name(company.pk), ContentFile(data))
        sync_to_disk(kept[digest])
    return kept


class _Reception:
    """One taking in, under the company's lock."""

    def __init__(self, company: Company, kept: dict[str, str], by: str, delivery: Delivery | None) -> None:
        self.company, self.kept, self.by, self.delivery = company, kept, by, delivery
        self.ours = our_numbers(company)
        self.by_key: dict[str, SupplierInvoice] = {}
        self.by_file: dict[tuple[str, int], SupplierInvoice] = {}
        self.by_year: dict[str, SupplierInvoice] = {}

    def take(self, incoming: Sequence[Incoming]) -> list[Result]:
        self._look_up(incoming)
        suppliers = suppliers_of(self.company, [one.facts.seller for one in incoming])
        proposals = Proposals(self.company, suppliers.values())
        results: list[Result] = []
        lines: dict[int, list[SupplierInvoiceLine]] = {}
        for place, one in enumerate(incoming):
            refusal = self._refusal(one)
            if refusal is not None:
                results.append(refusal)
                continue
            supplier = supplier_of(one.facts.seller, suppliers)
            lines[place] = [_line(each, at) for at, each in enumerate(one.facts.lines, 1)]
            propose_lines(proposals, lines[place], one.facts, supplier)
            invoice = self._row(one, supplier, lines[place])
            self._remember(invoice)
            results.append(invoice)
        self._write([one for one in results if isinstance(one, SupplierInvoice)])
        self._write_lines([(results[place], rows) for place, rows in lines.items()])
        return results

    def _look_up(self, incoming: Sequence[Incoming]) -> None:
        keys = [year_key(one.facts) for one in incoming]
        files = {one.sha256 for one in incoming}
        rows = SupplierInvoice.objects.filter(company=self.company)
        rows = rows.filter(Q(year_key__in=keys) | Q(sha256__in=files)).defer("facts").order_by("-pk")
        for row in rows:
            self._remember(row)

    def _remember(self, row: SupplierInvoice) -> None:
        self.by_key[row.key] = row
        self.by_file[row.sha256, row.position] = row
        self.by_year[row.year_key] = row

    def _refusal(self, one: Incoming) -> Refusal | None:
        facts = one.facts
        first = self.by_file.get((one.sha256, facts.position)) or self.by_key.get(invoice_key(facts))
        if first is not None:
            text = _("Invoice %(number)s of %(seller)s, %(day)s, is already here.")
            told = {
                "number": first.number,
                "seller": first.seller_name,
                "day": first.date.strftime("%d/%m/%Y"),
            }
            return AlreadyReceived(text % told, invoice=first.pk, first=first)
        if facts.own or facts.seller.numbers & self.ours:
            text = _("%(number)s is a document that this company made out itself: it is not a supplier's.")
            return MadeOutByUs(text % {"number": facts.number})
        if not facts.amounts_fit():
            return AmountsImpossible(
                _("The amounts of invoice %(number)s are beyond all measure. Ask for another one.")
                % {"number": facts.number[:60]}
            )
        return None

    def _row(
        self, one: Incoming, supplier: int | None, lines: Sequence[SupplierInvoiceLine]
    ) -> SupplierInvoice:
        facts = one.facts
        state = SupplierInvoice.State
        complete = is_complete(supplier, lines)
        vat, gross = facts.sign * facts.tax, facts.sign * to_cents(facts.total)
        return bulk.row(
            SupplierInvoice,
            company_id=self.company.pk,
            supplier_id=supplier,
            state=state.RECEIVED.value if complete else state.TO_COMPLETE.value,
            kind=facts.kind,
            number=facts.number[:60],
            date=facts.date,
            seller_name=facts.seller.name[:200],
            seller_key=seller_key(facts.seller),
            key=invoice_key(facts),
            year_key=year_key(facts),
            currency=facts.currency[:3],
            net_total=gross - vat,
            vat_total=vat,
            gross_total=gross,
            payable=facts.sign * to_cents(facts.to_pay),
            facts=to_json(facts),
            remarks=self._remarks(facts),
            file=self.kept.get(one.sha256) or self._file_here(one.sha256),
            file_name=facts.source_name.rpartition("/")[2][:200],
            sha256=one.sha256,
            position=facts.position,
            delivery_id=self.delivery.pk if self.delivery else None,
        )

    def _file_here(self, sha256: str) -> str:
        """A file whose other invoices were taken in before is in the store already."""
        return next(str(row.file.name) for (digest, _at), row in self.by_file.items() if digest == sha256)

    def _remarks(self, facts: ReceivedInvoiceFacts) -> list[list[str]]:
        found = []
        if twin := self.by_year.get(year_key(facts)):
            found.append(["same_number", f"{twin.number} {twin.date:%d/%m/%Y}", str(twin.pk or "")])
        if self.ours and facts.buyer.numbers and not facts.buyer.numbers & self.ours:
            found.append(["not_for_us", facts.buyer.name[:200], ""])
        if facts.currency != self.company.currency:
            found.append(["other_currency", facts.currency[:3], ""])
        return found

    def _write(self, invoices: Sequence[SupplierInvoice]) -> None:
        bulk.insert(invoices)
        if not invoices:
            return
        audit.record_many(
            self.by,
            "purchases.invoice.received",
            [(one, {"number": one.number, "seller": one.seller_name}) for one in invoices],
        )
        publish(SupplierInvoicesReceived(self.company.pk, tuple(one.pk for one in invoices), self.by))

    def _write_lines(self, groups: Iterable[tuple[Result, Sequence[SupplierInvoiceLine]]]) -> None:
        rows = []
        for invoice, lines in groups:
            for line in lines:
                line.invoice_id = invoice.pk  # type: ignore[union-attr]
                rows.append(line)
        bulk.insert(rows)


def propose_lines(
    proposals: Proposals,
    lines: Sequence[SupplierInvoiceLine],
    facts: ReceivedInvoiceFacts,
    supplier_id: int | None,
) -> None:
    """Propose what each line is; those chosen by hand are left alone."""
    due = {(row.rate, row.nature): row.exigibility for row in facts.vat}
    for line, each in zip(lines, facts.lines, strict=True):
        if line.why != SupplierInvoiceLine.Why.PERSON:
            exigibility = due.get((each.vat_rate, each.nature), "I")
            proposals.propose(line, each, supplier_id=supplier_id, on=facts.date, due=exigibility)


def _line(facts: LineFacts, position: int) -> SupplierInvoiceLine:
    return bulk.row(
        SupplierInvoiceLine,
        invoice_id=None,
        position=position,
        text=facts.text,
        code=facts.code[:80],
        quantity=_eight(facts.quantity),
        unit=facts.unit[:20],
        price=_eight(facts.unit_price),
        net=to_cents(facts.net),
        rate=facts.vat_rate,
        nature=facts.nature[:20],
    )


def _eight(amount: Decimal | None) -> Decimal | None:
    """To eight places, as the columns are; the facts keep what the file says."""
    return None if amount is None else amount.quantize(Decimal("0.00000001"))


def _leave_traces(
    delivery: Delivery,
    incoming: Sequence[Incoming],
    results: Sequence[Result],
    unreadable: Sequence[Unreadable],
    kept: dict[str, str],
    *,
    by: str,
) -> set[str]:
    """A row for every file of a delivery, with what became of it; the names in the store that they use."""
    common = {"company_id": delivery.company_id, "delivery_id": delivery.pk, "by": by}
    rows = [
        bulk.row(
            IncomingFile,
            **common,
            name=one.facts.source_name[:200],
            sha256=one.sha256,
            position=one.facts.position,
            outcome=_outcome(result),
            reason=str(result.message)[:500] if isinstance(result, Refusal) else "",
            invoice_id=_invoice_of(result),
            file=kept.get(one.sha256, "") if _outcome(result) == Outcome.UNREADABLE else "",
        )
        for one, result in zip(incoming, results, strict=True)
    ]
    for each in unreadable:
        digest = _digest(each.data)
        rows.append(
            bulk.row(
                IncomingFile, **common, name=each.name[:200], sha256=digest, outcome=Outcome.UNREADABLE.value,
                reason=str(each.refusal.message)[:500], file=kept[digest],
            )
        )  # fmt: skip
    names = {str(row.file) for row in rows if row.file}
    bulk.insert(rows)
    return names


def _outcome(result: Result) -> str:
    if isinstance(result, SupplierInvoice):
        return Outcome.TAKEN.value
    known = {AlreadyReceived: Outcome.KNOWN, MadeOutByUs: Outcome.OWN}
    return known.get(type(result), Outcome.UNREADABLE).value


def _invoice_of(result: Result) -> int | None:
    if isinstance(result, SupplierInvoice):
        return result.pk
    first = result.facts.get("first")
    return first.pk if first is not None else None
