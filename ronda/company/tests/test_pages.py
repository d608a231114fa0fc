import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ronda.company.company_options import FileOptions
from ronda.company.jobs import enqueue_job
from ronda.company.models import (
    Attachment,
    AuditEntry,
    Branch,
    Company,
    CompanyGroup,
    Job,
    Membership,
    NumberSeries,
    OutgoingMail,
    Role,
    Schedule,
    Team,
    User,
    Workstation,
)
from ronda.company.services import attach_file, queue_mail, save_options
from ronda.company.tests import tasks_for_tests as tasks
from ronda.company.workspace import WORKSPACES

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
every_workspace = pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.__name__)

PASSWORD = "Trentatré trotterellando 33"


@pytest.fixture
def owner(company, member_of):
    return member_of(company, "owner")


def put_file(company, n, **facts):
    file = attach_file(company, ContentFile(b"text"), name=f"file {n}.txt", by="anna")
    Attachment.objects.filter(pk=file.pk).update(**{"name": file.name, **facts})
    return file


def make(workspace, company, n):
    makers = {
        "Companies": lambda: Company.objects.create(name=f"Firm {n}", country="IT"),
        "Branches": lambda: Branch.objects.create(company=company, code=f"B{n}", name=f"Branch {n}"),
        "People": lambda: Membership.objects.create(
            user=User.objects.create_user(f"person{n}{company.pk}"),
            company=company,
            role=company.roles.get(code="read_only"),
        ),
        "Workstations": lambda: Workstation.objects.create(company=company, name=f"Till {n}"),
        "CompanyGroups": lambda: CompanyGroup.objects.create(name=f"Group {n}"),
        "Roles": lambda: Role.objects.create(company=company, name=f"Role {n}"),
        "Teams": lambda: Team.objects.create(company=company, name=f"Team {n}"),
        "Counters": lambda: NumberSeries.objects.create(
            company=company, kind="invoice", code=f"S{n}", year=2026, last_number=n
        ),
        "Operations": lambda: AuditEntry.objects.create(company=company, actor="anna", action=f"test.op{n}"),
        "Mailbox": lambda: queue_mail(company, to=["a@example.it"], subject=f"Mail {n}", body="x", by="anna"),
        "Files": lambda: put_file(company, n),
        "FileBin": lambda: put_file(company, n, binned_at=timezone.now()),
        "Jobs": lambda: enqueue_job(tasks.see, n, company=company, by="anna"),
        "Schedules": lambda: Schedule.objects.create(name=f"s{n}", kind="x", cron="0 3 * * *"),
    }
    return makers[workspace.__name__]()


@every_workspace
def test_lists_and_records_open_and_a_list_takes_the_same_queries_for_one_and_for_ten(
    workspace, company, admin_client
):
    counts = []
    for rows in (1, 9):
        records = [make(workspace, company, 100 * rows + n) for n in range(rows)]
        with CaptureQueriesContext(connection) as queries:
            assert admin_client.get(reverse(workspace.name("list"))).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    page = admin_client.get(reverse(workspace.name("detail"), args=[records[0].pk]))
    assert str(records[0]) in page.content.decode()


@every_workspace
def test_people_without_the_permission_read_403(workspace, company, client, django_user_model):
    record = make(workspace, company, 1)
    client.force_login(django_user_model.objects.create_user("nobody"))

    assert client.get(reverse(workspace.name("list"))).status_code == 403
    assert client.get(reverse(workspace.name("detail"), args=[record.pk])).status_code == 403


@every_workspace
def test_records_of_another_company_are_not_found(workspace, company, other_company, owner, at_desk):
    theirs = make(workspace, other_company, 1)

    assert at_desk(owner).get(reverse(workspace.name("detail"), args=[theirs.pk])).status_code == 404


def test_a_person_works_in_the_default_company_and_switches_to_another_of_theirs(
    company, other_company, member_of, at_desk
):
    carla = member_of(company, "owner", "carla")
    member_of(other_company, "read_only", "carla")
    desk = at_desk(carla)
    branches = reverse("branch-list")
    add = reverse("branch-add")

    assert desk.get(branches).wsgi_request.company == company
    assert desk.get(add).status_code == 200
    assert (
        desk.post(reverse("company-switch"), {"company": other_company.pk, "next": branches}).url == branches
    )
    assert desk.get(branches).wsgi_request.company == other_company
    assert desk.get(add).status_code == 403


def test_a_strangers_company_does_not_exist_and_the_way_back_stays_on_this_site(
    company, other_company, owner, at_desk
):
    desk = at_desk(owner)

    assert desk.post(reverse("company-switch"), {"company": other_company.pk}).status_code == 404
    assert desk.post(reverse("company-switch"), {"company": "x"}).status_code == 404
    answer = desk.post(reverse("company-switch"), {"company": company.pk, "next": "https://example.com/"})
    assert answer.url == "/"


def test_pages_speak_the_language_of_the_person_or_of_the_company(company, owner, at_desk):
    Company.objects.filter(pk=company.pk).update(language="fr")
    desk = at_desk(owner)

    assert 'lang="fr"' in desk.get(reverse("branch-list")).content.decode()
    User.objects.filter(pk=owner.pk).update(language="it")
    assert 'lang="it"' in desk.get(reverse("branch-list")).content.decode()


def test_an_owner_makes_a_person_and_the_password_is_not_in_the_history(company, owner, at_desk):
    form = {
        "username": "carla",
        "password": PASSWORD,
        "role": company.roles.get(code="accountant").pk,
        "email": "carla@aria.it",
        "is_active": "on",
    }
    at_desk(owner).post(reverse("people-add"), form)

    carla = User.objects.get(username="carla")
    assert (carla.memberships.get().role.code, carla.email, carla.check_password(PASSWORD)) == (
        "accountant",
        "carla@aria.it",
        True,
    )
    assert PASSWORD not in str(list(AuditEntry.objects.values_list("facts", flat=True)))


def test_a_weak_password_is_said_beside_its_field(company, owner, at_desk):
    form = {"username": "carla", "password": "12345678", "role": company.roles.get(code="accountant").pk}
    page = at_desk(owner).post(reverse("people-add"), form)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["password"]
    assert not User.objects.filter(username="carla").exists()


def test_who_manages_people_without_being_owner_makes_no_owner(company, owner, member_of, at_desk):
    manager = Role.objects.create(company=company, name="Manager", code="manager")
    manager.permissions.set(Role.permissions.rel.model.objects.filter(codename__contains="membership"))
    eva = member_of(company, "manager", "eva")
    mine = eva.memberships.get()
    form = {"role": company.roles.get(code="owner").pk, "is_active": "on"}
    page = at_desk(eva).post(reverse("people-edit", args=[mine.pk]), form)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["role"]
    mine.refresh_from_db()
    assert mine.role == manager


def test_an_account_shared_with_another_company_is_not_taken_over(
    company, other_company, owner, member_of, at_desk
):
    member_of(other_company, "owner", "zoe")
    shared = member_of(company, "read_only", "zoe").memberships.get(company=company)
    page = at_desk(owner).post(reverse("people-reset"), {"id": shared.pk})

    assert page.status_code == 422
    assert not User.objects.get(username="zoe").has_usable_password()


def test_a_role_changed_by_a_person_no_longer_follows_upgrades(company, owner, at_desk):
    role = company.roles.get(code="technician")
    chosen = Role.permissions.rel.model.objects.get(
        content_type__app_label="company", codename="view_outgoingmail"
    )
    form = {"name": "Tecnico", "sees": "all", "permissions": [chosen.pk]}
    at_desk(owner).post(reverse("role-edit", args=[role.pk]), form)

    role.refresh_from_db()
    assert (role.name, role.follows_template, list(role.permissions.all())) == ("Tecnico", False, [chosen])
    assert at_desk(owner).get(
        reverse("role-edit", args=[company.roles.get(code="owner").pk])
    ).status_code in (
        403,
        404,
    )


def test_a_company_checks_its_iban_and_keeps_its_country(company, owner, at_desk):
    desk = at_desk(owner)
    page = reverse("company-edit", args=[company.pk])
    form = {"name": "Aria SpA", "country": "FR", "language": "it", "timezone": "Europe/Rome", "active": "on"}

    refused = desk.post(page, {**form, "iban": "IT60X0542811101000000123457"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["iban"])
    desk.post(page, {**form, "iban": "it60 x054 2811 1010 0000 0123 456"})
    company.refresh_from_db()
    assert (company.name, company.country, company.iban) == ("Aria SpA", "IT", "IT60X0542811101000000123456")


def test_a_counter_changes_after_the_question_is_answered(company, owner, at_desk):
    counter = NumberSeries.objects.create(company=company, kind="x", code="FT", year=2026, last_number=3)
    desk, page = at_desk(owner), reverse("counter-set")
    asked = desk.post(page, {"id": counter.pk, "last_number": "9", "reason": "New book"})
    counter.refresh_from_db()
    assert (asked.status_code, counter.last_number) == (200, 3)

    desk.post(
        page,
        {
            "id": counter.pk,
            "last_number": "9",
            "reason": "New book",
            "confirmed": f"{counter.pk}:numbering.counter_changed",
        },
    )
    counter.refresh_from_db()
    assert counter.last_number == 9


# --- files


@pytest.fixture
def branch(company):
    return Branch.objects.create(company=company, code="MI", name="Milano")


def upload(desk, record, content=b"%PDF-1.7 x", name="a.pdf"):
    url = reverse("attachment-upload", args=[record._meta.label_lower, record.pk])
    return desk.post(url, {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_dropped_on_a_record_listed_opened_and_removed(branch, owner, at_desk):
    desk = at_desk(owner)
    assert upload(desk, branch).status_code == 201
    file = Attachment.objects.get()
    tab = f"{reverse('branch-detail', args=[branch.pk])}?tab=files"

    assert "a.pdf" in desk.get(tab).content.decode()
    opened = desk.get(reverse("attachment-download", args=[file.pk]), {"inline": ""})
    assert (b"".join(opened.streaming_content), opened["Content-Type"], opened["X-Content-Type-Options"]) == (
        b"%PDF-1.7 x",
        "application/octet-stream",
        "nosniff",
    )
    assert desk.post(reverse("attachment-delete", args=[file.pk]), {"next": tab}).url == tab
    assert Attachment.objects.get().binned_at is not None
    desk.get(tab)  # where the message is told
    assert "a.pdf" not in desk.get(tab).content.decode()


@pytest.mark.parametrize(
    ("name", "content"), [("a.html", b"<html><script>alert(1)</script>"), ("a.svg", b"<svg onload='x()'/>")]
)
def test_an_active_file_is_only_ever_downloaded(branch, owner, at_desk, name, content):
    desk = at_desk(owner)
    upload(desk, branch, content, name)
    file = Attachment.objects.get()
    opened = desk.get(reverse("attachment-download", args=[file.pk]), {"inline": ""})

    assert (opened["Content-Type"], opened["Content-Disposition"], opened["Content-Security-Policy"]) == (
        "application/octet-stream",
        f'attachment; filename="{name}"',
        "sandbox; default-src 'none'",
    )
    opened.close()


def test_files_of_another_company_are_not_found(other_company, owner, at_desk):
    theirs = Branch.objects.create(company=other_company, code="X", name="X")
    file = attach_file(theirs, ContentFile(b"secret"), name="s.txt", by="zoe")
    desk = at_desk(owner)

    assert upload(desk, theirs).status_code == 404
    assert desk.get(reverse("attachment-download", args=[file.pk])).status_code == 404
    assert desk.post(reverse("attachment-delete", args=[file.pk])).status_code == 404
    assert Attachment.objects.count() == 1


def test_a_file_is_hidden_from_who_may_not_see_its_record(company, member_of, at_desk):
    role = company.roles.get(code="owner")
    file = attach_file(role, ContentFile(b"secret"), name="s.txt", by="anna")
    desk = at_desk(member_of(company, "technician", "carla"))

    assert desk.get(reverse("attachment-download", args=[file.pk])).status_code == 404


def test_a_file_of_ones_other_company_waits_until_one_works_there(
    company, other_company, owner, member_of, at_desk
):
    member_of(other_company, "owner", owner.username)
    file = attach_file(other_company, ContentFile(b"secret"), name="s.txt", by="anna")
    desk, url = at_desk(owner), reverse("attachment-download", args=[file.pk])

    assert desk.get(url).status_code == 404
    desk.post(reverse("company-switch"), {"company": other_company.pk})
    opened = desk.get(url)
    assert opened.status_code == 200
    opened.close()


def test_a_file_too_large_answers_409_with_its_code_and_readers_add_none(
    company, branch, owner, member_of, at_desk
):
    save_options(company, FileOptions, {"largest_megabytes": 1}, by="anna")
    refused = upload(at_desk(owner), branch, b"x" * 1_100_000)
    assert (refused.status_code, json.loads(refused.content)["code"]) == (409, "company.file_too_large")

    assert upload(at_desk(member_of(company, "read_only", "carla")), branch).status_code == 403
    assert upload(at_desk(owner), branch, b"").status_code in (409, 422)


# --- history, jobs, mail


def test_a_record_shows_its_history_with_before_and_after(branch, owner, at_desk):
    desk = at_desk(owner)
    desk.post(reverse("branch-edit", args=[branch.pk]), {"code": "MI", "name": "Milano Centro"})

    tab = desk.get(f"{reverse('branch-detail', args=[branch.pk])}?tab=history").content.decode()
    assert "Milano → Milano Centro" in tab


def test_operations_are_filtered_by_person_and_kind(company, owner, at_desk):
    for actor, action in (
        ("anna", "billing.document.issued"),
        ("anna", "company.role.saved"),
        ("eva", "x.y"),
    ):
        AuditEntry.objects.create(company=company, actor=actor, action=action)
    page = at_desk(owner).get(reverse("operation-list"), {"actor": "anna", "what": "billing"})

    assert [key for key, *_rest in page.context["rows"]] == [
        str(AuditEntry.objects.get(action="billing.document.issued").pk)
    ]


def test_progress_is_told_to_who_may_see_it_and_to_who_started_it(
    company, other_company, owner, member_of, at_desk
):
    job = enqueue_job(tasks.see, company=company, by="carla")
    Job.objects.update(done=3, total=10, note="unit 3")
    url = reverse("job-progress", args=[job.pk])

    answers = {
        "owner": at_desk(owner).get(url),
        "carla": at_desk(member_of(company, "technician", "carla")).get(url),
        "stranger": at_desk(member_of(other_company, "owner", "zoe")).get(url),
    }
    assert json.loads(answers["owner"].content) == {
        "done": 3,
        "total": 10,
        "state": "queued",
        "text": "unit 3",
    }
    assert (answers["carla"].status_code, answers["stranger"].status_code) == (200, 404)


def test_a_job_is_stopped_and_started_again_from_its_page(company, owner, at_desk):
    job = enqueue_job(tasks.see, company=company, by="anna")
    desk = at_desk(owner)

    assert desk.post(reverse("job-stop-now", args=[job.pk])).status_code == 204
    assert desk.post(reverse("job-stop-now", args=[job.pk])).status_code == 409
    desk.post(reverse("job-retry"), {"id": job.pk})
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_a_failed_mail_is_red_shows_why_and_is_sent_again(company, owner, at_desk):
    mail = queue_mail(
        company, to=["a@example.it"], subject="Avviso", body="Gentile <b>cliente</b>", by="anna"
    )
    OutgoingMail.objects.update(state=OutgoingMail.State.FAILED, error="550 unknown")
    desk = at_desk(owner)

    page = desk.get(reverse("mail-detail", args=[mail.pk])).content.decode()
    assert "550 unknown" in page
    assert "Gentile &lt;b&gt;cliente&lt;/b&gt;" in page
    desk.post(reverse("mail-resend"), {"id": mail.pk})
    mail.refresh_from_db()
    assert mail.state == OutgoingMail.State.QUEUED


# --- sign in, password


def test_a_person_signs_in_changes_the_password_stays_in_and_signs_out(company, client, member_of):
    carla = member_of(company, "read_only", "carla")
    carla.set_password(PASSWORD)
    carla.save()
    client.post(reverse("login"), {"username": "carla", "password": PASSWORD})
    new = "Ambarabà ciccì coccò!"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}

    assert client.post(reverse("password-change"), form).status_code == 302
    assert client.get(reverse("password-change")).status_code == 200
    carla.refresh_from_db()
    assert carla.check_password(new)
    client.post(reverse("logout"))
    assert client.get(reverse("password-change")).url.startswith(reverse("login"))
