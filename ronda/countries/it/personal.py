"""What the Italian pack keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, SETTINGS, TECHNICAL, declare
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _

keep_for_years("it.stamp.")
keep_for_years("it.intent.")
# A document cannot be anonymised, nor what is said of it (R51).
declare(
    "country_it.StampChoice",
    party=("document__party",),
    within="billing.Document",
    export=False,
    swept=("reason",),
    kept={"by": OURS},
)
declare("country_it.StampPayment", export=False, swept=("notes",), kept={"created_by": OURS})
declare(
    "country_it.LetterOfIntent",
    party=("party",),
    held=_("declarations of intent"),
)
declare("country_it.IntentUse", party=("document__party",), within="billing.Document", export=False)
declare(
    "country_it.ExtraData",
    party=("party",),
    remove=True,
    export=False,
    swept=("text",),
    kept={"kind": SETTINGS, "number": SETTINGS, "day": SETTINGS},
)
declare(
    "country_it.SdiMetadata",
    export=False,
    kept=dict.fromkeys(
        (
            *("sha256", "name", "sdi_id", "file_name", "stem", "invoice_sha256"),
            *("recipient", "format", "attempts"),
        ),
        TECHNICAL,
    ),
)
