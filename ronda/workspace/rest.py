"""The API: one resource per workspace, by the same filters, forms, services and refusals as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import Http404, QueryDict
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_409_CONFLICT
from rest_framework.views import exception_handler
from rest_framework.viewsets import GenericViewSet

from ronda.kernel.errors import Refusal
from ronda.workspace import extras
from ronda.workspace.acting import run_action
from ronda.workspace.declare import Action, Workspace
from ronda.workspace.fields import dress
from ronda.workspace.filters import as_filter
from ronda.workspace.forms import CompanyForm, CompanyModelForm
from ronda.workspace.listing import Listing
from ronda.workspace.rest_input import (
    CUSTOM,
    action_serializer,
    as_object,
    confirmed_of,
    data_of_form,
    data_of_rows,
    input_serializer,
    leave_unnamed,
    output_serializer,
    refuse_unknown,
    refuse_unread,
    with_custom,
)
from ronda.workspace.saving import formsets, services_rows
from ronda.workspace.services import save_record

# Parameters that every list has, besides its page.
ALWAYS = ("page_size", "q", "sort")


class RefusalBody(serializers.Serializer[Any]):
    """What a refused request answers: switch on `code`, show `message`."""

    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(allow_null=True)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """EXCEPTION_HANDLER: code, message and field; only what is wrong with the input is told by field.

    A refusal answers 409 with its stable code; 401, 403, 404 and the like with the framework's own.
    """
    if isinstance(error, Refusal):
        body = {"code": error.code, "message": str(error.message), "field": error.field}
        return Response(body, status=HTTP_409_CONFLICT)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(response.data, list):
        response.data = {NON_FIELD_ERRORS: response.data}
    elif isinstance(detail := response.data.get("detail"), ErrorDetail):
        response.data = {"code": detail.code, "message": str(detail), "field": None}
    return response


class MayDo(BasePermission):
    """The permission of the verb: view to read, add to create, change to update, an action's own.

    `request.auth`, where there is one, may narrow it: `allows(area, write=)` says yes as well.
    """

    verbs: ClassVar[dict[str, str]] = {
        "list": "view",
        "retrieve": "view",
        "create": "add",
        "update": "change",
        "partial_update": "change",
    }

    def has_permission(self, request: Request, view: Any) -> bool:
        workspace: type[Workspace] = view.workspace
        narrowed = getattr(request.auth, "allows", None)
        if narrowed and not narrowed(workspace.scope(), write=request.method not in SAFE_METHODS):
            self.code, self.message = "scope_missing", _("The scopes of this token do not include this.")
            return False
        verb = self.verbs.get(view.action or "") or getattr(view, "action_permission", None)
        return verb is None or bool(request.user.has_perm(workspace.permission(verb)))


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class RecordViewSet(GenericViewSet[Any]):
    """List, read, create, change and act on the records of one workspace, in one company."""

    workspace: type[Workspace]
    permission_classes = (IsAuthenticated, MayDo)
    pagination_class = Pages
    action_permission: str | None = None

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.workspace.model._default_manager.none()
        return self.workspace.records(self.request._request)

    @property
    def company(self) -> Any:
        return getattr(self.request, "company", None)

    def list(self, request: Request) -> Response:
        given: QueryDict = request.query_params
        listing = Listing(self.workspace, request._request, given, today=timezone.localdate())
        refuse_unread(listing, known={self.pagination_class.page_query_param, *ALWAYS})
        page = self.paginate_queryset(listing.rows)
        if page and listing.company_id is not None:
            extras.hold(page, listing.extra_fields, listing.company_id)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    def create(self, request: Request) -> Response:
        self.form_class()
        record = self.saved(request, self.workspace.model(), partial=False)
        return Response(self.get_serializer(record).data, status=HTTP_201_CREATED)

    def update(self, request: Request, pk: int) -> Response:
        return self.changed(request, partial=False)

    def partial_update(self, request: Request, pk: int) -> Response:
        return self.changed(request, partial=True)

    def changed(self, request: Request, *, partial: bool) -> Response:
        record = self.get_object()
        if self.workspace.may_edit is not None and not self.workspace.may_edit(record):
            raise PermissionDenied
        self.saved(request, record, partial=partial)
        return Response(self.get_serializer(self.get_object()).data)

    def form_class(self) -> type[forms.ModelForm]:
        if self.workspace.form_class is None:
            raise Http404
        return self.workspace.form_class

    def saved(self, request: Request, record: Any, *, partial: bool) -> Any:
        """Fill the workspace's own form and save it by its service."""
        form_class, company = self.form_class(), self.company
        given = refuse_unknown(request.data, form_class, self.workspace)
        given = with_custom(given, self.workspace.model, company)
        extra = {"company": company, "canonical": True} if issubclass(form_class, CompanyModelForm) else {}
        blank = form_class(instance=record, **extra)
        # A new record begins with the model's defaults: what is not sent is not "no".
        data = data_of_form(blank, given, partial=partial or record.pk is None)
        only = [inline.name for inline in self.workspace.inlines if inline.name in given or not partial]
        for inline in self.workspace.inlines:
            if inline.name in only:
                data |= data_of_rows(inline, given.get(inline.name) or [], record, company)
        form: Any = form_class(data, instance=record, **extra)
        if record.pk is not None:
            leave_unnamed(form, given, partial=partial)
        rows = formsets(self.workspace, form, data, company=company, canonical=True, only=only)
        checked = [form.is_valid(), *(one.is_valid() for one in rows.values())]
        if not all(checked):
            raise ValidationError(errors_of(form))
        form.confirmed = confirmed_of(given)
        return save_record(
            form,
            by=request.user.get_username(),
            company=company,
            save=self.workspace.save,
            inlines=rows,
            by_service=services_rows(self.workspace),
        )

    def act(self, request: Request, action: Action) -> Response:
        """Run an action on one record; a question answers 409 until its code is among `confirmed`."""
        record = self.get_object()
        form_class = action.form or forms.Form
        given = as_object(request.data)
        confirmed = confirmed_of(given)
        given.pop("confirmed", None)
        extra_model = getattr(form_class, "extra_model", None)
        if extra_model is not None:
            given = with_custom(given, extra_model, self.company)
        extra = {"company": self.company, "canonical": True} if issubclass(form_class, CompanyForm) else {}
        blank = form_class(**extra)
        unknown = sorted(set(given) - set(blank.fields))
        if unknown:
            raise ValidationError({name: ["This field is not known."] for name in unknown})
        form = form_class(data_of_form(blank, given, partial=True), **extra)
        leave_unnamed(form, given, partial=True)
        if not isinstance(form, CompanyForm):
            dress(form, company=self.company, canonical=True)
        if not form.is_valid():
            raise ValidationError(errors_of(form))
        outcome = run_action(
            action,
            [record],
            by=request.user.get_username(),
            facts=form.cleaned_data,
            confirmed={record.pk: confirmed},
        )
        for _record, refusal in (*outcome.refused, *outcome.questions):
            raise refusal
        again = self.get_queryset().filter(pk=record.pk).first()
        return Response(self.get_serializer(again or record).data)


def errors_of(form: Any) -> dict[str, Any]:
    """Reasons by field, and by row for the rows of a record."""
    found: dict[str, Any] = {name: [str(one) for one in reasons] for name, reasons in form.errors.items()}
    custom = {
        field.code: found.pop(field.key) for field in getattr(form, "extra_fields", ()) if field.key in found
    }
    if custom:
        found[CUSTOM] = custom
    for code, rows in getattr(form, "inlines", {}).items():
        if rows.is_bound and not rows.is_valid():
            found[code] = [
                *rows.non_form_errors(),
                *({k: list(v) for k, v in one.items()} for one in rows.errors),
            ]
    return found


OWN_FILTERS = (
    "The company's own fields narrow it too: `custom_CODE` for choices, yes (1) or no (0), words of a text, "
    "`custom_CODE_from` and `custom_CODE_to` for numbers, amounts and days."
)


def parameters(workspace: type[Workspace]) -> list[OpenApiParameter]:
    """What the list can be narrowed by, for the schema."""
    names = [("q", "Text searched for")] if workspace.search else []
    for one in workspace.filters:
        known = as_filter(workspace.model, one)
        names += [(name, known.title(workspace.model)) for name in known.parameters]
    names.append(("sort", "A column, or -column for the other way round"))
    return [OpenApiParameter(name, str, description=text) for name, text in names]


def viewset(workspace: type[Workspace]) -> type[RecordViewSet]:
    """The resource of a workspace, documented from its declaration."""
    name, label = workspace.base(), str(workspace.model._meta.verbose_name)
    refused = {409: OpenApiResponse(RefusalBody)}
    reads = output_serializer(workspace)
    members: dict[str, Any] = {"workspace": workspace, "serializer_class": reads, "__doc__": None}
    made: type[RecordViewSet] = type(f"{workspace.__name__}ViewSet", (RecordViewSet,), members)

    def documented(verb: str, summary: str, **schema: Any) -> None:
        inherited = getattr(RecordViewSet, verb)

        def method(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            return inherited(self, request, *args, **kwargs)  # type: ignore[no-any-return]

        method.__name__ = verb
        setattr(
            made,
            verb,
            extend_schema(operation_id=f"{name}_{verb}", summary=summary, tags=[name], **schema)(method),
        )

    documented(
        "list",
        f"List: {label}",
        description=OWN_FILTERS if extras.is_extensible(workspace.model) else None,
        parameters=parameters(workspace),
        responses=reads(many=True),
    )
    documented("retrieve", f"Read: {label}", responses=reads)
    if workspace.form_class:
        writes = input_serializer(workspace)
        documented("create", f"Create: {label}", request=writes, responses={201: reads, **refused})
        documented("update", f"Replace: {label}", request=writes, responses={200: reads, **refused})
        documented("partial_update", f"Change: {label}", request=writes, responses={200: reads, **refused})
    for action in workspace.all_actions():
        add_action(made, action, reads, refused)
    return made


def add_action(made: type[RecordViewSet], action: Action, reads: Any, refused: dict[int, Any]) -> None:
    """POST /{id}/{action}/ as a method of the resource."""
    name = made.workspace.base()

    def method(self: RecordViewSet, request: Request, pk: int) -> Response:
        return self.act(request, action)

    method.__name__ = method_name(action)
    method.__doc__ = None
    schema = extend_schema(
        operation_id=f"{name}_{action.code.replace('-', '_')}",
        summary=str(action.label),
        tags=[name],
        request=action_serializer(made.workspace, action),
        responses={200: reads, **refused},
    )
    setattr(made, method_name(action), schema(method))


def method_name(action: Action) -> str:
    return f"do_{action.code.replace('-', '_')}"


def mount_api(workspaces: Sequence[type[Workspace]]) -> list[URLPattern]:
    """The addresses of every workspace's resource, below wherever the site includes them."""
    return [url for workspace in workspaces if workspace.api for url in api_urls(workspace)]


def api_urls(workspace: type[Workspace]) -> list[URLPattern]:
    base, made = workspace.base(), viewset(workspace)
    many: dict[str, Any] = {"get": "list"}
    one: dict[str, Any] = {"get": "retrieve"}
    if workspace.form_class:
        one |= {"put": "update", "patch": "partial_update"}
        if workspace.may_add:
            many["post"] = "create"
    found = [
        path(f"{base}/", made.as_view(many), name=f"api-{base}-list"),
        path(f"{base}/<int:pk>/", made.as_view(one), name=f"api-{base}-detail"),
    ]
    for action in workspace.all_actions():
        view = made.as_view({"post": method_name(action)}, action_permission=action.permission)
        found.append(path(f"{base}/<int:pk>/{action.code}/", view, name=f"api-{base}-{action.code}"))
    return found
