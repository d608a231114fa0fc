"""The platform as a company chooses it; its settings are in one file of the installation.

    <RONDA_EINVOICES>/<company>/platform.toml

    [platform]
    flow_url = "https://platform.example/flow-service"
    directory_url = "https://platform.example/directory-service"
    token_url = "https://platform.example/token"
    client_id = "…"
    client_secret = "…"

Keys are the fields of `PlatformSettings`. The file holds secrets: it is kept out of the database, and only
the program's user should be able to read it. The place in the platform's list is kept beside it.
"""

import os
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from ronda.company.models import Company
from ronda.countries.fr.platform.interface import BadSettings
from ronda.einvoices.door import Channel, ChannelKind, register_channel
from ronda.kernel.i18n import _

if TYPE_CHECKING:
    from ronda.countries.fr.platform.afnor import AfnorPlatform
    from ronda.countries.fr.platform.gate import PlatformSettings

CODE, FILE, PLACE = "fr_platform", "platform.toml", "platform.cursor"
FRANCE = frozenset({"FR"})
_KINDS: dict[str, tuple[type, ...]] = {"str": (str,), "float": (int, float)}


def register_channels() -> None:
    """For the app's start: the way a French company may choose."""
    label = _("Approved platform (AFNOR API)")
    register_channel(ChannelKind(CODE, label, open=open_channel, countries=FRANCE))


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

    return PlatformChannel(platform_of(company), load=load, keep=keep)


def platform_of(company: Company) -> "AfnorPlatform":
    """The company's platform, for look-ups in the directory and for reports. Raises `BadSettings`."""
    from ronda.countries.fr.platform.afnor import AfnorPlatform  # noqa: PLC0415 -- slows every start
    from ronda.countries.fr.platform.gate import Gate  # noqa: PLC0415 -- slows every start

    return AfnorPlatform(Gate(read_settings(folder_of(company) / FILE)))


def folder_of(company: Company) -> Path:
    """Where the installation keeps what this company needs for its legal documents."""
    return Path(settings.EINVOICES_ROOT) / str(company.pk)


def read_settings(path: Path) -> "PlatformSettings":
    """The settings in `path`. Raises `BadSettings` naming what is missing or wrong."""
    from ronda.countries.fr.platform.gate import PlatformSettings  # noqa: PLC0415 -- slows every start

    try:
        told = tomllib.loads(path.read_text(encoding="utf-8")).get("platform")
    except FileNotFoundError:
        told = None
    except (OSError, ValueError) as error:
        message = _("“%(file)s” cannot be read (%(reason)s). Correct it.")
        raise BadSettings(message % {"file": path.name, "reason": str(error)[:200]}, again=False) from error
    if not isinstance(told, dict):
        message = _("The platform is not set up. Write its settings into “%(file)s”, section [platform].")
        raise BadSettings(message % {"file": path}, again=False)
    declared = {
        field.name: getattr(field.type, "__name__", str(field.type)) for field in fields(PlatformSettings)
    }
    wrong = {"flow_url", "directory_url"} - told.keys()
    for name, value in told.items():
        if name not in declared or isinstance(value, bool) or not isinstance(value, _KINDS[declared[name]]):
            wrong.add(name)
    if wrong:
        message = _("“%(file)s”, section [platform]: missing, unknown or of the wrong kind: %(keys)s.")
        raise BadSettings(message % {"file": path.name, "keys": ", ".join(sorted(wrong))}, again=False)
    return PlatformSettings(**told)
