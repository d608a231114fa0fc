"""What every channel to SdI promises, whatever it is made of, and what its troubles mean.

A channel moves bytes and names. It reads no invoice, writes no row and tries nothing twice: the job that
calls it does. All calls may block for the time-outs of the channel's settings, so they belong into jobs
only. The values it takes and gives, and the interface itself, are those of `einvoices`.
"""

from collections.abc import Iterable

from ronda.einvoices.domain.exchange import Handed, Outgoing
from ronda.kernel.errors import Refusal


class ChannelError(Refusal):
    """The channel did not do what was asked. `again`: whether the same call may succeed later."""

    code = "sdi.channel"
    again = True


class ChannelUnreachable(ChannelError):
    """No connection, or the other side is out of order: nothing was taken."""

    code = "sdi.channel_unreachable"


class ChannelUncertain(ChannelError):
    """The connection broke after the file had left: it may have been taken, or not.

    Hand the same file over again under the same name: SdI refuses the second one if it has the first
    (control 00002), and the state of both together is that of the first.
    """

    code = "sdi.channel_uncertain"


class ChannelRefused(ChannelError):
    """The other side answered and does not want the file, or us: a person has to change something."""

    code = "sdi.channel_refused"
    again = False


class ChannelSettingsError(ChannelError):
    """The settings of the channel cannot work."""

    code = "sdi.channel_settings"
    again = False


def failed(name: str, error: ChannelError, reference: str = "") -> Handed:
    """The answer for a file the channel does not have, or perhaps does not have."""
    return Handed(name, reference, problem=error.message, again=error.again)


def refuse_names(files: Iterable[Outgoing]) -> None:
    """A name is a name, never a path; raises ValueError on a programmer's mistake."""
    for file in files:
        if not file.name or file.name in {".", ".."} or set(file.name) & set("/\\\0"):
            raise ValueError(f"not a file name: {file.name!r}")
