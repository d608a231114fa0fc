"""The store elsewhere, against a server that refuses every wrong signature; see s3_server."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.urls import reverse
from django.utils import timezone

from ronda.company.models import Attachment
from ronda.company.s3_store import PIECE, S3Store, StoreAway, read_address
from ronda.company.services import attach_file, files
from ronda.company.services.file_previews import look_into
from ronda.company.services.file_store import BytesDiffer, copy_store, remove_all, stored_names
from ronda.company.services.files import StoreDoesNotAnswer, purge_files
from ronda.company.tests import s3_server


@pytest.fixture
def server():
    with s3_server.running() as running:
        yield running


@pytest.fixture
def elsewhere(server, settings):
    backend = {"BACKEND": "ronda.company.s3_store.S3Store", "OPTIONS": {"address": server.address}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return server


def test_the_setting_names_everything_and_says_what_is_wrong_with_it():
    at = read_address("s3://k%2F1:s%3A2@minio.local:9000/bucket/a/b?region=fr&tls=0")
    assert (at.endpoint, at.bucket, at.folder, at.key, at.secret, at.region) == (
        "http://minio.local:9000",
        "bucket",
        "a/b",
        "k/1",
        "s:2",
        "fr",
    )
    assert read_address("s3://k:s@s3.example.com/b?style=host").endpoint == "https://b.s3.example.com"
    for wrong in ("s3://host/bucket", "s3://k:s@host", "s3://k:s@host/b?regoin=fr"):
        with pytest.raises(ImproperlyConfigured):
            read_address(wrong)


def test_what_is_kept_is_signed_found_and_removed(server):
    store, large = S3Store(server.address), bytes(range(256)) * 4 * (PIECE // 1000)
    assert store.save("attachments/1/ab/per ché+%", ContentFile(b"hello")) == "attachments/1/ab/per ché+%"
    store.save("attachments/1/cd/large", ContentFile(large))

    assert server.kept["ronda/attachments/1/ab/per ché+%"] == b"hello"
    assert any("partNumber=2" in asked for asked in server.asked)
    with store.open("attachments/1/cd/large") as opened:
        assert opened.read() == large
    assert (store.size("attachments/1/cd/large"), store.exists("attachments/1/none")) == (len(large), False)
    assert store.listdir("attachments/1") == (["ab", "cd"], [])
    assert list(stored_names(store, "attachments/1")) == [
        "attachments/1/ab/per ché+%",
        "attachments/1/cd/large",
    ]
    store.delete("attachments/1/cd/large")
    store.delete("attachments/1/never there")
    assert list(server.kept) == ["ronda/attachments/1/ab/per ché+%"]
    with pytest.raises(FileNotFoundError):
        store.open("attachments/1/cd/large")
    assert server.refused == []


def test_a_wrong_key_is_told_as_a_store_that_does_not_answer(server):
    store = S3Store(server.address.replace("secret", "secreT"))
    with pytest.raises(StoreAway):
        store.save("a", ContentFile(b"x"))
    assert (server.kept, bool(server.refused)) == ({}, True)


@pytest.mark.django_db
def test_files_are_kept_previewed_checked_and_removed_elsewhere(
    elsewhere, company, tmp_path, django_capture_on_commit_callbacks
):
    file = attach_file(company, ContentFile(b"Caldaia murale"), name="a.txt", by="anna")
    look_into(file.pk)

    assert list(elsewhere.kept) == [f"ronda/{file.file.name}"]
    assert Attachment.objects.get().words == "Caldaia murale"
    copied = [(name, path.read_bytes()) for name, path in files.fetch_all(tmp_path)]
    assert copied == [(file.file.name, b"Caldaia murale")]
    assert list(files.check(company, thorough=True)) == []
    elsewhere.kept[f"ronda/attachments/{company.pk}/zz/lost"] = b"cut off"
    (found,) = files.check(company, now=timezone.now())
    assert found.code == "bytes_without_row"
    with django_capture_on_commit_callbacks(execute=True):
        purge_files([file], by="anna")
    assert list(elsewhere.kept) == [f"ronda/attachments/{company.pk}/zz/lost"]


@pytest.mark.django_db
def test_a_store_that_is_away_is_told_in_words_and_leaves_no_row(elsewhere, company, monkeypatch):
    def away(*_args, **_more):
        raise StoreAway("connection refused")

    monkeypatch.setattr(S3Store, "_save", away)
    with pytest.raises(StoreDoesNotAnswer):
        attach_file(company, ContentFile(b"x"), name="a.txt", by="anna")
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_a_download_from_a_store_that_is_away_says_so_and_to_try_again(
    elsewhere, company, member_of, client, monkeypatch
):
    client.force_login(member_of(company, "owner"))
    file = attach_file(company, ContentFile(b"x"), name="a.txt", by="anna")
    where = reverse("attachment-download", args=[file.pk])
    assert b"".join(client.get(where).streaming_content) == b"x"

    def away(*_args, **_more):
        raise StoreAway("connection refused")

    monkeypatch.setattr(S3Store, "_open", away)
    answer = client.get(where)

    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "non risponde" in answer.content.decode()


def test_moving_copies_reads_back_goes_on_after_a_break_and_removes_at_last(server, tmp_path):
    here, there = FileSystemStorage(location=tmp_path / "here"), S3Store(server.address)
    for number in range(5):
        here.save(f"attachments/1/a{number}/x", ContentFile(b"content %d" % number))
    told = []

    def break_off(done, total):
        told.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(here, there, tell=break_off)
    server.kept["ronda/attachments/1/a1/x"] = b"half"  # a store that writes in place may be cut off
    moved = copy_store(here, there)
    assert (told, moved.copied, moved.present, moved.size) == ([(1, 5), (2, 5)], 4, 1, 45)
    assert [server.kept[f"ronda/attachments/1/a{n}/x"] for n in range(5)] == [
        b"content %d" % n for n in range(5)
    ]
    here.save("attachments/1/late", ContentFile(b"came meanwhile"))
    assert remove_all(here, there) == 5
    assert list(stored_names(here)) == ["attachments/1/late"]
    back = copy_store(there, FileSystemStorage(location=tmp_path / "back"))
    assert (back.copied, (tmp_path / "back/attachments/1/a3/x").read_bytes()) == (5, b"content 3")


def test_a_store_that_gives_back_something_else_is_not_trusted(server, tmp_path, monkeypatch):
    here, there = FileSystemStorage(location=tmp_path), S3Store(server.address)
    here.save("a", ContentFile(b"right"))
    keep = S3Store._save

    def badly(self, name, content):
        return keep(self, name, ContentFile(b"wrong"))

    monkeypatch.setattr(S3Store, "_save", badly)
    with pytest.raises(BytesDiffer):
        copy_store(here, there)
    assert (server.kept, here.exists("a")) == ({}, True)


def test_the_library_is_only_loaded_where_such_a_store_is_used():
    code = (
        "import sys, django; django.setup(); import ronda.company.s3_store; print('obstore' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
