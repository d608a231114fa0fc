"""Form fields and widgets for amounts, days and related records, and the step that dresses any form."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.workspace.display import day
from ronda.workspace.filters import REMOTE_FROM
from ronda.workspace.parsing import Unreadable, in_calendar, read_amount, read_day, show_amount
from ronda.workspace.paths import field_at
from ronda.workspace.registry import registry
from ronda.workspace.visibility import viewer, visible_to


class DayInput(forms.DateInput):
    """A text field for a day inside <ui-date>."""

    template_name = "workspace/widgets/day.html"

    def format_value(self, value: Any) -> str | None:
        if value in (None, ""):
            return None
        return value if isinstance(value, str) else day(value)


class NewPasswordInput(forms.PasswordInput):
    """A box for a new password that says, while it is typed, how strong it is."""

    template_name = "workspace/widgets/new_password.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "new-password", **(attrs or {})})


class DayField(forms.DateField):
    """A day as people write it ("25/6", "25/06/26"), or ISO."""

    widget = DayInput

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        try:
            found = read_day(value, today=timezone.localdate())
        except Unreadable as unreadable:
            raise ValidationError(unreadable.message, code="invalid") from unreadable
        if found is not None and not in_calendar(found):
            raise ValidationError(_("Enter a day of the years 1900 to 2999."), code="invalid")
        return found


class AmountInput(forms.TextInput):
    """A text field for a number, aligned right, with the keyboard of figures on phones."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "num", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if value in (None, ""):
            return None
        return show_amount(value) if isinstance(value, Decimal) else str(value)


class AmountField(forms.DecimalField):
    """A number written by the language's habits; what could mean two numbers is refused.

    `canonical` reads plain machine notation only ("1234.5"), for the API.
    """

    widget = AmountInput
    canonical = False

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        try:
            return Decimal(value) if self.canonical else read_amount(value, places=self.decimal_places)
        except (Unreadable, InvalidOperation) as error:
            message = getattr(error, "message", self.error_messages["invalid"])
            raise ValidationError(message, code="invalid") from error

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


class RecordSelect(forms.Select):
    """A choice of records inside <ui-combobox>; above 200 the choices are searched from the server."""

    template_name = "workspace/widgets/record.html"
    field: Any
    remote = False
    # What narrows these choices on the page's form (the customer chosen, for his sites), and that form.
    along: tuple[str, ...] = ()
    beside: Any = None

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__(attrs, choices)
        self.shared: dict[Any, list[Any] | None] = {}

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        few = self._few()
        self.remote = few is None or bool(self.along)
        records = list(few or [])
        if self.remote:
            known = {str(record.pk) for record in records}
            keys = [one for one in value if str(one).isdecimal() and str(one) not in known]
            records += list(self.field.queryset.filter(pk__in=keys)) if keys else []
        self.choices = self._pairs(records)
        return super().optgroups(name, value, attrs)

    def _few(self) -> list[Any] | None:
        """All the records when they are few, or when nothing can search them; read once for all rows."""
        key = self.field.label
        if key not in self.shared:
            queryset = self._narrowed()
            records = list(queryset.all()[: REMOTE_FROM + 1])
            many = len(records) > REMOTE_FROM
            if many and registry.of(queryset.model) is None:
                records, many = list(queryset.all()), False
            self.shared[key] = None if many else records
        return self.shared[key]

    def _narrowed(self) -> Any:
        """The records that fit what the page's form says now; all of them when nothing narrows them."""
        if not self.along or self.beside is None:
            return self.field.queryset
        given = {name: getattr(value := self.beside[name].value(), "pk", value) for name in self.along}
        return narrowed(self.field.queryset, given)

    def _pairs(self, records: list[Any]) -> list[tuple[Any, Any]]:
        empty: list[tuple[Any, Any]] = (
            []
            if self.allow_multiple_selected or self.field.empty_label is None
            else [("", self.field.empty_label)]
        )
        label = self.field.label_from_instance
        return [*empty, *((str(self.field.prepare_value(one)), label(one)) for one in records)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["data_url"] = lookup_url(self.field.queryset.model) if self.remote else ""
        context["data_with"] = ",".join(self.along)
        return context


class RecordSelectMultiple(RecordSelect, forms.SelectMultiple):
    """Several records."""

    template_name = "workspace/widgets/record.html"


def lookup_url(model: type[models.Model]) -> str:
    """Where <ui-combobox> searches the records of a model; empty when the site does not mount it."""
    try:
        return reverse("lookup", args=[model._meta.label_lower])
    except NoReverseMatch:
        return ""


def narrowed(records: Any, given: Mapping[str, Any]) -> Any:
    """The records that fit one of the values given, by the paths of their workspace's `narrowed_by`.

    Without any value there are none: who has not chosen the customer yet has no sites to choose from.
    """
    workspace = registry.of(records.model)
    paths = workspace.narrowed_by if workspace is not None else {}
    wanted = Q(pk__in=())
    for name, value in given.items():
        if name in paths and str(value).isdecimal() and len(str(value)) < 19:
            wanted |= Q(**{paths[name]: int(value)})
    return records.filter(pk__in=records.model._base_manager.filter(wanted).values("pk"))


def company_records(queryset: Any, company: Any, path: str | None) -> Any:
    """A choice's records limited to the company, by a declared path, its workspace's path or its field."""
    model = queryset.model
    if path is None:
        workspace = registry.of(model)
        if workspace is not None:
            path = workspace.company_path
        elif isinstance(field_at(model, "company"), models.ForeignKey):
            path = "company"
    if not path:
        return queryset
    if company is None:
        return queryset.none()
    return visible_to(queryset.filter(**{path: company}), viewer())


def dress(
    form: forms.BaseForm,
    *,
    company: Any,
    paths: Mapping[str, str] | None = None,
    canonical: bool = False,
) -> None:
    """Give a form of ordinary Django fields our inputs, and limit its records to the company."""
    for name, field in list(form.fields.items()):
        if type(field) is forms.DecimalField:
            form.fields[name] = field = _amount_like(field)
        elif type(field) is forms.DateField:
            form.fields[name] = field = _day_like(field)
        if isinstance(field, AmountField):
            field.canonical = canonical
        if isinstance(field, forms.ModelChoiceField):
            _dress_records(field, company, (paths or {}).get(name))


def _dress_records(field: Any, company: Any, path: str | None) -> None:
    field.queryset = company_records(field.queryset, company, path)
    workspace = registry.of(field.queryset.model)
    if workspace is not None and workspace.related:
        field.queryset = field.queryset.select_related(*workspace.related)
    if type(field.widget) is forms.Select:
        widget: RecordSelect = RecordSelect(attrs=field.widget.attrs)
    elif type(field.widget) is forms.SelectMultiple:
        widget = RecordSelectMultiple(attrs=field.widget.attrs)
    else:
        return
    widget.is_required = field.required
    widget.field = field
    field.widget = widget


def _common(field: forms.Field) -> dict[str, Any]:
    return {
        "required": field.required,
        "label": field.label,
        "initial": field.initial,
        "help_text": field.help_text,
        "disabled": field.disabled,
        "error_messages": field.error_messages,
    }


def _amount_like(field: Any) -> AmountField:
    made = AmountField(
        max_value=field.max_value,
        min_value=field.min_value,
        max_digits=field.max_digits,
        decimal_places=field.decimal_places,
        **_common(field),
    )
    made.validators = field.validators
    if field.widget.is_hidden:
        made.widget = field.widget
    return made


def _day_like(field: Any) -> DayField:
    made: Any = DayField(input_formats=field.input_formats, **_common(field))
    made.validators = field.validators
    made.widget = field.widget if field.widget.is_hidden else DayInput(attrs=field.widget.attrs)
    return made


def human(field: Any, value: Any) -> str:
    """A form value in words, for the history: names of records, labels of choices."""
    if value is None or value == "":
        return ""
    if isinstance(field, forms.ModelMultipleChoiceField):
        keys = [getattr(one, "pk", one) for one in value]
        return ", ".join(str(one) for one in everyone(field).filter(pk__in=keys).order_by("pk"))
    if isinstance(field, forms.ModelChoiceField):
        if isinstance(value, models.Model):
            return str(value)
        key = field.to_field_name or "pk"
        return str(everyone(field).filter(**{key: value}).first() or value)
    if isinstance(field, forms.MultipleChoiceField):
        labels = _labels(field)
        return ", ".join(labels.get(str(one), str(one)) for one in value)
    if isinstance(field, (forms.ChoiceField, forms.TypedChoiceField)):
        return _labels(field).get(str(value), str(value))
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return str(value)


def everyone(field: Any) -> Any:
    """All records of a choice's model: what a record was before may no longer be among its choices."""
    return field.queryset.model._base_manager.all()


def _labels(field: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, label in field.choices:
        pairs = label if isinstance(label, (list, tuple)) else [(value, label)]
        found.update({str(one): str(name) for one, name in pairs})
    return found
