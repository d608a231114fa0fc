"""S11, V4: whatever address of a file is asked, by whatever role, who may not see it finds nothing.

Addresses are read from the configuration; a new one is asked as well.
"""

from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from python_calamine import load_workbook

from ronda.company.domain.roles import ROLE_TEMPLATES
from ronda.company.models import Attachment, Membership, Role
from ronda.company.services.file_details import save_details
from ronda.company.services.files import attach_file
from ronda.parties.models import Party
from ronda.parties.services import create_party
from ronda.workspace import endpoints
from tests.addresses import NOWHERE, every_address
from tests.makers import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _palette_takes_its_time(monkeypatch):
    """On a busy computer it would answer before it has asked for files."""
    monkeypatch.setattr(endpoints, "LONGEST", 60)


ROLES = [template.code for template in ROLE_TEMPLATES]
ADDRESSES = [
    one
    for one in every_address()
    if one.has_key
    and one.name.startswith(("attachment-", "file-", "api-file"))
    and one.name != "attachment-upload"
]
WORD = "Caldaia murale segreta"


def customer(company, owner=None):
    party = create_party(company, name="Rossi Mario", by="test", street="Via Roma 1", city="Roma")
    Party.objects.filter(pk=party.pk).update(owner=owner)
    return party


def two_versions(subject):
    file = attach_file(subject, ContentFile(b"one"), name=f"{WORD}.txt", by="test")
    return attach_file(subject, ContentFile(b"two"), name=file.name, by="test")


def at_desk(company, code, sees=Role.Sees.ALL):
    user = get_user_model().objects.create_user(f"{code}-{company.pk}")
    role = company.roles.get(code=code)
    Role.objects.filter(pk=role.pk).update(sees=sees)
    Membership.objects.create(user=user, company=company, role=role, is_default=True)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def restrict(file, *roles):
    facts = {"name": file.name, "kind": "identity", "note": "", "tags": [], "restricted": True}
    save_details(file, **facts, roles=roles, by="test")


def url_of(address, file):
    return address.url.replace(str(NOWHERE), str(file.pk), 1).replace(str(NOWHERE), "1")


def ask_everything(client, file):
    """(method, address, status) of every address of the file, and whether it was left as it was."""
    before = Attachment.objects.values().get(pk=file.pk)
    found = []
    for address in ADDRESSES:
        for method in address.methods:
            body = {}
            if method in ("post", "put", "patch"):
                upload = "version" in address.name and "restore" not in address.name
                body = {"data": {"file": ContentFile(b"three", name="x.txt")} if upload else {"next": "/"}}
                if address.is_api and not upload:
                    body = {"data": "{}", "content_type": "application/json"}
            found.append(
                (method, address.name, getattr(client, method)(url_of(address, file), **body).status_code)
            )
    for name in ("file-delete", "file-tag", "file-bin-purge", "file-bin-put-back"):
        client.post(reverse(name), {"id": file.pk, "tags": "x", "confirm": "1"})
    left = Attachment.objects.values().get(pk=file.pk) == before
    return found, left


def places_it_is_listed(client, file):
    """Where its name can be read: list, export, palette, API."""
    asked = {
        "list": client.get(reverse("file-list"), {"q": "murale"}),
        "export": client.get(reverse("file-export"), {"q": "murale"}),
        "palette": client.get(reverse("palette"), {"q": "murale"}),
        "api": client.get(reverse("api-file-list"), {"q": "murale"}),
    }
    return {name for name, answer in asked.items() if answer.status_code == 200 and WORD in _text_of(answer)}


def _text_of(answer):
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.close()
    if content.startswith(b"PK"):
        return str(load_workbook(BytesIO(content)).get_sheet_by_index(0).to_python())
    return content.decode()


def assert_nothing_is_found(client, file):
    found, left = ask_everything(client, file)
    wrong = [one for one in found if one[2] not in (403, 404)]
    assert not wrong, wrong
    assert left, "the file was changed"
    assert places_it_is_listed(client, file) == set()


def test_every_address_of_a_file_is_asked():
    names = {one.name for one in ADDRESSES}
    assert {
        "attachment-download", "attachment-preview", "attachment-thumbnail", "attachment-new-version",
        "attachment-version", "attachment-restore", "attachment-delete", "file-detail", "file-edit",
        "api-file-detail", "api-file-content", "api-file-versions", "api-file-version", "api-file-restore",
        "api-file-new-version",
    } <= names  # fmt: skip


@pytest.mark.parametrize("code", ROLES)
def test_files_of_another_company_are_found_by_no_role(code):
    company, other = make_company(), make_company("Altra Srl")
    assert_nothing_is_found(at_desk(company, code), two_versions(customer(other)))


@pytest.mark.parametrize("code", [code for code in ROLES if code != "owner"])
def test_s9_files_of_a_colleagues_customer_are_found_by_no_role_that_sees_its_own(code):
    company = make_company()
    colleague = get_user_model().objects.create_user("colleague")
    assert_nothing_is_found(at_desk(company, code, Role.Sees.OWN), two_versions(customer(company, colleague)))


@pytest.mark.parametrize("code", [code for code in ROLES if code != "owner"])
def test_a_restricted_file_is_found_by_no_other_role(code):
    company = make_company()
    file = two_versions(customer(company))
    restrict(file, Role.objects.create(company=company, name="Management"))
    assert_nothing_is_found(at_desk(company, code), file)


def allowed(answer):
    answer.close()
    return answer.status_code not in (403, 404)


@pytest.mark.parametrize("code", ROLES)
def test_a_role_does_with_files_what_its_permissions_say(code):
    company = make_company()
    file = two_versions(customer(company))
    client = at_desk(company, code)
    user = get_user_model().objects.get(username=f"{code}-{company.pk}")
    user.company_id = company.pk
    held = {verb: user.has_perm(f"company.{verb}_attachment") for verb in ("view", "add", "change", "delete")}

    def ask(method, name, *more, **body):
        return allowed(getattr(client, method)(reverse(name, args=[file.pk, *more]), **body))

    def sent():
        return {"data": {"file": ContentFile(b"three", name="x.txt")}}

    may = {
        "view": {
            ask("get", "attachment-download"),
            ask("get", "attachment-version", 1),
            ask("get", "api-file-content"),
            ask("get", "api-file-versions"),
            ask("get", "api-file-version", 1),
            ask("get", "file-detail"),
        },
        "change": {
            ask("post", "attachment-restore", 1),
            ask("post", "api-file-restore", 2),
            ask("patch", "api-file-detail", data={"note": "x"}, content_type="application/json"),
            ask("get", "file-edit"),
        },
        "add": {
            ask("post", "attachment-new-version", **sent()),
            ask("post", "api-file-new-version", **sent()),
        },
        "delete": {ask("post", "attachment-delete")},
    }
    assert may == {verb: {yes} for verb, yes in held.items()}


def test_whom_a_restricted_file_is_for_and_the_owner_find_it_everywhere():
    company = make_company()
    file = two_versions(customer(company))
    restrict(file, company.roles.get(code="read_only"))
    for code in ("read_only", "owner"):
        client = at_desk(company, code)
        assert places_it_is_listed(client, file) == {"list", "export", "palette", "api"}
        assert allowed(client.get(reverse("attachment-download", args=[file.pk])))


def test_s9_ones_own_customers_files_are_found():
    company = make_company()
    client = at_desk(company, "billing_clerk", Role.Sees.OWN)
    user = get_user_model().objects.get(username=f"billing_clerk-{company.pk}")
    file = two_versions(customer(company, user))
    assert places_it_is_listed(client, file) == {"list", "export", "palette", "api"}
