"""Taking a person out of the database: what each app declared, in one transaction of the caller."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, JSONField, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext

from ronda.company.personal_data import CODED, NAMED, NewText, Personal, Subject, declared, erasers
from ronda.company.services.forgetting import drop_file
from ronda.privacy.domain.words import Masking
from ronda.privacy.queries import linked

ROWS_AT_ONCE = 500


@dataclass(slots=True)
class Erased:
    """How much went: values, records by label, files."""

    fields: int = 0
    files: int = 0
    records: Counter[str] = field(default_factory=Counter)

    def add(self, label: str, records: int, fields: int) -> None:
        if records:
            self.records[label] += records
            self.fields += fields


def find_mentions(company_id: int, words: Sequence[str]) -> dict[str, list[int]]:
    """Records of the company whose free texts hold one of the words; read before the write lock is taken."""
    masking = Masking(words)
    found = {}
    for personal in declared().values():
        if personal.swept and masking.forms:
            rows, names = _as_text(personal, company_id)
            wanted = Q()
            for name in names:
                for form in masking.forms:
                    wanted |= Q(**{f"{name}__icontains": form})
            if keys := list(rows.filter(wanted).values_list("pk", flat=True)):
                found[personal.model] = keys
    return found


def _as_text(personal: Personal, company_id: int) -> tuple[QuerySet[Any], list[str]]:
    rows: QuerySet[Any] = personal.rows()._base_manager.filter(**{personal.company: company_id}).order_by()
    names = []
    for name in personal.swept:
        if isinstance(personal.rows()._meta.get_field(name), JSONField):
            rows = rows.annotate(**{f"{name}_as_text": Cast(name, TextField())})
            names.append(f"{name}_as_text")
        else:
            names.append(name)
    return rows, names


def erase(subject: Subject, mentions: Mapping[str, Sequence[int]]) -> Erased:
    """Blank, remove and mask whatever says who the customer was. The caller holds the transaction."""
    done = Erased()
    for function in erasers():
        for label, keys in function(subject).items():
            done.add(label, len(keys), len(keys))
            if label == "company.attachment":
                done.files += len(keys)
            subject = subject.with_records(label, keys)
    for personal in linked():
        keys = subject.records.get(personal.model.lower(), ())
        if keys:
            _erase_rows(personal, keys, done)
    _mask_mentions(mentions, Masking(subject.words), done)
    return done


def _erase_rows(personal: Personal, keys: Sequence[int], done: Erased) -> None:
    model, label = personal.rows(), personal.model.lower()
    rows = model._base_manager.filter(pk__in=keys)
    for name in personal.files:
        stored = [str(one) for one in rows.values_list(name, flat=True) if one]
        for path in stored:
            drop_file(path)
        done.files += len(stored)
    if personal.remove:
        rows.delete()
        done.add(label, len(keys), len(keys))
        return
    values = {name: _replacement(model, value) for name, value in personal.blank.items()}
    values |= dict.fromkeys(personal.files, "")
    if values:
        rows.update(**values)
        done.add(label, len(keys), len(keys) * len(values))


def _replacement(model: type[Model], value: Any) -> Any:
    if not isinstance(value, NewText):
        return value
    key = Cast("pk", CharField(max_length=20))
    if value.how == NAMED:
        return Concat(Value(f"{gettext('Anonymised')} "), key)
    return Concat(Value("ANON-"), key) if value.how == CODED else key


def _mask_mentions(mentions: Mapping[str, Sequence[int]], masking: Masking, done: Erased) -> None:
    for label, keys in mentions.items():
        personal = declared()[label]
        rows = personal.rows()._base_manager.filter(pk__in=keys)
        fields, changed = mask_rows(rows, personal.swept, masking)
        done.add(label.lower(), len(changed), fields)


def mask_rows(rows: QuerySet[Any], names: Sequence[str], masking: Masking) -> tuple[int, list[int]]:
    """Mask words in some columns; how many values changed, and the keys of the records."""
    changed, fields = [], 0
    for row in rows:
        before = [getattr(row, name) for name in names]
        # The mask is shorter than any word it stands for, so nothing outgrows its column.
        after = [masking.value(value) for value in before]
        if after != before:
            fields += sum(a != b for a, b in zip(after, before, strict=True))
            for name, value in zip(names, after, strict=True):
                setattr(row, name, value)
            changed.append(row)
    if changed:
        rows.model._base_manager.bulk_update(changed, names, batch_size=ROWS_AT_ONCE)
    return fields, [row.pk for row in changed]
