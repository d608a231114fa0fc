"""The changes an amendment keeps, in the words of the language in use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ronda.contracts.forms import every
from ronda.contracts.models import Amendment, Contract, ContractLine
from ronda.workspace.display import day, number, price

#: What an amendment of the whole contract changes; the others are fields of a fee.
OF_THE_CONTRACT = {"ends_on", "starts_on", "account"}


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One value before and after; `text` is the fee, or empty for the contract itself."""

    text: str
    label: str
    before: str
    after: str


def change_rows(amendment: Amendment) -> list[ChangeRow]:
    """Every value that changes: a new fee has nothing before, one that ends has nothing after."""
    return [row for change in amendment.changes for row in _rows(change)]


def _rows(change: Mapping[str, Any]) -> Iterator[ChangeRow]:
    before, after = dict(change.get("before") or {}), dict(change.get("after") or {})
    if "line" not in change:
        for name in dict.fromkeys([*before, *after]):
            yield ChangeRow("", _label(name), _value(name, before.get(name)), _value(name, after.get(name)))
        return
    text = str(change.get("text", ""))
    if not before or not after:
        yield ChangeRow(text, _("Fee"), _summary(before), _summary(after))
        return
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    if {"frequency", "frequency_unit"} & set(names):
        names = [name for name in names if name not in ("frequency", "frequency_unit")]
        yield ChangeRow(text, _("Frequency"), _rhythm(before), _rhythm(after))
    for name in names:
        yield ChangeRow(text, _label(name), _value(name, before.get(name)), _value(name, after.get(name)))


def _summary(values: Mapping[str, Any]) -> str:
    """A whole fee in a few words."""
    if not values:
        return "—"
    amount = _("%(quantity)s × %(price)s %(basis)s, %(rhythm)s") % {
        "quantity": _value("quantity", values.get("quantity")),
        "price": _value("price", values.get("price")),
        "basis": _value("price_basis", values.get("price_basis")),
        "rhythm": _rhythm(values),
    }
    return f"{amount} · {values['site']}" if values.get("site") else amount


def _rhythm(values: Mapping[str, Any]) -> str:
    given = str(values.get("frequency") or "1")
    return str(every(str(values.get("frequency_unit", "")), int(given) if given.isdecimal() else 1))


def _label(name: str) -> str:
    if name == "suspension":
        return _("Suspension")
    model: Any = Contract if name in OF_THE_CONTRACT else ContractLine
    known = {field.name: field.verbose_name for field in model._meta.concrete_fields}
    return capfirst(str(known.get(name, name)))


def _value(name: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    text = str(value)
    if name == "suspension":
        return " – ".join(_day(part) for part in text.split(" – "))
    choices = {str(key): str(label) for key, label in _choices(name)}
    if text in choices:
        return choices[text]
    if name in ("price", "quantity", "discount"):
        return _amount(name, text)
    return _day(text)


def _choices(name: str) -> Any:
    field = next((field for field in ContractLine._meta.concrete_fields if field.name == name), None)
    return (field.flatchoices if field is not None else None) or ()


def _amount(name: str, text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return text
    return price(amount) if name == "price" else number(amount)


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text
