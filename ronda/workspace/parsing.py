"""Amounts and days as people write them, by the language in use; what is ambiguous is refused."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Decimal sign and thousands sign of each language Ronda speaks.
SIGNS = {"it": (",", "."), "fr": (",", "\u202f"), "en": (".", ",")}
SPACES = re.compile(r"[\s\u00a0\u202f'’_]")
ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})$")
LOCAL_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?$")
FIRST_YEAR, LAST_YEAR = 1900, 2999
PACKED_DAY = re.compile(r"(\d{2})(\d{2})(\d{4}|\d{2})$")


class Unreadable(ValueError):
    """The text is not an amount or a day, or it could mean two; `message` says which."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


def signs() -> tuple[str, str]:
    """Decimal and thousands sign of the language in use."""
    return SIGNS.get((get_language() or "en")[:2], SIGNS["en"])


def read_amount(text: str, *, places: int | None = 2) -> Decimal:
    """A number written as people do: "1.234,56", "1 234,56", "1,234.56", "12,5 €".

    Raises Unreadable for anything else, and for "1.234" where three decimals are possible, because it
    could be a thousand or one and a bit.
    """
    plain = SPACES.sub("", text).replace("€", "").replace("−", "-")
    sign, digits = ("-", plain[1:]) if plain[:1] == "-" else ("", plain.removeprefix("+"))
    if not re.fullmatch(r"[\d.,]*\d[\d.,]*", digits) or len(digits) > 40 or not digits.isascii():
        raise Unreadable(_("“%(text)s” is not a number. Write it like 1234,56.") % {"text": text[:40]})
    try:
        return Decimal(sign + _plain_digits(digits, text, places))
    except InvalidOperation as error:
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]}) from error


def _plain_digits(digits: str, text: str, places: int | None) -> str:
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return digits
    if len(set(marks)) == 2:
        return _both_marks(digits, marks, text)
    mark = marks[0]
    if len(marks) > 1:
        if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", digits):
            return digits.replace(mark, "")
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return _one_mark(digits, mark, text, places)


def _both_marks(digits: str, marks: list[str], text: str) -> str:
    """The last mark is the decimal sign, the others must stand every three digits."""
    last, other = marks[-1], marks[0]
    whole, _dot, part = digits.rpartition(last)
    if last == other or not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(other)}\d{{3}})+", whole):
        raise Unreadable(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return f"{whole.replace(other, '')}.{part or '0'}"


def _one_mark(digits: str, mark: str, text: str, places: int | None) -> str:
    whole, _dot, part = digits.partition(mark)
    as_decimal = f"{whole or '0'}.{part or '0'}"
    looks_grouped = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    decimal_sign, thousands_sign = signs()
    if mark == decimal_sign or not looks_grouped:
        return as_decimal
    if mark == thousands_sign and places is not None and places < 3:
        return whole + part
    raise Unreadable(
        _("“%(text)s” may be %(thousands)s or %(decimal)s. Write it without a thousands sign.")
        % {"text": text[:40], "thousands": whole + part, "decimal": f"{whole}{decimal_sign}{part}"}
    )


def show_amount(value: Decimal) -> str:
    """A number as a form shows it: no thousands sign, the language's decimal sign, no idle zeros past 2."""
    plain = f"{value:f}"
    whole, dot, part = plain.partition(".")
    if len(part) > 2:
        part = part[:2] + part[2:].rstrip("0")
    return f"{whole}{signs()[0]}{part}" if dot else whole


def in_calendar(day: date) -> bool:
    """Whether a day is one of business: years far away overflow as soon as a period is added to them."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def read_day(text: str, *, today: date) -> date | None:
    """A day written "25/6", "25/06/26", "25.6.2026", "250626" or "2026-06-25"; None for nothing.

    Without a year it is the day nearest to `today`. Raises Unreadable for what no calendar has.
    """
    text = text.strip()
    if not text:
        return None
    if match := ISO_DAY.match(text):
        return _day(int(match[1]), int(match[2]), int(match[3]), text)
    match = LOCAL_DAY.match(text) or PACKED_DAY.match(text)
    if match is None:
        raise Unreadable(_("“%(text)s” is not a date. Write it like 25/06/2026.") % {"text": text[:40]})
    day, month = int(match[1]), int(match[2])
    if match[3] is None:
        return _nearest(day, month, today, text)
    year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
    return _day(year, month, day, text)


def _nearest(day: int, month: int, today: date, text: str) -> date:
    found: list[date] = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(_day(year, month, day, text))
        except Unreadable:
            continue
    if not found:
        raise Unreadable(_("“%(text)s” is not a day of the calendar.") % {"text": text[:40]})
    return min(found, key=lambda one: abs(one - today))


def _day(year: int, month: int, day: int, text: str) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        message = _("“%(text)s” is not a day of the calendar.") % {"text": text[:40]}
        raise Unreadable(message) from error
