"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import OURS, SETTINGS, STATISTICS, declare, says_nothing

_CONTRACT = ("contract__party", "contract__account__party")
says_nothing(SETTINGS, "renewals.IndexSeries", "renewals.IndexValue", "renewals.IndexBatch")
declare("renewals.IndexClause", party=_CONTRACT)
declare("renewals.RenewalTerms", party=_CONTRACT)
declare("renewals.Notice", party=_CONTRACT, blank={"note": ""}, kept={"by": OURS})
declare("renewals.Renewal", party=_CONTRACT, kept={"derivation": STATISTICS, "by": OURS})
declare(
    "renewals.IndexProposal",
    party=_CONTRACT,
    export=False,
    blank={"lines": [], "note": ""},
    kept={"derivation": STATISTICS, "reason": STATISTICS},
)
