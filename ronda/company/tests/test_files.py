import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from ronda.company.company_options import FileOptions
from ronda.company.models import Attachment, AuditEntry
from ronda.company.services import attach_file, delete_attachment, files, save_options
from ronda.company.services.files import FileEmpty, FileTooLarge, clean_name

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PDF = b"%PDF-1.7\nhello"


def test_a_file_keeps_its_name_and_fingerprint_and_is_what_its_content_says(company):
    attachment = attach_file(company, ContentFile(PDF), name="C:\\temp\\offerta.exe", by="anna", note="v1")

    assert (attachment.name, attachment.size, attachment.mime, attachment.sha256) == (
        "offerta.exe",
        len(PDF),
        "application/pdf",
        hashlib.sha256(PDF).hexdigest(),
    )
    assert (attachment.subject, attachment.company, attachment.uploaded_by) == (company, company, "anna")
    with default_storage.open(attachment.file.name) as stored:
        assert stored.read() == PDF
    assert "offerta" not in attachment.file.name


def test_a_file_too_large_or_empty_is_refused_and_nothing_is_stored(company):
    save_options(company, FileOptions, {"largest_megabytes": 1}, by="anna")

    with pytest.raises(FileTooLarge) as refused:
        attach_file(company, ContentFile(b"x" * (1024 * 1024 + 1)), name="a.txt", by="anna")
    with pytest.raises(FileEmpty):
        attach_file(company, ContentFile(b""), name="a.txt", by="anna")
    assert refused.value.field == "file"
    assert not Attachment.objects.exists()


def test_a_file_that_cannot_be_recorded_leaves_nothing_on_disk(company, monkeypatch, settings, tmp_path):
    monkeypatch.setattr(files, "_insert", lambda *_args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_removed_file_goes_from_disk_after_the_commit_and_stays_in_the_history(
    company, django_capture_on_commit_callbacks
):
    attachment = attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    path = attachment.file.name
    with django_capture_on_commit_callbacks(execute=True):
        delete_attachment(attachment, by="carla")
        assert default_storage.exists(path)

    assert not default_storage.exists(path)
    entry = AuditEntry.objects.get(action="company.attachment.removed")
    assert (entry.actor, entry.company, entry.subject_label, entry.subject_pk, entry.facts["file"]) == (
        "carla",
        company,
        "company.company",
        company.pk,
        "a.pdf",
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\n.txt", "ab.txt"),
        ("..", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name, expected):
    assert clean_name(name) == expected
