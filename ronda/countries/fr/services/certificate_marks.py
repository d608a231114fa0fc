"""What opens the tax credit: services of the catalogue, and what payment methods count as."""

from django.db import transaction

from ronda.company import audit
from ronda.countries.fr.certificate_models import PersonalService, ServiceMeans


@transaction.atomic
def remove_mark(mark: PersonalService, *, by: str) -> None:
    """Payments of the service count no longer; certificates that were issued stay as they are."""
    audit.record(by, "country_fr.personal_service.removed", mark, item=str(mark))
    mark.delete()


@transaction.atomic
def remove_means(means: ServiceMeans, *, by: str) -> None:
    """The method counts as its code says again."""
    audit.record(by, "country_fr.service_means.removed", means, method=str(means))
    means.delete()
