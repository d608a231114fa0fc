"""Quotes put into the words of a page, in the language in use."""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from ronda.quotes.forms import rhythm_words
from ronda.quotes.models import QuoteLine
from ronda.quotes.queries import Offer
from ronda.workspace.display import number


class Shown(NamedTuple):
    """A line with what stands beside it."""

    line: QuoteLine
    vat: str
    rhythm: Any
    choice: str  # "" where it always counts, "box" or "radio"
    first: bool  # of its alternatives
    may_do_without: bool  # of all its alternatives


class Sum(NamedTuple):
    """What is billed at one rhythm."""

    name: Any
    recurring: bool
    net: Any
    vat: Any
    gross: Any
    groups: Any
    discount: Any


def shown_lines(offer: Offer) -> list[Shown]:
    """The lines in their order; the first of each letter says that a choice begins."""
    letters: dict[str, bool] = {}
    for line in offer.lines:
        if line.alternative:
            letters[line.alternative] = letters.get(line.alternative, True) and line.is_option
    begun: set[str] = set()
    found = []
    for line in offer.lines:
        letter = line.alternative
        choice = "radio" if letter else "box" if line.is_option else ""
        first = bool(letter) and letter not in begun
        begun.add(letter)
        found.append(Shown(line, _vat(line), _rhythm(line), choice, first, letters.get(letter, False)))
    return found


def _vat(line: QuoteLine) -> str:
    return line.nature or f"{number(line.vat_rate)} %"


def _rhythm(line: QuoteLine) -> Any:
    return rhythm_words(line.frequency_unit, line.frequency) if line.is_fee else ""


def blocks(offer: Offer, counted: Collection[int] | None = None) -> list[Sum]:
    """The sums of what counts: once first, then each rhythm of fees."""
    found = []
    for block in offer.totals(counted).blocks:
        rhythm, sums = block.rhythm, block.sums
        name = rhythm_words(rhythm.unit, rhythm.every) if rhythm.recurring else _("once")
        found.append(
            Sum(name, rhythm.recurring, sums.net, sums.vat, sums.gross, sums.groups, sums.header_discount)
        )
    return found
