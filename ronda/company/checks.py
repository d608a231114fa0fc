"""What must never be in the data this app keeps: found by `ronda check-data`."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from ronda.company import file_checks as file_checks
from ronda.company import options
from ronda.company.checking import BATCH, Check, Finding, Look, Problem, batches, register_check
from ronda.company.models import Job, OptionValue
from ronda.company.number_report import BACKWARDS, BEHIND, MISSING, TWICE, series_states
from ronda.company.numbering import numbered_kinds

#: A job that waits longer than this says that no worker takes it.
STUCK = timedelta(hours=1)
#: Findings of one reference of one table; more of them say nothing new.
SHOWN = 50


# --- counters --------------------------------------------------------------------------------------------


def _numbers(look: Look) -> Iterator[Finding]:
    """Every kind of document that takes numbers; what a noted change of the counter explains is no gap."""
    kinds = {numbered.kind: numbered for numbered in numbered_kinds()}
    for state in series_states(look.company):
        look.read(state.used)
        model = kinds[state.kind].rows(look.company).model._meta.label_lower
        counter = state.counter
        for odd in state.findings:
            facts = {
                "series": f"{odd.series} {odd.year}".strip(),
                "numbers": str(odd.first) if odd.first == odd.last else f"{odd.first}–{odd.last}",
                "document": odd.document,
            }
            if odd.what in (TWICE, BACKWARDS):
                yield Finding(odd.what, facts, model, odd.pk)
            elif odd.change is None:
                yield Finding(odd.what, facts, "company.numberseries", counter.pk if counter else None)


register_check(
    Check(
        code="company.numbers",
        label=_("Numbers of documents"),
        promise=_(
            "Every number a counter has given is on one document, dates follow the numbers, and no number is "
            "above its counter."
        ),
        problems={
            MISSING: Problem(
                _("%(series)s: no document has number %(numbers)s."),
                _(
                    "Ronda leaves no gaps: the counter was changed by hand, or a document was removed from "
                    "the database. Compare with a backup."
                ),
            ),
            TWICE: Problem(
                _("%(document)s has a number that another document of %(series)s has, too."),
                _("Correct the number that was changed by hand: its print and a backup say which it was."),
            ),
            BACKWARDS: Problem(
                _("%(document)s is dated before the document with the number before it."),
                _("One of the two dates was changed by hand: their prints and a backup say what they were."),
            ),
            BEHIND: Problem(
                _("%(series)s: number %(numbers)s is above the counter and would be given again."),
                _("Under Settings → Counters raise the counter to the highest number in use."),
            ),
        },
        run=_numbers,
    )
)


# --- options ---------------------------------------------------------------------------------------------


def _options(look: Look) -> Iterator[Finding]:
    options.discover()
    rows = OptionValue.objects.filter(company_id=look.company).order_by("pk")
    for group, name, value in rows.values_list("group", "name", "value"):
        look.read(1)
        declared = options.GROUPS.get(group)
        fields = options.options_form(declared).base_fields if declared else {}
        if name not in fields:
            yield Finding("unknown", {"option": f"{group}.{name}"})
            continue
        try:
            fields[name].clean(value)
        except ValidationError:
            yield Finding("unreadable", {"option": f"{group}.{name}", "value": str(value)[:200]})


register_check(
    Check(
        code="company.options",
        label=_("Options"),
        promise=_("Every stored option is known and its value is allowed."),
        problems={
            "unknown": Problem(
                _("The option %(option)s is stored and not known."),
                _("It was kept by another version and has no effect. It may be removed."),
            ),
            "unreadable": Problem(
                _("The option %(option)s holds “%(value)s”, which is not allowed: the default is used."),
                _("Open Settings, choose an allowed value and save."),
            ),
        },
        run=_options,
    )
)


# --- background jobs -------------------------------------------------------------------------------------


def _stuck(look: Look) -> Iterator[Finding]:
    open_jobs = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING])
    of_company = {"company": look.company} if look.company_id else {"company": None}
    rows = open_jobs.filter(**of_company).order_by("pk")
    for pk, kind, due in rows.values_list("pk", "kind", "due").iterator(chunk_size=BATCH):
        look.read(1)
        facts = {"job": kind, "pk": str(pk)}
        if due is None:
            yield Finding("never", facts, "company.job", pk)
        elif due < look.now - STUCK:
            yield Finding("late", {**facts, "due": due.isoformat(timespec="minutes")}, "company.job", pk)


JOB_PROBLEMS = {
    "late": Problem(
        _("%(job)s %(pk)s is due since %(due)s and no worker takes it."),
        _("Start the worker (“ronda serve” or “ronda work”); the log of the worker says why it stopped."),
    ),
    "never": Problem(
        _("%(job)s %(pk)s waits without a moment to start at."), _("Open the job and start it again.")
    ),
}
for _code, _whole in (("company.jobs", False), ("installation.jobs", True)):
    register_check(
        Check(
            code=_code,
            label=_("Background jobs"),
            promise=_("No background job waits for more than an hour after it was due."),
            problems=JOB_PROBLEMS,
            run=_stuck,
            whole_installation=_whole,
            passing=True,
        )
    )


# --- what hangs on a record that is not there ------------------------------------------------------------


def _orphans(look: Look) -> Iterator[Finding]:
    for model, field in _loose_links():
        company: dict[str, Any] = {"company_id": look.company_id}
        rows = model._default_manager.filter(**company)
        keys = rows.order_by(field.ct_field, "pk").values_list("pk", field.ct_field, field.fk_field)
        for batch in batches(keys.iterator(chunk_size=BATCH)):
            look.read(len(batch))
            yield from _pointing_nowhere(model, batch)


def _loose_links() -> Iterator[tuple[type[models.Model], GenericForeignKey]]:
    """Models of a company whose rows hang on any record and are nothing without it."""
    for model in apps.get_models():
        names = {field.name: field for field in model._meta.concrete_fields}
        for field in model._meta.private_fields if "company" in names else ():
            if isinstance(field, GenericForeignKey) and not names[field.ct_field].null:
                yield model, field


def _pointing_nowhere(model: type[models.Model], batch: list[tuple[Any, ...]]) -> Iterator[Finding]:
    by_kind: dict[int, set[int]] = {}
    for _pk, kind, target in batch:
        by_kind.setdefault(kind, set()).add(target)
    there: dict[int, set[Any]] = {}
    for kind, targets in by_kind.items():
        target_model = ContentType.objects.get_for_id(kind).model_class()
        found = target_model._base_manager.filter(pk__in=targets) if target_model else None
        there[kind] = set(found.values_list("pk", flat=True)) if found is not None else set()
    for pk, kind, target in batch:
        if target not in there[kind]:
            of = ContentType.objects.get_for_id(kind)
            facts = {
                "what": model._meta.label_lower,
                "pk": str(pk),
                "of": f"{of.app_label}.{of.model}",
                "target": str(target),
            }
            yield Finding("nowhere", facts, model._meta.label_lower, pk)


register_check(
    Check(
        code="company.orphans",
        label=_("Files on records"),
        promise=_("Every file hangs on a record that is there."),
        problems={
            "nowhere": Problem(
                _("%(what)s %(pk)s hangs on %(of)s %(target)s, which is not there."),
                _("Restore the record from a backup, or remove what hung on it."),
            )
        },
        run=_orphans,
    )
)


# --- references of the whole database --------------------------------------------------------------------


def _references(look: Look) -> Iterator[Finding]:
    """Every foreign key of every table points to a row: also where the database was told not to look."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            if model._meta.db_table not in present or model._meta.proxy:
                continue
            table = quote(model._meta.db_table)
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 -- a table's name
            rows = cursor.fetchone()[0]
            look.read(rows)
            for field in _foreign_keys(model) if rows else ():
                yield from _lost(cursor, model, field)


def _foreign_keys(model: type[models.Model]) -> Iterator[Any]:
    for field in model._meta.local_concrete_fields:
        if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint", True):
            yield field


def _lost(cursor: Any, model: type[models.Model], field: Any) -> Iterator[Finding]:
    quote = connection.ops.quote_name
    target = field.target_field
    names = {
        "table": quote(model._meta.db_table),
        "key": quote(str(model._meta.pk.column)),
        "column": quote(field.column),
        "parent": quote(target.model._meta.db_table),
        "parent_key": quote(target.column),
    }
    statement = (
        "SELECT c.{key}, c.{column} FROM {table} c WHERE c.{column} IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM {parent} p WHERE p.{parent_key} = c.{column}) LIMIT {limit}"
    )
    cursor.execute(statement.format(**names, limit=SHOWN))
    for pk, lost in cursor.fetchall():
        facts = {
            "what": model._meta.label_lower,
            "pk": str(pk),
            "field": field.name,
            "target": str(lost),
        }
        yield Finding("lost", facts, model._meta.label_lower, pk if isinstance(pk, int) else None)


register_check(
    Check(
        code="installation.references",
        label=_("References between tables"),
        promise=_("Every record that another one names is there."),
        problems={
            "lost": Problem(
                _("%(what)s %(pk)s: “%(field)s” names %(target)s, which is not there."),
                _("Rows were removed from the database by hand: restore them from a backup."),
            )
        },
        run=_references,
        whole_installation=True,
    )
)
