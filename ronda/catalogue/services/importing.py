"""Services and articles changed in lists, for imports."""

from collections.abc import Collection, Sequence

from django.db import transaction

from ronda.catalogue.models import Item
from ronda.company import audit
from ronda.company.bulk import update_columns


@transaction.atomic
def update_items(items: Sequence[Item], columns: Collection[str], *, by: str) -> None:
    """Save the changed columns of known items; `updated_at` follows by itself."""
    if items:
        update_columns(items, columns)
        audit.record_many(
            by, "catalogue.item.changed", [(item, {"columns": sorted(columns)}) for item in items]
        )
