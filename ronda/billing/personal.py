"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, SETTINGS, TECHNICAL, declare, says_nothing
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _

keep_for_years("billing.document.", "billing.documents.", "billing.run.confirmed")
says_nothing(SETTINGS, "billing.SellerIdentity", "billing.SocialFund")
declare(
    "billing.Document",
    party=("party", "account__party", "lines__site__party"),
    held=_("invoices and other documents"),
)
declare("billing.DocumentLine", party=("document__party",), within="billing.Document")
declare("billing.DocumentReference", party=("document__party",), within="billing.Document")
declare("billing.VatSummary", party=("document__party",), within="billing.Document", export=False)
declare(
    "billing.BillingRun",
    swept=("filters",),
    kept={"digest": TECHNICAL, "created_by": OURS, "confirmed_by": OURS},
)
declare(
    "billing.RunEntry",
    party=("party", "account__party"),
    export=False,
    blank={"charges": [], "reason": "", "anomaly": ""},
    kept={"key": TECHNICAL, "reason_code": TECHNICAL},
)
declare(
    "billing.RunSkip",
    party=("party",),
    export=False,
    blank={"label": "", "facts": {}},
    kept={"source": TECHNICAL, "code": TECHNICAL},
)
declare("billing.ChainLink", party=("document__party",), within="billing.Document", export=False)
