"""Previews and words of files: made by a job, found by search."""

import io

import plutoprint
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from ronda.company.domain import looking_inside
from ronda.company.models import Attachment, Job
from ronda.company.services import attach_file, opening_files, restore_version
from ronda.company.services.file_details import save_details
from ronda.company.services.file_previews import look_into
from ronda.workspace import endpoints

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def pdf(*pages):
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.load_html("".join(f'<p style="break-after: page">{page}</p>' for page in pages))
    out = io.BytesIO()
    book.write_to_pdf_stream(out)
    return out.getvalue()


def picture(file):
    with default_storage.open(file.name) as opened:
        image = Image.open(io.BytesIO(opened.read()))
        return image.format, image.size


def looked_into(file):
    look_into(file.pk)
    return Attachment.objects.get(pk=file.pk)


def test_a_pdf_shows_its_first_page_and_its_words_are_kept(company):
    file = looked_into(
        attach_file(company, ContentFile(pdf("Caldaia murale", "Seconda pagina")), name="a.pdf", by="anna")
    )
    assert file.words.split() == ["Caldaia", "murale", "Seconda", "pagina"]
    form, size = picture(file.preview)
    assert (form, max(size)) == ("WEBP", looking_inside.PREVIEW)
    assert max(picture(file.thumbnail)[1]) == looking_inside.THUMBNAIL
    assert file.preview.name.startswith(f"previews/{company.pk}/")


def test_a_picture_has_a_thumbnail_and_no_words(company):
    out = io.BytesIO()
    Image.new("RGBA", (400, 300), "red").save(out, "PNG")
    file = looked_into(attach_file(company, ContentFile(out.getvalue()), name="a.png", by="anna"))
    assert picture(file.thumbnail) == ("WEBP", (160, 120))
    assert (file.words, file.read_at is None) == ("", False)


def test_a_text_has_words_whatever_it_is_written_in(company):
    text = "Perché no?\r\n\r\n<b>Tubo</b>\x0c in rame".encode("cp1252")
    file = looked_into(attach_file(company, ContentFile(text), name="a.txt", by="anna"))
    assert file.words == "Perché no?\nTubo in rame"
    assert not file.preview


@pytest.mark.parametrize("content", [b"%PDF-1.7\nbroken", b"PK\x03\x04 an archive"])
def test_what_cannot_be_opened_has_no_preview_and_is_not_tried_again(company, content):
    file = looked_into(attach_file(company, ContentFile(content), name="a.bin", by="anna"))
    assert (bool(file.preview), file.words, file.read_at is None) == (False, "", False)


def test_only_the_first_words_are_kept(company):
    text = b"parola " * 20_000
    file = looked_into(attach_file(company, ContentFile(text), name="a.txt", by="anna"))
    assert len(file.words) == looking_inside.MOST_WORDS


def test_a_job_that_is_repeated_does_nothing_and_leaves_nothing_behind(company, tmp_path):
    file = looked_into(attach_file(company, ContentFile(pdf("Uno")), name="a.pdf", by="anna"))
    before = sorted(tmp_path.rglob("*"))
    look_into(file.pk)
    look_into(987654)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_version_that_came_while_the_preview_was_made_gets_its_own(company, monkeypatch, tmp_path):
    file = attach_file(company, ContentFile(b"one"), name="a.txt", by="anna")
    told = opening_files.look_inside

    def slowly(*args, **more):
        words = told(*args, **more)
        if words == "one":
            attach_file(company, ContentFile(b"two"), name="a.txt", by="carla")
        return words

    monkeypatch.setattr(opening_files, "look_inside", slowly)
    assert looked_into(file).words == ""
    assert looked_into(file).words == "two"


def test_a_version_brought_back_has_previews_again(company):
    file = looked_into(attach_file(company, ContentFile(pdf("Uno")), name="a.pdf", by="anna"))
    looked_into(attach_file(company, ContentFile(pdf("Due")), name="a.pdf", by="anna"))
    restore_version(file, number=1, by="anna")
    assert looked_into(file).words == "Uno"
    assert picture(file.versions.get(number=1).preview)[0] == "WEBP"


def test_what_opens_files_of_strangers_ends_when_it_takes_too_much(monkeypatch, tmp_path):
    monkeypatch.setattr(opening_files, "SECONDS", 0.001)
    told = opening_files.ask(what="previews", source="x", folder=str(tmp_path), mime="text/plain", pixels=1)
    assert told["refused"] == "unreadable"


def test_files_are_found_by_name_tag_description_and_words(company, member_of, at_desk, monkeypatch):
    monkeypatch.setattr(endpoints, "LONGEST", 60)  # on a busy computer the palette would give up before
    file = looked_into(
        attach_file(company, ContentFile(pdf("Scambiatore a piastre")), name="A7.pdf", by="anna")
    )
    looked_into(attach_file(company, ContentFile(b"other"), name="b.txt", by="anna"))
    facts = {"name": file.name, "kind": "drawing", "restricted": False, "roles": []}
    save_details(file, note="Centrale termica", tags=["Collaudo"], by="anna", **facts)
    desk = at_desk(member_of(company, "owner"))

    for text in ("a7", "TERMICA", "collau", "scambiatore piastre", "piastre collaudo"):
        found = desk.get(reverse("file-list"), {"q": text}).context["listing"].page
        assert found == [file], text
        groups = desk.get(reverse("palette"), {"q": text}).json()["groups"]
        items = [item["label"] for group in groups for item in group["items"]]
        assert "A7.pdf" in items, text
    assert desk.get(reverse("file-list"), {"q": "nowhere"}).context["listing"].page == []


def test_the_page_of_a_file_shows_preview_words_and_versions(company, member_of, at_desk):
    file = looked_into(attach_file(company, ContentFile(pdf("<b>Uno")), name="a.pdf", by="anna"))
    looked_into(attach_file(company, ContentFile(b"%PDF-1.4 two"), name="a.pdf", by="carla"))
    desk = at_desk(member_of(company, "owner"))
    page = desk.get(reverse("file-detail", args=[file.pk])).content.decode()

    assert reverse("attachment-restore", args=[file.pk, 1]) in page
    assert "Di questo tipo di file non c" in page
    desk.post(reverse("attachment-restore", args=[file.pk, 1]))
    look_into(file.pk)
    page = desk.get(reverse("file-detail", args=[file.pk])).content.decode()
    assert reverse("attachment-preview", args=[file.pk]) in page
    shown = desk.get(reverse("attachment-preview", args=[file.pk]))
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    assert b"".join(shown.streaming_content)[8:12] == b"WEBP"
    old = desk.get(reverse("attachment-version", args=[file.pk, 2]))
    assert (b"".join(old.streaming_content), old["Content-Disposition"]) == (
        b"%PDF-1.4 two",
        'attachment; filename="a (2).pdf"',
    )
    assert Job.objects.filter(kind__endswith="make_previews").count() == 3
