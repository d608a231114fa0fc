"""Files on records: what is kept, in versions, and what is refused (S11, S12)."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from ronda.company.company_options import FileOptions
from ronda.company.domain.file_kinds import agrees, is_from_a_camera, numbered
from ronda.company.models import Attachment, AuditEntry, Branch, FileTag, Job
from ronda.company.services import (
    attach_file,
    delete_attachment,
    files,
    keep_file,
    restore_version,
    save_options,
)
from ronda.company.services.file_bin import bin_the_forsaken, empty_bin, purge_files, put_back
from ronda.company.services.file_details import NameDoesNotFit, add_tags, save_details
from ronda.company.services.files import (
    AlreadyThatVersion,
    FileCannotBeCleaned,
    FileEmpty,
    FileIsAProgram,
    FileIsNotWhatItSays,
    FileTooLarge,
    NoRoomLeft,
    StoreDoesNotAnswer,
    clean_name,
    room_of,
)
from ronda.company.services.opening_files import PictureTooLarge, PictureUnreadable

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PDF = b"%PDF-1.7\nhello"


def photo(width=60, height=40, *, turned=False, **more):
    """A picture as a phone sends it: with place, camera and words, lying on its side."""
    facts = Image.Exif()
    facts[0x010F] = "SecretCamera"
    facts[0x0112] = 6 if turned else 1
    facts.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    picture = Image.new("RGB", (width, height), "navy")
    picture.save(out, "JPEG", exif=facts, comment=b"secret words", **more)
    return out.getvalue()


def stored(file):
    with default_storage.open(file.name) as opened:
        return opened.read()


def on_disk(tmp_path):
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


def test_a_file_keeps_its_name_and_fingerprint_and_is_what_its_content_says(company):
    attachment = attach_file(company, ContentFile(PDF), name="C:\\temp\\offerta.bin", by="anna", note="v1")

    assert (attachment.name, attachment.size, attachment.mime, attachment.sha256) == (
        "offerta.bin",
        len(PDF),
        "application/pdf",
        hashlib.sha256(PDF).hexdigest(),
    )
    assert (attachment.subject, attachment.company, attachment.uploaded_by) == (company, company, "anna")
    assert stored(attachment.file) == PDF
    assert "offerta" not in attachment.file.name


def test_a_file_too_large_or_empty_is_refused_and_nothing_is_stored(company, tmp_path):
    save_options(company, FileOptions, {"largest_megabytes": 1}, by="anna")

    with pytest.raises(FileTooLarge) as refused:
        attach_file(company, ContentFile(b"x" * (1024 * 1024 + 1)), name="a.txt", by="anna")
    with pytest.raises(FileEmpty):
        attach_file(company, ContentFile(b""), name="a.txt", by="anna")
    assert refused.value.field == "file"
    assert not Attachment.objects.exists()
    assert on_disk(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("offerta.exe", PDF, FileIsAProgram),
        ("foto.png", b"MZ\x90\x00\x03\x00\x00\x00", FileIsAProgram),
        ("listino.txt", b"#!/bin/sh\nrm -rf /", FileIsAProgram),
        ("macro.js", b"alert(1)", FileIsAProgram),
        ("foto.png", b"<svg onload='x()'/>", FileIsNotWhatItSays),
        ("fattura.pdf", b"<html><script>alert(1)</script>", FileIsNotWhatItSays),
        ("foto.jpg", PDF, FileIsNotWhatItSays),
        ("IMG_1.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", FileCannotBeCleaned),
        ("foto.jpg", b"\xff\xd8\xff\xe0 broken", PictureUnreadable),
    ],
)
def test_what_is_not_what_it_says_or_would_run_is_refused_with_the_remedy(
    company, tmp_path, name, content, refusal
):
    with pytest.raises(refusal) as refused:
        attach_file(company, ContentFile(content), name=name, by="anna")
    assert name in str(refused.value.message)
    assert on_disk(tmp_path) == []


def test_endings_we_know_hold_what_they_say_and_others_anything():
    assert agrees("A.PDF", "application/pdf")
    assert not agrees("a.pdf", "image/png")
    assert agrees("list.csv", "application/octet-stream")
    assert agrees("drawing.dwg", "application/octet-stream")
    assert agrees("no ending", "image/png")


# --- pictures


def test_a_picture_is_written_anew_upright_without_place_camera_and_words(company):
    sent = photo(60, 40, turned=True)
    assert b"SecretCamera" in sent
    kept = attach_file(company, ContentFile(sent), name="foto.jpg", by="anna")

    content = stored(kept.file)
    assert b"Secret" not in content
    assert b"secret" not in content
    with Image.open(io.BytesIO(content)) as opened:
        assert opened.size == (40, 60)
        assert not opened.getexif()
    assert (kept.came_as, kept.sha256) == (
        hashlib.sha256(sent).hexdigest(),
        hashlib.sha256(content).hexdigest(),
    )
    assert kept.kind == Attachment.Kind.PHOTO


def test_a_picture_that_lies_right_keeps_its_fineness_and_loses_the_rest(company):
    sent = photo(64, 48, quality=97) + b"<script>alert(1)</script>"
    content = stored(attach_file(company, ContentFile(sent), name="foto.jpg", by="anna").file)

    assert not any(word in content for word in (b"Secret", b"secret", b"<script>"))
    with Image.open(io.BytesIO(sent)) as before, Image.open(io.BytesIO(content)) as after:
        assert after.quantization == before.quantization


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(company, tmp_path):
    save_options(company, FileOptions, {"largest_megapixels": 1}, by="anna")
    out = io.BytesIO()
    Image.new("1", (5000, 5000)).save(out, "PNG")
    assert len(out.getvalue()) < 10_000

    with pytest.raises(PictureTooLarge) as refused:
        attach_file(company, ContentFile(out.getvalue()), name="bomb.png", by="anna")
    assert "5000 × 5000" in str(refused.value.message)
    assert on_disk(tmp_path) == []


# --- versions


def test_a_file_of_the_same_name_becomes_a_version_and_the_earlier_one_stays(company):
    first = attach_file(company, ContentFile(b"one"), name="Patti.txt", by="anna")
    kept = keep_file(company, ContentFile(b"two!"), name="patti.TXT", by="carla")

    assert (kept.outcome, kept.attachment.pk, kept.attachment.number) == ("version", first.pk, 2)
    assert (kept.attachment.name, kept.attachment.uploaded_by) == ("Patti.txt", "carla")
    older = kept.attachment.versions.get()
    assert (older.number, older.size, older.uploaded_by, stored(older.file)) == (1, 3, "anna", b"one")
    assert stored(kept.attachment.file) == b"two!"
    assert kept.attachment.kept_bytes == room_of(company) == 7
    actions = AuditEntry.objects.filter(action__startswith="company.attachment").values_list(
        "action", flat=True
    )
    assert list(actions) == ["company.attachment.added", "company.attachment.version"]


def test_the_same_content_is_not_kept_twice(company, tmp_path):
    first = attach_file(company, ContentFile(b"one"), name="a.txt", by="anna")
    kept = keep_file(company, ContentFile(b"one"), name="a.txt", by="carla")

    assert (kept.outcome, kept.attachment.pk, kept.attachment.number) == ("same", first.pk, 1)
    assert len(on_disk(tmp_path)) == 1


def test_a_photo_sent_twice_is_known_again_although_it_was_written_anew(company, tmp_path):
    sent = photo(turned=True)
    attach_file(company, ContentFile(sent), name="caldaia.jpg", by="anna")

    assert keep_file(company, ContentFile(sent), name="caldaia.jpg", by="anna").outcome == "same"
    assert len(on_disk(tmp_path)) == 1


def test_photos_as_phones_name_them_are_not_versions_of_each_other(company):
    names = [
        attach_file(company, ContentFile(photo(n, n)), name="image.jpg", by="a").name for n in (10, 20, 30)
    ]
    assert names == ["image.jpg", "image (2).jpg", "image (3).jpg"]
    again = keep_file(company, ContentFile(photo(20, 20)), name="image.jpg", by="anna")
    assert (again.outcome, again.attachment.name) == ("same", "image (2).jpg")
    assert is_from_a_camera("IMAGE.JPG")
    assert not is_from_a_camera("contratto.pdf")


def test_what_two_people_send_at_once_is_kept_once(company, monkeypatch, tmp_path):
    insert, first = files._insert, []

    def after_somebody_else(*args):
        if not first:
            first.append(True)
            attach_file(company, ContentFile(b"one"), name="a.txt", by="carla")
        return insert(*args)

    monkeypatch.setattr(files, "_insert", after_somebody_else)
    kept = keep_file(company, ContentFile(b"one"), name="a.txt", by="anna")
    assert (kept.outcome, kept.attachment.uploaded_by, kept.attachment.number) == ("same", "carla", 1)
    assert len(on_disk(tmp_path)) == 1


def test_a_new_version_takes_any_name_and_keeps_that_of_the_file(company):
    first = attach_file(company, ContentFile(b"one"), name="a.txt", by="anna")
    kept = keep_file(company, ContentFile(b"two"), name="a.txt", by="anna", onto=first)
    assert (kept.outcome, kept.attachment.number) == ("version", 2)


def test_an_earlier_version_comes_back_as_a_new_one_without_new_bytes(company, tmp_path):
    file = attach_file(company, ContentFile(b"one"), name="a.txt", by="anna")
    attach_file(company, ContentFile(b"two"), name="a.txt", by="anna")
    now = restore_version(file, number=1, by="carla")

    assert (now.number, now.uploaded_by, stored(now.file)) == (3, "carla", b"one")
    assert [(one.number, stored(one.file)) for one in now.versions.all()] == [(2, b"two"), (1, b"one")]
    assert (now.kept_bytes, len(on_disk(tmp_path))) == (6, 2)
    with pytest.raises(AlreadyThatVersion):
        restore_version(file, number=1, by="carla")


def test_a_file_one_does_not_see_is_not_replaced_by_one_of_its_name(company):
    hidden = attach_file(company, ContentFile(b"secret"), name="a.txt", by="anna")
    kept = keep_file(company, ContentFile(b"mine"), name="a.txt", by="carla", seen=Attachment.objects.none())
    assert (kept.outcome, kept.attachment.name) == ("added", "a (2).txt")
    hidden.refresh_from_db()
    assert hidden.number == 1


def test_there_is_no_more_room_than_the_company_has(company, tmp_path):
    save_options(company, FileOptions, {"room_megabytes": 1}, by="anna")
    attach_file(company, ContentFile(b"x" * 700_000), name="a.txt", by="anna")

    with pytest.raises(NoRoomLeft):
        attach_file(company, ContentFile(b"y" * 700_000), name="b.txt", by="anna")
    assert len(on_disk(tmp_path)) == 1


# --- when something breaks


def test_a_file_that_cannot_be_recorded_leaves_nothing_on_disk(company, monkeypatch, tmp_path):
    monkeypatch.setattr(files, "_insert", lambda *_args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    assert on_disk(tmp_path) == []


def test_a_full_store_is_told_in_words_and_leaves_no_row(company, monkeypatch):
    def full(*_args, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    with pytest.raises(StoreDoesNotAnswer):
        attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    assert not Attachment.objects.exists()


class Killed(BaseException):
    """Stands for the end of the process: nothing after it runs."""


def test_a_process_that_dies_before_the_row_leaves_bytes_that_the_check_finds(company, monkeypatch, tmp_path):
    def die(*_args):
        raise Killed

    monkeypatch.setattr(files, "_insert", die)
    monkeypatch.setattr("django.db.models.fields.files.FieldFile.delete", lambda *_args, **_more: None)
    with pytest.raises(Killed):
        attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")

    assert len(on_disk(tmp_path)) == 1
    assert list(files.check(company)) == []  # it might still be written
    (found,) = files.check(company, now=timezone.now() + timedelta(hours=2))
    assert (found.code, found.pk) == ("bytes_without_row", None)


def test_missing_and_changed_bytes_are_found_those_of_others_are_not(company, other_company):
    branch = Branch.objects.create(company=company, code="A", name="A")
    mine = attach_file(company, ContentFile(b"1"), name="a.txt", by="anna")
    changed = attach_file(branch, ContentFile(b"2"), name="a.txt", by="anna")
    theirs = attach_file(other_company, ContentFile(b"3"), name="a.txt", by="anna")
    assert list(files.check(company, thorough=True)) == []
    default_storage.delete(mine.file.name)
    default_storage.delete(theirs.file.name)
    with open(default_storage.path(changed.file.name), "wb") as out:
        out.write(b"9")

    assert [(one.code, one.pk) for one in files.check(company)] == [("missing_bytes", mine.pk)]
    found = [(one.code, one.pk) for one in files.check(company, thorough=True)]
    assert found == [("missing_bytes", mine.pk), ("changed_bytes", changed.pk)]


# --- the bin


def test_a_removed_file_waits_in_the_bin_and_comes_back(company):
    file = attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    delete_attachment(file, by="carla")

    file.refresh_from_db()
    assert (file.binned_by, default_storage.exists(file.file.name)) == ("carla", True)
    entry = AuditEntry.objects.get(action="company.attachment.removed")
    assert (entry.actor, entry.subject_label, entry.subject_pk, entry.facts["file"]) == (
        "carla",
        "company.company",
        company.pk,
        "a.pdf",
    )
    assert put_back(file, by="anna").binned_at is None


def test_the_bin_is_emptied_after_its_days_with_all_versions(
    company, tmp_path, django_capture_on_commit_callbacks
):
    save_options(company, FileOptions, {"days_in_bin": 10}, by="anna")
    file = attach_file(company, ContentFile(b"one"), name="a.txt", by="anna")
    attach_file(company, ContentFile(b"two"), name="a.txt", by="anna")
    restore_version(file, number=1, by="anna")
    delete_attachment(file, by="anna")
    now = timezone.now()

    assert empty_bin(company, now=now + timedelta(days=9)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert empty_bin(company, now=now + timedelta(days=11)) == 1
        assert len(on_disk(tmp_path)) == 2
    assert on_disk(tmp_path) == []
    assert not Attachment.objects.exists()


def test_with_no_days_in_the_bin_a_file_is_gone_at_once(
    company, tmp_path, django_capture_on_commit_callbacks
):
    save_options(company, FileOptions, {"days_in_bin": 0}, by="anna")
    file = attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    with django_capture_on_commit_callbacks(execute=True):
        delete_attachment(file, by="anna")
    assert (Attachment.objects.count(), on_disk(tmp_path)) == (0, [])


def test_files_of_a_record_that_is_gone_go_into_the_bin(company, other_company):
    branch = Branch.objects.create(company=company, code="A", name="A")
    lost = attach_file(branch, ContentFile(b"1"), name="a.txt", by="anna")
    stays = attach_file(company, ContentFile(b"2"), name="b.txt", by="anna")
    branch.delete()

    assert bin_the_forsaken(other_company, now=timezone.now()) == 0
    assert bin_the_forsaken(company, now=timezone.now()) == 1
    assert list(Attachment.objects.filter(binned_at=None)) == [stays]
    assert list(Attachment.objects.exclude(binned_at=None)) == [lost]


def test_data_protection_removes_files_wherever_they_are(
    company, tmp_path, django_capture_on_commit_callbacks
):
    file = attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    add_tags(file, tags=["Rossi Mario"], by="anna")
    delete_attachment(file, by="anna")
    with django_capture_on_commit_callbacks(execute=True):
        assert purge_files([file], by="") == 1
    assert (on_disk(tmp_path), FileTag.objects.count()) == ([], 0)


# --- what is said of them


def say(file, **changes):
    facts = {"name": file.name, "kind": "", "note": "", "tags": [], "restricted": False, "roles": []}
    return save_details(file, by="anna", **{**facts, **changes})


def test_tags_are_the_companys_own_words_whatever_their_case(company, other_company):
    first = attach_file(company, ContentFile(b"1"), name="a.txt", by="x")
    second = attach_file(company, ContentFile(b"2"), name="b.txt", by="x")
    theirs = attach_file(other_company, ContentFile(b"3"), name="c.txt", by="x")
    say(first, tags=["Caldaia", "da firmare"])
    say(second, tags=["CALDAIA"])
    say(theirs, tags=["caldaia"])

    assert list(FileTag.objects.filter(company=company).values_list("name", flat=True)) == [
        "Caldaia",
        "da firmare",
    ]
    assert second.tags == ["Caldaia"]
    assert add_tags(second, tags=["Urgente"], by="x").tags == ["Caldaia", "Urgente"]
    say(first)
    assert sorted(FileTag.objects.filter(company=company).values_list("name", flat=True)) == [
        "Caldaia",
        "Urgente",
    ]


def test_a_name_has_the_ending_of_the_content(company):
    file = attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    assert say(file, name="contratto firmato.pdf").name == "contratto firmato.pdf"
    with pytest.raises(NameDoesNotFit):
        say(file, name="a.jpg")
    with pytest.raises(NameDoesNotFit):
        say(file, name="a.exe")


def test_a_preview_is_asked_for_by_a_job_in_the_same_transaction(company):
    file = attach_file(company, ContentFile(PDF), name="a.pdf", by="anna")
    (job,) = Job.objects.filter(kind__endswith="make_previews")
    assert (job.args["args"], job.company_id, job.by) == ([file.pk], company.pk, "anna")
    assert ContentType.objects.get_for_model(company) == file.content_type


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


def test_a_name_that_is_taken_gets_the_next_number():
    assert numbered("a.txt", set()) == "a.txt"
    assert numbered("A.txt", {"a.txt", "a (2).txt"}) == "A (3).txt"
    assert numbered(".hidden", {".hidden"}) == ".hidden (2)"
