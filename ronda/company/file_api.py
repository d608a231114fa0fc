"""Files for programs: sending, reading bytes, versions. Lists and details are those of the workspace."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_200_OK, HTTP_201_CREATED

from ronda.company.file_pages import hand_out, limit_upload, upload_of
from ronda.company.file_rights import file_or_404, subject_or_404, visible_files
from ronda.company.file_screens import Files
from ronda.company.models import Attachment, FileVersion
from ronda.company.models.files import KeptBytes
from ronda.company.services.files import keep_file, restore_version
from ronda.workspace.rest import RecordViewSet, RefusalBody
from ronda.workspace.rest_input import is_writable, output_serializer

TAGS = ["file"]
# As the list shows it, under a name of its own in the description.
Record: Any = type("KeptFile", (output_serializer(Files),), {})
REFUSED = {409: OpenApiResponse(RefusalBody)}
BYTES = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
MAX_KEY = 2**63 - 1


class FileVersionRecord(serializers.ModelSerializer[FileVersion]):
    class Meta:
        model = FileVersion
        fields = ("number", "size", "mime", "sha256", "uploaded_by", "at")
        read_only_fields = fields


class VersionUpload(serializers.Serializer[Any]):
    """The body of a request that brings a file; one that is too large ends being read."""

    file = serializers.FileField(allow_empty_file=True)


class FileUpload(VersionUpload):
    record = serializers.CharField(help_text="The kind of record, as parties.party", max_length=100)
    object_id = serializers.IntegerField(min_value=1, max_value=MAX_KEY)
    name = serializers.CharField(required=False, max_length=200, help_text="Else the file's own name")
    note = serializers.CharField(required=False, max_length=250, allow_blank=True)


class FileBytes(RecordViewSet):
    """Beyond list, read and change: POST of bytes, their download, versions."""

    workspace = Files
    serializer_class = Record
    parser_classes = (MultiPartParser,)

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Count what comes before anything looks at it."""
        if request.method == "POST" and not request._read_started and not hasattr(request, "_files"):
            limit_upload(request)
        return super().initialize_request(request, *args, **kwargs)

    def given(self, request: Request, kind: type[VersionUpload]) -> dict[str, Any]:
        """The checked fields of the body, without the file."""
        data: Any = request.data
        body = {name: data.get(name) for name in kind().fields if name in data}
        if not is_writable({name: value for name, value in body.items() if name != "file"}):
            raise ValidationError([_("A text holds characters that cannot be kept.")])
        upload = upload_of(request._request)
        if upload is None:
            raise ValidationError({"file": [_("Choose a file.")]})
        checked = kind(data={**body, "file": upload})
        checked.is_valid(raise_exception=True)
        return {**checked.validated_data, "file": upload}

    def kept(
        self, request: Request, subject: Any, given: dict[str, Any], onto: Attachment | None
    ) -> Response:
        upload = given["file"]
        done = keep_file(
            subject,
            upload,
            name=onto.name if onto else given.get("name") or upload.name or "",
            by=request.user.get_username(),
            note=given.get("note", ""),
            onto=onto,
            seen=visible_files(request._request),
        )
        status = HTTP_200_OK if done.outcome == "same" else HTTP_201_CREATED
        return Response(Record(done.attachment).data, status=status)

    @extend_schema(
        operation_id="file_upload",
        summary="Send a file; one of the same name on the record becomes its new version",
        tags=TAGS,
        request={"multipart/form-data": FileUpload},
        responses={200: Record, 201: Record, **REFUSED},
    )
    def upload(self, request: Request) -> Response:
        given = self.given(request, FileUpload)
        subject = subject_or_404(request._request, given["record"].lower(), given["object_id"])
        return self.kept(request, subject, given, None)

    @extend_schema(
        operation_id="file_content",
        summary="The bytes",
        tags=TAGS,
        responses=BYTES,
    )
    def content(self, request: Request, pk: int) -> HttpResponse:
        there = file_or_404(request._request, pk, "view")
        return hand_out(there, there.name)

    @extend_schema(
        operation_id="file_versions",
        summary="All versions, the current one first",
        tags=TAGS,
        responses=FileVersionRecord(many=True),
    )
    def versions(self, request: Request, pk: int) -> Response:
        there = file_or_404(request._request, pk, "view")
        kept: list[Any] = [there, *there.versions.all()]
        return Response(FileVersionRecord(kept, many=True).data)

    @extend_schema(
        operation_id="file_new_version",
        summary="Send a new version",
        tags=TAGS,
        request={"multipart/form-data": VersionUpload},
        responses={200: Record, 201: Record, **REFUSED},
    )
    def new_version(self, request: Request, pk: int) -> Response:
        there = file_or_404(request._request, pk, "add")
        given = self.given(request, VersionUpload)
        subject = subject_or_404(request._request, there.record, there.object_id)
        return self.kept(request, subject, given, there)

    @extend_schema(
        operation_id="file_version_content",
        summary="The bytes of a version",
        tags=TAGS,
        responses=BYTES,
    )
    def version_content(self, request: Request, pk: int, number: int) -> HttpResponse:
        there = file_or_404(request._request, pk, "view")
        older: KeptBytes = (
            there if number == there.number else get_object_or_404(there.versions, number=number)
        )
        return hand_out(older, there.name)

    @extend_schema(
        operation_id="file_version_restore",
        summary="Make an earlier version the current one again",
        tags=TAGS,
        request=None,
        responses={200: Record, **REFUSED},
    )
    def restore(self, request: Request, pk: int, number: int) -> Response:
        there = file_or_404(request._request, pk, "change")
        get_object_or_404(there.versions, number=number)
        done = restore_version(there, number=number, by=request.user.get_username())
        return Response(Record(done).data)


def _address(where: str, name: str, permission: str, **methods: str) -> Any:
    actions: dict[str, Any] = methods
    return path(where, FileBytes.as_view(actions, action_permission=permission), name=name)


urlpatterns = [
    _address("file/upload/", "api-file-upload", "add", post="upload"),
    _address("file/<int:pk>/content/", "api-file-content", "view", get="content"),
    _address("file/<int:pk>/versions/", "api-file-versions", "view", get="versions"),
    _address("file/<int:pk>/new-version/", "api-file-new-version", "add", post="new_version"),
    _address("file/<int:pk>/versions/<int:number>/", "api-file-version", "view", get="version_content"),
    _address("file/<int:pk>/versions/<int:number>/restore/", "api-file-restore", "change", post="restore"),
]
