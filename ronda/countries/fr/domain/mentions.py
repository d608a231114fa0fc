"""Which sentences the law wants on a French document."""

from collections.abc import Iterator
from decimal import Decimal

from ronda.company.country import DocumentFacts, Mention, SellerFacts, VatFacts, with_prefix
from ronda.countries.fr.data import mentions as texts
from ronda.countries.fr.data.late_payment import REFORM, ROWS
from ronda.countries.fr.data.vat import VAT_CODES

INVOICE_KINDS = frozenset({"invoice", "advance", "credit_note", "debit_note"})
FRANCHISE = "franchise"

_SEPARATORS = {"fr": ("\N{NO-BREAK SPACE}", ","), "it": (".", ","), "en": (",", ".")}
_LAW = {seed.code: seed.exempt_text for seed in VAT_CODES}
_FRANCHISE_CODE = VatFacts("293B", "VATEX-FR-FRANCHISE")


def written(amount: Decimal, language: str) -> str:
    """An amount with two decimals as people of that language write it."""
    thousands, point = _SEPARATORS[language]
    return f"{amount:,.2f}".translate({ord(","): thousands, ord("."): point})


def mentions(facts: DocumentFacts, language: str) -> list[Mention]:
    """The sentences in printing order, none twice; PMT, PMD and AAB carry those codes."""
    return list(dict.fromkeys(_all(facts, language if language in _SEPARATORS else texts.DEFAULT_LANGUAGE)))


def _all(facts: DocumentFacts, language: str) -> Iterator[Mention]:
    if identity := " - ".join(_identity(facts.seller, language)):
        yield Mention(identity, "identity")
    if facts.seller.insurance:
        yield _other("insurance", language, text=facts.seller.insurance)
    if facts.kind == "proforma":
        yield _other("proforma", language)
    if facts.kind not in INVOICE_KINDS:
        return
    if facts.on >= REFORM.new_mentions_from:
        yield from _reform_mentions(facts, language)
    if facts.vat_on_debits:
        yield _other("debits", language)
    yield from _vat_mentions(facts, language)
    if facts.customer_is_business:
        yield from _payment_mentions(facts, language)
    if facts.courtesy_copy:
        yield _other("courtesy_copy", language)


def _other(key: str, language: str, **words: object) -> Mention:
    """The sentence; its code is the key up to the underscore for UNTDID codes (PMD_rate → PMD)."""
    code = key.partition("_")[0] if key[0].isupper() else key
    return Mention(texts.OTHER[key][language].format(**words), code)


def grouped(number: str) -> str:
    """A SIREN or SIRET as printed: 732 829 320 00074."""
    parts = (number[:3], number[3:6], number[6:9], number[9:])
    return "\N{NO-BREAK SPACE}".join(part for part in parts if part)


def _identity(seller: SellerFacts, language: str) -> Iterator[str]:
    """Art. R123-237 and R123-238: form, capital, SIREN, register, liquidation; then the VAT number."""
    words = {key: row[language] for key, row in texts.IDENTITY.items()}
    if seller.legal_form:
        key = "form" if seller.share_capital is None else "form_capital"
        amount = written(seller.share_capital or Decimal(0), language)
        yield words[key].format(form=seller.legal_form, amount=amount)
    if seller.register_place:
        number = seller.register_number or grouped(seller.registration_id[:9])
        yield words["register"].format(place=seller.register_place, number=number).strip()
    elif seller.registration_id:
        yield words["siren"].format(number=grouped(seller.registration_id[:9]))
    if len(seller.registration_id) == 14:
        yield words["siret"].format(number=grouped(seller.registration_id))
    if seller.tax_id:
        yield words["tax_id"].format(number=with_prefix(seller.tax_id, "FR"))
    if seller.in_liquidation:
        yield words["in_liquidation"]


def _reform_mentions(facts: DocumentFacts, language: str) -> Iterator[Mention]:
    """Décret 2022-1299: customer's SIREN and category of the operation, since e-invoicing began."""
    siren = facts.customer_registration_id[:9]
    if facts.customer_is_business and siren and facts.customer_country in {"", "FR"}:
        yield _other("customer_siren", language, number=grouped(siren))
    if facts.supply in texts.SUPPLY:
        yield Mention(texts.SUPPLY[facts.supply][language], "category")


def _vat_mentions(facts: DocumentFacts, language: str) -> Iterator[Mention]:
    """One sentence for each reason why a line has no VAT (R31)."""
    if facts.seller.tax_regime == FRANCHISE:
        yield Mention(vat_text(_FRANCHISE_CODE, language), _FRANCHISE_CODE.nature)
    for vat in facts.vat:
        if vat.nature:
            yield Mention(vat_text(vat, language), vat.nature)


def vat_text(vat: VatFacts, language: str) -> str:
    """Why no VAT is charged: the company's own words in French, the pack's in other languages."""
    law = vat.exempt_text or _LAW.get(vat.code, "")
    for key in (vat.code, vat.nature):
        if language in texts.VAT.get(key, {}):
            return texts.VAT[key][language]
    return law


def _payment_mentions(facts: DocumentFacts, language: str) -> Iterator[Mention]:
    """Between businesses only: discount, late interest, flat fee (art. L441-9 and L441-10)."""
    if facts.discount_terms:
        yield _other("AAB_terms", language, terms=facts.discount_terms)
    else:
        yield _other("AAB", language)
    row = next((row for row in reversed(ROWS) if row.valid_from <= facts.on), None)
    if facts.late_rate is not None:
        rate = f"{facts.late_rate.normalize():f}".replace(".", _SEPARATORS[language][1])
        yield _other("PMD_rate", language, rate=rate)
    elif row:
        yield _other("PMD", language, points=row.points)
    if row and row.fee:
        yield _other("PMT", language, fee=row.fee)
