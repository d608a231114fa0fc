"""The keeper of extra fields for the workspace, and the end of values with their record."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet

from ronda.customfields import queries, services
from ronda.customfields.models import CustomValue
from ronda.workspace import extras
from ronda.workspace.extras import ExtraField, Wanted


class OurFields:
    """What `ronda.workspace.extras` asks."""

    def fields_of(self, model: type[Model], company_id: int) -> tuple[ExtraField, ...]:
        return queries.fields_of(model, company_id)

    def values_of(
        self, model: type[Model], company_id: int, ids: Collection[int]
    ) -> dict[int, dict[str, Any]]:
        return queries.values_of(model, company_id, ids)

    def having(self, fields: Sequence[ExtraField], wanted: Wanted) -> QuerySet[Any]:
        return queries.having(fields, wanted)

    def sort_value(self, field: ExtraField) -> Any:
        return queries.sort_value(field)

    def save(
        self, model: type[Model], company_id: int, values: Mapping[int, Mapping[str, object]], *, by: str
    ) -> None:
        services.save_values(model, company_id, values, by=by)

    def erase(self, model: type[Model], company_id: int, ids: Collection[int]) -> int:
        return services.erase(model, company_id, ids)


class ValuesGoWithRecord:
    """Tells Django's deletion that a record's values go with it: one statement for many records.

    It stands among the private fields of the model, as a GenericRelation does.
    """

    name = "custom_values"
    is_relation = one_to_many = True
    many_to_many = many_to_one = one_to_one = auto_created = concrete = hidden = False
    related_model = None
    creation_counter = -1

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def is_cached(self, instance: Model) -> bool:
        """Nothing of the values is kept on a record."""
        return False

    def bulk_related_objects(self, objs: Sequence[Model], using: str = "default") -> QuerySet[CustomValue]:
        """What Django's collector asks before it deletes."""
        keys = [one.pk for one in objs]
        return CustomValue.objects.using(using).filter(
            field__on=self.model._meta.label_lower, object_id__in=keys
        )


extras.provide(OurFields())
for _kind in extras.kinds():
    _kind._meta.private_fields.append(ValuesGoWithRecord(_kind))  # type: ignore[arg-type]
    _kind._meta._expire_cache()  # type: ignore[attr-defined]
