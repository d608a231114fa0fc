"""The channels to SdI as a company chooses them; what each needs is in one file of the installation.

    <RONDA_EINVOICES>/<company>/sdi.toml

    [pec]
    address = "aria@pec.example"
    username = "aria@pec.example"
    password = "…"
    smtp_host = "smtp.pec.example"
    imap_host = "imap.pec.example"

    [rest]
    base_url = "https://intermediary.example/api"
    headers = { Authorization = "Bearer …" }

Keys are the fields of `PecSettings`, `RestSettings` and `SdicoopSettings`. The file holds secrets: it is
kept out of the database, and only the program's user should be able to read it.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings

from ronda.company.models import Company
from ronda.countries.it.exchange.channel import ChannelSettingsError
from ronda.countries.it.exchange.pec import Pec, PecSettings
from ronda.countries.it.exchange.pec_mail import is_exchange_address
from ronda.einvoices.door import Channel, ChannelKind, register_channel
from ronda.kernel.i18n import _

FILE, ASSIGNED = "sdi.toml", "sdi-address"
ITALY = frozenset({"IT"})
T = TypeVar("T")

#: Declared type → the types TOML may give for it.
_ALLOWED: Mapping[Any, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    float: (int, float),
    bool: (bool,),
    Path: (str,),
    tuple[str, ...]: (list,),
    Mapping[str, str]: (dict,),
}


def register_channels() -> None:
    """For the app's start: the ways an Italian company may choose."""
    for code, label, way in (
        ("sdi_pec", _("SdI by certified mail (PEC)"), open_pec),
        ("sdi_rest", _("SdI through an intermediary's web service"), open_rest),
        ("sdi_coop", _("SdI directly (SDICoop, needs accreditation)"), open_sdicoop),
    ):
        register_channel(ChannelKind(code, label, open=way, countries=ITALY))


def open_pec(company: Company) -> Pec:
    """Certified mail; the address SdI assigns is kept beside the settings."""
    folder = folder_of(company)
    found = read_settings(folder / FILE, "pec", PecSettings)
    if not found.assigned:
        found = replace(found, assigned=_kept_address(folder / ASSIGNED))

    def keep(address: str) -> None:
        partial = folder / f".{ASSIGNED}.part"
        partial.write_text(address)
        os.replace(partial, folder / ASSIGNED)

    return Pec(found, on_assigned=keep)


def open_rest(company: Company) -> Channel:
    """An intermediary."""
    from ronda.countries.it.exchange.rest import Rest, RestSettings  # noqa: PLC0415 -- slows every start

    return Rest(read_settings(folder_of(company) / FILE, "rest", RestSettings))


def open_sdicoop(company: Company) -> Channel:
    """SdI itself."""
    from ronda.countries.it.exchange.sdicoop import (  # noqa: PLC0415 -- slows every start
        Sdicoop,
        SdicoopSettings,
    )

    return Sdicoop(read_settings(folder_of(company) / FILE, "sdicoop", SdicoopSettings))


def folder_of(company: Company) -> Path:
    """Where the installation keeps what this company needs for its legal documents."""
    return Path(settings.EINVOICES_ROOT) / str(company.pk)


def read_settings(path: Path, table: str, kind: type[T]) -> T:
    """The settings of one channel. Raises ChannelSettingsError naming what is missing or wrong."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")).get(table)
    except FileNotFoundError:
        told = None
    except (OSError, ValueError) as error:
        message = _("“%(file)s” cannot be read (%(reason)s). Correct it.")
        raise ChannelSettingsError(message % {"file": path.name, "reason": str(error)[:200]}) from error
    if not isinstance(told, dict):
        message = _("The channel is not set up. Write its settings into “%(file)s”, section [%(table)s].")
        raise ChannelSettingsError(message % {"file": path, "table": table})
    wrong = sorted(_wrong_keys(told, kind))
    if wrong:
        message = _("“%(file)s”, section [%(table)s]: missing, unknown or of the wrong kind: %(keys)s.")
        facts = {"file": path.name, "table": table, "keys": ", ".join(wrong)}
        raise ChannelSettingsError(message % facts)
    return kind(**{name: _converted(value, kind, name) for name, value in told.items()})


def _wrong_keys(told: Mapping[str, Any], kind: type[Any]) -> set[str]:
    known = {field.name: field for field in fields(kind)}
    needed = {
        name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING
    }
    fitting = {name for name, value in told.items() if name in known and _fits(value, known[name].type)}
    return (needed - told.keys()) | (told.keys() - fitting)


def _fits(value: Any, declared: Any) -> bool:
    if isinstance(value, bool) and declared is not bool:
        return False
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, _ALLOWED[declared]) and all(isinstance(one, str) for one in inside)


def _converted(value: Any, kind: type[Any], name: str) -> Any:
    declared = next(field.type for field in fields(kind) if field.name == name)
    if declared is Path:
        return Path(value)
    return tuple(value) if isinstance(value, list) else value


def _kept_address(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
    return text if is_exchange_address(text) else ""
