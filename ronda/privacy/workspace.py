"""Screens: consents and their texts, who is to be asked, who may be anonymised, exports."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.company import options
from ronda.company.models import Company
from ronda.parties.models import Contact, Party
from ronda.privacy import services
from ronda.privacy.anonymise_screens import ANONYMISE, ANONYMISE_PERSON, is_a_person
from ronda.privacy.forms import AnswersForm, ConsentForm, ConsentTextForm, ReasonForm
from ronda.privacy.models import Anonymisation, Consent, ConsentText, PersonalExport
from ronda.privacy.options import PrivacyOptions
from ronda.privacy.pages import ANSWER_COLOURS, AREA, ExportPage, OptionalList, badge, customer_tab
from ronda.privacy.queries import candidates, latest, to_ask_again, without_notice
from ronda.workspace.declare import (
    Action,
    Area,
    ChoiceFilter,
    Column,
    Page,
    PickFilter,
    RangeFilter,
    RelationFilter,
    Tab,
    Workspace,
    add_action,
    add_tab,
    register_area,
    register_page,
)
from ronda.workspace.registry import add_badge

EXPORT_COLOURS = {
    PersonalExport.State.QUEUED: "amber",
    PersonalExport.State.READY: "green",
    PersonalExport.State.EXPIRED: "gray",
}
YEARS = (1, 2, 3, 5, 7, 10)

register_area(Area(AREA, _("Privacy"), icon="shield-check", order=70))
register_page(
    Page(
        "privacy",
        _("Privacy at a glance"),
        "privacy",
        AREA,
        icon="shield-check",
        permission="privacy.view_consent",
        keywords=(_("GDPR"), _("data protection"), _("right to be forgotten")),
        order=5,
    )
)


# --- what buttons run ------------------------------------------------------------------------------------


def save_text(form: ConsentTextForm, *, by: str, company: Company) -> ConsentText:
    facts = form.cleaned_data
    names = ("purpose", "channel", "language", "title", "text", "valid_from", "ask_again")
    return services.write_text(company, by=by, **{name: facts[name] for name in names})


def save_consent(form: ConsentForm, *, by: str, company: Company) -> Consent:
    facts = form.cleaned_data
    [row] = services.record_consents(
        facts["party"],
        [(facts["text"], facts["answer"])],
        contact=facts["contact"],
        answered_on=facts["answered_on"],
        source=facts["source"],
        note=facts["note"],
        on=timezone.localdate(),
        by=by,
    )
    return row


def answer_for(record: Any, *, answers: Sequence[Any], by: str, **facts: Any) -> str:
    """The answers of one form, for a customer or a person at the customer's."""
    contact = record if isinstance(record, Contact) else None
    party = contact.party if contact else record
    rows = services.record_consents(party, answers, contact=contact, on=timezone.localdate(), by=by, **facts)
    return str(_("Answers recorded: %(count)d.") % {"count": len(rows)})


def today(_record: Any) -> dict[str, Any]:
    return {"answered_on": timezone.localdate()}


def export_data(party: Party, *, by: str, reason: str = "") -> PersonalExport:
    return services.request_export(party, reason=reason, now=timezone.now(), by=by)


def never(_record: Any) -> bool:
    """What people answered, and what they were asked, is not edited: the next one is a new record."""
    return False


ANSWERS = Action(
    "consents",
    _("Record consents"),
    answer_for,
    form=AnswersForm,
    permission="privacy.add_consent",
    initial=today,
    help_text=_("As on the signed form. Put the form itself on the page of the consent, under Files."),
)
EXPORT = Action(
    "export-data",
    _("Export personal data"),
    export_data,
    form=ReasonForm,
    permission="privacy.export_party_data",
    bulk=False,
    enabled=is_a_person,
    help_text=_("One file for the person who asks (GDPR, artt. 15 and 20): pages to read, data, files."),
)
for action in (ANSWERS, EXPORT, ANONYMISE):
    add_action(Party, action)
for action in (ANSWERS, ANONYMISE_PERSON):
    add_action(Contact, action)
add_badge(Party, badge)
add_tab(
    Party,
    Tab(
        "privacy",
        _("Privacy"),
        template="privacy/tab_party.html",
        context=customer_tab,
        permission="privacy.view_consent",
    ),
)


# --- lists -----------------------------------------------------------------------------------------------

CONSENT_COLUMNS = (
    Column("party", link=True),
    Column("contact"),
    Column("purpose"),
    Column("channel"),
    Column("answer", badges=ANSWER_COLOURS),
    Column("answered_on"),
    Column("source"),
    Column("text"),
    Column("by", default=False),
    Column("created_at", default=False),
)
add_tab(
    Contact,
    Tab(
        "privacy",
        _("Privacy"),
        CONSENT_COLUMNS[2:8],
        rows=lambda contact: contact.consents.select_related("text").order_by("-answered_on", "-pk"),
        add=lambda contact: f"{reverse('consent-add')}?party={contact.party_id}&contact={contact.pk}",
        empty_text=_(
            "What this person agreed to. Without an answer of the person, that of the customer counts."
        ),
    ),
)


class Consents(Workspace):
    """Every answer, newest first; none is ever changed (O62)."""

    model = Consent
    no_import = _("A consent is proof of what a person was shown: it is recorded where it is given.")
    customer_path = "party"
    area, icon, order_in_area = AREA, "file-check", 10
    columns = CONSENT_COLUMNS
    facts = (*CONSENT_COLUMNS[:8], Column("note"), Column("by"), Column("created_at"))
    filters = (
        ChoiceFilter("purpose"),
        ChoiceFilter("channel"),
        ChoiceFilter("answer"),
        ChoiceFilter("source"),
        RangeFilter("answered_on"),
        RelationFilter("party"),
        RelationFilter("text"),
        PickFilter(
            "counting",
            _("Counting"),
            options={
                "now": (_("Counts now"), Q(pk__in=latest(Consent.objects.all()).values("pk"))),
                "replaced": (
                    _("Replaced by a later answer"),
                    ~Q(pk__in=latest(Consent.objects.all()).values("pk")),
                ),
            },
        ),
    )
    search = ("party__name", "contact__name", "note")
    related = ("party", "contact", "text")
    order = ("-answered_on", "-pk")
    form_class = ConsentForm
    save = save_consent
    may_edit = staticmethod(never)  # type: ignore[assignment]
    list_view = OptionalList
    create_label = _("New answer")
    empty_text = _("What customers agreed to, with the text they read, when and how. Write the texts first.")


class ConsentTexts(Workspace):
    """What people are asked, version by version."""

    model = ConsentText
    no_import = _("A text in force never changes: a new version of it is written here.")
    area, icon, order_in_area = AREA, "scroll-text", 20
    columns = (
        Column("title", link=True),
        Column("purpose"),
        Column("channel"),
        Column("language"),
        Column("version", kind="number"),
        Column("valid_from"),
        Column("ask_again", default=False),
        Column("created_by", default=False),
    )
    facts = (*columns, Column("text"))
    filters = (ChoiceFilter("purpose"), ChoiceFilter("channel"), ChoiceFilter("language"))
    search = ("title", "text")
    order = ("purpose", "channel", "language", "-version")
    form_class = ConsentTextForm
    save = save_text
    may_edit = staticmethod(never)  # type: ignore[assignment]
    list_view = OptionalList
    actions = (
        Action(
            "delete",
            _("Delete the text"),
            services.delete_text,
            permission="privacy.delete_consenttext",
            danger=True,
            help_text=_("Only a text that nobody has answered."),
        ),
    )
    tabs = (
        Tab(
            "consents",
            _("Answers"),
            CONSENT_COLUMNS[:7],
            rows=lambda text: text.consents.select_related("party", "contact").order_by(
                "-answered_on", "-pk"
            ),
        ),
    )
    create_label = _("New version")
    empty_text = _(
        "Write what people are asked, for each purpose and channel. A change is always a new version."
    )


class ToAskAgain(Workspace):
    """Consents given to a text of which a newer version is in force."""

    model = Consent
    no_import = _("This list is worked out from consents and their texts.")
    code, title = "consent-due", _("To be asked again")
    customer_path = "party"
    area, icon, order_in_area = AREA, "history", 30
    columns = CONSENT_COLUMNS
    filters = (ChoiceFilter("purpose"), ChoiceFilter("channel"), RelationFilter("party"))
    search = ("party__name", "contact__name")
    related = ("party", "contact", "text")
    order = ("answered_on", "pk")
    may_add = False
    api = False
    list_view = OptionalList
    explained = _(
        "Who agreed to an older version of a text. The form to sign is printed from the customer's tab; "
        "requests by mail or link are not here yet."
    )
    empty_text = _("Everybody who agreed has read the version in force.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return to_ask_again(super().records(request), on=timezone.localdate())


PARTY_COLUMNS = (
    Column("code", link=True),
    Column("name", link=True),
    Column("kind"),
    Column("city"),
    Column("province", default=False),
    Column("email", default=False),
    Column("phone", default=False),
    Column("owner", default=False),
    Column("created_at"),
    Column("updated_at"),
)


class WithoutNotice(Workspace):
    """Customers who have not signed the privacy notice (O62)."""

    model = Party
    no_import = _("This list is worked out from consents and their texts.")
    code, title = "notice-missing", _("Without privacy notice")
    customer_path = "pk"
    area, icon, order_in_area = AREA, "users", 40
    columns = PARTY_COLUMNS
    filters = (ChoiceFilter("kind"), RelationFilter("families"), RangeFilter("created_at"))
    search = ("name", "code", "email", "phone", "city")
    related = ("owner",)
    order = ("name", "pk")
    may_add = False
    api = False
    list_view = OptionalList
    empty_text = _("All customers have signed the privacy notice.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        company = getattr(request, "company", None)
        rows = super().records(request)
        if company is None:
            return rows
        answers = options.read(PrivacyOptions, company)
        return without_notice(rows, firms_too=answers.notice_for_firms)


def untouched_for(years: int) -> Any:
    def condition(day: date) -> Q:
        return Q(updated_at__date__lt=years_before(day, years))

    return condition


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class Candidates(Workspace):
    """Customers without documents that nobody has touched for years (O63)."""

    model = Party
    no_import = _("This list is worked out from contracts and documents.")
    code, title = "anonymisation-candidate", _("May be anonymised")
    customer_path = "pk"
    area, icon, order_in_area = AREA, "user-minus", 50
    columns = PARTY_COLUMNS
    filters = (
        PickFilter(
            "untouched",
            _("Not touched"),
            options={str(n): (_("For %(years)d years") % {"years": n}, untouched_for(n)) for n in YEARS},
        ),
        ChoiceFilter("kind"),
        RelationFilter("families"),
        RangeFilter("created_at"),
    )
    search = ("name", "code", "email", "phone", "city")
    related = ("owner",)
    order = ("updated_at", "pk")
    may_add = False
    api = False
    list_view = OptionalList
    explained = _(
        "Nobody has changed these customers for the years in the settings, and they have no documents, "
        "payments, "
        "entries or running contracts. Tick them and choose Anonymise; many are worked through in the "
        "background."
    )
    empty_text = _("Nobody is without activity for so long.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        company = getattr(request, "company", None)
        rows = super().records(request)
        if company is None:
            return rows
        years = options.read(PrivacyOptions, company).inactive_years
        return candidates(rows, before=years_before(timezone.localdate(), years))


class Anonymisations(Workspace):
    """Who was anonymised: when, by whom, how much; nothing of who it was."""

    model = Anonymisation
    no_import = _("An anonymisation is decided on the page of a customer, and cannot be undone.")
    customer_path = "party"
    area, icon, order_in_area = AREA, "file-x", 60
    columns = (
        Column("party", link=True),
        Column("at"),
        Column("by"),
        Column("fields", kind="number", total=True),
        Column("records", kind="number"),
        Column("files", kind="number"),
        Column("again", default=False),
    )
    filters = (RangeFilter("at"),)
    search = ("by",)
    related = ("party",)
    order = ("-at", "-pk")
    may_add = False
    api = False
    list_view = OptionalList
    explained = _(
        "Older backups still hold these persons. After one is restored, the list kept beside the database "
        "is applied "
        "again by itself, at once or in the following night."
    )
    empty_text = _("Nobody has been anonymised.")


class PersonalExports(Workspace):
    """Files made for persons who asked for their data."""

    model = PersonalExport
    no_import = _("Exports of personal data are asked for on the page of a customer.")
    customer_path = "party"
    area, icon, order_in_area = AREA, "download", 70
    columns = (
        Column("party", link=True),
        Column("asked_at"),
        Column("by"),
        Column("state", badges=EXPORT_COLOURS),
        Column("records", kind="number"),
        Column("size", kind="number", default=False),
        Column("expires_on"),
        Column("downloads", kind="number"),
    )
    facts = (*columns, Column("reason"), Column("ready_at"))
    filters = (ChoiceFilter("state"), RelationFilter("party"), RangeFilter("asked_at"))
    search = ("party__name", "reason", "by")
    related = ("party",)
    order = ("-pk",)
    may_add = False
    api = False
    list_view = OptionalList
    detail_view = ExportPage
    empty_text = _("“Export personal data” on the page of a customer makes one.")


WORKSPACES: Sequence[type[Workspace]] = (
    Consents,
    ConsentTexts,
    ToAskAgain,
    WithoutNotice,
    Candidates,
    Anonymisations,
    PersonalExports,
)
