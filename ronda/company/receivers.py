from typing import Any

from ronda.company import audit
from ronda.company.events import FilesKept, MailsQueued
from ronda.company.file_tasks import make_previews
from ronda.company.jobs import enqueue_many
from ronda.company.models import User
from ronda.company.services.people import set_language
from ronda.company.services.roles import refresh_roles
from ronda.company.tasks import send_mail
from ronda.kernel.bus import handles
from ronda.workspace.events import LanguageChosen, RecordSaved


@handles(RecordSaved)
def record_in_history(event: RecordSaved) -> None:
    verb = "added" if event.added else "changed"
    audit.note(
        event.by,
        f"{event.label}.{verb}",
        event.label,
        event.pk,
        event.changes,
        company_id=event.company_id,
    )


@handles(LanguageChosen)
def keep_language(event: LanguageChosen) -> None:
    set_language(User(pk=event.user_id), language=event.language)


@handles(MailsQueued)
def queue_sending(event: MailsQueued) -> None:
    enqueue_many(send_mail, [(None, [pk]) for pk in event.mail_ids], company=event.company_id, by=event.by)


@handles(FilesKept)
def queue_previews(event: FilesKept) -> None:
    calls = [(None, [pk]) for pk in event.file_ids]
    enqueue_many(make_previews.using(priority=-10), calls, company=event.company_id, by=event.by)


def refresh_roles_after_migrate(**_kwargs: Any) -> None:
    """An upgrade brings new permissions: roles that nobody changed receive them."""
    refresh_roles()
