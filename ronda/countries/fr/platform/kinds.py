"""The platform as a company chooses it; its settings are in one file of the installation.

    <RONDA_EINVOICES>/<company>/platform.toml

    [platform]
    flow_url = "https://platform.example/flow-service"
    directory_url = "https://platform.example/directory-service"
    token_url = "https://platform.example/token"
    client_id = "…"
    client_secret = "…"

Keys are the fields of `PlatformSettings`. People enter them on a page or write the file. It holds secrets: it
is kept out of the database, and only the program's user should be able to read it. The place in the
platform's list is kept beside it.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ronda.company.models import Company
from ronda.countries.fr.platform.interface import BadSettings, OddAnswer
from ronda.einvoices.domain.settings import Kind, Setting
from ronda.einvoices.door import Channel, ChannelKind, ChannelSettings, company_folder, register_channel
from ronda.einvoices.services import channel_code
from ronda.kernel.i18n import _

if TYPE_CHECKING:
    from ronda.countries.fr.platform.afnor import AfnorPlatform
    from ronda.countries.fr.platform.gate import PlatformSettings

CODE, FILE, PLACE = "fr_platform", "platform.toml", "platform.cursor"
PRACTICE = "fr_practice"
FRANCE = frozenset({"FR"})
TRYING = 6.0  # seconds that somebody waits who tries the settings
FIELDS = (
    Setting("flow_url", _("Address of the flow service"), _("As the platform says it, without /v1.")),
    Setting(
        "directory_url", _("Address of the directory service"), _("As the platform says it, without /v1.")
    ),
    Setting(
        "token_url", _("Address that gives out tokens"), _("Empty where a token is entered."), default=""
    ),
    Setting("client_id", _("Client identifier"), default=""),
    Setting("client_secret", _("Client secret"), default="", secret=True),
    Setting(
        "token", _("Token"), _("For platforms that hand one out once."), default="", secret=True, rare=True
    ),
    Setting(
        "organisation",
        _("Organisation"),
        _("For platforms that serve several firms with one account."),
        default="",
        rare=True,
    ),
    Setting("connect_seconds", _("Seconds to connect"), kind=Kind.SECONDS, default=5.0, rare=True),
    Setting("read_seconds", _("Seconds to wait for an answer"), kind=Kind.SECONDS, default=30.0, rare=True),
)
_KINDS: dict[str, tuple[type, ...]] = {"str": (str,), "float": (int, float)}


def register_channels() -> None:
    """For the app's start: the way a French company may choose."""
    register_channel(
        ChannelKind(
            CODE,
            _("Approved platform (AFNOR API)"),
            open=open_channel,
            countries=FRANCE,
            help=_("Any approved platform that offers the interface of XP Z12-013."),
            settings=lambda: ChannelSettings(FILE, "platform", FIELDS, _checked),
            try_out=try_out,
            short=_("Approved platform"),
        )
    )
    register_channel(
        ChannelKind(
            PRACTICE,
            _("Platform played on this computer, for practice"),
            open=_open_practice,
            countries=FRANCE,
            help=_("Takes, checks and approves like a platform. Nothing leaves this computer."),
            practice=True,
            short=_("Practice"),
        )
    )


def open_channel(company: Company) -> Channel:
    """The company's platform as a channel. Raises `BadSettings`."""
    from ronda.countries.fr.platform.channel import PlatformChannel  # noqa: PLC0415 -- slows every start

    place = folder_of(company) / PLACE

    def keep(text: str) -> None:
        partial = place.with_suffix(".part")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, place)

    def load() -> str:
        return place.read_text(encoding="utf-8") if place.exists() else ""

    return PlatformChannel(_real_platform(company), load=load, keep=keep)


def _open_practice(company: Company) -> Channel:
    from ronda.countries.fr.platform.practice import practice_of  # noqa: PLC0415 -- slows every start

    return practice_of(company)


def platform_of(company: Company) -> "AfnorPlatform":
    """The platform a company uses, for look-ups, statuses and reports. Raises `BadSettings`."""
    if channel_code(company) != PRACTICE:
        return _real_platform(company)
    from ronda.countries.fr.platform.afnor import AfnorPlatform  # noqa: PLC0415 -- slows every start
    from ronda.countries.fr.platform.practice import practice_of  # noqa: PLC0415 -- slows every start

    return AfnorPlatform(practice_of(company).gate)


def _real_platform(company: Company) -> "AfnorPlatform":
    from ronda.countries.fr.platform.afnor import AfnorPlatform  # noqa: PLC0415 -- slows every start
    from ronda.countries.fr.platform.gate import Gate  # noqa: PLC0415 -- slows every start

    return AfnorPlatform(Gate(read_settings(folder_of(company) / FILE)))


def try_out(company: Company) -> Any:
    """Sign in and ask whether the platform is up, within seconds. Raises what `Gate` raises."""
    from ronda.countries.fr.platform.afnor import AfnorPlatform  # noqa: PLC0415 -- slows every start
    from ronda.countries.fr.platform.gate import Gate  # noqa: PLC0415 -- slows every start

    told = read_settings(folder_of(company) / FILE)
    short = replace(told, connect_seconds=TRYING, read_seconds=TRYING)
    if not AfnorPlatform(Gate(short)).is_up():
        raise OddAnswer(
            _("The platform answers, but says that it is not ready. Try again later."), again=True
        )
    return _("The platform lets us in and is ready.")


def _checked(told: Mapping[str, Any]) -> object:
    """What the page would keep. Raises `BadSettings` with the field."""
    from ronda.countries.fr.platform.gate import Gate  # noqa: PLC0415 -- slows every start

    found = settings_from(told, FILE)
    Gate(found)
    if not found.token and not found.token_url:
        text = _("The platform needs a token. Enter it, or the address and the identifier to ask for one.")
        raise BadSettings(text, field="token_url", again=False)
    return found


def folder_of(company: Company) -> Path:
    """Where the installation keeps what this company needs for its legal documents."""
    return company_folder(company)


def read_settings(path: Path) -> "PlatformSettings":
    """The settings in `path`. Raises `BadSettings` naming what is missing or wrong."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")).get("platform")
    except FileNotFoundError:
        told = None
    except (OSError, ValueError) as error:
        message = _("“%(file)s” cannot be read (%(reason)s). Correct it.")
        raise BadSettings(message % {"file": path.name, "reason": str(error)[:200]}, again=False) from error
    if not isinstance(told, dict):
        message = _(
            "The platform is not set up. Enter its settings under E-invoices → Channel, or write them into "
            "“%(file)s”, section [platform]."
        )
        raise BadSettings(message % {"file": path}, again=False)
    return settings_from(told, path.name)


def settings_from(told: Mapping[str, Any], file: str) -> "PlatformSettings":
    """The settings that the section says. Raises `BadSettings`, as `read_settings`."""
    from ronda.countries.fr.platform.gate import PlatformSettings  # noqa: PLC0415 -- slows every start

    declared = {
        field.name: getattr(field.type, "__name__", str(field.type)) for field in fields(PlatformSettings)
    }
    wrong = {"flow_url", "directory_url"} - told.keys()
    for name, value in told.items():
        if name not in declared or isinstance(value, bool) or not isinstance(value, _KINDS[declared[name]]):
            wrong.add(name)
    if wrong:
        message = _("“%(file)s”, section [platform]: missing, unknown or of the wrong kind: %(keys)s.")
        facts = {"file": file, "keys": ", ".join(sorted(wrong))}
        raise BadSettings(message % facts, field=min(wrong), again=False)
    return PlatformSettings(**told)
