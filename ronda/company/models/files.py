import secrets
from typing import ClassVar

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.company.models.companies import Company, Role
from ronda.workspace.text_index import text_indexed

FOLDER, PREVIEW_FOLDER = "attachments", "previews"


def random_path(attachment: "Attachment", filename: str) -> str:
    """A name that cannot be guessed and says nothing of the file; the real name stays in the row."""
    return hidden_path(FOLDER, attachment.company_id)


def hidden_path(folder: str, company_id: int) -> str:
    """A new name in a company's part of a folder of the store."""
    token = secrets.token_hex(16)
    return f"{folder}/{company_id}/{token[:2]}/{token}"


class FileTag(models.Model):
    """One of the company's own words for its files."""

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("company"))
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        default_permissions = ()
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="one_file_tag_per_name",
                violation_error_message=_("This company already has a tag with that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeptBytes(models.Model):
    """What one version of a file is and where its bytes are; names in the store are never used twice.

    `sha256` is of the bytes kept, `came_as` of those sent: pictures are written anew.
    """

    file = models.FileField(_("file"), upload_to=random_path, max_length=200)
    number = models.PositiveIntegerField(_("version"), default=1)
    size = models.BigIntegerField(_("size"))
    mime = models.CharField(_("type"), max_length=100)
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    came_as = models.CharField(_("fingerprint of what was sent"), max_length=64, blank=True)
    uploaded_by = models.CharField(_("uploaded by"), max_length=150)
    at = models.DateTimeField(_("uploaded"), default=timezone.now)
    thumbnail = models.FileField(_("thumbnail"), max_length=200, blank=True)
    preview = models.FileField(_("preview"), max_length=200, blank=True)

    class Meta:
        abstract = True


@text_indexed("name", "note", "tag_words", "words")
class Attachment(KeptBytes):
    """A file put on any record: what it is now. Earlier versions are FileVersions."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("contract")
        IDENTITY = "identity", _("identity document")
        BANK = "bank", _("bank details")
        PHOTO = "photo", _("photo")
        LETTER = "letter", _("letter")
        CERTIFICATE = "certificate", _("certificate")
        DRAWING = "drawing", _("drawing or manual")
        OTHER = "other", _("other")

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("company"))
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    subject = GenericForeignKey("content_type", "object_id")
    # Name and address of its record, on pages that have looked them up.
    about: tuple[str, str] | None = None
    name = models.CharField(_("name"), max_length=200)
    note = models.CharField(_("description"), max_length=250, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, blank=True)
    tagged = models.ManyToManyField(FileTag, blank=True, related_name="files", verbose_name=_("tags"))
    restricted = models.BooleanField(
        _("restricted"),
        default=False,
        help_text=_("Seen only by the roles chosen, and by those that may do everything."),
    )
    roles = models.ManyToManyField(Role, blank=True, related_name="+", verbose_name=_("roles that see it"))
    # The bytes of all its versions: what it takes of the company's room.
    kept_bytes = models.BigIntegerField(_("room taken"), default=0)
    # When its previews and words were made, or found impossible to make.
    read_at = models.DateTimeField(_("looked into"), null=True, blank=True)
    binned_at = models.DateTimeField(_("removed"), null=True, blank=True)
    binned_by = models.CharField(_("removed by"), max_length=150, blank=True)
    # For searching: the names of its tags, and the first words inside it. Long, so they come last.
    tag_words = models.CharField(max_length=1000, blank=True, editable=False)
    words = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar = [
            models.Index(fields=["content_type", "object_id"], name="files_of_a_record"),
            # The list, its count and what a person may see of it.
            models.Index(
                fields=["company", "binned_at", "content_type", "object_id", "restricted"],
                name="files_of_a_company",
            ),
            models.Index(fields=["company", "kept_bytes"], name="room_of_files"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tags(self) -> list[str]:
        """The names of its tags."""
        return self.tag_words.split("\n") if self.tag_words else []

    @property
    def record(self) -> str:
        """What kind of record it is on: "parties.party"; its key is `object_id`."""
        kind = ContentType.objects.get_for_id(self.content_type_id)
        return f"{kind.app_label}.{kind.model}"


class FileVersion(KeptBytes):
    """What a file was before: kept with its bytes until the file is gone."""

    attachment = models.ForeignKey(
        Attachment, models.CASCADE, related_name="versions", verbose_name=_("file")
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("earlier version")
        verbose_name_plural = _("earlier versions")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attachment", "number"], name="one_file_version_per_number"),
        ]

    def __str__(self) -> str:
        return f"{self.attachment} ({self.number})"
