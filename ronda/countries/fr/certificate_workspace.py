"""Screens of tax certificates: the certificates, how customers stand, what opens the credit."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ronda.countries.fr.certificate_forms import AgainForm, PersonalServiceForm, ServiceMeansForm
from ronda.countries.fr.certificate_models import (
    CertificateCase,
    PersonalService,
    ServiceMeans,
    TaxCertificate,
)
from ronda.countries.fr.certificate_pages import (
    ISSUE,
    STATE_COLOURS,
    VIEW,
    CertificatePage,
)
from ronda.countries.fr.services.certificate_files import content, file_name, send_certificates
from ronda.countries.fr.services.certificate_marks import remove_mark, remove_means
from ronda.countries.fr.services.certificates import issue_certificates
from ronda.parties.models import Party
from ronda.reports.pages import as_file
from ronda.workspace.declare import (
    Action,
    BoolFilter,
    ChoiceFilter,
    Column,
    Page,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_tab,
    register_page,
)

FRANCE = frozenset({"FR"})
#: A year is no amount: without the mark of thousands.
YEAR = Column("year", value=lambda row: str(row.year), kind="text", sort="year")

register_page(
    Page(
        "certificate-desk",
        _("Tax certificates"),
        "certificate-desk",
        area="billing",
        icon="file-check",
        permission=VIEW,
        keywords=["attestation fiscale", "services à la personne", "SAP", "crédit d'impôt"],
        order=64,
        countries=FRANCE,
    )
)


def mail(rows: Sequence[TaxCertificate], *, by: str, again: bool = False) -> Any:
    """Queue the mails; says how many, and whose address is missing."""
    sent, failed = send_certificates(rows, by=by, again=again)
    told = ngettext("%d certificate is being mailed.", "%d certificates are being mailed.", len(sent))
    words = [told % len(sent), *(str(refusal.message) for _row, refusal in failed[:5])]
    return " ".join(words)


def issue(case: CertificateCase, *, by: str) -> TaxCertificate:
    """Issue, or issue again, for one customer."""
    outcome = issue_certificates(
        case.company,
        case.year,
        on=timezone.localdate(),
        now=timezone.now(),
        by=by,
        parties=[case.party_id],
    )
    for _party, refusal in outcome.failed:
        raise refusal
    return (outcome.made or outcome.unchanged)[0]


def may_be_issued(case: CertificateCase) -> bool:
    return case.state in {CertificateCase.State.READY, CertificateCase.State.CHANGED}


class Certificates(Workspace):
    """What was certified to households, every version of it."""

    model = TaxCertificate
    code = "tax-certificate"
    countries = FRANCE
    no_import = _("A certificate is computed from the payments of the year.")
    customer_path = "party"
    area = "billing"
    icon = "file-check"
    order_in_area = 65
    in_navigation = False
    columns = (
        Column("number", _("number"), value=str, link=True, sort="party__code"),
        Column("party", sort="party__name"),
        YEAR,
        Column("version", kind="number"),
        Column("own", kind="money"),
        Column("others", kind="money", default=False),
        Column("not_counted", kind="money", default=False),
        Column("is_current", kind="bool"),
        Column("issued_on"),
        Column("mail", _("mail"), value=lambda row: row.mail and row.mail.get_state_display(), kind="text"),
    )
    facts = (
        Column("party"),
        YEAR,
        Column("version", kind="number"),
        Column("replaces"),
        Column("issued_on"),
        Column("issued_by"),
        Column("mail"),
    )
    filters = (
        RangeFilter("year"),
        BoolFilter("is_current", _("In force")),
        PickFilter(
            "mailed",
            _("Mail"),
            options={"no": (_("not mailed"), Q(mail=None)), "yes": (_("mailed"), Q(mail__isnull=False))},
        ),
        RangeFilter("issued_on"),
        RelationFilter("party"),
    )
    search = ("party__name", "party__code")
    related = ("company", "party", "replaces", "mail")
    order = ("-year", "party__name", "-version")
    may_add = False
    detail_view = CertificatePage
    actions = (
        Action(
            "mail",
            _("Send by mail"),
            mail,
            form=AgainForm,
            permission=ISSUE,
            enabled=lambda row: row.is_current,
            primary=True,
            together=True,
            help_text=_("To the customer's own address, with the words of the options."),
        ),
        Action(
            "download",
            _("Download the file"),
            lambda row, *, by: as_file(content(row), file_name(row)),
            permission="view",
            bulk=False,
        ),
    )
    empty_text = _("Prepare a year, then issue: every certificate will be here.")
    empty_action = (_("Tax certificates"), "certificate-desk")


class Cases(Workspace):
    """How every customer who paid stands for a year, as it was prepared."""

    model = CertificateCase
    code = "certificate-case"
    countries = FRANCE
    no_import = _("Prepared from the payments of the year.")
    customer_path = "party"
    area = "billing"
    icon = "users"
    order_in_area = 66
    in_navigation = False
    columns = (
        Column("party", link=True, sort="party__name"),
        YEAR,
        Column("state", badges=STATE_COLOURS),
        Column("reason"),
        Column("own", kind="money"),
        Column("others", kind="money", default=False),
        Column("not_counted", kind="money"),
        Column("not_eligible", kind="money", default=False),
        Column("certificate"),
        Column("problem"),
        Column("computed_at", default=False),
    )
    facts = (
        Column("party"),
        YEAR,
        Column("reason"),
        Column("own", kind="money"),
        Column("others", kind="money"),
        Column("not_counted", kind="money"),
        Column("not_eligible", kind="money"),
        Column("warnings", value=lambda case: " ".join(one["text"] for one in case.warnings), kind="text"),
        Column("certificate"),
        Column("problem"),
        Column("computed_at"),
    )
    filters = (
        RangeFilter("year"),
        ChoiceFilter("state"),
        ChoiceFilter("reason"),
        RelationFilter("party"),
    )
    search = ("party__name", "party__code")
    related = ("company", "party", "certificate__party")
    order = ("-year", "party__name", "pk")
    may_add = False
    actions = (
        Action(
            "issue",
            _("Issue the certificate"),
            issue,
            permission=ISSUE,
            enabled=may_be_issued,
            primary=True,
            help_text=_("A new version replaces the one in force where payments changed."),
        ),
    )
    empty_text = _("Prepare a year to see who gets a certificate, who does not, and why.")
    empty_action = (_("Tax certificates"), "certificate-desk")


class PersonalServices(Workspace):
    """Services whose payments open the tax credit."""

    model = PersonalService
    code = "personal-service"
    countries = FRANCE
    no_import = _("Few rows, entered once.")
    area = "billing"
    icon = "tag"
    order_in_area = 67
    in_navigation = False
    columns = (
        Column("item", link=True, sort="item__name"),
        Column("activity", kind="text"),
    )
    filters = (ChoiceFilter("activity"),)
    search = ("item__name", "item__code")
    related = ("item",)
    order = ("item__name", "pk")
    form_class = PersonalServiceForm
    actions = (
        Action(
            "delete",
            _("Remove"),
            remove_mark,
            permission="country_fr.delete_personalservice",
            danger=True,
            help_text=_("Certificates that were issued stay as they are."),
        ),
    )
    create_label = _("New personal service")
    empty_text = _("Say which services of the catalogue are services à la personne, and as which activity.")


class MeansOfPayment(Workspace):
    """What payment methods count as, where their code does not tell."""

    model = ServiceMeans
    code = "service-means"
    countries = FRANCE
    no_import = _("Few rows, entered once.")
    area = "billing"
    icon = "credit-card"
    order_in_area = 68
    in_navigation = False
    columns = (
        Column("method", link=True, sort="method__name"),
        Column("means", kind="text"),
    )
    filters = (ChoiceFilter("means"),)
    search = ("method__name",)
    related = ("method",)
    order = ("method__name", "pk")
    form_class = ServiceMeansForm
    actions = (
        Action(
            "delete",
            _("Remove"),
            remove_means,
            permission="country_fr.delete_servicemeans",
            danger=True,
            help_text=_("The method counts as its code on e-invoices says."),
        ),
    )
    create_label = _("New means of payment")
    empty_text = _(
        "Transfers, cards, cheques, direct debits and cash are known by their codes. "
        "Say here what the others are: CESU, APA, PCH, the immediate advance."
    )


WORKSPACES = [Certificates, Cases, PersonalServices, MeansOfPayment]

add_tab(
    Party,
    Tab(
        "tax-certificates",
        _("Tax certificates"),
        columns=(
            Column("number", _("number"), value=str, link=True),
            YEAR,
            Column("version", kind="number"),
            Column("own", kind="money"),
            Column("is_current", kind="bool"),
            Column("issued_on"),
        ),
        rows=lambda party: (
            TaxCertificate.objects.filter(party=party).select_related("party").order_by("-year", "-version")
        ),
        shown=lambda party: party.company.country == "FR" and party.tax_certificates.exists(),
    ),
)
