"""What people say of a file: name, kind, description, tags, and who sees it."""

from collections.abc import Collection

from django.db import transaction

from ronda.company import audit
from ronda.company.domain.file_kinds import agrees, is_program, shown_name
from ronda.company.models import Attachment, FileTag, Role
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

MOST_TAGS = 20
LONGEST_TAG = 40


class NameDoesNotFit(Refusal):
    code = "company.file_name_does_not_fit"


@transaction.atomic
def save_details(
    attachment: Attachment,
    *,
    name: str,
    kind: str,
    note: str,
    tags: Collection[str],
    restricted: bool,
    roles: Collection[Role],
    by: str,
) -> Attachment:
    """Change what is said of a file; new tags become words of the company, those nobody uses are forgotten.

    Refuses NameDoesNotFit for an ending that the content does not have. Roles count while it is restricted.
    """
    attachment.name = shown_name(name)
    if is_program(attachment.name, attachment.mime) or not agrees(attachment.name, attachment.mime):
        text = _("A file that is %(mime)s inside cannot be called “%(name)s”.")
        told = {"mime": attachment.mime, "name": attachment.name}
        raise NameDoesNotFit(text % told, field="name")
    attachment.kind, attachment.note, attachment.restricted = kind, note, restricted
    found = _tags(attachment.company_id, tags)
    attachment.tag_words = "\n".join(tag.name for tag in found)
    attachment.save(update_fields=["name", "kind", "note", "restricted", "tag_words"])
    attachment.tagged.set(found)
    attachment.roles.set(roles if restricted else ())
    FileTag.objects.filter(company=attachment.company_id, files=None).delete()
    facts = {"file": attachment.name, "restricted": restricted}
    audit.note(
        by,
        "company.attachment.described",
        attachment.record,
        attachment.object_id,
        facts,
        company_id=attachment.company_id,
    )
    return attachment


@transaction.atomic
def add_tags(attachment: Attachment, *, tags: Collection[str], by: str) -> Attachment:
    """Give a file more tags, beside those it has; MOST_TAGS at most."""
    there = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    found = _tags(there.company_id, [*there.tags, *tags])
    there.tag_words = "\n".join(tag.name for tag in found)
    there.save(update_fields=["tag_words"])
    there.tagged.set(found)
    facts = {"file": there.name, "tags": ", ".join(there.tags)}
    action, where = "company.attachment.described", (there.record, there.object_id)
    audit.note(by, action, *where, facts, company_id=there.company_id)
    return there


def _tags(company_id: int, names: Collection[str]) -> list[FileTag]:
    """The tags of these names; letter case does not make another word."""
    wanted: dict[str, str] = {}
    for name in names:
        told = " ".join(name.split())[:LONGEST_TAG]
        if told:
            wanted.setdefault(told.casefold(), told)
    known = {tag.name.casefold(): tag for tag in FileTag.objects.filter(company=company_id)}
    new = [FileTag(company_id=company_id, name=told) for key, told in wanted.items() if key not in known]
    FileTag.objects.bulk_create(new)
    known |= {tag.name.casefold(): tag for tag in new}
    return sorted((known[key] for key in wanted), key=lambda tag: tag.name.casefold())[:MOST_TAGS]
