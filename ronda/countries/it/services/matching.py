"""Customers, services and VAT codes of past invoices: those that exist, and new ones."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ronda.catalogue.models import Item, VatCode, VatRate
from ronda.catalogue.queries import VatRule, vat_rules
from ronda.catalogue.services.items import create_items
from ronda.company.country import country_pack
from ronda.company.models import Company
from ronda.contracts.domain.descriptions import comparable
from ronda.countries.it.domain.fatturapa.model import Party as Buyer
from ronda.countries.it.domain.fatturapa.model import ReceivedInvoice
from ronda.countries.it.domain.past_invoices import SoldLine, VatKey, name_of, party_facts
from ronda.kernel.errors import NeedsConfirmation, Refusal
from ronda.parties.domain.names import name_key
from ronda.parties.models import Party, PartyKey
from ronda.parties.services import NewParty, create_parties, problems_of, questions

NUMBERS = ("tax_id", "registration_id")


class Identity(NamedTuple):
    """What a buyer is recognised by, the surest first."""

    tax_id: str
    registration_id: str
    name: str
    postcode: str


def identity(buyer: Buyer, company: Company) -> Identity:
    """The buyer's numbers as they are kept, his name and postcode as they are compared."""
    facts = party_facts(buyer, public=False, own_country=company.country)
    pack = country_pack(company)
    country = facts.get("country", company.country)
    tax_id, registration_id = facts.get("tax_id", ""), facts.get("registration_id", "")
    try:
        tax_id = pack.check_tax_id(tax_id, country=country) if tax_id else ""
    except Refusal:  # a number that cannot exist still tells customers apart
        tax_id = "".join(tax_id.split()).upper()
    compact = "".join(registration_id.split()).upper()
    return Identity(tax_id, compact, name_key(name_of(buyer)), facts.get("postcode", ""))


class Customers:
    """The customers of one chunk of invoices: looked up together, made together."""

    def __init__(self, company: Company, *, by: str) -> None:
        self.company, self.by = company, by
        self.made: list[Party] = []
        self.refused: dict[Identity, Refusal] = {}
        self._by_number: dict[tuple[str, str], int] = {}
        self._by_name: dict[tuple[str, str], int] = {}
        self._numbers: dict[int, tuple[str, str]] = {}

    def bring(self, invoices: Sequence[ReceivedInvoice]) -> dict[Identity, int]:
        """The customer of each buyer, made where there is none; who cannot be made is in `refused`."""
        wanted: dict[Identity, ReceivedInvoice] = {}
        for invoice in invoices:
            wanted.setdefault(identity(invoice.buyer, self.company), invoice)
        self._look_up(wanted)
        self._make(self._missing(wanted))
        return {one: pk for one in wanted if (pk := self._find(one)) is not None}

    def _look_up(self, wanted: Iterable[Identity]) -> None:
        wanted = list(wanted)
        known = Party.objects.filter(company=self.company)
        for field in NUMBERS:
            values = {getattr(one, field) for one in wanted} - {""}
            rows = known.filter(**{f"{field}__in": values}).order_by("-active", "pk")
            for value, pk in rows.values_list(field, "pk"):
                self._by_number.setdefault((field, value), pk)
        names = {one.name for one in wanted} - {""}
        keys = PartyKey.objects.filter(company=self.company, kind=PartyKey.Kind.NAME, value__in=names)
        facts = ("value", "party__postcode", "party_id", "party__tax_id", "party__registration_id")
        for name, postcode, pk, tax_id, registration_id in keys.order_by("party_id").values_list(*facts):
            self._by_name.setdefault((name, postcode), pk)
            self._numbers[pk] = (tax_id, registration_id)

    def _missing(self, wanted: dict[Identity, ReceivedInvoice]) -> dict[Identity, ReceivedInvoice]:
        """Those to make, each once: two invoices may call the same customer in two ways."""
        missing: dict[Identity, ReceivedInvoice] = {}
        claimed: set[tuple[str, str]] = set()
        for one, invoice in wanted.items():
            numbers = {(field, getattr(one, field)) for field in NUMBERS if getattr(one, field)}
            marks = numbers or {(one.name, one.postcode)}
            if self._find(one) is None and not marks & claimed:
                missing[one] = invoice
                claimed |= numbers | {(one.name, one.postcode)}
        return missing

    def _find(self, one: Identity) -> int | None:
        for field in NUMBERS:
            value = getattr(one, field)
            if value and (field, value) in self._by_number:
                return self._by_number[field, value]
        pk = self._by_name.get((one.name, one.postcode))
        return None if pk is None or self._contradicts(one, pk) else pk

    def _contradicts(self, one: Identity, pk: int) -> bool:
        """The same name in the same town with another number is somebody else."""
        tax_id, registration_id = self._numbers.get(pk, ("", ""))
        return bool(
            (one.tax_id and tax_id and one.tax_id != tax_id)
            or (one.registration_id and registration_id and one.registration_id != registration_id)
        )

    def _make(self, missing: dict[Identity, ReceivedInvoice]) -> None:
        rows = {one: self._new(invoice) for one, invoice in missing.items()}
        problems = problems_of(self.company, list(rows.values()))
        confirmed = questions(problems)
        for at, one in enumerate(list(rows)):
            hard = [each for each in problems.get(at, ()) if not isinstance(each, NeedsConfirmation)]
            if hard:
                self.refused[one] = hard[0]
                del rows[one]
        if not rows:
            return
        parties = create_parties(self.company, list(rows.values()), by=self.by, confirmed=confirmed)
        self.made += parties
        for one, party in zip(rows, parties, strict=True):
            self._remember(one, party)

    def _new(self, invoice: ReceivedInvoice) -> NewParty:
        public = invoice.format.startswith("FPA")
        facts = party_facts(invoice.buyer, public=public, own_country=self.company.country)
        return NewParty(name=name_of(invoice.buyer), facts=self._sound(facts, public=public))

    def _sound(self, facts: dict[str, object], *, public: bool) -> dict[str, object]:
        """Without e-invoice addresses that no network would accept: the customer is worth more than they."""
        pack = country_pack(self.company)
        checks = {
            "recipient_code": lambda value: pack.check_recipient_code(value, public_body=public),
            "pec": pack.check_certified_email,
        }
        kept = dict(facts)
        for name, check in checks.items():
            try:
                check(str(kept.get(name, "")))
            except Refusal:
                kept.pop(name, None)
        return kept

    def _remember(self, one: Identity, party: Party) -> None:
        for field in NUMBERS:
            if value := getattr(one, field):
                self._by_number.setdefault((field, value), party.pk)
        self._by_name.setdefault((one.name, one.postcode), party.pk)
        self._numbers[party.pk] = (one.tax_id, one.registration_id)


class VatCodes:
    """The VAT code of the company for a rate, a nature and an exigibility."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._rules: list[VatRule] = list(vat_rules(company.pk).values())
        self._found: dict[tuple[VatKey, date], int] = {}

    def find(self, key: VatKey, on: date) -> int:
        """A code that taxes so on that day, made when the company has none."""
        place = (key, on.replace(day=1))
        if place not in self._found:
            fitting = [rule for rule in self._rules if _taxes(rule, key, on)]
            exact = [rule for rule in fitting if rule.exigibility == key.exigibility]
            best = next(iter(exact or fitting), None)
            self._found[place] = best.pk if best else self._make(key)
        return self._found[place]

    def _make(self, key: VatKey) -> int:
        seed = next(
            (s for s in country_pack(self.company).vat_codes() if key.nature and s.nature == key.nature), None
        )
        name = f"{key.rate.normalize():f} % {key.nature}".strip()
        taken = set(VatCode.objects.filter(company=self.company).values_list("code", flat=True))
        code = next(
            text
            for number in range(1, 1000)
            if (text := f"{name.replace(' %', '').replace(' ', '')[:8]}{'' if number == 1 else f'-{number}'}")
            not in taken
        )
        made = VatCode.objects.create(
            company=self.company,
            code=code,
            name=seed.label if seed else name,
            nature=key.nature,
            category=seed.category if seed else "S" if key.rate else "O",
            exempt_text=seed.exempt_text if seed else "",
            exempt_code=seed.exempt_code if seed else "",
            stamp_relevant=bool(seed and seed.stamp_relevant),
            reverse_charge=bool(seed and seed.reverse_charge),
            exigibility=key.exigibility,
        )
        VatRate.objects.create(vat_code=made, valid_from=date(1973, 1, 1), percent=key.rate)
        self._rules = list(vat_rules(self.company.pk).values())
        return made.pk


def _taxes(rule: VatRule, key: VatKey, on: date) -> bool:
    if rule.nature != key.nature or not rule.days or rule.days[0] > on:
        return False
    return rule.percent(on) == key.rate


class Services:
    """The services and articles of the firm by their text and VAT code."""

    def __init__(self, company: Company, *, by: str) -> None:
        self.company, self.by = company, by
        self.made: list[Item] = []
        rows = Item.objects.filter(company=company).order_by("-active", "pk")
        self._known: dict[tuple[str, int], int] = {}
        for pk, name, vat in rows.values_list("pk", "name", "vat_code_id").iterator(chunk_size=2000):
            self._known.setdefault((comparable(name), vat), pk)

    def bring(self, wanted: Iterable[tuple[SoldLine, int]]) -> dict[tuple[str, int], int]:
        """The item of each (text, VAT code), made where there is none."""
        missing: dict[tuple[str, int], SoldLine] = {}
        asked = {}
        for sold, vat in wanted:
            key = (comparable(sold.text[:200]), vat)
            asked[sold.key, vat] = key
            if key not in self._known:
                missing.setdefault(key, sold)
        codes = VatCode.objects.in_bulk({vat for _text, vat in missing})
        rows = [
            {
                "name": sold.text[:200],
                "vat_code": codes[vat],
                "price": abs(sold.line.unit_price),
                "description": sold.text if len(sold.text) > 200 else "",
            }
            for (_text, vat), sold in missing.items()
        ]
        made = create_items(self.company, rows, by=self.by) if rows else []
        self.made += made
        for key, item in zip(missing, made, strict=True):
            self._known[key] = item.pk
        return {asking: self._known[key] for asking, key in asked.items()}
