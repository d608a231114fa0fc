"""What this app keeps of a customer, for privacy: see `ronda.company.personal_data`.

The files of backups do hold customers; the page on privacy says so, and the list of who was anonymised is
applied again after a restore.
"""

from ronda.company.personal_data import OURS, TECHNICAL, declare, says_nothing

says_nothing(OURS, "operations.Backup", "operations.Drill", "operations.DataCheck")
declare(
    "operations.DataFinding",
    export=False,
    company="check_run__company",
    swept=("facts",),
    kept=dict.fromkeys(("code", "problem", "model"), TECHNICAL),
)
