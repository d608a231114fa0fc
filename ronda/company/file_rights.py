"""Who sees which files: who sees their record, unless the file is restricted to some roles.

Every page, the list, the palette and the API ask here.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from ronda.company.models import Attachment, Membership, Role, User
from ronda.workspace.declare import Workspace
from ronda.workspace.registry import registry
from ronda.workspace.visibility import sees_everything


def may(request: HttpRequest, permission: str) -> bool:
    return bool(request.user.has_perm(permission))  # type: ignore[union-attr]


def workspace_of_label(label: str) -> type[Workspace] | None:
    """The screens of a kind of record that files can be put on; files themselves are none."""
    found = next((one for one in registry if one.model._meta.label_lower == label), None)
    if found is None or found.model is Attachment:
        return None
    return registry.of(found.model)


def subject_or_404(request: HttpRequest, label: str, pk: int) -> Any:
    """A record the person may see, by its model's label; 404 otherwise."""
    workspace = workspace_of_label(label)
    if workspace is None or not may(request, workspace.permission("view")):
        raise Http404
    return get_object_or_404(workspace.records(request), pk=pk)


def role_of(user: Any) -> Role | None:
    """The person's role in the company they work in now."""
    if not isinstance(user, User):
        return None
    member = user.membership
    if member is None or member.company_id != user.company_id:
        here = {"company": user.company_id} if user.company_id is not None else {"is_default": True}
        member = Membership.objects.filter(user=user, **here).select_related("role").first()
    return member.role if member else None


def open_to(user: Any) -> Q:
    """The files that are not restricted, or restricted to the person's role among others.

    None is code that runs for nobody: it is not limited.
    """
    if user is None or getattr(user, "is_superuser", False):
        return Q()
    role = role_of(user)
    if role is not None and role.grants_all:
        return Q()
    chosen = Attachment.roles.through.objects.filter(role=role.pk if role else 0)
    return Q(restricted=False) | Q(pk__in=chosen.values("attachment"))


def visible_files(request: HttpRequest, *, binned: bool = False) -> QuerySet[Attachment]:
    """The files of the company whose record the person sees, and that are not restricted to others.

    One statement finds the kinds of record that have files at all; only those are asked about.
    """
    company, user = getattr(request, "company", None), request.user
    if company is None or not user.is_authenticated:
        return Attachment.objects.none()
    files = Attachment.objects.filter(company=company, binned_at__isnull=not binned)
    whole = sees_everything(user)
    all_of, wanted = [], Q(pk__in=())
    for kind in files.order_by().values_list("content_type", flat=True).distinct():
        model = ContentType.objects.get_for_id(kind).model_class()
        workspace = registry.of(model) if model else None
        if workspace is None or not may(request, workspace.permission("view")):
            continue
        if whole and _shows_all_of_company(workspace):
            all_of.append(kind)
        else:
            records = workspace.records(request).order_by().values("pk")
            wanted |= Q(content_type=kind, object_id__in=records)
    return files.filter(wanted | Q(content_type__in=all_of)).filter(open_to(user))


def _shows_all_of_company(workspace: type[Workspace]) -> bool:
    """Whether the workspace shows every record of the company to who sees everything."""
    plain = workspace.records.__func__ is Workspace.records.__func__  # type: ignore[attr-defined]
    return plain and workspace.company_path is not None


def file_or_404(request: HttpRequest, pk: int, verb: str, *, binned: bool = False) -> Attachment:
    """A file the person may see, for a verb ("view", "add", "change", "delete") they have; 403 without it."""
    if not may(request, f"company.{verb}_attachment"):
        raise PermissionDenied
    company = getattr(request, "company", None)
    found = get_object_or_404(
        Attachment.objects.defer("words").filter(open_to(request.user)),
        pk=pk,
        company=company,
        binned_at__isnull=not binned,
    )
    subject_or_404(request, found.record, found.object_id)
    return found
