"""How an amount came about, step by step: kept as data, put into words when it is shown."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ronda.kernel.i18n import _


class Step(NamedTuple):
    """One step: a code with its facts, and the number it brings in (a price, a factor, a result)."""

    code: str
    args: dict[str, str | int]
    value: str


def plain(amount: Decimal) -> str:
    """An amount without useless zeros, with at least two decimals."""
    text = format(amount, "f")
    if "." not in text:
        return text + ".00"
    text = text.rstrip("0")
    return text + "0" * max(0, 2 - (len(text) - text.index(".") - 1))


def number(value: Decimal) -> str:
    """A quantity or percentage without useless zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_json(steps: Iterable[Step]) -> list[list[Any]]:
    """Lists of [code, facts, value], ready for a JSON column."""
    return [[step.code, step.args, step.value] for step in steps]


def from_json(rows: Iterable[Sequence[Any]]) -> tuple[Step, ...]:
    """The steps stored by `to_json`."""
    return tuple(Step(str(code), dict(args), str(value)) for code, args, value in rows)


# What each step says, with its facts by name; translated when shown.
_LABELS: dict[str, Any] = {
    "price.period": _("price of one period"),
    "price.once": _("price, once"),
    "price.month": _("price of one month"),
    "price.year": _("price of one year"),
    "price.day": _("price of one day"),
    "scale.months": _("months in the period"),
    "scale.year": _("months out of 12, so that the year adds up to its price"),
    "scale.weeks": _("days out of 365, so that the year adds up to its price"),
    "scale.days": _("days in the period"),
    "quantity": _("quantity"),
    "share.by_days": _("days used, %(start)s – %(last)s, of the days of the whole period"),
    "share.by_30ths": _("months and days used, %(start)s – %(last)s, of the months of the whole period"),
    "share.full": _("partial period %(start)s – %(last)s charged in full"),
    "merged": _("first partial period, billed together with the next one"),
    "discount.percent": _("discount, per cent"),
    "discount.amount": _("discount on the unit price"),
    "index": _("adjustment to the index %(series)s, %(month)s"),
    "correction": _("already billed for these days"),
    "adjust.owed": _("owed for these days under the terms of today"),
    "adjust.billed": _("less what was billed for them: %(documents)s"),
    "adjust.beyond": _("already given back by earlier credit notes"),
    "total": _("amount of the line"),
    "stamp.base": _("amounts without VAT that count for the stamp duty (%(natures)s)"),
    "above.stamp": _("threshold: no duty up to this amount"),
    "total.stamp": _("stamp duty, a fixed amount"),
    "total.exempt": _("no stamp duty, exempt because: %(reason)s"),
}


def describe(step: Step, day: Callable[[str], str] = str) -> str:
    """The step in words of the current language; `day` formats a date given as YYYY-MM-DD."""
    label = _LABELS.get(step.code)
    if label is None:
        return step.code
    facts = {name: day(str(v)) if name in ("start", "last") else v for name, v in step.args.items()}
    return str(label) % facts


_SIGNS = {
    "price": "",
    "stamp": "",
    "merged": "",
    "above": "> ",
    "total": "= ",
    "discount": "− ",
    "correction": "− ",
}


def rows(steps: Iterable[Step], day: Callable[[str], str] = str) -> list[tuple[str, str]]:
    """(words, number with its sign) for each step: one row of a table on screen or paper."""
    return [
        (describe(step, day), _SIGNS.get(step.code.partition(".")[0], "× ") + step.value) for step in steps
    ]


def formula(steps: Iterable[Step]) -> str:
    """The steps on one line: "300.00 × 2 × 42/91 × (1 − 10 %) = 249.23"."""
    words = ""
    for step in steps:
        kind = step.code.partition(".")[0]
        if kind == "price":
            words = step.value
        elif kind == "total":
            words += f" = {step.value}"
        elif step.code == "discount.percent":
            words += f" × (1 − {step.value} %)"
        elif kind in ("discount", "correction"):
            words += f" − {step.value}"
        elif kind not in ("merged", "share") or step.value:
            words += f" × {step.value}"
    return words
