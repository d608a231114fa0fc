"""Looks at single values of an invoice: does each fit into its element (XSD 1.2.3 and 1.0.2)."""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from ronda.countries.it.domain.fatturapa.labels import told
from ronda.countries.it.domain.fatturapa.latin import ascii_text, latin_text
from ronda.einvoices.domain.findings import Finding, Weight
from ronda.kernel.i18n import _

#: The code of the exchange for whatever breaks the schema.
SCHEMA = "00200"

_AMOUNT_LIMIT, _HUNDRED = Decimal(10) ** 11, Decimal(100)
_HALF_CENT = Decimal("0.005")


class Form(NamedTuple):
    """How a code must look, and how to say so."""

    pattern: re.Pattern[str]
    says: Any


def _form(pattern: str, says: Any) -> Form:
    return Form(re.compile(pattern, re.ASCII), says)


_SAYS_SIGNS = _("it takes at most %(longest)s letters, digits or signs, without accents")
CODES_OF = {
    longest: Form(re.compile(rf"[\x21-\x7e](?:[\x20-\x7e]{{0,{longest - 2}}}[\x21-\x7e])?"), _SAYS_SIGNS)
    for longest in (10, 15, 17, 20, 28, 35, 60)
}
COUNTRY = _form(r"[A-Z]{2}", _("it takes the two capital letters of a country"))
PROVINCE = _form(r"[A-Z]{2}", _("it takes the two capital letters of a province"))
POSTCODE = _form(r"[0-9]{5}", _("it takes five digits"))
FISCAL_CODE = _form(r"[A-Z0-9]{11,16}", _("it takes from 11 to 16 capital letters and digits"))
CURRENCY = _form(r"[A-Z]{3}", _("it takes the three capital letters of a currency"))
RECIPIENT = _form(r"[A-Z0-9]{6,7}", _("it takes six or seven capital letters and digits"))
RECIPIENT_SIMPLIFIED = _form(r"[A-Z0-9]{7}", _("it takes seven capital letters and digits"))
IBAN = _form(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{11,30}", _("it takes an IBAN without blanks"))
BIC = _form(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?", _("it takes the 8 or 11 characters of a BIC"))
FIVE_DIGITS = POSTCODE
EMAIL = _form(r"(?=.{7,256}\Z).+@.+[.]+.+", _("it takes an e-mail address"))
_ATOM = r"[!#-'*+/-9=?A-Z^-~-]+"
PEC = _form(rf"(?=.{{3,256}}\Z){_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*", EMAIL.says)
EORI = _form(r"[\x21-\x7e]{13,17}", _("it takes from 13 to 17 characters"))
TITLE = _form(r"[\x20-\x7e]{2,10}", _("it takes from 2 to 10 letters, without accents"))


class Look:
    """Collects findings; each method looks at one value."""

    __slots__ = ("findings", "line")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.line = 0

    def add(self, text: Any, remedy: Any, where: str, field: str, weight: Weight = Weight.BLOCKS) -> None:
        """Keep a finding about `where`."""
        self.findings.append(Finding(SCHEMA, text, remedy, where, field, weight, self.line))

    def missing(self, where: str, field: str) -> None:
        """Something the schema wants is not there."""
        text = _("%(what)s is missing.") % {"what": told(where)}
        self.add(text, _("Fill it in: without it there is no valid file."), where, field)

    def code(self, where: str, field: str, value: str, form: Form, *, longest: int = 0) -> None:
        """A code, "" allowed."""
        if value and not form.pattern.fullmatch(value):
            text = _("%(what)s is “%(read)s”: %(rule)s.")
            rule = form.says % {"longest": longest} if longest else form.says
            facts = {"what": told(where), "read": value[:60], "rule": rule}
            self.add(text % facts, _("Correct it: it is not cut or changed by itself."), where, field)

    def signs(self, where: str, field: str, value: str, longest: int) -> None:
        """A number or code in ASCII of at most so many characters, "" allowed."""
        self.code(where, field, value, CODES_OF[longest], longest=longest)

    def needed(self, where: str, field: str, value: str, form: Form, *, longest: int = 0) -> None:
        """A code that must be there."""
        if not value.strip():
            self.missing(where, field)
        else:
            self.code(where, field, value, form, longest=longest)

    def listed(self, where: str, field: str, value: str, allowed: frozenset[str]) -> None:
        """A code of a list, "" allowed."""
        if value and value not in allowed:
            text = _("%(what)s is “%(read)s”, which is not a code in force.")
            facts = {"what": told(where), "read": value[:20]}
            self.add(text % facts, _("Choose one of the codes of the list."), where, field)

    def free(self, where: str, field: str, value: str, longest: int, *, ascii_only: bool = False) -> None:
        """A text that the writer shortens: warned about."""
        if len(value) <= longest and value.isascii():
            return
        if len(ascii_text(value) if ascii_only else latin_text(value)) > longest:
            text = _("%(what)s takes %(longest)s characters: the rest will be left out.")
            facts = {"what": told(where), "longest": longest}
            self.add(text % facts, _("Shorten it so that it says what matters."), where, field, Weight.WARNS)

    def text(self, where: str, field: str, value: str, longest: int) -> None:
        """A text that must not be shortened, "" allowed."""
        if len(value) <= longest and value.isascii():
            return
        if len(latin_text(value)) > longest:
            text = _("%(what)s takes at most %(longest)s characters.")
            facts = {"what": told(where), "longest": longest}
            self.add(text % facts, _("Correct it: it is not cut or changed by itself."), where, field)

    def amount(self, where: str, field: str, value: Decimal | None) -> None:
        """An amount of at most eleven digits before the point, None allowed."""
        if value is not None and (not value.is_finite() or abs(value) + _HALF_CENT >= _AMOUNT_LIMIT):
            text = _("%(what)s does not fit: at most eleven digits before the decimal point.")
            self.add(text % {"what": told(where)}, _("Correct the amount."), where, field)

    def rate(self, where: str, field: str, value: Decimal | None) -> None:
        """A percentage from 0 to 100, None allowed."""
        if value is not None and not (value.is_finite() and 0 <= value <= _HUNDRED):
            text = _("%(what)s is “%(read)s”: a rate goes from 0 to 100 per cent.")
            facts = {"what": told(where), "read": value}
            self.add(text % facts, _("Correct the percentage."), where, field)

    def whole(self, where: str, field: str, value: int, first: int, last: int) -> None:
        """A whole number from `first` to `last`."""
        if not first <= value <= last:
            text = _("%(what)s is %(read)s: it goes from %(first)s to %(last)s.")
            facts = {"what": told(where), "read": value, "first": first, "last": last}
            self.add(text % facts, _("Correct it."), where, field)
