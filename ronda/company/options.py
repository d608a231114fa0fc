"""Options: declared by each app as a frozen dataclass, stored per place, read typed.

    @option_group("billing", label=_("Documents"), scope=("company", "branch"))
    class BillingOptions:
        invoice_series: str = option("FT", label=_("Invoice series"), max_length=20)

    options.read(BillingOptions, company, branch).invoice_series

Places, from the farthest to the nearest: the installation, a company, one of its branches, one of its
workstations. The nearest value wins, then the declared default. `scope` lists where a value may be set, for
a group or for one option of it.

The keyword arguments of `option` are those of the Django form field built from it, so a stored
value and a typed one are checked by the same code.
"""

import dataclasses
import logging
import typing
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from ronda.company.domain.nearest import DEFAULT, Found, nearest
from ronda.company.models import Branch, Company, OptionValue, Workstation

INSTALLATION, COMPANY, BRANCH, WORKSTATION = "installation", "company", "branch", "workstation"
#: The farthest place first.
PLACES = (INSTALLATION, COMPANY, BRANCH, WORKSTATION)

T = TypeVar("T")
logger = logging.getLogger(__name__)
GROUPS: dict[str, type] = {}


class Place(NamedTuple):
    """Where a value is set, and the way from there to the installation; all None is the installation.

    A workstation's place has its branch as well, whose values it inherits.
    """

    company: int | None = None
    branch: int | None = None
    workstation: int | None = None

    @property
    def kind(self) -> str:
        """The nearest part: one of PLACES."""
        if self.workstation is not None:
            return WORKSTATION
        if self.branch is not None:
            return BRANCH
        return INSTALLATION if self.company is None else COMPANY

    @property
    def keys(self) -> "dict[str, StoredKey]":
        """Where the values of each place on the way are kept, the farthest first."""
        steps: dict[str, StoredKey] = {INSTALLATION: (None, None, None)}
        if self.company is not None:
            steps[COMPANY] = (self.company, None, None)
        if self.branch is not None:
            steps[BRANCH] = (self.company, self.branch, None)
        if self.workstation is not None:
            steps[WORKSTATION] = (self.company, None, self.workstation)
        return steps


StoredKey = tuple[int | None, int | None, int | None]
Stored = dict[tuple[StoredKey, str], dict[str, Any]]


@dataclasses.dataclass(slots=True)
class Kept:
    """What was read of one company, for one request or run."""

    stored: Stored
    branch_of: dict[int, int | None]


_kept: ContextVar[dict[int | None, Kept] | None] = ContextVar("ronda_options", default=None)

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


def option(default: Any, *, label: Any, help: Any = "", scope: Sequence[str] = (), **checks: Any) -> Any:
    """A field of an option group; `checks` go to its form field, `choices` makes it a list.

    `scope` is where a value may be set, when that differs from the rest of the group.
    """
    return dataclasses.field(
        default=default, metadata={"label": label, "help_text": help, "scope": tuple(scope), **checks}
    )


def option_group(
    code: str,
    *,
    label: Any,
    help: Any = "",
    scope: Sequence[str] = (COMPANY,),
    countries: Collection[str] = (),
) -> Any:
    """Declare a group. `scope` lists where a value may be set: some of PLACES.

    `countries`: only companies there are shown it; none named: all.
    """

    def declare(cls: type[T]) -> type[T]:
        group: Any = dataclasses.dataclass(frozen=True)(cls)
        group.code, group.label, group.help, group.scope = code, label, help, tuple(scope)
        group.countries = frozenset(countries)
        GROUPS[code] = group
        return typing.cast("type[T]", group)

    return declare


def groups_for(company: Company | None) -> list[Any]:
    """The declared groups that a company has; without one, those of the whole installation."""
    known: list[Any] = list(GROUPS.values())
    if company is None:
        return known
    return [group for group in known if not group.countries or company.country in group.countries]


@cache
def scopes(group: type) -> Mapping[str, tuple[str, ...]]:
    """Where each option of the group may be set."""
    of_group: tuple[str, ...] = group.scope  # type: ignore[attr-defined]
    return {one.name: one.metadata["scope"] or of_group for one in dataclasses.fields(group)}


def read(
    group: type[T],
    company: Company | int | None,
    branch: Branch | int | None = None,
    workstation: Workstation | int | None = None,
) -> T:
    """The nearest values: workstation, branch, company, installation, declared default; checked and typed.

    One query; none inside `kept()` after the first for the company. A workstation without a branch given
    answers for its own branch too, at one query more.
    """
    found = explained(group, place_of(company, branch, workstation))
    return group(**{name: one.value for name, one in found.items() if one.place != DEFAULT})


def explained(group: type, place: Place) -> dict[str, Found]:
    """Each option's value in force at a place, and the place it comes from."""
    stored = _stored(place)
    code: str = group.code  # type: ignore[attr-defined]
    fields = options_form(group).base_fields
    allowed = scopes(group)
    layers = [
        (kind, _checked(fields, _of_place(stored.get((key, code), {}), kind, allowed), code))
        for kind, key in place.keys.items()
    ]
    defaults = {declared.name: declared.default for declared in dataclasses.fields(group)}
    return nearest(defaults, layers)


def _of_place(
    values: Mapping[str, Any], kind: str, allowed: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Any]:
    """Without what may not be set there any more."""
    return {name: value for name, value in values.items() if kind in allowed.get(name, ())}


def place_of(
    company: Company | int | None,
    branch: Branch | int | None = None,
    workstation: Workstation | int | None = None,
) -> Place:
    """The place that records or keys name; a workstation brings its branch unless one is given."""
    company_id = company.pk if isinstance(company, Company) else company
    branch_id = branch.pk if isinstance(branch, Branch) else branch
    if isinstance(workstation, Workstation):
        return Place(company_id, branch_id or workstation.branch_id, workstation.pk)
    if workstation is not None and branch_id is None:
        branch_id = _branch_of(company_id, workstation)
    return Place(company_id, branch_id, workstation)


def _branch_of(company_id: int | None, workstation: int) -> int | None:
    known: dict[int, int | None] = {}
    if (kept := _kept.get()) is not None:
        _stored(Place(company_id))
        known = kept[company_id].branch_of
    if workstation not in known:
        rows = Workstation.objects.filter(company=company_id, pk=workstation)
        known[workstation] = rows.values_list("branch_id", flat=True).first()
    return known[workstation]


def _checked(fields: Mapping[str, forms.Field], stored: Mapping[str, Any], code: str) -> dict[str, Any]:
    values = {}
    for name, value in stored.items():
        if name not in fields:
            continue
        try:
            values[name] = fields[name].clean(value)
        except ValidationError as error:
            # The declaration became stricter than a value kept from before: the next place answers.
            logger.warning("option %s.%s: stored value not allowed any more: %s", code, name, error.messages)
    return values


def _stored(place: Place) -> Stored:
    kept = _kept.get()
    if kept is not None and place.company in kept:
        return kept[place.company].stored
    rows = OptionValue.objects.filter(Q(company=place.company) | Q(company=None))
    if kept is None:
        rows = rows.filter(Q(branch=None) | Q(branch=place.branch))
        rows = rows.filter(Q(workstation=None) | Q(workstation=place.workstation))
    stored: Stored = {}
    columns = ("company_id", "branch_id", "workstation_id", "group", "name", "value")
    for company_id, branch_id, workstation_id, code, name, value in rows.values_list(*columns):
        stored.setdefault(((company_id, branch_id, workstation_id), code), {})[name] = value
    if kept is not None:
        kept[place.company] = Kept(stored, {})
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
    checks = {name: check for name, check in declared.metadata.items() if name != "scope"}
    several = typing.get_origin(hint) is tuple
    if "choices" in checks:
        kind: type[forms.Field] = Several if several else forms.ChoiceField
    else:
        kind = Lines if several else FIELDS[hint]
    if not ("required" in checks or hint is int or hint is Decimal):
        checks["required"] = kind in (forms.ChoiceField,)
    return kind(initial=declared.default, **checks)
