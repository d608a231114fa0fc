"""Writing options; reading them is `ronda.company.options.read`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ronda.company import audit, options
from ronda.company.events import OptionsChanged
from ronda.company.models import Branch, Company, OptionValue
from ronda.kernel.bus import publish
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _


class NoSuchOption(Refusal):
    code = "company.no_such_option"


class OptionNotAllowed(Refusal):
    code = "company.option_not_allowed"


class NotPerBranch(Refusal):
    code = "company.option_not_per_branch"


@transaction.atomic
def save_options(
    company: Company, group: type, values: Mapping[str, Any], *, by: str, branch: Branch | None = None
) -> list[str]:
    """Store the values that differ from those in force; their names, in order.

    A value that its declaration does not allow is refused with its field. Each change is in
    the history with before and after.
    """
    Company.objects.select_for_update().get(pk=company.pk)
    _refuse_misplaced(group, values, branch)
    in_force: Any = options.read(group, company, branch)
    fields = options.options_form(group).base_fields
    changes: dict[str, Any] = {}
    for name, raw in values.items():
        value = _cleaned(fields[name], name, raw)
        before = getattr(in_force, name)
        if value != before:
            changes[name] = [before, value]
    for name, (_before, value) in changes.items():
        OptionValue.objects.update_or_create(
            company=company, branch=branch, group=_code(group), name=name, defaults={"value": value}
        )
    _tell(company, branch, group, changes, by)
    return list(changes)


@transaction.atomic
def reset_option(company: Company, group: type, name: str, *, by: str, branch: Branch | None = None) -> None:
    """Forget the stored value: the branch follows the company again, the company the default."""
    Company.objects.select_for_update().get(pk=company.pk)
    _refuse_misplaced(group, {name: None}, branch)
    before = getattr(options.read(group, company, branch), name)
    OptionValue.objects.filter(company=company, branch=branch, group=_code(group), name=name).delete()
    options.forget()
    after = getattr(options.read(group, company, branch), name)
    _tell(company, branch, group, {name: [before, after]} if before != after else {}, by)


def _tell(company: Company, branch: Branch | None, group: type, changes: dict[str, Any], by: str) -> None:
    options.forget()
    if not changes:
        return
    facts = {**({"branch": branch.code} if branch else {}), **changes}
    audit.record(by, f"company.options.{_code(group)}", company, **facts)
    publish(OptionsChanged(company.pk, branch.pk if branch else None, _code(group), tuple(changes), by=by))


def _refuse_misplaced(group: type, values: Mapping[str, Any], branch: Branch | None) -> None:
    unknown = set(values) - set(options.options_form(group).base_fields)
    if unknown:
        raise NoSuchOption(_("There is no option “%(name)s”.") % {"name": min(unknown)})
    if branch and "branch" not in group.scope:  # type: ignore[attr-defined]
        raise NotPerBranch(_("These options are the same for the whole company."))


def _cleaned(field: Any, name: str, raw: Any) -> Any:
    try:
        return field.clean(raw)
    except ValidationError as error:
        raise OptionNotAllowed(" ".join(error.messages), field=name) from error


def _code(group: type) -> str:
    return str(group.code)  # type: ignore[attr-defined]
