"""Tolerant access to the elements of an invoice: by local name, in any order, with notices.

What can be understood is, and is remarked on; what cannot is left out with a notice, or, where
the invoice would mean nothing without it, refused with the line of the file.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from ronda.countries.it.domain.fatturapa.model import Notice, notice
from ronda.countries.it.domain.fatturapa.schema import ORDER
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MOST_ALIKE = 20  # notices of one code kept for one document

_NUMBER = re.compile(r"-?\d{1,12}\.\d{2,8}", re.ASCII)
_LOOSE_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,12})?|-?\.\d{1,12}", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_LOOSE_DATE = re.compile(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})(?:T.*|Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", re.ASCII)
_BLANKS = re.compile(r"\s+")
_LINE_BREAKS = re.compile(r"[\t\r\n]+")


class UnreadableInvoice(Refusal):
    """`facts`: `where` (element), `line` (of the file, from 1), `read` (what stands there)."""

    code = "fatturapa.unreadable_value"


class Notices:
    """Collects notices, at most `MOST_ALIKE` of each code."""

    def __init__(self, first: Iterable[Notice] = ()) -> None:
        self._kept: list[Notice] = list(first)
        self._counts: Counter[str] = Counter(item.code for item in self._kept)

    def add(self, code: str, where: str = "", **facts: Any) -> None:
        """Keep a notice unless there are enough of its kind."""
        self._counts[code] += 1
        if self._counts[code] <= MOST_ALIKE:
            self._kept.append(notice(code, where, **facts))

    def all(self) -> tuple[Notice, ...]:
        """Those kept, then one "and so many more" per code that had too many."""
        rest = ((code, count - MOST_ALIKE) for code, count in self._counts.items())
        more = [notice("more_alike", of=code, count=count) for code, count in rest if count > 0]
        return (*self._kept, *more)


class Scope:
    """One element and its children by local name; an absent element is an empty scope."""

    __slots__ = ("_children", "element", "name", "notices", "where")

    def __init__(self, element: etree._Element | None, name: str, notices: Notices, where: str = "") -> None:
        self.element, self.name, self.notices = element, name, notices
        self.where = where or name
        self._children: dict[str, list[etree._Element]] = {}
        if element is not None:
            self._index(element)

    def _index(self, element: etree._Element) -> None:
        order, last = ORDER.get(self.name), -1
        for child in element:
            name = local_name(child)
            self._children.setdefault(name, []).append(child)
            if order is None:
                continue
            rank = order.get(name)
            if rank is None:
                self.notices.add("element_unknown", self.where, element=name[:60])
            elif rank < last:
                self.notices.add("order_unusual", self.where, element=name)
            else:
                last = rank

    def __bool__(self) -> bool:
        return self.element is not None

    def _first(self, name: str) -> etree._Element | None:
        found = self._children.get(name)
        if not found:
            return None
        if len(found) > 1:
            self.notices.add("element_repeated", self.where, element=name)
        return found[0]

    def one(self, name: str) -> "Scope":
        """The child of that name, or an empty scope."""
        return Scope(self._first(name), name, self.notices)

    def many(self, name: str) -> list["Scope"]:
        """Every child of that name, in the order of the file."""
        found = self._children.get(name, ())
        return [Scope(child, name, self.notices, f"{name}[{at}]") for at, child in enumerate(found, 1)]

    def text(self, name: str) -> str:
        """The trimmed text of a child, line breaks turned to blanks; "" when absent."""
        child = self._first(name)
        return _clean(child.text) if child is not None and child.text else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all children of that name that say something."""
        texts = (_clean(child.text) for child in self._children.get(name, ()) if child.text)
        return tuple(text for text in texts if text)

    def needed_text(self, name: str) -> str:
        """The text of a child without which there is no invoice."""
        return self.text(name) or self._refuse(name, "")

    def number(self, name: str) -> Decimal | None:
        """The number in a child; None when absent, or unreadable (with a notice)."""
        read = self.text(name)
        if not read:
            return None
        if _NUMBER.fullmatch(read):
            return Decimal(read)
        value = _loose_number(read)
        if value is None:
            self.notices.add("number_unreadable", f"{self.where}/{name}", read=read[:40])
        else:
            self.notices.add("number_cleaned", f"{self.where}/{name}", read=read[:40], value=value)
        return value

    def needed_number(self, name: str) -> Decimal:
        """The number in a child; refused with its line when absent or unreadable."""
        value = self.number(name)
        return self._refuse(name, self.text(name)) if value is None else value

    def number_or_zero(self, name: str) -> Decimal:
        """The number in a child that ought to be there; zero, with a notice, when it is not."""
        value = self.number(name)
        if value is None:
            self.notices.add("element_missing", self.where, element=name)
            return Decimal(0)
        return value

    def percent(self, name: str) -> Decimal | None:
        """A rate from 0 to 100; anything else is left out with a notice."""
        value = self.number(name)
        if value is None or 0 <= value <= 100:
            return value
        self.notices.add("number_unreadable", f"{self.where}/{name}", read=value)
        return None

    def percent_or_zero(self, name: str) -> Decimal:
        """A rate that ought to be there; zero, with a notice, when it is not."""
        value = self.percent(name)
        if value is None:
            self.notices.add("element_missing", self.where, element=name)
            return Decimal(0)
        return value

    def count(self, name: str) -> int | None:
        """A whole number of at most nine digits."""
        read = self.text(name)
        if not read:
            return None
        if read.isascii() and read.isdigit() and len(read) <= 9:
            return int(read)
        self.notices.add("number_unreadable", f"{self.where}/{name}", read=read[:40])
        return None

    def day(self, name: str) -> date | None:
        """The date in a child; None when absent, or no date (with a notice)."""
        child = self._first(name)
        read = (child.text or "") if child is not None else ""
        if not read.strip():
            return None
        value, exact = _date_of(read)
        if value is None:
            self.notices.add("date_unreadable", f"{self.where}/{name}", read=read[:40])
        elif not exact:
            self.notices.add("date_cleaned", f"{self.where}/{name}", read=read[:40], value=value)
        return value

    def needed_day(self, name: str) -> date:
        """The date in a child; refused with its line when absent or no date."""
        return self.day(name) or self._refuse(name, self.text(name))

    def _refuse(self, name: str, read: str) -> Any:
        child = self._children.get(name, [self.element])[0]
        line = (child.sourceline or 0) if child is not None else 0
        where = f"{self.where}/{name}"
        if read:
            message = _(
                "Line %(line)s: %(where)s says “%(read)s”, which cannot be read. Ask for a corrected file."
            )
        else:
            message = _("Line %(line)s: %(where)s is missing. Ask the sender for a complete file.")
        text = message % {"line": line, "where": where, "read": read[:40]}
        raise UnreadableInvoice(text, line=line, where=where, read=read[:40])


def local_name(element: etree._Element) -> str:
    """The name of the element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _clean(text: str) -> str:
    return _LINE_BREAKS.sub(" ", text.strip())


def _loose_number(read: str) -> Decimal | None:
    """Understand 22.0, 22, +5.00, 1.234,56, 1 234.56: the last of two kinds of mark is the decimal one."""
    bare = _BLANKS.sub("", read).replace("'", "").removeprefix("+").removesuffix("%")
    if "," in bare and "." in bare:
        thousands = "." if bare.rindex(".") < bare.rindex(",") else ","
        bare = bare.replace(thousands, "")
    bare = bare.replace(",", ".")
    return Decimal(bare) if _LOOSE_NUMBER.fullmatch(bare) else None


def _date_of(read: str) -> tuple[date | None, bool]:
    """The date and whether it was written as the schema wants it."""
    exact = _DATE.fullmatch(read)
    if exact:
        return _date_or_none(*exact.groups()), True
    bare = _BLANKS.sub("", read)
    if loose := _LOOSE_DATE.fullmatch(bare):
        return _date_or_none(*loose.groups()), False
    if day_first := _DAY_FIRST.fullmatch(bare):
        day, month, year = day_first.groups()
        return _date_or_none(year, month, day), False
    return None, False


def _date_or_none(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
