"""The names a layout can use, with what they hold in an example: for the list beside the editor."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from ronda.reports.domain import formats

_LONGEST = 60


class Variable(NamedTuple):
    """A name as it is written in a layout, an example, and the loop it is inside of ("" for none)."""

    name: str
    example: str
    loop: str = ""


def variables(context: Mapping[str, Any]) -> list[Variable]:
    """Every name of a print context, the inner ones of lists shown once; the many words come last."""
    found: list[Variable] = []
    for name, value in sorted(context.items(), key=lambda pair: pair[0] == "words"):
        _collect(name, value, "", str(context["language"]), found)
    return found


def _collect(name: str, value: Any, loop: str, language: str, found: list[Variable]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect(f"{name}.{key}", inner, loop, language, found)
    elif isinstance(value, list | tuple):
        one = _single(name)
        found.append(Variable(name, f"{{% for {one} in {name} %}} … {{% endfor %}}", loop))
        if value:
            _collect(one, value[0], name, language, found)
    else:
        found.append(Variable(name, _shown(value, language), loop))


def _single(name: str) -> str:
    """sections → section, section.lines → line; vat → row."""
    last = name.rpartition(".")[2]
    if last == "address":
        return "part"
    return last[:-1] if last.endswith("s") else "row"


def _shown(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return formats.number(value, language, 2)
    if isinstance(value, date):
        return formats.day(value, language)
    text = str(value if value is not None else "")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
