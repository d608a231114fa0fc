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

Keys are the fields of `PecSettings`, `RestSettings` and `SdicoopSettings`. People enter them on a page
(`declared.py`) or write the file. It holds secrets: it is kept out of the database, and only the program's
user should be able to read it.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ronda.company.models import Company
from ronda.countries.it.exchange import declared
from ronda.countries.it.exchange.channel import ChannelSettingsError
from ronda.countries.it.exchange.pec import Pec, PecSettings
from ronda.countries.it.exchange.pec_mail import is_exchange_address
from ronda.einvoices.door import Channel, ChannelKind, company_folder, register_channel
from ronda.kernel.i18n import _

if TYPE_CHECKING:
    from ronda.countries.it.exchange.rest import Rest
    from ronda.countries.it.exchange.sdicoop import Sdicoop

FILE, ASSIGNED, SPOOL = "sdi.toml", "sdi-address", "sdi-calls"
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
    for kind in (_pec(), _rest(), _sdicoop(), _practice()):
        register_channel(kind)


def _pec() -> ChannelKind:
    return ChannelKind(
        "sdi_pec",
        _("SdI by certified mail (PEC)"),
        open=open_pec,
        countries=ITALY,
        help=_("The firm's own certified mailbox: files leave by mail, receipts come back by mail."),
        settings=lambda: declared.pec(_checked_pec),
        try_out=_try_pec,
        short=_("Certified mail (PEC)"),
    )


def _rest() -> ChannelKind:
    return ChannelKind(
        "sdi_rest",
        _("SdI through an intermediary's web service"),
        open=open_rest,
        countries=ITALY,
        help=_("Address, key and the names of fields are in the intermediary's documentation."),
        settings=lambda: declared.rest(_checked_rest),
        try_out=_try_rest,
        short=_("Intermediary"),
    )


def _sdicoop() -> ChannelKind:
    return ChannelKind(
        "sdi_coop",
        _("SdI directly (SDICoop, needs accreditation)"),
        open=open_sdicoop,
        countries=ITALY,
        help=_("For firms that SdI has accredited, with the two certificates it issued."),
        settings=lambda: declared.sdicoop(_checked_sdicoop),
        try_out=_try_sdicoop,
        short=_("SDICoop"),
    )


def _practice() -> ChannelKind:
    return ChannelKind(
        "sdi_practice",
        _("SdI played on this computer, for practice"),
        open=_open_practice,
        countries=ITALY,
        help=_("Checks and answers like SdI. Nothing leaves this computer: no invoice is issued by it."),
        practice=True,
        short=_("Practice"),
    )


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


def open_rest(company: Company) -> "Rest":
    """An intermediary."""
    from ronda.countries.it.exchange.rest import Rest, RestSettings  # noqa: PLC0415 -- slows every start

    return Rest(read_settings(folder_of(company) / FILE, "rest", RestSettings))


def open_sdicoop(company: Company) -> "Sdicoop":
    """SdI itself; the folder for its calls is made where the settings name no other."""
    from ronda.countries.it.exchange.sdicoop import (  # noqa: PLC0415 -- slows every start
        Sdicoop,
        SdicoopSettings,
    )

    spool = folder_of(company) / SPOOL
    found = read_settings(folder_of(company) / FILE, "sdicoop", SdicoopSettings, {"spool": str(spool)})
    if found.spool == spool:
        spool.mkdir(parents=True, exist_ok=True)
    return Sdicoop(found)


def _open_practice(company: Company) -> Channel:
    from ronda.countries.it.exchange.practice import practice_of  # noqa: PLC0415 -- slows every start

    return practice_of(company)


def _try_pec(company: Company) -> Any:
    open_pec(company).try_out()
    return _("The mailbox lets us in, to send and to read.")


def _try_rest(company: Company) -> Any:
    open_rest(company).try_out()
    return _("The service answers and lets us in.")


def _try_sdicoop(company: Company) -> Any:
    open_sdicoop(company).try_out()
    return _("The certificates fit and SdI answers. Whether it knows the firm shows with the first file.")


def _checked_pec(told: Mapping[str, Any]) -> object:
    return settings_from(told, FILE, "pec", PecSettings)


def _checked_rest(told: Mapping[str, Any]) -> object:
    from ronda.countries.it.exchange.rest import Rest, RestSettings  # noqa: PLC0415 -- slows every start

    return Rest(settings_from(told, FILE, "rest", RestSettings))


def _checked_sdicoop(told: Mapping[str, Any]) -> object:
    from ronda.countries.it.exchange.sdicoop import (  # noqa: PLC0415 -- slows every start
        SdicoopSettings,
        refuse_address,
    )

    found = settings_from({"spool": SPOOL, **told}, FILE, "sdicoop", SdicoopSettings)
    refuse_address(found.url)
    return found


def folder_of(company: Company) -> Path:
    """Where the installation keeps what this company needs for its legal documents."""
    return company_folder(company)


def read_settings(path: Path, table: str, kind: type[T], usual: Mapping[str, Any] | None = None) -> T:
    """The settings of one channel. Raises ChannelSettingsError naming what is missing or wrong.

    `usual` is what holds where the file says nothing.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")).get(table)
    except FileNotFoundError:
        told = None
    except (OSError, ValueError) as error:
        message = _("“%(file)s” cannot be read (%(reason)s). Correct it.")
        raise ChannelSettingsError(message % {"file": path.name, "reason": str(error)[:200]}) from error
    if not isinstance(told, dict):
        message = _(
            "The channel is not set up. Enter its settings under E-invoices → Channel, or write them into "
            "“%(file)s”, section [%(table)s]."
        )
        raise ChannelSettingsError(message % {"file": path, "table": table})
    return settings_from({**(usual or {}), **told}, path.name, table, kind)


def settings_from(told: Mapping[str, Any], file: str, table: str, kind: type[T]) -> T:
    """The settings that a section says. Raises ChannelSettingsError, as `read_settings`."""
    wrong = sorted(_wrong_keys(told, kind))
    if wrong:
        message = _("“%(file)s”, section [%(table)s]: missing, unknown or of the wrong kind: %(keys)s.")
        facts = {"file": file, "table": table, "keys": ", ".join(wrong)}
        raise ChannelSettingsError(message % facts, field=wrong[0])
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
