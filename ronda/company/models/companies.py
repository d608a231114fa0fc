"""Companies, their branches, and who may do what in them."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, Permission
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

LANGUAGES = [("it", _("Italian")), ("fr", _("French")), ("en", _("English"))]
THEMES = [("auto", _("As the computer")), ("light", _("Light")), ("dark", _("Dark"))]


class CompanyGroup(models.Model):
    """Companies that belong together; each keeps its own records, whatever they share."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    shares_parties = models.BooleanField(
        _("shares customers and suppliers"),
        default=False,
        help_text=_(
            "Who may see the customers of one company can take them over into another one of the group: "
            "the data are copied, each company keeps its own record."
        ),
    )

    class Meta:
        verbose_name = _("group of companies")
        verbose_name_plural = _("groups of companies")

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    """A firm: everything of business belongs to one, and one never sees another's."""

    name = models.CharField(_("name"), max_length=200)
    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Enter the two capital letters of the country."))],
    )
    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, default="it")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    timezone = models.CharField(_("time zone"), max_length=40, default="Europe/Rome")
    tax_id = models.CharField(_("VAT number"), max_length=30, blank=True)
    registration_id = models.CharField(_("registration number"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    province = models.CharField(_("province"), max_length=10, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    pec = models.EmailField(_("certified e-mail"), blank=True)
    website = models.CharField(
        _("website"), max_length=200, blank=True, validators=[URLValidator(["http", "https"])]
    )
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True)
    share_capital = models.DecimalField(
        _("share capital"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    registry_office = models.CharField(_("registry office"), max_length=80, blank=True)
    tax_regime = models.CharField(_("tax regime"), max_length=10, blank=True)
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)
    active = models.BooleanField(_("active"), default=True)
    profile = models.JSONField(_("country profile"), default=dict, blank=True)
    group = models.ForeignKey(
        CompanyGroup,
        models.SET_NULL,
        related_name="companies",
        null=True,
        blank=True,
        verbose_name=_("group of companies"),
    )

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name


class Branch(models.Model):
    """A department or place of the company; options may differ here."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="branches", verbose_name=_("company"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=250, blank=True)

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "code"],
                name="one_branch_per_code",
                violation_error_message=_("This company already has a branch with that code."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in. What they may do depends on the company they work in."""

    # Set by the CurrentCompany middleware; None outside a request.
    company: Company | None = None
    company_id: int | None = None
    membership: "Membership | None" = None

    language = models.CharField(_("language"), max_length=5, choices=LANGUAGES, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=THEMES, default="auto")

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="one_user_per_email",
                violation_error_message=_("Another user already has this e-mail address."),
            ),
        ]


class Role(models.Model):
    """A named set of permissions; `company` null marks a template for new companies."""

    class Sees(models.TextChoices):
        ALL = "all", _("everything")
        OWN = "own", _("own customers")
        TEAM = "team", _("customers of the team")
        BRANCH = "branch", _("customers of the branch")

    company = models.ForeignKey(
        Company, models.CASCADE, null=True, blank=True, related_name="roles", verbose_name=_("company")
    )
    code = models.CharField(_("code"), max_length=30, blank=True)
    name = models.CharField(_("name"), max_length=80)
    permissions = models.ManyToManyField(
        Permission, blank=True, related_name="roles", verbose_name=_("permissions")
    )
    grants_all = models.BooleanField(_("may do everything"), default=False)
    sees = models.CharField(
        _("sees"),
        max_length=6,
        choices=Sees.choices,
        default=Sees.ALL,
        help_text=_(
            "Whose customers, with everything that hangs on them: one's own as their salesperson, those of "
            "colleagues in the same team, or of colleagues in the same branch."
        ),
    )
    follows_template = models.BooleanField(
        _("keeps the standard permissions"),
        default=False,
        help_text=_("New functions are added to the role by themselves until somebody changes it."),
    )

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="one_role_per_name",
                violation_error_message=_("This company already has a role with that name."),
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(company=None), name="one_template_role_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user works in a company with a role."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    company = models.ForeignKey(
        Company, models.CASCADE, related_name="memberships", verbose_name=_("company")
    )
    role = models.ForeignKey(Role, models.PROTECT, related_name="memberships", verbose_name=_("role"))
    branch = models.ForeignKey(Branch, models.SET_NULL, null=True, blank=True, verbose_name=_("branch"))
    is_default = models.BooleanField(_("opens at log-in"), default=False)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "company"],
                name="one_membership_per_company",
                violation_error_message=_("This person already works in the company."),
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_default_company_per_user"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Team(models.Model):
    """People who see each other's customers (S9), where their role says "customers of the team"."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="teams", verbose_name=_("company"))
    name = models.CharField(_("name"), max_length=80)
    members = models.ManyToManyField(Membership, blank=True, related_name="teams", verbose_name=_("members"))

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["company", "name"],
                name="one_team_per_name",
                violation_error_message=_("This company already has a team with that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
