"""Layouts written by people: Liquid with hard limits, over plain dictionaries.

A layout can read what it is given and nothing else. No files, no loading of other layouts, no
filter whose result can be much larger than what goes in; loops, depth, memory and output end
at fixed limits. What is wrong is a `LayoutError` with the line.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from liquid import Environment, StrictUndefined
from liquid.builtin import DictLoader
from liquid.exceptions import (
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
)
from liquid.template import BoundTemplate
from markupsafe import Markup, escape

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.reports.domain import formats

LARGEST_LAYOUT = 200_000
LARGEST_OUTPUT = 4_000_000
MOST_LOOPS = 400
_LONGEST_TEXT = 100_000
_TAGS = frozenset({"assign", "capture", "case", "comment", "cycle", "echo", "for", "if", "raw", "unless"})
_PLAIN_FILTERS = frozenset(
    "abs at_least at_most capitalize ceil default divided_by downcase escape first floor last minus"
    " modulo plus round size strip times truncate upcase".split()
)
_SIMPLE = (str, int, Decimal, date, bool, type(None))


class LayoutError(Refusal):
    """A layout that cannot be used; `line` is counted from 1, 0 where there is none to point at."""

    code = "reports.layout_error"

    def __init__(self, message: Any, *, line: int = 0, field: str | None = None) -> None:
        super().__init__(message, field=field, line=line)
        self.line = line


class _Limited(Environment):
    """Limits are class attributes of the library."""

    loop_iteration_limit = 20_000
    output_stream_limit = LARGEST_OUTPUT
    local_namespace_limit = 1_000_000
    context_depth_limit = 20
    block_nesting_limit = 20


@lru_cache(maxsize=8)
def environment(language: str) -> Environment:
    """The environment of a document's language, with its money, number and day filters."""
    made = _Limited(undefined=StrictUndefined, loader=DictLoader({}), autoescape=True)
    made.tags = {name: tag for name, tag in made.tags.items() if name in _TAGS or name not in _ALL_TAGS}
    made.filters = {name: made.filters[name] for name in _PLAIN_FILTERS if name in made.filters}
    made.filters |= _own_filters(language)
    return made


_ALL_TAGS = frozenset(
    {"decrement", "doc", "extends", "block", "ifchanged", "include", "increment", "liquid", "macro"}
    | {"call", "render", "tablerow", "with", "translate", "snippet"}
)


def _own_filters(language: str) -> dict[str, Callable[..., Any]]:
    def money(value: Any, currency: Any = "") -> str:
        return formats.money(_decimal(value), language, str(currency)[:3])

    def number(value: Any, places: Any = 0) -> str:
        return formats.number(_decimal(value), language, min(int(places), 8))

    def day(value: Any, style: Any = "") -> str:
        return formats.day(value, language, str(style)) if isinstance(value, date) else ""

    def lines(value: Any) -> Markup:
        """Line ends as they were typed."""
        return Markup("<br>").join(str(value)[:_LONGEST_TEXT].splitlines())

    def css(value: Any) -> Markup:
        """A text inside quotes of a style sheet."""
        return css_text(str(value)[:_LONGEST_TEXT])

    return {"money": money, "number": number, "day": day, "lines": lines, "css": css, "iban": _iban}


def css_text(text: str) -> Markup:
    """A string of CSS: everything but letters, digits and spaces as an escape, so nothing ends it early."""
    safe = "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in " ".join(text.split()))
    return Markup(f'"{safe}"')  # noqa: S704 -- letters, digits and escapes only


def _iban(value: Any) -> str:
    return formats.iban(str(value)[:34])


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return Decimal(value)
    return Decimal(0)


@lru_cache(maxsize=256)
def parsed(source: str, language: str) -> BoundTemplate:
    """The layout ready to be filled, compiled once; LayoutError with the line of a mistake."""
    if len(source) > LARGEST_LAYOUT:
        raise LayoutError(_("The layout is too long: %(most)s characters at most.") % {"most": LARGEST_LAYOUT})
    try:
        return environment(language).from_string(source)
    except LiquidError as error:
        raise _told(error) from error
    except RecursionError as error:
        raise LayoutError(_("The layout is nested too deeply.")) from error


def fill(source: str, context: Mapping[str, Any], *, language: str) -> str:
    """The layout with the values of `context` (plain dictionaries and lists only), escaped.

    LayoutError when the layout is wrong, asks for what does not exist, or exceeds a limit.
    """
    template = parsed(source, formats.known(language))
    try:
        return template.render(**context)
    except LiquidError as error:
        raise _told(error) from error
    except (ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise LayoutError(_("The layout cannot be filled: %(why)s") % {"why": error}) from error


def _told(error: LiquidError) -> LayoutError:
    line = 0
    try:
        where = error.context()
    except ValueError:
        where = None
    if where is not None:
        line = where[0]
    return LayoutError(_reason(error), line=line)


def _reason(error: LiquidError) -> Any:
    if isinstance(error, LoopIterationLimitError):
        return _("A loop repeats too often. Loop over the lines of the document only.")
    if isinstance(error, OutputStreamLimitError):
        return _("The layout writes too much. Shorten what it repeats.")
    if isinstance(error, LocalNamespaceLimitError):
        return _("The layout keeps too much in its variables. Use fewer or shorter ones.")
    return _("Mistake in the layout: %(what)s.") % {"what": error.message}


def require_plain(value: Any, path: str = "") -> None:
    """TypeError unless `value` is made of dictionaries, lists, texts, numbers and dates only."""
    if isinstance(value, dict):
        for key, inner in value.items():
            require_plain(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            require_plain(inner, f"{path}[{index}]")
    elif not isinstance(value, _SIMPLE) or isinstance(value, datetime):
        raise TypeError(f"{path} is a {type(value).__name__}: layouts get plain values only")


__all__ = ["LayoutError", "css_text", "environment", "escape", "fill", "parsed", "require_plain"]
