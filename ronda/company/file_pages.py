"""Addresses of files: sending, downloading, previews, versions, throwing away."""

import logging
from abc import ABC, abstractmethod
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import View

from ronda.company import options
from ronda.company.company_options import FileOptions
from ronda.company.domain.file_kinds import SHOWN_INLINE
from ronda.company.file_rights import file_or_404, may, subject_or_404, visible_files
from ronda.company.models import Attachment
from ronda.company.models.files import KeptBytes
from ronda.company.services.files import (
    MEGABYTE,
    FileTooLarge,
    Kept,
    delete_attachment,
    keep_file,
    restore_version,
)
from ronda.kernel.errors import Refusal

logger = logging.getLogger(__name__)

# Files of strangers run nothing, load nothing and are asked for again each time.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class LimitedUpload(FileUploadHandler):
    """Stops taking bytes once a file is larger than the company takes; nothing of it is kept."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        company = getattr(request, "company", None)
        megabytes = options.read(FileOptions, company).largest_megabytes if company else 0
        self.most, self.came, self.megabytes = megabytes * MEGABYTE, 0, megabytes
        request.limited_upload = self  # type: ignore[attr-defined]

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.came = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.came += len(raw_data)
        if self.came > self.most:
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    @property
    def too_large(self) -> bool:
        return self.came > self.most


def limit_upload(request: HttpRequest) -> None:
    """Count what is sent from the first byte on; before anything reads the request's body."""
    request.upload_handlers.insert(0, LimitedUpload(request))


def upload_of(request: HttpRequest) -> Any:
    """The file that was sent; refusals for none, and for one that was too large to be taken."""
    limited: LimitedUpload | None = getattr(request, "limited_upload", None)
    upload = request.FILES.get("file")
    if upload is None and limited is not None and limited.too_large:
        told = {"largest": limited.megabytes}
        raise FileTooLarge(_("The file is larger than %(largest)s MB.") % told, field="file")
    return upload


def said_of(kept: Kept) -> str:
    """What became of a file that was sent, in words."""
    told = {"name": kept.attachment.name, "number": kept.attachment.number}
    if kept.outcome == "same":
        return _("Already there: version %(number)s has the same content. Nothing was kept twice.") % told
    if kept.outcome == "version":
        return _("Kept as version %(number)s; the earlier one is still there.") % told
    return _("Kept as “%(name)s”.") % told


@method_decorator(csrf_exempt, name="dispatch")
class Upload(ABC, View):
    """What both ways of sending a file share: the limit counts before the body is read, CSRF included."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **where: Any) -> HttpResponse:
        if not may(request, "company.add_attachment"):
            raise PermissionDenied
        limit_upload(request)
        return self.protected(request, **where)

    @method_decorator(csrf_protect)
    def protected(self, request: HttpRequest, **where: Any) -> HttpResponse:
        subject, onto = self.place(request, **where)
        try:
            upload = upload_of(request)
            if upload is None:
                return JsonResponse({"message": _("Choose a file.")}, status=422)
            kept = keep_file(
                subject,
                upload,
                name=onto.name if onto else upload.name or "",
                by=request.user.get_username(),
                note=request.POST.get("note", "")[:250],
                onto=onto,
                seen=visible_files(request),
            )
        except Refusal as refusal:
            body = {"code": refusal.code, "message": str(refusal.message), "field": refusal.field}
            return JsonResponse(body, status=409)
        told = {"id": kept.attachment.pk, "name": kept.attachment.name, "message": said_of(kept)}
        return JsonResponse(told, status=200 if kept.outcome == "same" else 201)

    @abstractmethod
    def place(self, request: HttpRequest, **where: Any) -> tuple[Any, Attachment | None]:
        """The record the file belongs to, and the file it is a new version of."""


class UploadFile(Upload):
    """POST `file`: put it on a record."""

    permission_required = "company.add_attachment"

    def place(self, request: HttpRequest, **where: Any) -> tuple[Any, Attachment | None]:
        return subject_or_404(request, where["label"], where["pk"]), None


class UploadVersion(Upload):
    """POST `file`: a new version of a file, whatever the name it comes with."""

    permission_required = "company.add_attachment"

    def place(self, request: HttpRequest, **where: Any) -> tuple[Any, Attachment | None]:
        there = file_or_404(request, where["pk"], "add")
        return subject_or_404(request, there.record, there.object_id), there


def hand_out(kept: KeptBytes, name: str, *, inline: bool = False) -> HttpResponse:
    """The bytes as a download; pictures, which were written anew, may be shown."""
    shown = inline and kept.mime in SHOWN_INLINE
    return _response(kept.file, kept.mime if shown else "application/octet-stream", name, download=not shown)


def _response(file: FieldFile, mime: str, name: str, *, download: bool) -> HttpResponse:
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError as error:  # a store elsewhere that is away
        logger.warning("a file could not be read: %s", error)
        said = _("The place where files are kept does not answer. Nothing is lost: try again in a minute.")
        headers = {**HEADERS, "Retry-After": "60"}
        return HttpResponse(said, status=503, content_type="text/plain; charset=utf-8", headers=headers)
    response = FileResponse(opened, as_attachment=download, filename=name, content_type=mime)
    for header, value in HEADERS.items():
        response[header] = value
    return response  # type: ignore[return-value]


class DownloadFile(View):
    """The file; only pictures are ever shown in the browser."""

    permission_required = "company.view_attachment"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        there = file_or_404(request, pk, "view")
        return hand_out(there, there.name, inline="inline" in request.GET)


class PreviewFile(View):
    """The preview or the thumbnail, a small picture of our own making."""

    permission_required = "company.view_attachment"
    which = "preview"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        there = file_or_404(request, pk, "view")
        picture: FieldFile = getattr(there, self.which)
        if not picture:
            raise Http404
        response = _response(picture, "image/webp", "preview.webp", download=False)
        # The name in the store changes with every version, and is part of the address.
        response["Cache-Control"] = "private, max-age=3600"
        return response


class DownloadVersion(View):
    """An earlier version of a file."""

    permission_required = "company.view_attachment"

    def get(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        there = file_or_404(request, pk, "view")
        kept: Any = there
        if number != there.number:
            kept = get_object_or_404(there.versions, number=number)
        stem, dot, ending = there.name.rpartition(".")
        name = f"{stem} ({number}).{ending}" if dot else f"{there.name} ({number})"
        return hand_out(kept, name)


def back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """To where the form says it came from, if that is an address of ours."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if target and safe else otherwise)


class RestoreVersion(View):
    """POST: make an earlier version the current one again."""

    permission_required = "company.change_attachment"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        there = file_or_404(request, pk, "change")
        get_object_or_404(there.versions, number=number)
        try:
            now = restore_version(there, number=number, by=request.user.get_username())
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
        else:
            told = {"old": number, "new": now.number}
            messages.success(request, _("Version %(old)s is back, as version %(new)s.") % told)
        return back(request, reverse("file-detail", args=[pk]))


class DeleteFile(View):
    """POST: into the bin."""

    permission_required = "company.delete_attachment"
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        there = file_or_404(request, pk, "delete")
        delete_attachment(there, by=request.user.get_username())
        messages.success(request, _("“%(name)s” is removed.") % {"name": there.name})
        return back(request, reverse("file-list"))
