"""The steps of a deferral in words, for screen, paper and spreadsheet."""

from collections.abc import Callable, Iterable
from typing import Any

from ronda.billing.domain.derivation import Step
from ronda.kernel.i18n import _

_LABELS: dict[str, Any] = {
    "line": _("net of the line"),
    "header": _("discount on the whole document, per cent"),
    "net": _("amount without VAT for the whole period"),
    "suspended": _("suspended days, which do not count: %(days)s"),
    "unserved": _("credit notes for the suspended days"),
    "ahead": _("the period begins on %(start)s only"),
    "share.days": _("days from %(start)s to %(last)s, of the days of the period"),
    "share.months": _("months from %(start)s to %(last)s, of the months of the period"),
    "credited": _("credit notes: what is not delivered yet is taken back first"),
    "earned": _("earned by %(on)s"),
    "deferred": _("belongs to the time after %(on)s"),
    "accrued": _("earned by %(on)s and not invoiced"),
}
_SIGNS = {
    "header": "− ",
    "credited": "− ",
    "unserved": "− ",
    "share": "× ",
    "earned": "= ",
    "accrued": "= ",
    "deferred": "",
}
_DATES = ("start", "last", "on")


def rows(steps: Iterable[Step], day: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """(words, number with its sign) of each step; `day` formats a date given as YYYY-MM-DD."""
    found = []
    for step in steps:
        facts = {name: day(str(value)) if name in _DATES else value for name, value in step.args.items()}
        words = str(_LABELS.get(step.code, step.code)) % facts
        found.append((words, _SIGNS.get(step.code.partition(".")[0], "") + step.value))
    return found


def formula(steps: Iterable[Step]) -> str:
    """The steps on one line: "1200.00 × 92/365 = 302.47; 897.53"."""
    values = {step.code.partition(".")[0]: step.value for step in steps}
    text = values.get("net", "")
    if "share" in values:
        text += f" × {values['share']}"
    if "credited" in values:
        text += f" − {values['credited']}"
    text += f" = {values.get('earned', values.get('accrued', ''))}"
    return f"{text}; {values['deferred']}" if "deferred" in values else text
