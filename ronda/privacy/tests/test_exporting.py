"""GDPR artt. 15 and 20: a person is given everything that is kept about him, and only that."""

import json
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ronda.company.models import AuditEntry, Job
from ronda.company.services import queue_mail
from ronda.company.services.files import attach_file
from ronda.parties.services import add_contact, create_party
from ronda.privacy.models import PersonalExport
from ronda.privacy.services import ForGood, anonymise, expire, prepare, request_export
from ronda.privacy.services.exporting import NothingLeft, write_archive
from ronda.privacy.tasks import prepare_export
from tests.makers import make_contract, make_due

TODAY = date(2026, 3, 2)


def opened(party):
    stream = BytesIO()
    write_archive(party, stream)
    return ZipFile(stream)


def test_the_file_holds_what_every_app_keeps_to_read_and_to_take_elsewhere(company, party):
    add_contact(party, name="Luisa Esposito", by="anna", email="luisa@esposito.example")
    attach_file(party, ContentFile(b"carta d'identita"), name="documento.txt", by="anna")
    queue_mail(company, to=[party.email], subject="Promemoria", body="Gentile Mario", by="anna", about=party)

    archive = opened(party)

    data = json.loads(archive.read("data.json"))
    assert data["parties.party"][0]["email"] == "mario@esposito.example"
    assert [one["name"] for one in data["parties.contact"]] == ["Luisa Esposito"]
    page = archive.read("index.html").decode()
    assert all(word in page for word in ("Via Garibaldi 7", "Luisa Esposito", "Promemoria", "documento.txt"))
    [name] = [one for one in archive.namelist() if one.startswith("files/")]
    assert (name, archive.read(name)) == ("files/1-documento.txt", b"carta d'identita")


def test_documents_dues_and_contracts_are_told_too(company):
    due = make_due(company, 3)
    data = json.loads(opened(due.party).read("data.json"))
    assert {"billing.document", "billing.documentline", "payments.instalment"} <= set(data)
    contract = make_contract(company, 4)
    assert "contracts.contract" in json.loads(opened(contract.party).read("data.json"))


def test_nothing_of_another_customer_and_no_key_of_the_program_is_told(company, party):
    create_party(company, name="Segreti Srl", by="anna", street="Via Ignota 1", city="Como")
    archive = opened(party)
    told = archive.read("index.html").decode() + archive.read("data.json").decode()
    assert [word for word in ("Segreti", "token_", "Via Ignota") if word in told] == []


def test_what_people_wrote_is_shown_as_text(company, party):
    party.notes = "<script>alert(1)</script>"
    party.save()
    assert "<script>" not in opened(party).read("index.html").decode()


def test_a_job_makes_the_file_once_and_it_goes_after_its_days(
    company, party, now, django_capture_on_commit_callbacks
):
    export = request_export(party, reason="per mail", now=now, by="anna")
    assert Job.objects.filter(key=f"personal-export:{export.pk}").count() == 1
    prepare_export.call(export.pk)
    made = PersonalExport.objects.get(pk=export.pk)
    assert (made.state, made.records > 0, made.size > 0) == ("ready", True, True)
    path = made.file.name
    prepare(made, now=now, today=TODAY)
    assert (PersonalExport.objects.get(pk=export.pk).file.name, default_storage.exists(path)) == (path, True)

    assert expire(on=made.expires_on) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert expire(on=made.expires_on + timedelta(days=1)) == 1
    assert (PersonalExport.objects.get(pk=export.pk).state, default_storage.exists(path)) == (
        "expired",
        False,
    )


def test_who_is_anonymised_leaves_no_export_behind(company, party, now, django_capture_on_commit_callbacks):
    export = request_export(party, now=now, by="anna")
    waiting = request_export(party, now=now, by="anna")
    path = prepare(export, now=now, today=TODAY).file.name
    with django_capture_on_commit_callbacks(execute=True):
        anonymise(party, now=now, by="anna", confirmed=frozenset({ForGood.code}))
    assert not default_storage.exists(path)
    waiting.refresh_from_db()
    assert prepare(waiting, now=now, today=TODAY).state == "expired"
    with pytest.raises(NothingLeft):
        request_export(party, now=now, by="anna")
    assert AuditEntry.objects.filter(action="privacy.export.asked").count() == 2
