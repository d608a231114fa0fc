"""Paths of look-ups ("party__name") followed through the models."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models


def field_at(model: type[models.Model], path: str) -> Any:
    """The field at the end of a path of look-ups, or None when it is an annotation or a property."""
    field: Any = None
    current: Any = model
    for part in path.split("__"):
        try:
            field = current._meta.get_field(part) if current is not None and part != "pk" else None
        except FieldDoesNotExist:
            return None
        if field is None:
            return None
        current = getattr(field, "related_model", None)
    return field


def is_many(model: type[models.Model], path: str) -> bool:
    """Whether following the path can meet more than one row, so that joins would repeat records."""
    current: Any = model
    for part in path.split("__"):
        try:
            field = current._meta.get_field(part)
        except FieldDoesNotExist:
            return False
        if field.many_to_many or field.one_to_many:
            return True
        current = getattr(field, "related_model", None)
        if current is None:
            return False
    return False
