"""Which sentences the law wants on an Italian document."""

from collections.abc import Iterator
from decimal import Decimal

from ronda.company.country import DocumentFacts, Mention, SellerFacts, VatFacts, with_prefix
from ronda.countries.it.data import mentions as texts
from ronda.countries.it.data.stamp import LEGAL_TEXT
from ronda.countries.it.data.vat import VAT_CODES
from ronda.countries.it.domain.stamp import STAMPED_KINDS

ZERO = Decimal(0)
_SEPARATORS = {"it": (".", ","), "en": (",", "."), "fr": ("\N{NO-BREAK SPACE}", ",")}
_LAW = {seed.code: seed.exempt_text for seed in VAT_CODES}
_SMALL_FIRM_CODES = {"RF19": "N2.2F", "RF02": "N2.2M"}


def written(amount: Decimal, language: str) -> str:
    """An amount with two decimals as people of that language write it."""
    thousands, point = _SEPARATORS.get(language, _SEPARATORS[texts.DEFAULT_LANGUAGE])
    return f"{amount:,.2f}".translate({ord(","): thousands, ord("."): point})


def mentions(facts: DocumentFacts, language: str) -> list[Mention]:
    """The sentences in printing order, none twice."""
    found = dict.fromkeys(_all(facts, language if language in _SEPARATORS else texts.DEFAULT_LANGUAGE))
    return list(found)


def _all(facts: DocumentFacts, language: str) -> Iterator[Mention]:
    if identity := " - ".join(_identity(facts.seller, language)):
        yield Mention(identity, "identity")
    if facts.kind == "proforma":
        yield _other("proforma", language)
    if facts.kind not in STAMPED_KINDS:
        return
    yield from _vat_mentions(facts, language)
    if facts.split_payment:
        yield _other("split_payment", language)
    if facts.deferred_vat:
        yield _other("deferred_public" if facts.seller.tax_regime == "RF16" else "cash_vat", language)
    if facts.stamp_duty:
        amount = written(facts.stamp_duty, language)
        yield _other("stamp_duty", language, text=LEGAL_TEXT, amount=amount)
    elif facts.stamp_duty_exemption:
        yield _other("stamp_duty_exempt", language, reason=facts.stamp_duty_exemption)
    if facts.seller.tax_regime in _SMALL_FIRM_CODES:
        yield _other(f"no_withholding_{facts.seller.tax_regime}", language)
    if facts.courtesy_copy:
        yield _other("courtesy_copy", language)


def _other(code: str, language: str, **words: str) -> Mention:
    return Mention(texts.OTHER[code][language].format(**words), code)


def _identity(seller: SellerFacts, language: str) -> Iterator[str]:
    """Art. 2250 c.c.: capital, register, single shareholder, liquidation; then the tax numbers."""
    words = {key: row[language] for key, row in texts.IDENTITY.items()}
    if seller.share_capital is not None:
        partly = seller.capital_paid is not None and seller.capital_paid < seller.share_capital
        yield words["capital_partly_paid" if partly else "capital"].format(
            amount=written(seller.share_capital, language),
            paid=written(seller.capital_paid or ZERO, language),
        )
    if register := "-".join(part for part in (seller.register_place, seller.register_number) if part):
        yield words["register"].format(number=register)
    if seller.tax_id:
        number = seller.tax_id if language == "it" else with_prefix(seller.tax_id, "IT")
        yield words["tax_id"].format(number=number)
    if seller.registration_id:
        person = len(seller.registration_id) == 16
        yield words["person_tax_code" if person else "registration_id"].format(number=seller.registration_id)
    if seller.sole_shareholder:
        yield words["sole_shareholder"]
    if seller.in_liquidation:
        yield words["in_liquidation"]


def _vat_mentions(facts: DocumentFacts, language: str) -> Iterator[Mention]:
    """One sentence for each reason why a line has no VAT (R31)."""
    small_firm = _SMALL_FIRM_CODES.get(facts.seller.tax_regime)
    if small_firm and not any(vat.code == small_firm for vat in facts.vat):
        yield Mention(vat_text(VatFacts(small_firm, "N2.2"), language), "N2.2")
    for vat in facts.vat:
        if vat.nature:
            yield Mention(vat_text(vat, language), vat.nature)


def vat_text(vat: VatFacts, language: str) -> str:
    """Why no VAT is charged: the company's own words in Italian, the pack's in other languages."""
    law = vat.exempt_text or _LAW.get(vat.code) or _LAW.get(vat.nature, "")
    for key in (vat.code, vat.nature, vat.nature.partition(".")[0]):
        if language in texts.VAT.get(key, {}):
            return texts.VAT[key][language].format(text=law)
    return law
