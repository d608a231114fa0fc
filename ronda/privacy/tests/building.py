"""A record of any model that hangs on one customer, with a text nobody else has in every field."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import models
from django.db.models import NOT_PROVIDED

from ronda.company.personal_data import Personal, declared

MARK = "zqxvkw"
TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField)


def text_fields(model: type[models.Model]) -> list[models.Field]:
    """The fields in which something about a person could stand; choices are given by the program."""
    return [
        one
        for one in model._meta.local_concrete_fields
        if isinstance(one, TEXTS) and not getattr(one, "choices", None) and not one.primary_key
    ]


class Builder:
    """Builds each model once; foreign keys lead to what was built before, so all hangs on one customer."""

    def __init__(self, *known: models.Model, given: dict[str, dict[str, Any]] | None = None) -> None:
        self.known = {type(one): one for one in known}
        self.given = given or {}
        self._numbers = count(1)

    def one(self, model: type[models.Model]) -> models.Model:
        if model not in self.known:
            facts = {
                one.attname if one.is_relation else one.name: self._value(one)
                for one in model._meta.concrete_fields
                if not one.primary_key or one.is_relation
            }
            facts |= self.given.get(model._meta.label, {})
            self.known[model] = model._base_manager.create(**facts)
        return self.known[model]

    def _value(self, field: models.Field) -> Any:
        if field.is_relation:
            return self._related(field)
        if field.default is not NOT_PROVIDED:
            return field.get_default()
        if field.null:
            return None
        if field.choices:
            return field.choices[0][0]
        return self._plain(field)

    def _related(self, field: models.Field) -> Any:
        target = field.related_model
        if target is field.model or (field.null and target not in self.known):
            return None
        return self.one(target).pk

    def _plain(self, field: models.Field) -> Any:
        if isinstance(field, models.DateTimeField):
            return datetime(2020, 2, 29, 12, tzinfo=UTC)
        if isinstance(field, models.DateField):
            return date(2020, 2, 29)
        if isinstance(field, models.DecimalField):
            return Decimal(1)
        if isinstance(field, models.BooleanField):
            return False
        if isinstance(field, models.JSONField):
            return {}
        if isinstance(field, (models.CharField, models.TextField, models.FileField)):
            return f"b{next(self._numbers)}"[: getattr(field, "max_length", None)]
        return 1


def mark(row: models.Model, names: list[str], numbers: Any) -> int:
    """Put a text of its own into each of the fields, past every service; how many were marked."""
    texts: dict[str, Any] = {}
    for name in names:
        word = f"{MARK}{next(numbers)}"
        json = isinstance(row._meta.get_field(name), models.JSONField)
        texts[name] = {"before": [word, {"deep": word}], word: 1} if json else word
    type(row)._base_manager.filter(pk=row.pk).update(**texts)
    return len(texts)


def marked_names(personal: Personal) -> list[str]:
    """The fields of a declared model that must say nothing afterwards."""
    names = [one.name for one in text_fields(personal.rows())]
    return names if personal.remove else [name for name in names if name not in personal.kept]


def hanging() -> list[Personal]:
    """The declared models that can hang on a customer who is anonymised."""
    return [one for one in declared().values() if one.party and not one.held and not one.within]
