"""Taking an import back: what nobody touched goes, what was changed is put back, the rest is listed.

The records of one row stand or fall together, and a record that another one of the import needs
stays when that one stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.utils.text import capfirst

from ronda.company import audit
from ronda.company.context import acting
from ronda.company.imports.declare import discover
from ronda.company.imports.records import model_of, owned_by, plain, value_of
from ronda.company.imports.restoring import put_back_all
from ronda.company.models import Attachment, ImportBatch, ImportedRecord
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.workspace import extras

State = ImportBatch.State
AT_ONCE = 500
LISTED = 1000
Key = tuple[str, int]


class NotImported(Refusal):
    code = "company.import_not_done"


@dataclass(slots=True)
class Undoing:
    """What is known while an import is taken back. Keys are (label, primary key)."""

    made: dict[Key, ImportedRecord]
    reasons: dict[Key, str] = field(default_factory=dict)
    needs: dict[Key, set[Key]] = field(default_factory=lambda: defaultdict(set))
    removed: int = 0
    restored: int = 0


@transaction.atomic
def undo(batch: ImportBatch, *, by: str) -> ImportBatch:
    """Remove what the import made and nobody has used or changed since, and put changed values back.

    What has to stay is listed in `summary["kept"]` as [kind, record, reason]. Refuses an import that
    is not done. Documents read by the import can be read again.
    """
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if batch.state not in {State.DONE, State.UNDOING, State.RUNNING, State.FAILED}:
        raise NotImported(_("This import has changed nothing that could be taken back."))
    discover()  # what comes and goes with which record
    records = list(batch.records.order_by("pk"))
    work = Undoing({(one.label, one.object_pk): one for one in records if one.made})
    _find_touched(work)
    _find_used(work)
    _spread(work)
    kept = _kept(work)
    _remove(work)
    kept += _restore(work, [one for one in records if not one.made], by=by)
    _forget_sources(batch, work)
    batch.records.all().delete()
    batch.state = State.UNDONE
    batch.summary = {
        **batch.summary, "kept": kept[:LISTED], "kept_count": len(kept),
        "removed": work.removed, "restored": work.restored,
    }  # fmt: skip
    batch.save(update_fields=["state", "summary"])
    audit.record(
        by, "company.import.undone", batch, removed=work.removed, restored=work.restored, kept=len(kept)
    )
    return batch


def _find_touched(work: Undoing) -> None:
    """Records whose values are no longer those the import left."""
    for label, ones in _by_label(work.made):
        for chunk in _chunks(ones):
            now = model_of(label)._base_manager.in_bulk([one.object_pk for one in chunk])
            for one in chunk:
                record = now.get(one.object_pk)
                if record is None:
                    work.made.pop((label, one.object_pk))
                elif changed := _different(record, one.after):
                    facts = {"fields": ", ".join(changed)}
                    work.reasons[label, one.object_pk] = _("changed since: %(fields)s") % facts


def _different(record: Model, after: dict[str, Any]) -> list[str]:
    return [_called(record, name) for name, value in after.items() if plain(value_of(record, name)) != value]


def _called(record: Model, name: str) -> str:
    if name.startswith(extras.PREFIX):
        own = extras.fields_of(type(record), acting().company_id or 0)
        return next((one.label for one in own if one.key == name), name)
    return str(record._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]


def _find_used(work: Undoing) -> None:
    """Records that others point to; those of the import itself are noted as needing them."""
    for label, ones in _by_label(work.made):
        for chunk in _chunks(ones):
            roots = {one.object_pk: {(label, one.object_pk)} for one in chunk}
            _find_users(work, model_of(label), roots, owned_by(label))
            _find_files(work, label, roots)


def _find_users(work: Undoing, model: type[Model], roots: dict[int, set[Key]], owned: frozenset[str]) -> None:
    """Look through every relation to `model`; `roots` are the records of the import behind its rows."""
    _find_ticked(work, model, roots)
    for relation in _relations_to(model):
        other: Any = relation.related_model
        label = other._meta.label_lower
        name = relation.field.attname
        rows = other._base_manager.filter(**{f"{name}__in": list(roots)}).values_list("pk", name)
        mine: dict[int, set[Key]] = defaultdict(set)
        for pk, target in rows:
            user = (label, pk)
            if user in work.made:
                work.needs[user] |= roots[target] - {user}
            elif label in owned:
                mine[pk] |= roots[target]
            else:
                for root in roots[target]:
                    work.reasons.setdefault(root, _used_by(other))
        if mine:
            _find_users(work, other, mine, owned)


def _find_ticked(work: Undoing, model: type[Model], roots: dict[int, set[Key]]) -> None:
    """Records ticked in lists of others since; those that the record ticked itself go with it."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.many_to_many and relation.auto_created):
            continue
        other: Any = relation.related_model
        link: Any = relation.through  # type: ignore[union-attr]
        names = (relation.field.m2m_field_name(), relation.field.m2m_reverse_field_name())  # type: ignore[union-attr]
        of_other, of_model = (f"{name}_id" for name in names)
        rows = link._base_manager.filter(**{f"{of_model}__in": list(roots)}).values_list(of_other, of_model)
        for pk, target in rows:
            user = (other._meta.label_lower, pk)
            if user in work.made:
                work.needs[user] |= roots[target] - {user}
                continue
            for root in roots[target]:
                work.reasons.setdefault(root, _used_by(other))


def _relations_to(model: type[Model]) -> list[Any]:
    """Every foreign key to the model, those without a name too; tables of ticks go by themselves."""
    return [
        relation
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
        and not relation.related_model._meta.auto_created  # type: ignore[union-attr]
    ]


def _used_by(model: type[Model]) -> str:
    return str(_("in use by: %(kind)s") % {"kind": model._meta.verbose_name})


def _find_files(work: Undoing, label: str, roots: dict[int, set[Key]]) -> None:
    kind = ContentType.objects.get_for_model(model_of(label))
    rows = Attachment.objects.filter(content_type=kind, object_id__in=list(roots))
    for pk in rows.values_list("object_id", flat=True):
        work.reasons.setdefault((label, pk), _used_by(Attachment))


def _spread(work: Undoing) -> None:
    """What stays keeps what it needs, and the other records of its row."""
    of_row: dict[int, list[Key]] = defaultdict(list)
    for key, one in work.made.items():
        of_row[one.row].append(key)
    todo = list(work.reasons)
    while todo:
        key = todo.pop()
        found = work.made.get(key)
        together = of_row[found.row] if found else []
        for other in {*together, *work.needs.get(key, ())} - set(work.reasons):
            work.reasons[other] = str(_("needed by what stays"))
            todo.append(other)


def _kept(work: Undoing) -> list[list[str]]:
    kept = []
    for label, ones in _by_label({key: one for key, one in work.made.items() if key in work.reasons}):
        model = model_of(label)
        for chunk in _chunks(ones):
            found = model._base_manager.in_bulk([one.object_pk for one in chunk])
            kept += [
                [capfirst(str(model._meta.verbose_name)), str(found[one.object_pk]),
                 str(work.reasons[label, one.object_pk])]
                for one in chunk
            ]  # fmt: skip
    return kept


def _remove(work: Undoing) -> None:
    """Delete in the opposite order of making, so that nothing is pointed to when it goes."""
    going = {key: one for key, one in work.made.items() if key not in work.reasons}
    labels = dict.fromkeys(key[0] for key in reversed(list(going)))
    for label in labels:
        pks = [pk for of, pk in going if of == label]
        for chunk in _chunks(pks):
            model_of(label)._base_manager.filter(pk__in=chunk).delete()
        work.removed += len(pks)


def _restore(work: Undoing, records: Sequence[ImportedRecord], *, by: str) -> list[list[str]]:
    """Put back what the import changed, where it still says what the import wrote."""
    kept = []
    for label, ones in _by_label({(one.label, one.object_pk): one for one in records}):
        model = model_of(label)
        for chunk in _chunks(ones):
            now = model._base_manager.in_bulk([one.object_pk for one in chunk])
            put_back: list[tuple[Model, dict[str, Any]]] = []
            for one in chunk:
                record = now.get(one.object_pk)
                if record is None:
                    continue
                if changed := _different(record, one.after):
                    reason = _("changed since: %(fields)s") % {"fields": ", ".join(changed)}
                    kept.append([capfirst(str(model._meta.verbose_name)), str(record), str(reason)])
                    continue
                put_back.append((record, one.before))
            put_back_all(put_back, by=by)
            work.restored += len(put_back)
    return kept


def _forget_sources(batch: ImportBatch, work: Undoing) -> None:
    """Documents of customers that stay are remembered; the others can be imported again."""
    kept = {pk for label, pk in work.reasons if label == "parties.party" and (label, pk) in work.made}
    sources = batch.sources.all()
    pks = [pk for pk, subject in sources.values_list("pk", "subject_pk") if subject not in kept]
    for chunk in _chunks(pks):
        sources.filter(pk__in=chunk).delete()


def _by_label(records: dict[Key, ImportedRecord]) -> Iterator[tuple[str, list[ImportedRecord]]]:
    found: dict[str, list[ImportedRecord]] = defaultdict(list)
    for (label, _pk), one in records.items():
        found[label].append(one)
    yield from found.items()


def _chunks(values: Sequence[Any] | Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
