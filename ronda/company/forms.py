from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import Permission
from django.contrib.auth.password_validation import password_validators_help_texts
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ronda.company.country import registered_countries
from ronda.company.domain.cron import InvalidCron, parse_cron
from ronda.company.domain.roles import verb_of
from ronda.company.matrix import AreaOfRole, matrix
from ronda.company.models import Branch, Company, Membership, Role, Schedule, Team
from ronda.company.models.companies import LANGUAGES
from ronda.company.services.companies import check_identity
from ronda.company.wording import permission_label
from ronda.kernel.errors import Refusal
from ronda.workspace.fields import NewPasswordInput
from ronda.workspace.forms import CompanyForm, CompanyModelForm

COUNTRY_NAMES = {"IT": _("Italy"), "FR": _("France")}
# Django's own apps whose permissions mean nothing on our screens.
NOT_ON_SCREEN = ("auth", "contenttypes", "sessions", "admin", "sites")


class CompanyFacts(CompanyModelForm):
    """A company's identity. Its country is chosen once."""

    fieldsets: ClassVar[Any] = (
        (_("Company"), ("name", "legal_name", "country", "language", "timezone", "logo", "active")),
        (
            _("Identity"),
            ("tax_id", "registration_id", "tax_regime", "share_capital", "registry_office"),
        ),
        (_("Address"), ("street", "postcode", "city", "province")),
        (_("Contacts"), ("phone", "email", "pec", "website")),
        (_("Bank"), ("bank_name", "iban", "bic")),
    )

    class Meta:
        model = Company
        fields = (
            "name", "legal_name", "country", "language", "timezone", "logo", "active", "tax_id",
            "registration_id", "tax_regime", "share_capital", "registry_office", "street", "postcode", "city",
            "province", "phone", "email", "pec", "website", "bank_name", "iban", "bic",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = [(code, COUNTRY_NAMES.get(code, code)) for code in registered_countries()]
        known = self.instance.country
        if known and known not in dict(countries):
            countries.append((known, known))
        self.fields["country"] = forms.ChoiceField(
            label=_("Country"), choices=countries, disabled=self.instance.pk is not None
        )

    def clean(self) -> dict[str, Any]:
        """Ask the country's own rules before the person presses Save again."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        facts = ("country", "tax_id", "registration_id", "iban")
        try:
            check_identity(Company(**{fact: cleaned.get(fact, "") for fact in facts}))
        except Refusal as refusal:
            self.add_error(refusal.field, str(refusal.message))
        return cleaned


class PersonForm(CompanyModelForm):
    """A person and their role; the password only when they are new."""

    username = forms.CharField(label=_("User name"), max_length=150)
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the company")), *LANGUAGES], required=False
    )
    is_active = forms.BooleanField(label=_("May sign in"), required=False, initial=True)
    password = forms.CharField(
        label=_("Password"),
        widget=NewPasswordInput(),
        strip=False,
    )
    fieldsets: ClassVar[Any] = (
        (_("Person"), ("username", "first_name", "last_name", "email", "language", "password")),
        (_("Access"), ("role", "branch", "is_active")),
    )
    person_facts = ("first_name", "last_name", "email", "language", "is_active")

    class Meta:
        model = Membership
        fields = ("role", "branch")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())
        if self.instance.pk:
            user = self.instance.user
            del self.fields["password"]
            self.fields["username"].disabled = True
            self.initial.update({name: getattr(user, name) for name in ("username", *self.person_facts)})

    def changes(self) -> dict[str, list[Any]]:
        """A password never reaches the history."""
        return {name: pair for name, pair in super().changes().items() if name != "password"}


class PermissionsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return permission_label(obj)


class RoleForm(CompanyModelForm):
    """What a role allows, as a matrix of areas and verbs."""

    permissions = PermissionsField(
        label=_("Permissions"),
        queryset=Permission.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Role
        fields = ("name", "sees", "permissions")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["permissions"].queryset = permissions_on_screen()  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields above the matrix."""
        return [
            (legend, [field for field in fields if field.name != "permissions"])
            for legend, fields in super().groups()
        ]

    def clean_permissions(self) -> list[Permission]:
        """What was ticked, and to see whatever may be changed."""
        chosen: list[Permission] = list(self.cleaned_data["permissions"])
        kinds = {one.content_type_id for one in chosen}
        seen = [
            one
            for one in self.fields["permissions"].queryset  # type: ignore[attr-defined]
            if one.content_type_id in kinds and verb_of(one.codename, one.content_type.model) == "view"
        ]
        return [*chosen, *(one for one in seen if one not in chosen)]

    def matrix(self) -> list[AreaOfRole]:
        """The permissions as the page shows them, ticked as stored or as just sent."""
        chosen = self["permissions"].value() or ()
        ticked = {int(getattr(one, "pk", one)) for one in chosen if str(getattr(one, "pk", one)).isdecimal()}
        return matrix(self.fields["permissions"].queryset, ticked)  # type: ignore[attr-defined]


class TeamForm(CompanyModelForm):
    class Meta:
        model = Team
        fields = ("name", "members")


class RoleCopyForm(CompanyForm):
    name = forms.CharField(label=_("Name of the new role"), max_length=80)


def permissions_on_screen() -> QuerySet[Permission]:
    """The permissions people can give: those of our own records."""
    return (
        Permission.objects.exclude(content_type__app_label__in=NOT_ON_SCREEN)
        .select_related("content_type")
        .order_by("content_type__app_label", "content_type__model", "codename")
    )


class BranchForm(CompanyModelForm):
    class Meta:
        model = Branch
        fields = ("code", "name", "address")


class CounterForm(CompanyForm):
    last_number = forms.IntegerField(
        label=_("Last number"),
        min_value=0,
        max_value=999_999_999,
        help_text=_("The next document gets the number after this one."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=250,
        help_text=_("Kept, and shown in the report of the numbers beside what the change causes."),
    )


class ScheduleForm(CompanyModelForm):
    class Meta:
        model = Schedule
        fields = ("cron", "timezone", "active")
        help_texts: ClassVar = {
            "cron": _("Minute, hour, day of the month, month, day of the week: 0 3 * * *")
        }

    def clean_cron(self) -> str:
        line: str = self.cleaned_data["cron"]
        try:
            parse_cron(line)
        except InvalidCron as error:
            raise forms.ValidationError(str(error)) from error
        return line


class WelcomeForm(forms.Form):
    """What a new installation has to know."""

    company_name = forms.CharField(label=_("Name of the firm"), max_length=200)
    country = forms.ChoiceField(label=_("Country"))
    username = forms.CharField(label=_("Your user name"), max_length=150)
    password = forms.CharField(label=_("Password"), widget=NewPasswordInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [  # type: ignore[attr-defined]
            (code, COUNTRY_NAMES.get(code, code)) for code in registered_countries()
        ]
