"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from collections.abc import Collection, Mapping

from ronda.company.personal_data import SETTINGS, Subject, declare, eraser, says_nothing
from ronda.customfields.models import CustomValue

says_nothing(SETTINGS, "customfields.CustomField", "customfields.CustomChoice")
declare("customfields.CustomValue", export=False, erased=("text",))


@eraser(order=5)
def erase_values(subject: Subject) -> Mapping[str, Collection[int]]:
    """The values on the records of a customer, those of fields that are not used any more too."""
    found: list[int] = []
    for label, ids in subject.records.items():
        rows = CustomValue.objects.filter(
            field__company=subject.company_id, field__on=label, object_id__in=list(ids)
        )
        keys = list(rows.values_list("pk", flat=True))
        rows.delete()
        found += keys
    return {"customfields.customvalue": found}
