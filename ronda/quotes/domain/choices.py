"""Which lines of a quote count: the fixed ones, the options that were chosen, one of several alternatives.

Lines with the same letter are alternatives. Where one of them is no option, one of them always counts:
that one, until another is chosen. Where all are options, one at most counts.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class OneAlternative(Refusal):
    code = "quotes.one_alternative"


class Selectable(Protocol):
    """A line as far as choices go."""

    @property
    def key(self) -> int: ...

    @property
    def is_option(self) -> bool: ...

    @property
    def alternative(self) -> str: ...


def groups(lines: Iterable[Selectable]) -> dict[str, list[Selectable]]:
    """The alternatives by their letter, in the order of the quote."""
    found: dict[str, list[Selectable]] = {}
    for line in lines:
        if line.alternative:
            found.setdefault(line.alternative, []).append(line)
    return found


def check(lines: Iterable[Selectable]) -> None:
    """OneAlternative when two lines of a letter are both fixed: nobody could tell which one counts."""
    for letter, rivals in groups(lines).items():
        if sum(not line.is_option for line in rivals) > 1:
            raise OneAlternative(
                _("Alternatives %(letter)s: more than one always counts. Mark all but one optional.")
                % {"letter": letter}
            )


def proposed(lines: Iterable[Selectable]) -> frozenset[int]:
    """The lines that count as long as nobody has chosen."""
    return frozenset(line.key for line in lines if not line.is_option)


def chosen(lines: Iterable[Selectable], wanted: Collection[int]) -> frozenset[int]:
    """The lines that count once the customer wants those of `wanted`; keys of other lines mean nothing.

    OneAlternative when two lines of a letter are wanted.
    """
    lines = list(lines)
    found = {
        line.key for line in lines if not line.alternative and (not line.is_option or line.key in wanted)
    }
    for letter, rivals in groups(lines).items():
        picked = [line for line in rivals if line.key in wanted]
        if len(picked) > 1:
            raise OneAlternative(_("Choose only one of the alternatives %(letter)s.") % {"letter": letter})
        picked = picked or [line for line in rivals if not line.is_option]
        found.update(line.key for line in picked[:1])
    return frozenset(found)
