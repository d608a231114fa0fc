"""The files of all records: their list, a file's page, the bin; part of the screens of this app."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ronda.company import audit, options
from ronda.company.company_options import FileOptions
from ronda.company.domain.file_kinds import SHOWN_INLINE
from ronda.company.file_forms import FileForm, TagForm
from ronda.company.file_rights import open_to, visible_files, workspace_of_label
from ronda.company.models import Attachment
from ronda.company.queries import attachments_of
from ronda.company.services.file_bin import delete_attachment, purge_one, put_back
from ronda.company.services.file_details import add_tags, save_details
from ronda.company.services.files import MEGABYTE, room_of
from ronda.company.wording import kind_of_record
from ronda.workspace.context import title_of
from ronda.workspace.declare import (
    Action,
    Area,
    ChoiceFilter,
    Column,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    register_area,
)
from ronda.workspace.display import Cell
from ronda.workspace.filters import MAX_KEY, Chip, FilterContext
from ronda.workspace.pages import DetailPage, ListPage
from ronda.workspace.registry import detail_url, registry
from ronda.workspace.visibility import viewer

AREA = "files"
SNIPPET = 700
KIND_COLOURS = {
    "contract": "violet",
    "identity": "amber",
    "bank": "teal",
    "photo": "blue",
    "letter": "gray",
    "certificate": "green",
    "drawing": "orange",
}
FORMATS = {
    "picture": (_("Pictures"), "image/"),
    "pdf": (_("PDF"), "application/pdf"),
    "text": (_("Texts"), "text/"),
}

register_area(Area(AREA, _("Files"), icon="folder", order=60))


def save_file(form: FileForm, *, by: str, company: Any) -> Attachment:
    given = form.cleaned_data
    return save_details(form.instance, by=by, **{name: given[name] for name in form.Meta.fields})


def thumbnail_of(file: Attachment) -> SafeString:
    """A small picture of the file, or the sign of what it is."""
    if file.thumbnail:
        url = f"{reverse('attachment-thumbnail', args=[file.pk])}?v={file.number}"
        return format_html('<img class="thumb" src="{}" alt="" loading="lazy" width="40" height="40">', url)
    ending = file.name.rpartition(".")[2][:4] if "." in file.name else ""
    return format_html('<span class="thumb thumb-none" aria-hidden="true">{}</span>', ending)


def name_subjects(request: HttpRequest, files: Iterable[Attachment]) -> None:
    """Put the record's name and address on each file: one statement for each kind of record."""
    by_kind: dict[str, list[Attachment]] = defaultdict(list)
    for file in files:
        by_kind[file.record].append(file)
    for label, some in by_kind.items():
        workspace = workspace_of_label(label)
        if workspace is None:
            continue
        keys = {file.object_id for file in some}
        found = workspace.records(request).prefetch_related(None).filter(pk__in=keys)
        names = {record.pk: str(record) for record in found}
        for file in some:
            if file.object_id in names:
                file.about = (names[file.object_id], detail_url(workspace, file.object_id))


def about_in_words(file: Attachment) -> Any:
    """The record a file is on: linked where the page has looked it up, else its kind."""
    about = file.about
    kind = capfirst(kind_of_record(file.record))
    if about is None:
        return kind
    words = '<a href="{}?tab=files">{}</a> <span class="muted">{}</span>'
    return format_html(words, about[1], about[0], kind)


class RecordFilter(ChoiceFilter):
    """Kinds of records that have files; with `object_id`, the files of one record."""

    @property
    def parameters(self) -> tuple[str, ...]:
        return (self.name, "object_id")

    def options(self, context: FilterContext) -> list[tuple[str, str]]:
        kinds = {
            one.model._meta.label_lower: title_of(one)
            for one in reversed(list(context.registry))
            if one.model is not Attachment
        }
        return sorted(kinds.items(), key=lambda kind: kind[1].casefold())

    @staticmethod
    def key(given: QueryDict) -> int | None:
        """The key of the one record asked for."""
        key = given.get("object_id", "")
        readable = key.isdecimal() and len(key) < 20 and int(key) <= MAX_KEY
        return int(key) if readable else None

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        labels = [value for value, _label in self.wanted(given, context)]
        if labels:
            models = [one.model for one in registry if one.model._meta.label_lower in labels]
            kinds = ContentType.objects.get_for_models(*models).values()
            rows = rows.filter(content_type__in=[kind.pk for kind in kinds])
        if (key := self.key(given)) is not None:
            rows = rows.filter(object_id=key)
        return rows

    def unread(self, given: QueryDict, context: FilterContext) -> list[str]:
        silent = given.get("object_id") and self.key(given) is None
        return [*super().unread(given, context), *(["object_id"] if silent else [])]

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        labels = [label for _value, label in self.wanted(given, context)]
        key = self.key(given)
        text = ", ".join(labels) if key is None else f"{', '.join(labels)} {key}".strip()
        return [Chip(self.title(context.model), text, self.parameters)] if text else []


class FormatFilter(PickFilter):
    """What the file is inside."""

    def apply(self, rows: QuerySet[Any], given: QueryDict, context: FilterContext) -> QuerySet[Any]:
        wanted = FORMATS.get(given.get(self.name, ""))
        return rows.filter(mime__startswith=wanted[1]) if wanted else rows

    def chips(self, given: QueryDict, context: FilterContext) -> list[Chip]:
        wanted = FORMATS.get(given.get(self.name, ""))
        return [Chip(self.title(context.model), str(wanted[0]), (self.name,))] if wanted else []

    def control(self, given: QueryDict, context: FilterContext) -> dict[str, Any]:
        asked = given.get(self.name)
        pairs = [(value, str(label), value == asked) for value, (label, _start) in FORMATS.items()]
        return {**super().control(given, context), "options": pairs}


class FileList(ListPage):
    """The list with thumbnails, the records' names, and the room that is taken."""

    def rows(self, listing: Any, headings: list[Any]) -> list[tuple[str, str, str, list[Cell]]]:
        files = listing.page
        name_subjects(self.request, files)
        found = super().rows(listing, headings)
        for file, (_key, _name, _url, cells) in zip(files, found, strict=True):
            for place, head in enumerate(headings):
                if head.column.name == "name":
                    shown = format_html("{}{}", thumbnail_of(file), cells[place].html)
                    cells[place] = Cell(shown, cells[place].label, numeric=False, muted=False)
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        company: Any = getattr(self.request, "company", None)
        taken = room_of(company) if company else 0
        most = options.read(FileOptions, company).room_megabytes * MEGABYTE if company else 0
        share = min(100, 100 * taken // most) if most else 0
        return super().get_context_data(room_taken=taken, room=most, room_share=share, **kwargs)


class FilePage(DetailPage):
    """A file: how it looks, what it says, its versions."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        file = self.object
        name_subjects(self.request, [file])
        words = Attachment.objects.values_list("words", flat=True).get(pk=file.pk)
        return super().get_context_data(
            shown_whole=file.mime in SHOWN_INLINE,
            snippet=words[:SNIPPET] if not file.mime.startswith("image/") else "",
            snippet_cut=len(words) > SNIPPET,
            about=file.about,
            versions=list(file.versions.all()),
            may_send=self.may("add"),
            largest=options.read(FileOptions, file.company_id).largest_megabytes,
            **kwargs,
        )


class Files(Workspace):
    model = Attachment
    code, title = "file", _("Files")
    area, icon, order_in_area = AREA, "folder", 10
    columns = (
        Column("name", link=True),
        Column("about", _("Belongs to"), value=about_in_words, sort=False),
        Column("kind", badges=KIND_COLOURS),
        Column("tags", _("Tags"), value=lambda file: ", ".join(file.tags), sort="tag_words"),
        Column("note", default=False),
        Column("size", value=lambda file: filesizeformat(file.size), sort="size"),
        Column("number"),
        Column("uploaded_by"),
        Column("at"),
        Column("restricted", default=False),
        Column("mime", _("Format"), default=False),
    )
    facts = (
        Column("about", _("Belongs to"), value=about_in_words),
        Column("kind", badges=KIND_COLOURS),
        Column("tags", _("Tags"), value=lambda file: ", ".join(file.tags)),
        Column("note"),
        Column("size", value=lambda file: filesizeformat(file.size)),
        Column("number"),
        Column("uploaded_by"),
        Column("at"),
        Column("restricted"),
        Column("roles", value=lambda file: list(file.roles.all()) if file.restricted else None),
        Column("mime", _("Format")),
        Column("sha256"),
    )
    filters = (
        RelationFilter("tagged", _("Tags")),
        "kind",
        RecordFilter("record", _("Belongs to")),
        FormatFilter("inside", _("Format")),
        RangeFilter("at"),
        "restricted",
    )
    search = ("name", "note", "tag_words", "words")
    order = ("-pk",)
    form_class = FileForm
    save = staticmethod(save_file)
    may_add = False
    no_import = _("Files are dropped on their record.")
    list_view, detail_view = FileList, FilePage
    api_fields = (
        "id",
        "name",
        "record",
        "object_id",
        "kind",
        "note",
        "tags",
        "number",
        "size",
        "mime",
        "sha256",
        "uploaded_by",
        "at",
        "restricted",
        "roles",
    )
    prefetch = ("roles",)
    actions = (
        Action("tag", _("Add tags"), add_tags, form=TagForm),
        Action(
            "delete",
            _("Remove"),
            delete_attachment,
            permission="delete",
            danger=True,
            help_text=_("Into the bin, where it can be fetched back for some days."),
        ),
    )
    empty_text = _("Drop a file on a customer, a contract or any other record: it is listed here, too.")

    @classmethod
    def all_tabs(cls) -> list[Tab]:
        """Files have no files of their own."""
        return [tab for tab in super().all_tabs() if tab.code != "files"]

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        files = visible_files(request).defer("words").prefetch_related(*cls.prefetch)
        return files.order_by(*cls.order)


class FileBin(Workspace):
    """Files thrown away, for who may throw files away."""

    model = Attachment
    code, title = "file-bin", _("Bin of files")
    area, icon, order_in_area = AREA, "trash-2", 20
    columns = (
        Column("name", link=True),
        Column("about", _("Belongs to"), value=about_in_words, sort=False),
        Column("kind", badges=KIND_COLOURS),
        Column("size", value=lambda file: filesizeformat(file.size), sort="size"),
        Column("binned_by"),
        Column("binned_at"),
    )
    filters = ("kind", RangeFilter("binned_at"))
    search = ("name", "note", "tag_words", "words")
    order = ("-binned_at", "-pk")
    may_add = api = export = False
    no_import = _("Files are dropped on their record.")
    actions = (
        Action("put-back", _("Put back"), put_back, permission="delete", primary=True),
        Action(
            "purge",
            _("Remove for good"),
            purge_one,
            permission="delete",
            danger=True,
            help_text=_("With all its versions. This cannot be undone."),
        ),
    )
    empty_text = _("Removed files wait here for some days, then they are gone for good.")

    @classmethod
    def permission(cls, verb: str) -> str:
        """Who looks into the bin may as well have emptied it."""
        return super().permission("delete" if verb == "view" else verb)

    @classmethod
    def all_tabs(cls) -> list[Tab]:
        return []

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return visible_files(request, binned=True).defer("words").order_by(*cls.order)


def files_context(record: Any) -> dict[str, Any]:
    """The Files tab of a record, for the person whose request is answered."""
    label, company_id = record._meta.label_lower, audit.company_id_of(record)
    files = list(attachments_of(record).filter(open_to(viewer())).defer("words")[:500])
    return {
        "attachments": [(file, thumbnail_of(file)) for file in files],
        "upload_url": reverse("attachment-upload", args=[label, record.pk]),
        "list_url": f"{reverse('file-list')}?record={label}&object_id={record.pk}",
        "largest": options.read(FileOptions, company_id).largest_megabytes if company_id else 0,
    }
