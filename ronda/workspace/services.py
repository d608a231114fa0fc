"""Writes of this layer: saving a record from its form, and a person's saved views."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.workspace import extras
from ronda.workspace.events import LanguageChosen, RecordSaved
from ronda.workspace.extra_values import plain
from ronda.workspace.forms import InlineFormSet, lock_field, seen
from ronda.workspace.models import SavedView

SaveService = Callable[..., models.Model]


class RecordChanged(Refusal):
    code = "workspace.record_changed"


class RowInUse(Refusal):
    code = "workspace.row_in_use"


class NotYourView(Refusal):
    code = "workspace.not_your_view"


class ViewNameTaken(Refusal):
    code = "workspace.view_name_taken"


def save_plainly(form: Any, *, by: str, company: Any) -> models.Model:
    """The save of workspaces that declare none: the form's own, one version further."""
    if lock_field(type(form.instance)) == "version" and form.instance.pk is not None:
        form.instance.version += 1
    record: models.Model = form.save()
    return record


@transaction.atomic
def save_record(
    form: Any,
    *,
    by: str,
    company: Any,
    save: SaveService | None = None,
    inlines: Mapping[str, InlineFormSet] | None = None,
    by_service: frozenset[str] = frozenset(),
) -> models.Model:
    """Save a valid form and its rows as one operation, and tell the apps above what changed.

    Raises RecordChanged when someone else saved the record since the form was opened, and whatever the
    workspace's own `save(form, by=, company=)` refuses. Rows named in `by_service` are left to it.
    """
    added = form.instance.pk is None
    if not added:
        refuse_if_changed(form)
    changes = form.changes() if hasattr(form, "changes") else {}
    record = (save or save_plainly)(form, by=by, company=company)
    save_extras(form, record, by=by, company=company)
    for code, rows in (inlines or {}).items():
        if code not in by_service:
            _save_rows(rows, record)
            changes |= rows.changes()
    company_id = getattr(company, "pk", None)
    publish(RecordSaved(record._meta.label_lower, record.pk, company_id, by=by, added=added, changes=changes))
    return record


def save_extras(form: Any, record: models.Model, *, by: str, company: Any) -> None:
    """Write what the form asked in the company's own fields."""
    given = form.extra_values() if hasattr(form, "extra_values") else {}
    changed = {key: value for key, value in given.items() if key in form.changed_data}
    if changed:
        extras.save(type(record), company.pk, {record.pk: changed}, by=by)


@transaction.atomic
def write_extras(record: models.Model, company_id: int, given: Mapping[str, Any], *, by: str) -> None:
    """Write some of the company's own fields of a record as an operation of its own, told like a form's.

    Raises ValidationError for a value that does not fit, and what `extras.save` refuses.
    """
    model = type(record)
    model._base_manager.select_for_update().get(pk=record.pk)
    fields = {one.key: one for one in extras.fields_of(model, company_id)}
    before = extras.values_of(model, company_id, [record.pk]).get(record.pk, {})
    values = {key: extras.clean(fields[key], value) for key, value in given.items() if key in fields}
    changed = {key: value for key, value in values.items() if value != before.get(key)}
    if not changed:
        return
    extras.save(model, company_id, {record.pk: changed}, by=by)
    told = {
        fields[key].label: [str(plain(fields[key], before.get(key))), str(plain(fields[key], value))]
        for key, value in changed.items()
    }
    publish(RecordSaved(record._meta.label_lower, record.pk, company_id, by=by, added=False, changes=told))


def refuse_if_changed(form: Any) -> None:
    """Lock the record and compare what the form saw of it with what it is now."""
    then = form.cleaned_data.get("seen")
    now = type(form.instance)._base_manager.select_for_update().filter(pk=form.instance.pk).first()
    if now is None:
        raise RecordChanged(_("This record was deleted meanwhile. Go back to the list."))
    if then and then != seen(now):
        raise RecordChanged(
            _(
                "Someone changed this record while you were editing it, so nothing was saved. "
                "Open it again in another tab, compare, and repeat your changes there."
            )
        )


def _save_rows(rows: InlineFormSet, record: models.Model) -> None:
    rows.instance = record
    try:
        rows.save()
    except (ProtectedError, RestrictedError) as error:
        raise RowInUse(_("A row you removed is used elsewhere. Keep it, or close it instead.")) from error


@transaction.atomic
def keep_view(
    workspace: str,
    *,
    user: Any,
    company_id: int | None,
    name: str,
    query: str,
    columns: list[str],
    by: str,
    is_default: bool = False,
    shared: bool = False,
) -> SavedView:
    """Keep the filters, order and columns of a list under a name; the same name is replaced."""
    mine = SavedView.objects.filter(user=user, company_id=company_id, workspace=workspace)
    if is_default:
        mine.update(is_default=False)
    kept, _made = SavedView.objects.update_or_create(
        user=user,
        company_id=company_id,
        workspace=workspace,
        name=name[:80],
        defaults={"query": query, "columns": columns, "is_default": is_default, "shared": shared},
    )
    return kept


@transaction.atomic
def rename_view(
    view: SavedView, *, user: Any, name: str, is_default: bool, shared: bool, by: str
) -> SavedView:
    """Change the name and the flags of one's own view."""
    refuse_strangers(view, user)
    others = SavedView.objects.filter(
        user=user, company_id=view.company_id, workspace=view.workspace
    ).exclude(pk=view.pk)
    if others.filter(name=name[:80]).exists():
        raise ViewNameTaken(_("You already have a view with this name. Choose another one."), field="name")
    if is_default:
        others.update(is_default=False)
    view.name, view.is_default, view.shared = name[:80], is_default, shared
    view.save(update_fields=["name", "is_default", "shared"])
    return view


@transaction.atomic
def drop_view(view: SavedView, *, user: Any, by: str) -> None:
    """Forget one's own view."""
    refuse_strangers(view, user)
    view.delete()


def refuse_strangers(view: SavedView, user: Any) -> None:
    if view.user_id != user.pk:
        raise NotYourView(_("This view belongs to someone else. Save a copy under your own name."))


@transaction.atomic
def choose_language(user: Any, *, language: str, by: str) -> None:
    """Tell the app that owns the accounts which language a person wants."""
    publish(LanguageChosen(user.pk, language, by))
