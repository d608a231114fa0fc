"""The pages of files: sending by browser, the list, what is said of a file, the bin."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ronda.company.company_options import FileOptions
from ronda.company.models import Attachment, Branch
from ronda.company.services import attach_file, delete_attachment, save_options
from ronda.company.services.file_details import save_details

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(company, member_of):
    return member_of(company, "owner")


@pytest.fixture
def branch(company):
    return Branch.objects.create(company=company, code="MI", name="Milano")


@pytest.fixture
def file(branch):
    return attach_file(branch, ContentFile(b"one"), name="a.txt", by="anna")


def listed(desk, **asked):
    return [one.name for one in desk.get(reverse("file-list"), asked).context["listing"].page]


def form_of(file, **changes):
    return {"name": file.name, "kind": file.kind, "note": file.note, "tags": file.tags, **changes}


def test_a_file_from_another_site_is_not_taken(branch, owner):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    url = reverse("attachment-upload", args=["company.branch", branch.pk])
    assert strict.post(url, {"file": SimpleUploadedFile("a.txt", b"one")}).status_code == 403
    assert not Attachment.objects.exists()


def test_what_became_of_a_file_is_told(branch, owner, at_desk):
    desk, url = at_desk(owner), reverse("attachment-upload", args=["company.branch", branch.pk])
    told = [desk.post(url, {"file": SimpleUploadedFile("a.txt", text)}) for text in (b"one", b"one", b"two")]
    assert [one.status_code for one in told] == [201, 200, 201]
    assert ["version" in one.json()["message"].lower() for one in told] == [False, True, True]
    refused = desk.post(url, {"file": SimpleUploadedFile("a.pdf", b"no pdf")})
    assert (refused.status_code, refused.json()["code"]) == (409, "company.file_is_not_what_it_says")
    assert desk.post(url).status_code == 422


def test_files_are_not_put_on_files(file, owner, at_desk):
    url = reverse("attachment-upload", args=["company.attachment", file.pk])
    assert at_desk(owner).post(url, {"file": SimpleUploadedFile("a.txt", b"x")}).status_code == 404
    page = at_desk(owner).get(reverse("file-detail", args=[file.pk])).content.decode()
    own = f"{reverse('branch-detail', args=[file.object_id])}?tab=files"
    assert "?tab=files" not in page.replace(own, "")


def test_what_is_said_of_a_file_is_changed_in_its_form(file, owner, at_desk):
    desk = at_desk(owner)
    edit = reverse("file-edit", args=[file.pk])
    assert "data-create" in desk.get(edit).content.decode()
    answer = desk.post(edit, form_of(file, name="b.txt", kind="letter", tags=["Caldaia", "  da  firmare "]))
    assert answer.status_code == 302
    file.refresh_from_db()
    assert (file.name, file.kind, file.tags) == ("b.txt", "letter", ["Caldaia", "da firmare"])
    assert desk.post(edit, form_of(file, tags=["x" * 41])).status_code == 422
    assert desk.post(edit, form_of(file, tags=[str(n) for n in range(21)])).status_code == 422


def test_nobody_shuts_himself_out(company, file, member_of, at_desk):
    clerk = member_of(company, "billing_clerk", "carla")
    desk, edit = at_desk(clerk), reverse("file-edit", args=[file.pk])
    others, mine = company.roles.get(code="accountant"), company.roles.get(code="billing_clerk")

    assert desk.post(edit, form_of(file, restricted="on")).status_code == 422
    assert desk.post(edit, form_of(file, restricted="on", roles=[others.pk])).status_code == 422
    assert desk.post(edit, form_of(file, restricted="on", roles=[others.pk, mine.pk])).status_code == 302
    file.refresh_from_db()
    assert (file.restricted, set(file.roles.all())) == (True, {others, mine})


def test_the_files_tab_leaves_out_what_is_restricted_to_others(company, branch, file, member_of, at_desk):
    facts = {"name": file.name, "kind": "identity", "note": "", "tags": []}
    save_details(file, **facts, restricted=True, roles=[company.roles.get(code="accountant")], by="anna")
    tab = f"{reverse('branch-detail', args=[branch.pk])}?tab=files"

    assert "a.txt" in at_desk(member_of(company, "accountant", "carla")).get(tab).content.decode()
    assert "a.txt" not in at_desk(member_of(company, "billing_clerk", "dora")).get(tab).content.decode()


def test_the_list_is_narrowed_by_record_kind_tag_and_format(company, branch, file, owner, at_desk):
    other = attach_file(company, ContentFile(b"%PDF-1.4 x"), name="b.pdf", by="anna")
    facts = {"kind": "contract", "note": "", "restricted": False, "roles": []}
    save_details(other, name=other.name, tags=["Caldaia"], by="anna", **facts)
    desk = at_desk(owner)

    assert listed(desk) == ["b.pdf", "a.txt"]
    assert listed(desk, record="company.branch") == ["a.txt"]
    assert listed(desk, record="company.branch", object_id=branch.pk + 1) == []
    assert listed(desk, kind="contract") == listed(desk, tagged=other.tagged.get().pk) == ["b.pdf"]
    assert listed(desk, inside="pdf") == ["b.pdf"]
    assert listed(desk, inside="nothing", record="nothing", object_id="x") == ["b.pdf", "a.txt"]
    page = desk.get(reverse("file-list")).content.decode()
    assert f"{reverse('branch-detail', args=[branch.pk])}?tab=files" in page


def test_the_list_says_how_much_room_is_taken(company, file, owner, at_desk):
    desk = at_desk(owner)
    assert "<progress" not in desk.get(reverse("file-list")).content.decode().partition("page-sub")[2][:600]
    save_options(company, FileOptions, {"room_megabytes": 10}, by="anna")
    context = desk.get(reverse("file-list")).context
    assert (context["room_taken"], context["room"]) == (3, 10 * 1024 * 1024)


def test_tags_are_given_to_many_files_at_once(company, file, owner, at_desk):
    other = attach_file(company, ContentFile(b"x"), name="b.txt", by="anna")
    desk = at_desk(owner)
    desk.post(reverse("file-tag"), {"id": [file.pk, other.pk], "tags": ["Verbale"], "run": "1"})
    assert [one.tags for one in Attachment.objects.order_by("pk")] == [["Verbale"], ["Verbale"]]


def test_the_bin_is_for_who_may_throw_away_and_gives_back_or_forgets(
    company, file, owner, member_of, at_desk, django_capture_on_commit_callbacks
):
    delete_attachment(file, by="anna")
    assert at_desk(member_of(company, "read_only", "carla")).get(reverse("file-bin-list")).status_code == 403
    desk = at_desk(owner)
    assert "a.txt" in desk.get(reverse("file-bin-list")).content.decode()
    assert desk.get(reverse("attachment-download", args=[file.pk])).status_code == 404
    desk.post(reverse("file-bin-put-back"), {"id": file.pk, "run": "1"})
    assert listed(desk) == ["a.txt"]
    delete_attachment(file, by="anna")
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(reverse("file-bin-purge"), {"id": file.pk, "run": "1"})
    assert not Attachment.objects.exists()
