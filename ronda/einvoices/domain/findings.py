"""What a check of a legal document says before it is issued: which rule, why, where, and what to do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Weight(StrEnum):
    """Whether a finding stops the document, or only wants to be looked at."""

    BLOCKS = "blocks"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule a document breaks.

    code: the rule's official code ("00423", "BR-FR-05"), stable for scripts and tests.
    text: why, in plain words; remedy: what to do about it, both translatable.
    where: the element of the file ("DettaglioLinee 3", "BT-49"); field: what a person corrects, as
    "document.date", "line.vat_code", "party.tax_id", "company.street", empty where no field says it.
    line: the number of the line it is about, 0 for the whole document.
    """

    code: str
    text: Any
    remedy: Any
    where: str = ""
    field: str = ""
    weight: Weight = Weight.BLOCKS
    line: int = 0

    @property
    def blocks(self) -> bool:
        """Whether the document may not be issued like this."""
        return self.weight is Weight.BLOCKS
