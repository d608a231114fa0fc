"""Writing options; reading them is `ronda.company.options.read`."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ronda.company import audit, options
from ronda.company.events import OptionsChanged
from ronda.company.models import Branch, Company, OptionValue, Workstation
from ronda.company.options import BRANCH, INSTALLATION, WORKSTATION, Place
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
    company: Company | None,
    group: type,
    values: Mapping[str, Any],
    *,
    by: str,
    branch: Branch | None = None,
    workstation: Workstation | None = None,
) -> list[str]:
    """Store the values that differ from those in force at a place; their names, in order.

    Without a company they are the installation's, for all companies that say nothing else. A value that its
    declaration does not allow is refused with its field. Each change is in the history with before and after.
    """
    place = _lock(company, branch, workstation)
    _refuse_misplaced(group, values, place)
    in_force = options.explained(group, place)
    fields = options.options_form(group).base_fields
    changes: dict[str, Any] = {}
    for name, raw in values.items():
        value, before = _cleaned(fields[name], name, raw), in_force[name].value
        if value != before:
            changes[name] = [before, value]
    for name, (_before, value) in changes.items():
        OptionValue.objects.update_or_create(**_key(place, group, name), defaults={"value": value})
    _tell(company, place, group, changes, by)
    return list(changes)


@transaction.atomic
def reset_option(
    company: Company | None,
    group: type,
    name: str,
    *,
    by: str,
    branch: Branch | None = None,
    workstation: Workstation | None = None,
) -> None:
    """Forget the value stored at a place: what it inherits counts again, in the end the default."""
    place = _lock(company, branch, workstation)
    _refuse_misplaced(group, {name: None}, place)
    before = options.explained(group, place)[name].value
    OptionValue.objects.filter(**_key(place, group, name)).delete()
    options.forget()
    after = options.explained(group, place)[name].value
    _tell(company, place, group, {name: [before, after]} if before != after else {}, by)


def _lock(company: Company | None, branch: Branch | None, workstation: Workstation | None) -> Place:
    """The place; who changes options waits for who does so already."""
    companies = Company.objects.select_for_update().order_by("pk")
    list(companies.filter(pk=company.pk) if company else companies)
    return options.place_of(company, branch, workstation)


def _key(place: Place, group: type, name: str) -> dict[str, Any]:
    company, branch, workstation = place.keys[place.kind]
    where = {"company_id": company, "branch_id": branch, "workstation_id": workstation}
    return {**where, "group": _code(group), "name": name}


def _tell(company: Company | None, place: Place, group: type, changes: dict[str, Any], by: str) -> None:
    """One row in the log of each company that is concerned, and the event."""
    options.forget()
    if not changes:
        return
    concerned = [company] if company else list(Company.objects.filter(active=True).order_by("pk"))
    facts = {**_where(place), **changes}
    audit.record_many(by, f"company.options.{_code(group)}", [(one, facts) for one in concerned])
    for one in concerned:
        publish(
            OptionsChanged(
                one.pk, place.branch if place.kind == BRANCH else None, _code(group), tuple(changes), by=by
            )
        )


def _where(place: Place) -> dict[str, Any]:
    """The place as the history names it, whatever becomes of it later."""
    if place.kind == INSTALLATION:
        return {"installation": True}
    if place.kind == BRANCH:
        branches = Branch.objects.filter(pk__in=[place.branch])
        return {"branch": branches.values_list("code", flat=True).get()}
    if place.kind == WORKSTATION:
        stations = Workstation.objects.filter(pk__in=[place.workstation])
        return {"workstation": stations.values_list("name", flat=True).get()}
    return {}


def _refuse_misplaced(group: type, values: Mapping[str, Any], place: Place) -> None:
    scopes = options.scopes(group)
    if unknown := set(values) - set(scopes):
        raise NoSuchOption(_("There is no option “%(name)s”.") % {"name": min(unknown)})
    misplaced = [name for name in values if place.kind not in scopes[name]]
    if not misplaced:
        return
    if place.kind == INSTALLATION:
        raise NotPerBranch(_("These options are of each company."))
    raise NotPerBranch(_("These options are the same for the whole company."))


def _cleaned(field: Any, name: str, raw: Any) -> Any:
    try:
        return field.clean(raw)
    except ValidationError as error:
        raise OptionNotAllowed(" ".join(error.messages), field=name) from error


def _code(group: type) -> str:
    return str(group.code)  # type: ignore[attr-defined]
