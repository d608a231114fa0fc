"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`.

Agents are no customers: their statements are kept as long as the law asks for papers on commissions.
"""

from ronda.company.personal_data import OURS, STAFF, declare, says_nothing
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _

keep_for_years("agents.statement.")
says_nothing(STAFF, "agents.Statement", "agents.GeneralRule")
declare("agents.Agent", party=("party",), held=_("records as an agent"))
declare(
    "agents.CommissionRule",
    party=("party", "contract__party", "line__contract__party"),
    export=False,
    blank={"notes": ""},
)
declare("agents.Commission", party=("party",), within="billing.Document", export=False)
declare("agents.CommissionEntry", swept=("text",), kept={"source": OURS, "created_by": OURS}, export=False)
