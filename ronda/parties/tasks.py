"""Work of this app in the background."""

from django.utils.translation import gettext_lazy as _
from django_tasks import task

from ronda.company.jobs import name_task
from ronda.parties.services.sharing import copies_of, follow


@task()
def follow_sources(party_ids: list[int], by: str) -> None:
    """Copies of customers in other companies take what was changed here."""
    follow(copies_of(party_ids), by=by)


name_task(follow_sources, _("Customers taken over follow their source"))
