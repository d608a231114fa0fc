"""Facts to JSON and back: the same values come out, whatever country they came from."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from ronda.purchases.domain.facts import ReceivedInvoiceFacts

T = TypeVar("T")


def to_json(facts: ReceivedInvoiceFacts) -> dict[str, Any]:
    """The facts as JSON: decimals and dates as text, defaults left out."""
    return _plain(facts)  # type: ignore[no-any-return]


def from_json(kept: Mapping[str, Any]) -> ReceivedInvoiceFacts:
    """The facts as they were; what was added to the model since has its default."""
    return _made(ReceivedInvoiceFacts, kept)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        pairs = ((name, getattr(value, name), usual) for name, usual in _usual(type(value)))  # type: ignore[arg-type]
        return {name: _plain(one) for name, one, usual in pairs if one != usual}
    return value


@cache
def _usual(kind: type) -> list[tuple[str, Any]]:
    """Each field with its default; what has none is always written, also when it is empty."""
    return [(field.name, field.default) for field in fields(kind)]


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _made(kind: type[T], kept: Mapping[str, Any]) -> T:
    hints = _hints(kind)  # type: ignore[arg-type]
    return kind(**{name: _read(hints[name], value) for name, value in kept.items() if name in hints})


def _read(hint: Any, value: Any) -> Any:
    if typing.get_origin(hint) is types.UnionType:
        hint = next(one for one in typing.get_args(hint) if one is not types.NoneType)
    if typing.get_origin(hint) is tuple:
        return tuple(_read(typing.get_args(hint)[0], one) for one in value)
    if is_dataclass(hint):
        return _made(hint, value)  # type: ignore[arg-type]
    if hint is Decimal:
        return Decimal(value)
    if hint is date:
        return date.fromisoformat(value)
    return value
