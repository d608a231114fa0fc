"""How safe the data are: what was backed up last, and when a restore was last tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from ronda.company.models import Company
from ronda.operations.models import Backup, DataCheck, Drill

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


def last_check(company_id: int | None) -> DataCheck | None:
    """The newest check of a company's data, or of the installation. One statement."""
    return DataCheck.objects.filter(company=company_id).order_by("-at", "-pk").first()


def findings_now() -> int:
    """How much the last check of every company and of the installation found, in two statements."""
    newest = DataCheck.objects.filter(company=OuterRef("pk")).order_by("-at", "-pk").values("found")[:1]
    found = Company.objects.annotate(last=Subquery(newest)).values_list("last", flat=True)
    beside = last_check(None)
    return sum(count or 0 for count in found) + (beside.found if beside else 0)
