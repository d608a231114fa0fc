"""The functions are optional: a firm that keeps its consents elsewhere switches them off (O56)."""

from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _
from ronda.privacy.queries import is_on


class SwitchedOff(Refusal):
    code = "privacy.switched_off"


def refuse_switched_off(company_id: int) -> None:
    """Refuses SwitchedOff where the company does not use these functions."""
    if not is_on(company_id):
        raise SwitchedOff(_("The privacy functions are switched off: Settings → Privacy."))
