from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db import transaction

from ronda.company.domain.roles import ROLE_TEMPLATES, TEMPLATE_BY_CODE
from ronda.company.models import Company, Role


def seed_roles(company: Company) -> dict[str, Role]:
    """Give a new company its standard roles; the roles by code."""
    roles = {
        template.code: Role.objects.create(
            company=company,
            code=template.code,
            name=str(template.name),
            grants_all=template.grants_all,
            follows_template=True,
        )
        for template in ROLE_TEMPLATES
    }
    _grant(roles.values())
    return roles


@transaction.atomic
def refresh_roles() -> None:
    """Add permissions that came with an upgrade to the roles nobody changed."""
    _grant(Role.objects.filter(follows_template=True).order_by("pk"))


def _grant(roles: Iterable[Role]) -> None:
    roles = [role for role in roles if role.code in TEMPLATE_BY_CODE and not role.grants_all]
    if not roles:
        return
    known = [
        (pk, f"{app}.{codename}")
        for pk, app, codename in Permission.objects.order_by("pk").values_list(
            "pk", "content_type__app_label", "codename"
        )
    ]
    through = Role.permissions.through
    through.objects.bulk_create(
        [
            through(role_id=role.pk, permission_id=pk)
            for role in roles
            for pk, permission in known
            if TEMPLATE_BY_CODE[role.code].allows(permission)
        ],
        ignore_conflicts=True,
    )
