"""Services and articles changed in lists, for imports."""

from collections.abc import Collection, Sequence

from django.db import transaction

from ronda.catalogue.models import Item
from ronda.company import audit


@transaction.atomic
def update_items(items: Sequence[Item], columns: Collection[str], *, by: str) -> None:
    """Save the changed columns of known items; `updated_at` follows by itself."""
    if items:
        Item.objects.bulk_update(items, sorted(columns), batch_size=200)
        audit.record_many(
            by, "catalogue.item.changed", [(item, {"columns": sorted(columns)}) for item in items]
        )
