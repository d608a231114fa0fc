"""The channel of a company: which one, and what it is told."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from ronda.company import audit
from ronda.company.models import Company
from ronda.company.services import save_options
from ronda.einvoices.domain.settings import Setting
from ronda.einvoices.door import ChannelKind, ChannelSettings, NoChannel, channel_kind, company_folder
from ronda.einvoices.options import EinvoiceOptions
from ronda.einvoices.settings_file import mark_of, read_tables, write_secret, write_tables
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

CERTIFICATES = "certificates"


class ChangedMeanwhile(Refusal):
    """Somebody else saved the settings after they were shown."""

    code = "einvoices.settings_changed_meanwhile"


class NothingToSet(Refusal):
    """The channel has no settings."""

    code = "einvoices.nothing_to_set"


@dataclass(frozen=True, slots=True)
class HeldSettings:
    """What the file says for a channel: `values` without secrets, `hidden` names what is kept and not shown.

    `mark` tells whether somebody has changed it since.
    """

    values: Mapping[str, Any]
    hidden: frozenset[str]
    mark: str


def held_settings(company: Company, kind: ChannelKind) -> HeldSettings:
    """What a form shows. Raises SettingsUnreadable, NothingToSet."""
    declared = _declared(kind)
    table = _table(read_tables(_path(company, declared)), declared)
    shown = {one.name for one in declared.fields if not one.is_hidden}
    hidden = {one.name for one in declared.fields if one.is_hidden and table.get(one.name)}
    values = {name: value for name, value in table.items() if name in shown}
    return HeldSettings(values, frozenset(hidden), mark_of(table))


def save_settings(
    company: Company,
    code: str,
    values: Mapping[str, Any],
    *,
    by: str,
    seen: str,
    forget: Collection[str] = (),
) -> list[str]:
    """Keep the settings of a channel; the names of those that changed, in order.

    values: by name, as the file holds them; of uploaded files the bytes. A secret or file that is empty stays
    as it was, unless it is among `forget`. `seen` is the mark of what the person looked at. Refuses
    ChangedMeanwhile, and what the channel says cannot work; then nothing was written.
    """
    declared = _declared(_kind(company, code))
    path = _path(company, declared)
    made: list[Path] = []
    try:
        with transaction.atomic():
            Company.objects.select_for_update().get(pk=company.pk)
            tables = read_tables(path)
            before = _table(tables, declared)
            _refuse_changed(before, seen)
            after = _merged(before, declared, values, forget, path.parent / CERTIFICATES, made)
            declared.check(after)
            changed = [one.name for one in declared.fields if before.get(one.name) != after.get(one.name)]
            if changed:
                audit.record(by, "einvoices.channel.set_up", company, channel=code, settings=changed)
                # Last: what fails before it leaves the file as it was.
                write_tables(path, {**tables, declared.table: after})
    except BaseException:
        _remove(made)
        raise
    _remove(_dropped(before, after, declared, path.parent / CERTIFICATES))
    return changed


def _refuse_changed(before: Mapping[str, Any], seen: str) -> None:
    if mark_of(before) != seen:
        text = _("Somebody else has changed these settings meanwhile. Look at them again, then save.")
        raise ChangedMeanwhile(text)


def choose_channel(company: Company, code: str, *, by: str) -> bool:
    """From now on files leave by this channel; whether that is new. Refuses NoChannel."""
    if code:
        _kind(company, code)
    return bool(save_options(company, EinvoiceOptions, {"channel": code}, by=by))


def try_channel(company: Company, code: str) -> Any:
    """Whether the channel works with what is kept, in words; its refusal when it does not. Takes seconds."""
    kind = _kind(company, code)
    if kind.try_out is not None:
        return kind.try_out(company)
    kind.open(company)
    return _("The channel can be used.")


def _kind(company: Company, code: str) -> ChannelKind:
    kind = channel_kind(company, code)
    if kind is None:
        raise NoChannel(_("There is no such channel."), field="channel")
    return kind


def _declared(kind: ChannelKind) -> ChannelSettings:
    if kind.settings is None:
        raise NothingToSet(_("This channel needs no settings."))
    return kind.settings()


def _path(company: Company, declared: ChannelSettings) -> Path:
    return company_folder(company) / declared.file


def _table(tables: Mapping[str, Any], declared: ChannelSettings) -> dict[str, Any]:
    found = tables.get(declared.table)
    return dict(found) if isinstance(found, dict) else {}


def _merged(
    before: Mapping[str, Any],
    declared: ChannelSettings,
    values: Mapping[str, Any],
    forget: Collection[str],
    folder: Path,
    made: list[Path],
) -> dict[str, Any]:
    """The section as it is to be: what is not asked about stays, what is as usual is not written down."""
    after = dict(before)
    for field in declared.fields:
        value = values.get(field.name)
        if field.is_hidden and not value:
            if field.name in forget and not field.required:
                after.pop(field.name, None)
        elif field.is_file and isinstance(value, bytes):
            made.append(folder / f"{declared.table}-{field.name}-{secrets.token_hex(6)}.pem")
            write_secret(made[-1], value)
            after[field.name] = str(made[-1])
        elif _says_nothing(field, value, before):
            after.pop(field.name, None)
        else:
            after[field.name] = value
    return after


def _says_nothing(field: Setting, value: Any, before: Mapping[str, Any]) -> bool:
    return value is None or (value == field.default and field.name not in before)


def _dropped(
    before: Mapping[str, Any], after: Mapping[str, Any], declared: ChannelSettings, folder: Path
) -> list[Path]:
    """Uploaded files that nothing names any more; those put somewhere by hand are left alone."""
    names = [one.name for one in declared.fields if one.is_file]
    gone = {before.get(name) for name in names} - {after.get(name) for name in names}
    paths = [Path(text) for text in gone if isinstance(text, str) and text]
    return [path for path in paths if path.parent == folder]


def _remove(paths: Collection[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
