"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import SETTINGS, declare, says_nothing
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _

keep_for_years("accounting.")
says_nothing(SETTINGS, "accounting.Account", "accounting.Closing", "accounting.ClosingEntry")
declare("accounting.JournalEntry", party=("lines__party",), within="accounting.JournalLine", export=False)
declare("accounting.JournalLine", party=("party",), held=_("accounting entries"), export=False)
declare("accounting.DeferralLine", party=("party",), held=_("accruals and deferrals"), export=False)
