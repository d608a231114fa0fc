"""Why something is not billed, in words of the reader's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ronda.kernel.i18n import _

_REASONS: dict[str, Any] = {
    "hold": _("Billing is on hold: %(reason)s"),
    "no_lines": _("The contract has no lines: add one."),
    "not_started": _("It starts on %(day)s."),
    "next_due": _("Nothing is due yet: the next document is for %(day)s."),
    "ended": _("It ended on %(day)s and everything is billed."),
    "all_billed": _("Everything owed is already billed."),
}

# Codes that ask for a person's attention; the others are in order.
WORRYING = frozenset({"hold", "no_lines"})


def explain(code: str, facts: Mapping[str, Any]) -> str:
    """The reason as a sentence; an unknown code is shown as it is."""
    sentence = _REASONS.get(code)
    if sentence is None:
        return code
    words = dict(facts)
    if day := words.get("day"):
        words["day"] = date.fromisoformat(day).strftime("%d/%m/%Y")
    return str(sentence) % words


def labels() -> dict[str, Any]:
    """Short names of the reasons, for filters."""
    return {
        "hold": _("billing on hold"),
        "no_lines": _("no lines"),
        "not_started": _("not started"),
        "next_due": _("not due yet"),
        "ended": _("ended"),
        "all_billed": _("all billed"),
    }
