"""Files for programs: sent, listed, read, versions; by the scopes of a token, and as the description says."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ronda.api.tests.programs import key_of
from ronda.company.company_options import FileOptions
from ronda.company.models import Attachment, Membership, User
from ronda.company.services import save_options
from ronda.company.services.files import attach_file
from ronda.parties.services import create_party
from tests.makers import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    company = make_company()
    user = User.objects.create_user("anna")
    Membership.objects.create(
        user=user, company=company, role=company.roles.get(code="owner"), is_default=True
    )
    return company, user


@pytest.fixture
def party(firm):
    return create_party(firm[0], name="Rossi Mario", by="test", street="Via Roma 1", city="Roma")


def program(firm, *scopes):
    return Client(headers={"Authorization": f"Bearer {key_of(*firm, *scopes)}"})


def send(client, party, content=b"one", name="a.txt", **more):
    body = {"file": SimpleUploadedFile(name, content), "record": "parties.party", "object_id": party.pk}
    return client.post(reverse("api-file-upload"), {**body, **more})


def test_a_program_sends_a_file_then_a_version_and_reads_both(firm, party):
    client = program(firm, "files:write")
    first = send(client, party, note="from the scanner")
    assert first.status_code == 201
    told = first.json()
    assert (told["name"], told["record"], told["object_id"], told["number"], told["note"]) == (
        "a.txt",
        "parties.party",
        party.pk,
        1,
        "from the scanner",
    )
    assert send(client, party, b"one").status_code == 200
    second = send(client, party, b"two").json()
    assert (second["id"], second["number"]) == (told["id"], 2)

    where = {"args": [told["id"]]}
    versions = client.get(reverse("api-file-versions", **where)).json()
    assert [(one["number"], one["size"], one["uploaded_by"]) for one in versions] == [
        (2, 3, "anna"),
        (1, 3, "anna"),
    ]
    content = client.get(reverse("api-file-content", **where))
    assert (b"".join(content.streaming_content), content["Content-Type"]) == (
        b"two",
        "application/octet-stream",
    )
    old = client.get(reverse("api-file-version", args=[told["id"], 1]))
    assert b"".join(old.streaming_content) == b"one"
    back = client.post(reverse("api-file-restore", args=[told["id"], 1])).json()
    assert (back["number"], back["sha256"]) == (3, told["sha256"])
    new = client.post(
        reverse("api-file-new-version", **where), {"file": SimpleUploadedFile("x.bin", b"four")}
    )
    assert (new.status_code, new.json()["number"], new.json()["name"]) == (201, 4, "a.txt")


def test_lists_are_narrowed_by_record_tag_and_words(firm, party):
    client = program(firm, "files:write")
    key = send(client, party).json()["id"]
    attach_file(firm[0], ContentFile(b"other"), name="b.txt", by="test")
    change = client.patch(
        reverse("api-file-detail", args=[key]),
        {"tags": ["Caldaia", "nuova"]},
        content_type="application/json",
    )
    assert (change.status_code, change.json()["tags"], change.json()["name"]) == (
        200,
        ["Caldaia", "nuova"],
        "a.txt",
    )

    def found(**asked):
        answer = client.get(reverse("api-file-list"), asked).json()
        return [one["id"] for one in answer["results"]]

    assert len(found()) == 2
    assert found(record="parties.party", object_id=party.pk) == found(q="caldaia") == [key]
    assert found(record="parties.party", object_id=party.pk + 1) == found(q="nowhere") == []


def test_a_token_that_reads_sends_nothing_and_one_of_another_area_sees_nothing(firm, party):
    reader, other = program(firm, "files:read"), program(firm, "billing:write")
    file = attach_file(party, ContentFile(b"one"), name="a.txt", by="test")
    content = reverse("api-file-content", args=[file.pk])

    assert b"".join(reader.get(content).streaming_content) == b"one"
    assert send(reader, party, b"two").status_code == 403
    assert reader.post(reverse("api-file-new-version", args=[file.pk])).status_code == 403
    assert reader.post(reverse("api-file-restore", args=[file.pk, 1])).status_code == 403
    assert (other.get(content).status_code, other.get(reverse("api-file-list")).status_code) == (403, 403)
    assert Attachment.objects.get().number == 1


def test_wrong_bodies_are_told_by_field_and_records_of_others_are_not_there(firm, party):
    client = program(firm)
    theirs = create_party(make_company("Altra Srl"), name="X", by="test", street="Via 1", city="Roma")

    assert (
        "file" in client.post(reverse("api-file-upload"), {"record": "parties.party", "object_id": 1}).json()
    )
    assert "object_id" in send(client, party, object_id="x").json()
    assert send(client, party, record="parties.nothing").status_code == 404
    assert send(client, party, record="company.attachment").status_code == 404
    assert send(client, theirs).status_code == 404
    assert client.post(reverse("api-file-upload"), {}, content_type="application/json").status_code == 415
    refused = send(client, party, b"MZ\x90\x00\x03", "setup.exe")
    assert (refused.status_code, refused.json()["code"]) == (409, "company.file_is_a_program")


def test_a_file_that_is_too_large_is_not_read_to_its_end(firm, party):
    save_options(firm[0], FileOptions, {"largest_megabytes": 1}, by="test")
    refused = send(program(firm), party, b"x" * (3 * 1024 * 1024))
    assert (refused.status_code, refused.json()["code"]) == (409, "company.file_too_large")
    assert not Attachment.objects.exists()


def test_the_same_key_sends_once(firm, party):
    client = program(firm)
    key = {"headers": {"Idempotency-Key": "once-1"}}
    body = {"record": "parties.party", "object_id": party.pk}

    def again():
        return client.post(
            reverse("api-file-upload"), {**body, "file": SimpleUploadedFile("a.txt", b"one")}, **key
        )

    first, second = again(), again()
    assert (first.status_code, second.status_code) == (201, 201)
    assert second["Idempotency-Replayed"] == "true"
    assert Attachment.objects.count() == 1
