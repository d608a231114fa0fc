"""Reads values out of a supplier's XML: by path, without namespaces, saying what it could not read."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from ronda.einvoices.domain.findings import Finding, Weight
from ronda.kernel.i18n import _

#: More would be no news.
MOST_NOTICES = 100
_LONGEST_NUMBER = 40
# The most lines of this size, by a rate of this size, still fit the 28 digits that Decimal works out.
_LARGEST = Decimal(10) ** 11
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?|[+-]?\.[0-9]+")
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[T+\-Z ].*)?")


class Node:
    """An element; its children by local name, found when first asked for."""

    __slots__ = ("_children", "element")

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._children: dict[str, list[Node]] | None = None

    def children(self, name: str) -> "list[Node]":
        """The children of that local name."""
        if self._children is None:
            self._children = {}
            for child in self.element:
                if isinstance(child.tag, str):
                    self._children.setdefault(child.tag.rpartition("}")[2], []).append(Node(child))
        return self._children.get(name, [])

    def all(self, path: str) -> "Iterator[Node]":
        """Every element at the path, in the order of the file."""
        first, _slash, rest = path.partition("/")
        for child in self.children(first):
            if rest:
                yield from child.all(rest)
            else:
                yield child

    def first(self, path: str) -> "Node | None":
        """The first element at the path."""
        return next(self.all(path), None) if path else None

    @property
    def own_text(self) -> str:
        """The text of the element itself, without blanks around it."""
        return (self.element.text or "").strip()

    def text(self, path: str) -> str:
        """The text of the first element at the path, empty when there is none."""
        found = self.first(path)
        return found.own_text if found else ""

    def attribute(self, name: str) -> str:
        """An attribute of the element, empty when it has none."""
        return (self.element.get(name) or "").strip()


class Values:
    """Turns texts into amounts and days, and keeps what was odd about them."""

    def __init__(self) -> None:
        self.notices: list[Finding] = []

    def notice(self, code: str, text: Any, where: str = "", line: int = 0) -> None:
        """Something odd that did not stop the reading."""
        if len(self.notices) < MOST_NOTICES:
            remedy = _("Compare it with the readable copy; ask the supplier when in doubt.")
            self.notices.append(Finding(code, text, remedy, where, weight=Weight.WARNS, line=line))

    def amount(self, text: str, where: str, line: int = 0) -> Decimal | None:
        """A number; None when there is none, or none that can be read."""
        if not text:
            return None
        plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
        if len(plain) <= _LONGEST_NUMBER and _NUMBER.fullmatch(plain):
            number = _decimal(plain)
            if number is not None and abs(number) < _LARGEST:
                if plain != text:
                    said = _("The number “%(text)s” was read as %(number)s.")
                    self.notice("number_cleaned", said % {"text": text[:40], "number": number}, where, line)
                return number
        odd = _("“%(text)s” is not a number and was left out.") % {"text": text[:40]}
        self.notice("number_unreadable", odd, where, line)
        return None

    def day(self, text: str, where: str, line: int = 0) -> date | None:
        """A day, written 20261005 or 2026-10-05; None when there is none, or none that can be read."""
        if not text:
            return None
        found = _DAY.fullmatch(text)
        try:
            if found:
                return date(*map(int, found.groups()))
        except ValueError:
            pass
        said = _("“%(text)s” is not a date and was left out.") % {"text": text[:40]}
        self.notice("date_unreadable", said, where, line)
        return None


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
