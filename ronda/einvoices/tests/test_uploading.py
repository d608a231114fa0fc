"""Receipts that people got by hand: dropped on a page, placed or set aside with the reason."""

import io
import zipfile
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ronda.billing.tests.firm import log_in
from ronda.company.domain.safe_zip import BadArchive
from ronda.einvoices import services
from ronda.einvoices.folder import Folder
from ronda.einvoices.models import Quarantined, Receipt
from ronda.einvoices.services import prepare, sent_by_hand, take_uploaded
from ronda.einvoices.tests.paper import DAY, LATER, NOW, firm, issued, receipt


@pytest.fixture
def row(company):
    (made,) = prepare([issued(company)], by="anna", on=DAY, now=NOW).made
    return sent_by_hand(made, by="anna", now=NOW)


def packed(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.txt", text)
    target.seek(0)
    return target


def test_p32_receipts_got_by_hand_find_their_invoice(company, row):
    loose = io.BytesIO(receipt(row, "taken").encode())
    archive = packed(a=receipt(row, "delivered"), b="nonsense")

    found = take_uploaded(company, [("r.txt", loose), ("all.zip", archive)], by="anna", now=LATER)

    row.refresh_from_db()
    assert (row.state, found.taken.receipts) == ("delivered", 2)
    assert [(odd.name, odd.reason) for odd in found.set_aside] == [("b.txt", "This is no receipt.")]
    again = [("all.zip", packed(a=receipt(row, "delivered")))]
    assert take_uploaded(company, again, by="anna", now=LATER).taken.repeated == 1
    assert Receipt.objects.count() == 2


def test_another_companys_receipt_is_set_aside(company, row):
    other = firm("Outra Lda")
    content = io.BytesIO(receipt(row, "delivered").encode())
    (odd,) = take_uploaded(other, [("r.txt", content)], by="anna", now=LATER).set_aside
    assert (odd.company, odd.code) == (other, "einvoices.not_ours")


def test_nothing_too_much_and_a_broken_archive_are_refused_whole(company, row, monkeypatch):
    with pytest.raises(services.NothingUploaded):
        take_uploaded(company, [], by="anna")
    with pytest.raises(BadArchive):
        take_uploaded(
            company,
            [("r.txt", io.BytesIO(receipt(row, "taken").encode())), ("a.zip", io.BytesIO(b"PK"))],
            by="anna",
        )
    monkeypatch.setattr(services.uploading, "MOST_FILES", 1)
    with pytest.raises(services.TooMuchUploaded):
        take_uploaded(company, [("1", io.BytesIO(b"1")), ("2", io.BytesIO(b"2"))], by="anna")
    assert not Receipt.objects.exists()


def test_a_giant_is_set_aside_with_its_beginning(company, monkeypatch):
    monkeypatch.setattr(services.uploading, "LARGEST_FILE", 3)
    (odd,) = take_uploaded(company, [("big.xml", io.BytesIO(b"12345"))], by="anna").set_aside
    assert "too large" in odd.reason


def test_files_are_dropped_on_a_page_that_says_what_became_of_them(client, company, row):
    page, url = log_in(client, company, everything=True), reverse("einvoice-upload")
    files = [
        SimpleUploadedFile("r.txt", receipt(row, "delivered").encode()),
        SimpleUploadedFile("odd.txt", b"nonsense"),
    ]
    text = page.post(url, {"files": files}, follow=True).content.decode()
    assert "1 receipt was placed." in text
    assert "odd.txt: This is no receipt." in text
    assert reverse("einvoice-set-aside-detail", args=[Quarantined.objects.get().pk]) in text
    assert "Choose the files" in page.post(url, {}, follow=True).content.decode()


def test_whoever_may_only_look_uploads_nothing(client, company, row):
    clerk = log_in(client, company, "einvoices.view_transmission")
    assert clerk.post(reverse("einvoice-upload"), {}).status_code == 403
    assert clerk.post(reverse("einvoice-fetch")).status_code == 403


def test_two_jobs_that_fetch_at_once_store_everything_once_and_set_nothing_aside(tmp_path):
    folder = Folder(tmp_path)
    list(folder.fetch())
    names = [f"{n}.xml" for n in range(40)]
    for name in names:
        (folder.inbox / name).write_text(name)
    found, start = [], Barrier(2)

    def fetch():
        start.wait()
        for incoming in Folder(tmp_path).fetch():
            found.append((incoming.name, incoming.found, incoming.content))
            folder.acknowledge(incoming)

    threads = [Thread(target=fetch) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {(name, "file", name.encode()) for name in names} == set(found)
    assert sorted(path.name for path in (folder.inbox / "read").iterdir()) == sorted(names)
