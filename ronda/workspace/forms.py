"""Forms of the workspace: company-limited choices, people's numbers and dates, the lock of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.forms import BaseInlineFormSet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ronda.workspace import extras
from ronda.workspace.extra_inputs import LEGEND, form_field, initial_of
from ronda.workspace.extras import ExtraField
from ronda.workspace.fields import RecordSelect, dress, human


class CompanyForm(forms.Form):
    """A form of an action or a page: choices limited to the company, our inputs for dates and amounts.

    `company_paths` gives, by field name, the path to the company where a model has no `company`.
    """

    company_paths: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, company: Any = None, canonical: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.company = company
        dress(self, company=company, paths=self.company_paths, canonical=canonical)


class CompanyModelForm(forms.ModelForm):
    """The form of a record. The company comes from the request and is never a field.

    `fieldsets` groups the fields: ((legend, ("name", "kind")), ...); without it there is one group.
    `wide` and `short` name the fields that take a whole row or half a cell. `rows_after` is the number of
    groups before the inline rows; without it they come last. `along` names, by field, those of the page's
    form that narrow its choices (`Workspace.narrowed_by`): {"site": ("party",)}.
    """

    company_paths: ClassVar[Mapping[str, str]] = {}
    fieldsets: ClassVar[Any] = ()
    wide: ClassVar[tuple[str, ...]] = ()
    short: ClassVar[tuple[str, ...]] = ()
    rows_after: ClassVar[int | None] = None
    along: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def __init__(self, *args: Any, company: Any = None, canonical: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("company", None)
        self.company = company
        self.canonical = canonical
        self.inlines: dict[str, BaseInlineFormSet] = {}
        if self.instance.pk is None and company is not None and has_company(type(self.instance)):
            self.instance.company = company
        self.extra_fields = self._add_extras()
        dress(self, company=company, paths=self.company_paths, canonical=canonical)
        for name, others in self.along.items():
            widget: Any = self.fields[name].widget
            widget.along, widget.beside = others, self
        if lock_field(type(self.instance)):
            self.fields["seen"] = forms.CharField(required=False, widget=forms.HiddenInput)
            self.initial["seen"] = seen(self.instance)

    def _add_extras(self) -> tuple[ExtraField, ...]:
        """The company's own fields of such records, with what the record holds."""
        model, company_id = type(self.instance), getattr(self.company, "pk", None)
        fields = extras.fields_of(model, company_id)
        if fields and company_id is not None:
            pk = self.instance.pk
            known = extras.values_of(model, company_id, [pk]).get(pk, {}) if pk else {}
            for field in fields:
                value = known.get(field.key)
                self.fields[field.key] = form_field(field, value)
                self.initial[field.key] = initial_of(field, value)
        return fields

    def extra_values(self) -> dict[str, Any]:
        """What was entered in the company's own fields, typed; None for nothing."""
        asked = [one for one in self.extra_fields if one.key in self.fields]
        return {one.key: extras.clean(one, self.cleaned_data[one.key]) for one in asked}

    def declared_data(self) -> dict[str, Any]:
        """What was entered in the form's declared fields: what its service takes."""
        others = {"seen", *(one.key for one in self.extra_fields)}
        return {name: self.cleaned_data[name] for name in self.fields if name not in others}

    def _get_validation_exclusions(self) -> set[str]:
        """The company is set before validation, so constraints that name it are checked as well."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        excluded.discard("company")
        return excluded

    @cached_property
    def changed_data(self) -> list[str]:
        """The names of the fields that say something else; browsers send other line ends than we may hold."""
        return [
            name for name in super().changed_data if _lines(self[name].initial) != _lines(self[name].data)
        ]

    def changes(self) -> dict[str, list[Any]]:
        """What the person changed: field to [before, after] in words."""
        labels = {one.key: one.label for one in self.extra_fields}
        return {
            labels.get(name, name): [
                human(self.fields[name], self.initial.get(name)),
                human(self.fields[name], self.cleaned_data.get(name)),
            ]
            for name in self.changed_data
            if name != "seen"
        }

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The visible fields by fieldset; those no fieldset names come last."""
        visible = {field.name: field for field in self.visible_fields()}
        found = [
            (str(legend), [visible.pop(name) for name in names if name in visible])
            for legend, names in self.fieldsets
        ]
        own = [visible.pop(one.key) for one in self.extra_fields if one.key in visible]
        rest = list(visible.values())
        if rest:
            found.append((str(_("More")) if found else "", rest))
        if own:
            found.append((str(LEGEND), own))
        return [(legend, fields) for legend, fields in found if fields]


class InlineFormSet(BaseInlineFormSet):
    """Rows of a record's form: every row gets the company, an emptied new row is dropped."""

    def __init__(self, *args: Any, company: Any = None, canonical: bool = False, **kwargs: Any) -> None:
        self.company = company
        self.canonical = canonical
        self.shared: dict[Any, Any] = {}
        self.head: Any = None  # the form of the record these are rows of
        super().__init__(*args, **kwargs)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs(index)
        if issubclass(self.form, CompanyModelForm):
            kwargs.update(company=self.company, canonical=self.canonical)
        return kwargs

    def add_fields(self, form: Any, index: int | None) -> None:
        """The choices of related records are read once for all rows."""
        super().add_fields(form, index)
        for field in form.fields.values():
            if isinstance(field.widget, RecordSelect):
                field.widget.shared, field.widget.beside = self.shared, self.head

    def changes(self) -> dict[str, list[Any]]:
        """Rows added, changed and removed in words; call after the rows are saved."""
        model: Any = self.model
        name = str(model._meta.verbose_name)
        found: dict[str, list[Any]] = {f"{name} + {one}": ["", str(one)] for one in self.new_objects}
        found |= {f"{name} - {one}": [str(one), ""] for one in self.deleted_objects}
        for form in self.initial_forms:
            if form in self.deleted_forms or not form.has_changed():
                continue
            for key, pair in _changes_of(form).items():
                found[f"{name} {form.instance}: {key}"] = pair
        return found


def _lines(value: Any) -> Any:
    return value.splitlines() if isinstance(value, str) else [value]


def _changes_of(form: Any) -> dict[str, list[Any]]:
    if isinstance(form, CompanyModelForm):
        return form.changes()
    return {
        name: [
            human(form.fields[name], form.initial.get(name)),
            human(form.fields[name], form.cleaned_data.get(name)),
        ]
        for name in form.changed_data
    }


def has_company(model: type[models.Model]) -> bool:
    return any(
        field.name == "company" and isinstance(field, models.ForeignKey)
        for field in model._meta.concrete_fields
    )


def lock_field(model: type[models.Model]) -> str | None:
    """The field that changes at every save: `version` or `updated_at`."""
    names = {field.name for field in model._meta.concrete_fields}
    return next((name for name in ("version", "updated_at") if name in names), None)


def seen(record: models.Model) -> str:
    """What the lock field held when the person opened the form; "" for a new record."""
    field = lock_field(type(record))
    if field is None or record.pk is None:
        return ""
    value = getattr(record, field)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
