"""How safe the data are: what was backed up last, and when a restore was last tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ronda.operations.models import Backup, Drill

#: From this age on a backup or a drill is old (infra: warn after 30 days).
OLD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Safety:
    """The last backup whose file is kept and the last drill that passed; None when there is none."""

    backup: Backup | None
    drill: Drill | None
    now: datetime

    @property
    def backup_is_old(self) -> bool:
        return self.backup is None or self.now - self.backup.made_at > OLD

    @property
    def drill_is_old(self) -> bool:
        return self.drill is None or self.now - self.drill.at > OLD


def safety(*, now: datetime) -> Safety:
    """Two statements."""
    return Safety(
        Backup.objects.filter(removed_at=None).order_by("-made_at", "-pk").first(),
        Drill.objects.filter(passed=True).order_by("-at", "-pk").first(),
        now,
    )
