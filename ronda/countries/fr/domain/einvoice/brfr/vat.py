"""VAT: categories, rates, the breakdown, reasons, and who must have a VAT number for what."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from ronda.countries.fr.data import einvoice as codes
from ronda.countries.fr.domain.einvoice.brfr.registry import Case, check, warning
from ronda.countries.fr.domain.einvoice.model import Invoice, Party, Span, Vat, VatRow
from ronda.countries.fr.domain.einvoice.totals import tax_on
from ronda.einvoices.domain.findings import Finding
from ronda.kernel.i18n import _
from ronda.kernel.money import ZERO

_FIELD = "line.vat_code"
#: How the rules of EN 16931 call the categories.
_RULES = {"S": "S", "Z": "Z", "E": "E", "AE": "AE", "K": "IC", "G": "G", "O": "O"}
_RATELESS = frozenset(_RULES) - {"S"}


def _of(*numbers: str) -> tuple[str, ...]:
    return tuple(f"BR-{name}-{number}" for name in _RULES.values() for number in numbers)


def _rule(category: str, number: str) -> str:
    return f"BR-{_RULES[category]}-{number}"


def _used(invoice: Invoice) -> Iterator[tuple[Vat, str, int]]:
    """Every VAT of lines and allowances, with its term and the number of the line."""
    yield from ((line.vat, "BT-151", number) for number, line in enumerate(invoice.lines, start=1))
    for row in invoice.allowances:
        if row.vat:
            yield row.vat, "BT-102" if row.charge else "BT-95", 0


@check("BR-CO-04")
def lines_taxed(case: Case) -> Iterator[Finding]:
    """Every line has a VAT category."""
    for vat, where, number in _used(case.invoice):
        if not vat.category:
            text = _("The line has no VAT category.")
            yield Finding("BR-CO-04", text, _("Choose its VAT code."), where, _FIELD, line=number)


@check("BR-FR-15")
def categories_of_france(case: Case) -> Iterator[Finding]:
    """S, E, AE, K, G, O and Z; those of Spain's islands not."""
    found = list(_used(case.invoice))
    found += [(Vat(row.category), "BT-118", 0) for row in case.invoice.vat_rows]
    for vat, where, number in found:
        if vat.category and vat.category not in codes.CATEGORIES:
            text = _("The VAT category %(code)s is not used in France.") % {"code": vat.category}
            yield Finding("BR-FR-15", text, _("Choose another VAT code."), where, _FIELD, line=number)


@check("BR-FR-16")
def rates_of_france(case: Case) -> Iterator[Finding]:
    """Rates France has or had."""
    found = [
        (vat.rate, "BT-152" if number else "BT-96", number) for vat, _where, number in _used(case.invoice)
    ]
    found += [(row.rate, "BT-119", 0) for row in case.invoice.vat_rows]
    for rate, where, number in found:
        if rate is not None and rate not in codes.RATES:
            text = _("France has no VAT rate of %(rate)s %%.") % {"rate": rate}
            yield Finding("BR-FR-16", text, _("Choose another VAT code."), where, _FIELD, line=number)


@check(*_of("05", "06", "07"))
def rates_by_category(case: Case) -> Iterator[Finding]:
    """Taxed lines have a rate above zero, the others zero, those out of scope none."""
    for vat, where, number in _used(case.invoice):
        if vat.category not in _RULES:
            continue
        wrong = vat.rate is None or vat.rate <= ZERO if vat.category == "S" else bool(vat.rate)
        if wrong:
            last = "05" if number else ("06" if where == "BT-95" else "07")
            text = _("A rate of %(rate)s %% does not go with the VAT category %(code)s.")
            found = text % {"rate": vat.rate, "code": vat.category}
            code = _rule(vat.category, last)
            yield Finding(code, found, _("Choose another VAT code."), where, _FIELD, line=number)


@check("BR-CO-18", *_of("01"))
def breakdown_whole(case: Case) -> Iterator[Finding]:
    """Each category and rate used has one row of the breakdown, and no other has one (R31)."""
    used = {vat.key for vat, _where, _number in _used(case.invoice) if vat.category in _RULES}
    counted = Counter((row.category, row.rate or ZERO) for row in case.invoice.vat_rows)
    remedy = _("Work the invoice out again.")
    if not counted:
        yield Finding("BR-CO-18", _("The VAT of the invoice is not summed up."), remedy, "BG-23", _FIELD)
    for category, rate in sorted(used | set(counted)):
        if category in _RULES and (counted[category, rate] != 1 or (category, rate) not in used):
            text = _("The summary has %(count)s rows for VAT %(code)s at %(rate)s %%.")
            found = text % {"count": counted[category, rate], "code": category, "rate": rate}
            yield Finding(_rule(category, "01"), found, remedy, "BG-23", _FIELD)


def _base(invoice: Invoice, row: VatRow) -> Decimal:
    key = row.category, row.rate or ZERO
    net = sum((line.net for line in invoice.lines if line.vat.key == key), ZERO)
    return net + sum((part.signed for part in invoice.allowances if part.vat and part.vat.key == key), ZERO)


@check(*_of("08"))
def bases_add_up(case: Case) -> Iterator[Finding]:
    """The base of each row is the sum of its lines, less discounts, plus charges."""
    for row in case.invoice.vat_rows:
        if row.category in _RULES and (base := _base(case.invoice, row)) != row.base:
            text = _("The lines with VAT %(code)s add up to %(worked_out)s, the summary says %(base)s.")
            found = text % {"code": row.category, "worked_out": base, "base": row.base}
            remedy = _("Work the invoice out again.")
            yield Finding(_rule(row.category, "08"), found, remedy, "BT-116", "document.total")


@check("BR-CO-17", *_of("09"))
def taxes_follow(case: Case) -> Iterator[Finding]:
    """VAT = base × rate, once per row, to the cent (R29); none without a rate."""
    for row in case.invoice.vat_rows:
        if row.tax != (tax := tax_on(row.base, row.rate)):
            code = _rule(row.category, "09") if row.category in _RATELESS else "BR-CO-17"
            text = _("VAT at %(rate)s %% on %(base)s is %(worked_out)s, the summary says %(tax)s.")
            found = text % {"rate": row.rate, "base": row.base, "worked_out": tax, "tax": row.tax}
            yield Finding(code, found, _("Work the invoice out again."), "BT-117", "document.total")


@check(*_of("10"))
def reasons_said(case: Case) -> Iterator[Finding]:
    """Where no VAT is charged the invoice says why; where it is, it does not (R31)."""
    for row in case.invoice.vat_rows:
        said = bool(row.reason.strip() or row.reason_code)
        if row.category not in _RULES or said == (row.category in codes.EXPLAINED):
            continue
        text, remedy = _("The reason why no VAT is charged is missing."), _("Write it in the VAT code.")
        if said:
            text = _("A reason for no VAT stands where VAT is charged.")
            remedy = _("Take it out of the VAT code.")
        yield Finding(_rule(row.category, "10"), text, remedy, "BT-120", _FIELD)


@check("BR-CL-22", "LOCAL-VATEX")
def reason_codes(case: Case) -> Iterator[Finding]:
    """Reasons are codes of the list VATEX, those of the row's category."""
    for row in case.invoice.vat_rows:
        code = {"code": row.reason_code, "category": row.category}
        remedy = _("Choose another reason in the VAT code.")
        fitting = codes.CATEGORY_REASONS.get(row.category)
        if row.reason_code and row.reason_code not in codes.EXEMPTIONS:
            text = _("“%(code)s” is no code of a reason for no VAT.") % code
            yield Finding("BR-CL-22", text, remedy, "BT-121", _FIELD)
        elif row.reason_code and fitting and row.reason_code not in fitting:
            text = _("The reason %(code)s does not go with the VAT category %(category)s.") % code
            yield warning("LOCAL-VATEX", text, remedy, where="BT-121", field=_FIELD)


def _categories(invoice: Invoice) -> set[str]:
    return {vat.category for vat, _where, _number in _used(invoice)}


@check(*(code for code in _of("02", "03", "04") if not code.startswith("BR-O-")))
def seller_taxed(case: Case) -> Iterator[Finding]:
    """Whoever charges VAT, or says why not, has a VAT number; so has the customer for AE and K."""
    seller, representative = case.invoice.seller, case.invoice.representative or Party()
    numbered = seller.vat_number or representative.vat_number
    for vat, where, number in _used(case.invoice):
        last = "02" if number else ("03" if where == "BT-95" else "04")
        local = seller.tax_number if vat.category not in {"K", "G"} else ""
        if vat.category in _RULES and vat.category != "O" and not (numbered or local):
            text = _("The company needs a VAT number for VAT category %(code)s.") % {"code": vat.category}
            remedy = _("Write it in the company.")
            yield Finding(_rule(vat.category, last), text, remedy, "BT-31", "company.tax_id", line=number)
        elif vat.category in {"AE", "K"} and not _customer_taxed(case.invoice.buyer, vat.category):
            text = _("The customer needs a VAT number for VAT category %(code)s.") % {"code": vat.category}
            remedy = _("Write it in the customer's record.")
            yield Finding(_rule(vat.category, last), text, remedy, "BT-48", "party.tax_id", line=number)


def _customer_taxed(buyer: Party, category: str) -> bool:
    return bool(buyer.vat_number or (category == "AE" and buyer.legal_id))


@check("BR-O-02", "BR-O-03", "BR-O-04", "BR-O-11")
def out_of_scope(case: Case) -> Iterator[Finding]:
    """Out of scope stands alone, and without VAT numbers of seller, representative and customer."""
    invoice = case.invoice
    categories = _categories(invoice)
    if "O" not in categories:
        return
    if len(categories) > 1:
        text = _("Lines out of scope of VAT cannot stand on an invoice with others.")
        yield Finding("BR-O-11", text, _("Make two invoices."), "BT-151", _FIELD)
    parties = [invoice.seller, invoice.buyer, *([invoice.representative] if invoice.representative else [])]
    if any(party.vat_number for party in parties):
        text = _("An invoice out of scope of VAT cannot carry VAT numbers.")
        yield Finding("BR-O-02", text, _("Leave the VAT numbers out."), "BT-31", "company.tax_id")


@check("BR-IC-11", "BR-IC-12")
def intra_community(case: Case) -> Iterator[Finding]:
    """An intra-Community supply says when and to which country it was delivered."""
    if "K" not in _categories(case.invoice):
        return
    period, delivery = case.invoice.period or Span(), case.invoice.delivery
    if not (period.starts_on or period.ends_on or (delivery and delivery.on)):
        text = _("An intra-Community supply needs the day of delivery.")
        remedy = _("Give the day of delivery.")
        yield Finding("BR-IC-11", text, remedy, "BT-72", "document.delivered_on")
    if not (delivery and delivery.address.country):
        text = _("An intra-Community supply needs the country of delivery.")
        yield Finding("BR-IC-12", text, _("Choose the country."), "BT-80", "site.country")


@check("LOCAL-EU")
def intra_community_is_in_the_union(case: Case) -> Iterator[Finding]:
    """An intra-Community supply goes to another Member State, an export out of the Union."""
    delivery = case.invoice.delivery
    country = (delivery.address.country if delivery else "") or case.invoice.buyer.address.country
    for category in sorted(_categories(case.invoice) & {"K", "G"}):
        inside = country in codes.EU
        if country and inside != (category == "K"):
            text = _("VAT category %(code)s does not go with a delivery to %(country)s.")
            found = text % {"code": category, "country": country}
            yield warning("LOCAL-EU", found, _("Choose another VAT code."), where="BT-80", field=_FIELD)
