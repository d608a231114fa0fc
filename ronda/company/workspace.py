"""The screens of this app: companies, people, roles, branches, counters, operations, jobs, mail."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ronda.company.file_screens import FileBin, Files, files_context
from ronda.company.forms import (
    BranchForm,
    CompanyFacts,
    PersonForm,
    ScheduleForm,
)
from ronda.company.group_screens import CompanyGroups
from ronda.company.jobs.labels import job_label
from ronda.company.log_screens import Operations, facts_in_words
from ronda.company.models import (
    Branch,
    Company,
    Job,
    Membership,
    OutgoingMail,
    Schedule,
)
from ronda.company.number_screens import Counters
from ronda.company.queries import companies_of, history_of
from ronda.company.role_screens import Roles, Teams
from ronda.company.services import (
    change_member,
    change_person,
    create_company,
    create_user,
    remove_member,
    resend_mail,
    retry_job,
    stop_job,
    update_company,
)
from ronda.company.services.schedules import save_schedule
from ronda.company.station_screens import Workstations
from ronda.company.wording import action_label
from ronda.workspace.declare import (
    Action,
    Area,
    Column,
    Page,
    RangeFilter,
    Tab,
    Workspace,
    add_tab_to_all,
    register_area,
    register_page,
)
from ronda.workspace.display import show_plain
from ronda.workspace.visibility import sees_everything

AREA = "settings"
JOB_BADGES = {"queued": "gray", "running": "blue", "done": "green", "failed": "red", "stopped": "amber"}
MAIL_BADGES = {"queued": "gray", "sent": "green", "failed": "red"}

register_area(Area(AREA, _("Settings"), icon="settings", order=800))
register_page(
    Page("settings", _("Options"), "settings", AREA, "sliders-horizontal", "company.view_optionvalue")
)
register_page(
    Page("password", _("Change your password"), "password-change", AREA, "key-round", in_navigation=False)
)


# --- companies, branches ---------------------------------------------------------------------------------


def save_company(form: CompanyFacts, *, by: str, company: Any) -> Company:
    if form.instance.pk:
        return update_company(form.save(commit=False), by=by)
    return create_company(by=by, **form.cleaned_data)


class Companies(Workspace):
    model = Company
    no_import = _("A company is set up with its country, numbers and accounts, one at a time.")
    area, icon, order_in_area = AREA, "building-2", 10
    columns = (
        Column("name", link=True),
        Column("country"),
        Column("tax_id"),
        Column("city"),
        Column("language", default=False),
        Column("active"),
    )
    facts = (
        *(
            Column(name)
            for name in ("name", "legal_name", "country", "tax_id", "registration_id", "tax_regime")
        ),
        *(
            Column(name)
            for name in ("share_capital", "registry_office", "street", "postcode", "city", "province")
        ),
        *(
            Column(name)
            for name in ("phone", "email", "pec", "website", "bank_name", "iban", "bic", "language")
        ),
        Column("timezone"),
    )
    search = ("name", "legal_name", "tax_id")
    company_path = None
    order = ("name", "pk")
    form_class = CompanyFacts
    save = staticmethod(save_company)
    api = False
    create_label = _("New company")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        return companies_of(request.user) if request.user.is_authenticated else Company.objects.none()


class Branches(Workspace):
    model = Branch
    area, icon, order_in_area = AREA, "git-branch", 20
    columns = (Column("code", link=True), Column("name"), Column("address"))
    search = ("code", "name")
    order = ("code", "pk")
    form_class = BranchForm
    empty_text = _("A branch has options and document series of its own. A firm in one place needs none.")


# --- people and roles ------------------------------------------------------------------------------------


def save_person(form: PersonForm, *, by: str, company: Any) -> Membership:
    given = form.cleaned_data
    person = {name: given[name] for name in form.person_facts}
    access = {"role": given["role"], "branch": given["branch"]}
    if form.instance.pk:
        change_person(form.instance, by=by, **person)
        return change_member(form.instance, by=by, **access)
    user = create_user(
        company,
        username=given["username"],
        password=given["password"],
        by=by,
        temporary=True,
        **access,
        **person,
    )
    return user.memberships.get(company=company)


class People(Workspace):
    model = Membership
    no_import = _("Accounts begin with a password for one person: add people one by one.")
    code, title = "people", _("People")
    area, icon, order_in_area = AREA, "users", 30
    columns = (
        Column("user__username", _("User name"), link=True),
        Column("user__first_name", _("First name")),
        Column("user__last_name", _("Last name")),
        Column("user__email", _("E-mail")),
        Column("role"),
        Column("branch"),
        Column("user__is_active", _("May sign in"), kind="bool"),
        Column("user__last_login", _("Last signed in"), kind="datetime"),
    )
    filters = ("role", "branch")
    search = ("user__username", "user__first_name", "user__last_name", "user__email")
    related = ("user", "role", "branch")
    order = ("user__username", "pk")
    form_class = PersonForm
    save = staticmethod(save_person)
    create_label = _("New person")
    api = False
    actions = (
        Action("remove", _("Remove from this company"), remove_member, permission="delete", danger=True),
    )


# --- background work -------------------------------------------------------------------------------------


def retry_now(job: Job, *, by: str) -> Job:
    return retry_job(job, by=by, now=timezone.now())


def stop_now(job: Job, *, by: str) -> Job:
    return stop_job(job, by=by, now=timezone.now())


def progress_in_words(job: Job) -> str:
    return f"{show_plain(job.done)} / {show_plain(job.total)}" if job.total else ""


class Jobs(Workspace):
    model = Job
    no_import = _("Jobs are work that was asked for here.")
    whole_company = True
    title = _("Background work")
    area, icon, order_in_area = AREA, "activity", 70
    columns = (
        Column("kind", value=lambda job: job_label(job.kind), link=True),
        Column("state", badges=JOB_BADGES),
        Column("progress", _("Progress"), value=progress_in_words, sort=False),
        Column("note"),
        Column("by"),
        Column("created_at"),
        Column("finished_at"),
        Column("failures", default=False),
    )
    facts = (*columns, Column("attempts"), Column("due"), Column("started_at"), Column("key"))
    filters = ("state", RangeFilter("created_at"))
    search = ("kind", "by", "note")
    may_add = False
    api = False
    actions = (
        Action(
            "retry",
            _("Start again"),
            retry_now,
            primary=True,
            enabled=lambda job: job.state in (Job.State.FAILED, Job.State.STOPPED),
        ),
        Action("stop", _("Stop"), stop_now, danger=True, enabled=lambda job: not job.is_finished),
    )
    empty_text = _("What takes long, or leaves the computer, is done in the background and listed here.")

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        """The company's jobs; for administrators also those of the installation."""
        if not sees_everything(request.user):
            return Job.objects.none()
        company = getattr(request, "company", None)
        mine = Q(company=company) if company else Q(pk=None)
        if request.user.is_superuser:
            mine |= Q(company=None)
        return Job.objects.filter(mine).order_by("-pk")


def save_times(form: ScheduleForm, *, by: str, company: Any) -> Schedule:
    return save_schedule(form.save(commit=False), by=by, now=timezone.now())


class Schedules(Workspace):
    model = Schedule
    no_import = _("Schedules belong to the program; each can be changed on its page.")
    title = _("Timetable")
    area, icon, order_in_area = AREA, "calendar-clock", 80
    columns = (
        Column("name", link=True),
        Column("cron"),
        Column("timezone"),
        Column("active"),
        Column("last_run"),
        Column("next_run"),
    )
    company_path = None
    order = ("name", "pk")
    form_class = ScheduleForm
    save = staticmethod(save_times)
    may_add = False
    api = False

    @classmethod
    def records(cls, request: HttpRequest) -> QuerySet[Any]:
        """Schedules belong to the installation: its administrators only."""
        schedules = Schedule.objects.order_by(*cls.order)
        return schedules if request.user.is_superuser else schedules.none()


# --- mail ------------------------------------------------------------------------------------------------


def mail_files(mail: OutgoingMail) -> list[tuple[str, str]]:
    """(name, address) of the files sent along."""
    return [
        (
            entry["name"],
            reverse("attachment-download", args=[entry["attachment"]]) if "attachment" in entry else "",
        )
        for entry in mail.files
    ]


class Mailbox(Workspace):
    model = OutgoingMail
    no_import = _("Mails are written by what is sent from here.")
    whole_company = True
    code, title = "mail", _("Mail sent")
    area, icon, order_in_area = AREA, "mail", 65
    columns = (
        Column("created_at"),
        Column("subject", link=True),
        Column("to", _("Recipients"), value=lambda mail: ", ".join(mail.to), sort=False),
        Column("state", badges=MAIL_BADGES),
        Column("sent_at"),
        Column("by"),
        Column("error", default=False),
    )
    facts = (
        Column("to", _("Recipients"), value=lambda mail: ", ".join(mail.to)),
        Column("cc", value=lambda mail: ", ".join(mail.cc)),
        Column("created_at"),
        Column("sent_at"),
        Column("by"),
        Column("about", _("About"), value=lambda mail: mail.about),
        Column("files", value=lambda mail: ", ".join(name for name, _url in mail_files(mail))),
    )
    filters = ("state", RangeFilter("created_at"))
    search = ("subject", "to", "body")
    may_add = False
    actions = (
        Action(
            "resend",
            _("Send again"),
            resend_mail,
            primary=True,
            enabled=lambda mail: mail.state == OutgoingMail.State.FAILED,
        ),
    )
    empty_text = _("Every mail the program writes is kept here, with what became of it.")


# --- on every record -------------------------------------------------------------------------------------


def history_context(record: Any) -> dict[str, Any]:
    return {
        "history": [
            (entry, action_label(entry.action), facts_in_words(entry)) for entry in history_of(record)
        ]
    }


add_tab_to_all(
    Tab(
        "files",
        _("Files"),
        template="company/files_tab.html",
        context=files_context,
        permission="company.view_attachment",
    )
)
add_tab_to_all(Tab("history", _("History"), template="company/history_tab.html", context=history_context))

WORKSPACES: Sequence[type[Workspace]] = (
    Companies,
    CompanyGroups,
    Branches,
    Workstations,
    People,
    Roles,
    Teams,
    Counters,
    Operations,
    Files,
    FileBin,
    Mailbox,
    Jobs,
    Schedules,
)
