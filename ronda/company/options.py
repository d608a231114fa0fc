"""Options: declared by each app as a frozen dataclass, stored per company or branch, read typed.

    @option_group("billing", label=_("Documents"), scope=("company", "branch"))
    class BillingOptions:
        invoice_series: str = option("FT", label=_("Invoice series"), max_length=20)

    options.read(BillingOptions, company, branch).invoice_series

The keyword arguments of `option` are those of the Django form field built from it, so a stored
value and a typed one are checked by the same code.
"""

import dataclasses
import logging
import typing
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from ronda.company.models import Branch, Company, OptionValue

T = TypeVar("T")
Stored = dict[tuple[int | None, str], dict[str, Any]]
logger = logging.getLogger(__name__)
GROUPS: dict[str, type] = {}
_kept: ContextVar[dict[int, Stored] | None] = ContextVar("ronda_options", default=None)

FIELDS: Mapping[Any, type[forms.Field]] = {
    bool: forms.BooleanField,
    int: forms.IntegerField,
    Decimal: forms.DecimalField,
    date: forms.DateField,
    time: forms.TimeField,
    str: forms.CharField,
}


class Lines(forms.CharField):
    """Several values, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        lines = value if isinstance(value, list | tuple) else str(value or "").splitlines()
        return tuple(line.strip() for line in lines if line.strip())

    def run_validators(self, value: Any) -> None:
        for line in value:
            super().run_validators(line)


class Several(forms.MultipleChoiceField):
    """Some of the choices."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        return tuple(super().clean(list(value) if value else []))


def option(default: Any, *, label: Any, help: Any = "", **checks: Any) -> Any:
    """A field of an option group; `checks` go to its form field, `choices` makes it a list."""
    return dataclasses.field(default=default, metadata={"label": label, "help_text": help, **checks})


def option_group(code: str, *, label: Any, help: Any = "", scope: Sequence[str] = ("company",)) -> Any:
    """Declare a group. `scope` lists where a value may be set: "company", "branch"."""

    def declare(cls: type[T]) -> type[T]:
        group: Any = dataclasses.dataclass(frozen=True)(cls)
        group.code, group.label, group.help, group.scope = code, label, help, tuple(scope)
        GROUPS[code] = group
        return typing.cast("type[T]", group)

    return declare


def read(group: type[T], company: Company | int, branch: Branch | int | None = None) -> T:
    """The nearest values: branch, then company, then the declared default; checked and typed.

    One query; none inside `kept()` after the first for the company.
    """
    company_id = company.pk if isinstance(company, Company) else company
    branch_id = branch.pk if isinstance(branch, Branch) else branch
    stored = _stored(company_id, branch_id)
    code: str = group.code  # type: ignore[attr-defined]
    fields = options_form(typing.cast("Any", group)).base_fields
    values = _checked(fields, stored.get((None, code), {}), code)
    if branch_id is not None:
        values |= _checked(fields, stored.get((branch_id, code), {}), code)
    return group(**values)


def _checked(fields: Mapping[str, forms.Field], stored: Mapping[str, Any], code: str) -> dict[str, Any]:
    values = {}
    for name, value in stored.items():
        if name not in fields:
            continue
        try:
            values[name] = fields[name].clean(value)
        except ValidationError as error:
            # The declaration became stricter than a value kept from before: the default stands.
            logger.warning("option %s.%s: stored value not allowed any more: %s", code, name, error.messages)
    return values


def _stored(company_id: int, branch_id: int | None) -> Stored:
    kept = _kept.get()
    if kept is not None and company_id in kept:
        return kept[company_id]
    rows = OptionValue.objects.filter(company_id=company_id)
    if kept is None:
        rows = rows.filter(Q(branch=None) | Q(branch=branch_id))
    stored: Stored = {}
    for place, code, name, value in rows.values_list("branch_id", "group", "name", "value"):
        stored.setdefault((place, code), {})[name] = value
    if kept is not None:
        kept[company_id] = stored
    return stored


@contextmanager
def kept() -> Iterator[None]:
    """Inside, options are read once per company: for a request, a job, a run."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def discover() -> None:
    """Import every app's declarations: for the settings page and the manual."""
    autodiscover_modules("options", "company_options")


def forget() -> None:
    """Read afresh inside `kept()`: called after options were written."""
    if (kept := _kept.get()) is not None:
        kept.clear()


@cache
def options_form(group: type) -> type[forms.Form]:
    """The settings form of a group, built from its declaration."""
    hints = typing.get_type_hints(group)
    fields: dict[str, Any] = {
        declared.name: _form_field(hints[declared.name], declared) for declared in dataclasses.fields(group)
    }
    return type(f"{group.__name__}Form", (forms.Form,), fields)


def _form_field(hint: Any, declared: "dataclasses.Field[Any]") -> forms.Field:
    checks = dict(declared.metadata)
    several = typing.get_origin(hint) is tuple
    if "choices" in checks:
        kind: type[forms.Field] = Several if several else forms.ChoiceField
    else:
        kind = Lines if several else FIELDS[hint]
    if not ("required" in checks or hint is int or hint is Decimal):
        checks["required"] = kind in (forms.ChoiceField,)
    return kind(initial=declared.default, **checks)
