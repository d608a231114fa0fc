"""The roles a company starts with, as patterns on "app.codename"."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ronda.kernel.i18n import _


@dataclass(frozen=True, slots=True)
class RoleTemplate:
    """Permissions that match a pattern of `may` and none of `may_not`."""

    code: str
    name: Any
    may: tuple[str, ...]
    may_not: tuple[str, ...] = ()
    grants_all: bool = False

    def allows(self, permission: str) -> bool:
        return any(fnmatchcase(permission, p) for p in self.may) and not any(
            fnmatchcase(permission, p) for p in self.may_not
        )


_SYSTEM = ("auth.*", "sessions.*", "contenttypes.*")
_ADMINISTRATION = (
    *_SYSTEM,
    "company.*_user",
    "company.*_role",
    "company.*_membership",
    "company.*_company",
    "company.*_optionvalue",
    "company.*_auditentry",
    "company.change_numberseries",
)
_SEE_BASICS = ("company.view_attachment", "company.add_attachment", "company.view_job", "parties.view_*")

OWNER = RoleTemplate("owner", _("Owner"), ("*",), grants_all=True)
ROLE_TEMPLATES: tuple[RoleTemplate, ...] = (
    OWNER,
    RoleTemplate(
        "billing_clerk",
        _("Billing clerk"),
        ("parties.*", "catalogue.*", "billing.*", "payments.*", "contracts.*", "reports.*", "company.*")
        + ("renewals.*", "quotes.*", "packages.*", "agents.*", "analysis.*", "einvoices.*")
        + ("accounting.view_*", "purchases.*", "it.*", "fr.*", "country_fr.*", "country_it.*", "countries.*")
        + ("privacy.view_consent*", "privacy.add_consent"),
        _ADMINISTRATION,
    ),
    RoleTemplate(
        "dispatcher",
        _("Dispatcher"),
        (*_SEE_BASICS, "parties.*", "contracts.view_*", "catalogue.view_*", "billing.view_*")
        + ("quotes.view_*", "packages.view_*", "packages.use_*", "renewals.view_*")
        + ("privacy.view_consent*", "privacy.add_consent"),
    ),
    RoleTemplate(
        "accountant",
        _("Accountant"),
        (
            "*.view_*",
            "accounting.*",
            "payments.*",
            "purchases.*",
            "reports.*",
            "company.*_attachment",
            "company.*_outgoingmail",
        )
        + ("it.*", "fr.*", "country_fr.*", "country_it.*", "countries.*"),
        (*_SYSTEM, "company.*_user", "company.*_role", "company.*_membership"),
    ),
    RoleTemplate("technician", _("Technician"), (*_SEE_BASICS, "contracts.view_*", "catalogue.view_*")),
    RoleTemplate(
        "read_only",
        _("Read only"),
        ("*.view_*",),
        (*_SYSTEM, "company.*_user", "company.*_role", "company.*_membership", "company.*_auditentry"),
    ),
)
TEMPLATE_BY_CODE = {template.code: template for template in ROLE_TEMPLATES}

# The columns of the matrix: four verbs every record knows, and whatever else may be done with it.
ACT = "act"
MATRIX_VERBS = ("view", "add", "change", "delete", ACT)


def verb_of(codename: str, model: str) -> str:
    """The column of a permission: "view_party" of "party" is "view"; "issue_document" is "act"."""
    verb, _dash, name = codename.partition("_")
    return verb if name == model and verb in MATRIX_VERBS else ACT


def state_of(ticked: Iterable[bool]) -> str:
    """ "all", "some" or "none" of the boxes are ticked; "" when there is none to tick."""
    states = set(ticked)
    if not states:
        return ""
    return "some" if len(states) > 1 else ("all" if states.pop() else "none")
