"""Who the seller is, and what the lines probably are: looked up for many invoices at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q

from ronda.accounting.models import Account
from ronda.catalogue.models import VatCode
from ronda.catalogue.queries import VatRule, vat_rules
from ronda.company import options
from ronda.company.models import Company
from ronda.parties.models import Party
from ronda.purchases.domain.facts import LineFacts, PartyFacts
from ronda.purchases.domain.keys import memory_keys
from ronda.purchases.models import LineMemory, SupplierInvoiceLine
from ronda.purchases.options import PurchaseOptions

Why = SupplierInvoiceLine.Why


def our_numbers(company: Company) -> frozenset[str]:
    """Every number the company is known by, with and without its country in front."""
    own = [number.upper() for number in (company.tax_id, company.registration_id) if number]
    return frozenset([*own, *(f"{company.country}{number}" for number in own)])


def suppliers_of(company: Company, sellers: Iterable[PartyFacts]) -> dict[str, int]:
    """The party with each number of these sellers, by number; two statements. Suppliers before customers."""
    numbers = {number for seller in sellers for number in seller.numbers}
    found: dict[str, int] = {}
    if not numbers:
        return found
    parties = Party.objects.filter(company=company).order_by("-is_supplier", "-active", "pk")
    for field in ("tax_id", "registration_id"):
        rows = parties.filter(**{f"{field}__in": numbers})
        for number, pk in rows.values_list(field, "pk"):
            found.setdefault(number.upper(), pk)
    return found


def supplier_of(seller: PartyFacts, known: Mapping[str, int]) -> int | None:
    """The seller among those found by `suppliers_of`; the VAT number is surer than the others."""
    tax = f"{seller.country}{seller.tax_id}".upper()
    first = [number.upper() for number in (seller.tax_id, seller.identity, tax) if number]
    return next((known[number] for number in [*first, *sorted(seller.numbers)] if number in known), None)


class Proposals:
    """What lines probably are: read once for a company and some suppliers, in six statements."""

    def __init__(self, company: Company, supplier_ids: Iterable[int]) -> None:
        self._rules = vat_rules(company.pk)
        self._found: dict[tuple[Decimal, str, str, date], int | None] = {}
        self._active = set(VatCode.objects.filter(company=company, active=True).values_list("pk", flat=True))
        self._usual = _usual_account(company)
        rows = LineMemory.objects.filter(
            company=company, supplier__in=set(supplier_ids), account__active=True
        )
        self._memory = {(row.supplier_id, row.key): row for row in rows}

    def propose(
        self, line: SupplierInvoiceLine, facts: LineFacts, *, supplier_id: int | None, on: date, due: str
    ) -> None:
        """Fill in VAT code, account and item of the line, and why. `due` is the VAT's exigibility."""
        line.vat_code_id = self._vat_code(facts.vat_rate, facts.nature, due, on)
        line.account_id, line.why = self._usual, Why.DEFAULT.value if self._usual else Why.NOTHING.value
        line.item_id, line.deductible = None, 100
        keys = list(memory_keys(facts)) if supplier_id else []
        known = next((row for key in keys if (row := self._memory.get((supplier_id or 0, key)))), None)
        if known is None:
            return
        line.account_id, line.item_id, line.deductible = known.account_id, known.item_id, known.deductible
        line.why = Why.CODE.value if known.key.startswith("code:") else Why.TEXT.value
        rule = self._rules.get(known.vat_code_id or 0)
        if rule is not None and _taxes(rule, facts.vat_rate, facts.nature, on):
            line.vat_code_id = rule.pk

    def _vat_code(self, rate: Decimal, nature: str, due: str, on: date) -> int | None:
        place = (rate, nature, due, on)
        if place not in self._found:
            fitting = [
                rule
                for rule in self._rules.values()
                if rule.pk in self._active and _taxes(rule, rate, nature, on)
            ]
            fitting.sort(key=lambda rule: (rule.exigibility != due, rule.exigibility != "I", rule.pk))
            self._found[place] = fitting[0].pk if fitting else None
        return self._found[place]


def _taxes(rule: VatRule, rate: Decimal, nature: str, on: date) -> bool:
    if rule.nature != nature or not rule.days or rule.days[0] > on:
        return False
    return rule.percent(on) == rate


def _usual_account(company: Company) -> int | None:
    """The account of the option, else the one the chart uses for purchases."""
    code = options.read(PurchaseOptions, company).expense_account
    rows = Account.objects.filter(company=company, active=True).filter(Q(code=code) | Q(role="purchases"))
    found = {row.code: row.pk for row in rows}
    by_role = next((row.pk for row in rows if row.role == "purchases"), None)
    return found.get(code, by_role)


def is_complete(supplier_id: int | None, lines: Sequence[SupplierInvoiceLine]) -> bool:
    """Whether nothing is missing to register: the supplier, and account and VAT code where there is money."""
    return supplier_id is not None and all(line.account_id and line.vat_code_id for line in lines if line.net)
