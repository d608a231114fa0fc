"""What this layer tells the apps above."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class RecordSaved:
    """A person saved a record from its form or through the API.

    `label` is the model ("parties.party"), `changes` maps each field to [before, after] as people
    read them. `company_id` is None for records that belong to no company.
    """

    label: str
    pk: int
    company_id: int | None
    by: str
    added: bool
    changes: dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """A person chose the language of the screens ("it", "fr", "en")."""

    user_id: int
    language: str
    by: str
