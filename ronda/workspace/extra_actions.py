"""A button for the fields that may still be written when a record does not change any more."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from ronda.workspace import extras
from ronda.workspace.declare import Action
from ronda.workspace.extra_inputs import form_field, initial_of
from ronda.workspace.extras import ExtraField
from ronda.workspace.fields import dress
from ronda.workspace.forms import CompanyForm
from ronda.workspace.services import write_extras


def internal_fields(model: type[Model], company_id: int | None) -> list[ExtraField]:
    return [one for one in extras.fields_of(model, company_id) if one.internal]


class DetailsForm(CompanyForm):
    """The internal fields of a closed record."""

    extra_model: type[Model]

    def __init__(self, *args: Any, company: Any = None, canonical: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, company=company, canonical=canonical, **kwargs)
        self.extra_fields = internal_fields(self.extra_model, getattr(company, "pk", None))
        for field in self.extra_fields:
            self.fields[field.key] = form_field(field, self.initial.get(field.key))
        dress(self, company=company, canonical=canonical)


def details_action(model: type[Model], *, enabled: Any) -> Action:
    """The button on the records of a model with `company`; `enabled` says which of them are closed."""
    form = type("DetailsForm", (DetailsForm,), {"extra_model": model, "__doc__": DetailsForm.__doc__})

    def offered(record: Any) -> bool:
        return bool(enabled(record) and internal_fields(model, record.company_id))

    return Action(
        "other-details",
        _("Change other details"),
        write_details,
        form=form,
        bulk=False,
        enabled=offered,
        initial=partial(begin_with, model),
        help_text=_("What may be written after issue; nothing of it is printed."),
    )


def begin_with(model: type[Model], record: Any) -> dict[str, Any]:
    """What the record holds now."""
    if record is None:
        return {}
    fields = internal_fields(model, record.company_id)
    held = extras.values_of(model, record.company_id, [record.pk]).get(record.pk, {})
    return {field.key: initial_of(field, held.get(field.key)) for field in fields}


def write_details(record: Any, *, by: str, **given: Any) -> None:
    """Write internal fields of a record; those that are not named stay."""
    write_extras(record, record.company_id, given, by=by)
