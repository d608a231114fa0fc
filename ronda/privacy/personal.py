"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, SETTINGS, declare, says_nothing
from ronda.company.retention import keep_for_years

keep_for_years("privacy.")
says_nothing(SETTINGS, "privacy.ConsentText")
# That somebody agreed stays as proof; who it was is not there any more.
declare("privacy.Consent", party=("party",), blank={"note": ""}, kept={"by": OURS})
declare("privacy.Anonymisation", party=("party",), export=False, kept={"by": OURS})
declare("privacy.AnonymisedContact", party=("contact__party",), export=False, kept={"by": OURS})
declare(
    "privacy.PersonalExport",
    party=("party",),
    export=False,
    blank={"reason": "", "state": "expired", "size": 0},
    files=("file",),
    kept={"by": OURS},
)
