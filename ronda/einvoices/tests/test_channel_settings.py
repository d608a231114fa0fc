"""Settings of channels: kept in a file that only the program reads, secrets never shown."""

import tomllib
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from ronda.billing.tests.firm import log_in
from ronda.company.models import AuditEntry, Job
from ronda.einvoices import services
from ronda.einvoices.domain.settings import Kind, Setting, toml
from ronda.einvoices.door import ChannelKind, ChannelSettings, channel_kind, company_folder, register_channel
from ronda.einvoices.services import NothingToSet, held_settings, save_settings
from ronda.einvoices.settings_file import SettingsUnreadable, write_tables
from ronda.einvoices.tasks import queue_fetching
from ronda.einvoices.tests import paper
from ronda.einvoices.tests.paper import NotPaper, choose, firm
from ronda.kernel.errors import Refusal

SECRET = "geheim #1"
KEY = Ed25519PrivateKey.generate()
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
LOCKED = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
FIELDS = (
    Setting("host", "Host"),
    Setting("password", "Password", secret=True),
    Setting("token", "Token", secret=True, default=""),
    Setting("headers", "Headers", kind=Kind.PAIRS, default={}, secret=True),
    Setting("port", "Port", kind=Kind.PORT, default=25, rare=True),
    Setting("wait", "Wait", kind=Kind.SECONDS, default=5.0, rare=True),
    Setting("others", "Others", kind=Kind.LINES, default=(), rare=True),
    Setting("strict", "Strict", kind=Kind.FLAG, default=True, rare=True),
    Setting("how", "How", kind=Kind.CHOICE, default="a", choices=(("a", "A"), ("b", "B")), rare=True),
    Setting("key", "Key", kind=Kind.KEY, default="", rare=True),
)
ENTERED = {"host": "mail.example", "password": SECRET, "port": "25", "wait": "5", "how": "a", "strict": "on"}
Values = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**63), 2**63 - 1) | st.booleans()
    | st.floats(allow_nan=False) | st.dates(min_value=date(1000, 1, 1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), Values, max_size=4))
def test_what_is_written_as_toml_is_read_again(tables):
    tables = {name: value for name, value in tables.items() if "\ud800" not in name}
    assert tomllib.loads(toml(tables)) == tables


def test_something_else_than_a_value_of_toml_is_a_mistake():
    with pytest.raises(TypeError):
        toml({"a": {"b": object()}})


def refuse_nowhere(told):
    if told["host"] == "nowhere":
        raise NotPaper("There is no such host.", field="host")


@pytest.fixture
def kind(company):
    def tried(_company):
        if held_settings(_company, made).values["host"] == "down":
            raise NotPaper("Nobody answers.")
        return "It answers."

    declared = ChannelSettings("post.toml", "post", FIELDS, refuse_nowhere)
    made = ChannelKind("post", "Post", lambda _c: paper.Wire(), settings=lambda: declared, try_out=tried)
    register_channel(made)
    register_channel(ChannelKind("abroad", "Abroad", lambda _c: paper.Wire(), frozenset({"XX"})))
    return made


@pytest.fixture
def file(company):
    return company_folder(company) / "post.toml"


@pytest.fixture
def page(client, company):
    return log_in(client, company, everything=True)


def save(company, kind, seen=None, **values):
    seen = held_settings(company, kind).mark if seen is None else seen
    forget = values.pop("forget", ())
    return save_settings(company, "post", values, by="anna", seen=seen, forget=forget)


def read(file):
    return tomllib.loads(file.read_text())


def post(page, company, kind, **values):
    seen = held_settings(company, kind).mark
    data = {"kind": "post", "do": "save", "seen": seen, **ENTERED, **values}
    return page.post(reverse("einvoice-channel"), data)


def test_p32_settings_are_kept_in_a_file_that_only_the_program_reads(company, kind, file):
    changed = save(company, kind, host="mail.example", password=SECRET, port=25, others=["a", "b"])

    assert changed == ["host", "password", "others"]
    assert file.stat().st_mode & 0o777 == 0o600
    # What holds anyway is not written down.
    assert read(file) == {"post": {"host": "mail.example", "password": SECRET, "others": ["a", "b"]}}
    assert [path.name for path in file.parent.iterdir()] == ["post.toml"]


def test_p32_the_log_says_who_changed_what_and_no_secret(company, kind):
    save(company, kind, host="mail.example", password=SECRET)
    (entry,) = AuditEntry.objects.filter(action="einvoices.channel.set_up")
    assert entry.facts == {"channel": "post", "settings": ["host", "password"]}
    assert SECRET not in str(list(AuditEntry.objects.values()))


def test_an_empty_secret_stays_and_a_forgotten_one_goes(company, kind, file):
    save(company, kind, host="h", password=SECRET, token="t", headers={"Key": "v"})
    save(company, kind, host="h2", password="", token="", headers={})
    assert read(file)["post"] == {"host": "h2", "password": SECRET, "token": "t", "headers": {"Key": "v"}}

    save(company, kind, host="h2", password="", token="", forget=["token", "password"])

    # A channel does not work without what is required: it can only be replaced.
    assert read(file)["post"] == {"host": "h2", "password": SECRET, "headers": {"Key": "v"}}


def test_what_people_wrote_into_the_file_by_hand_stays(company, kind, file):
    write_tables(file, {"post": {"host": "h", "password": "p", "most": 7}, "other": {"x": [1]}, "top": True})
    save(company, kind, host="h2", wait=2.5)
    expected = {"host": "h2", "password": "p", "most": 7, "wait": 2.5}
    assert read(file) == {"top": True, "post": expected, "other": {"x": [1]}}


def test_two_people_who_save_at_the_same_time_do_not_undo_each_other(company, kind, file):
    save(company, kind, host="first", password=SECRET)
    seen = held_settings(company, kind).mark
    save(company, kind, seen, host="second")

    with pytest.raises(services.ChangedMeanwhile):
        save(company, kind, seen, host="third")

    assert read(file)["post"]["host"] == "second"


def test_what_cannot_work_is_not_written(company, kind, file):
    with pytest.raises(Refusal) as refused:
        save(company, kind, host="nowhere", password=SECRET, key=PEM)
    assert refused.value.field == "host"
    assert not file.exists()
    assert not list((file.parent / services.configuring.CERTIFICATES).iterdir())
    assert not AuditEntry.objects.filter(action="einvoices.channel.set_up").exists()


def test_an_uploaded_file_is_kept_beside_the_settings_and_replaced_whole(company, kind, file):
    save(company, kind, host="h", password=SECRET, key=PEM)
    first = read(file)["post"]["key"]
    save(company, kind, host="h", key=PEM + b"\n")
    second = read(file)["post"]["key"]

    folder = file.parent / services.configuring.CERTIFICATES
    assert first != second
    assert [str(path) for path in folder.iterdir()] == [second]
    assert (folder / second).read_bytes() == PEM + b"\n"
    assert (folder / second).stat().st_mode & 0o777 == 0o600
    save(company, kind, host="h", forget=["key"])
    assert not list(folder.iterdir())


def test_a_channel_without_settings_has_none(company, wire):
    with pytest.raises(NothingToSet):
        held_settings(company, channel_kind(company, "wire"))


def test_p32_a_person_enters_tries_and_uses_a_channel(page, company, kind, file):
    url = reverse("einvoice-channel") + "?kind=post"
    assert "Nothing has been entered yet." in page.get(url).content.decode()

    answer = post(page, company, kind, others="x\n\ny", headers="Authorization: Bearer 1:2", strict="")

    assert (answer.status_code, answer.url) == (302, url)
    assert read(file)["post"] == {
        "host": "mail.example", "password": SECRET, "headers": {"Authorization": "Bearer 1:2"},
        "others": ["x", "y"], "strict": False,
    }  # fmt: skip
    text = page.get(url).content.decode()
    assert "mail.example" in text
    assert "Bearer" not in text
    assert SECRET not in text
    tried = page.post(reverse("einvoice-channel"), {"kind": "post", "do": "try"}, follow=True)
    assert "It answers." in tried.content.decode()
    page.post(reverse("einvoice-channel"), {"kind": "post", "do": "choose"})
    assert services.channel_code(company) == "post"
    page.post(reverse("einvoice-channel"), {"kind": "", "do": "choose"})
    assert services.channel_code(company) == ""


def test_a_channel_that_does_not_work_says_why(page, company, kind):
    post(page, company, kind, host="down")
    tried = page.post(reverse("einvoice-channel"), {"kind": "post", "do": "try"}, follow=True)
    assert "Nobody answers." in tried.content.decode()


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"host": ""}, "This field is required."),
        ({"password": ""}, "This field is required."),
        ({"host": "nowhere"}, "There is no such host."),
        ({"port": "70000"}, "65535"),
        ({"wait": "0"}, "0.1"),
        ({"headers": "Bearer abc"}, "Write name, colon and value"),
        ({"how": "c"}, "Select a valid choice"),
        ({"key": SimpleUploadedFile("k.pem", b"-----BEGIN NOTHING-----")}, "no private key"),
        ({"key": SimpleUploadedFile("k.pem", LOCKED)}, "protected by a password"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_no_secret_comes_back(
    page, company, kind, file, entered, said
):
    answer = post(page, company, kind, **entered)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert (SECRET in text, "abc" in text) == (False, False)
    assert not file.exists()


def test_an_uploaded_key_is_taken(page, company, kind, file):
    post(page, company, kind, key=SimpleUploadedFile("k.pem", PEM))
    assert read(file)["post"]["key"].endswith(".pem")


def test_a_file_that_somebody_broke_is_told_and_left_alone(page, company, kind, file):
    file.parent.mkdir(parents=True)
    file.write_text("[post")
    with pytest.raises(SettingsUnreadable):
        held_settings(company, kind)
    text = page.get(reverse("einvoice-channel") + "?kind=post").content.decode()
    assert "post.toml” cannot be read" in text
    page.post(reverse("einvoice-channel"), {"kind": "post", "do": "save", **ENTERED})
    assert file.read_text() == "[post"


def test_another_countrys_channel_is_not_found(page, company, kind):
    url = reverse("einvoice-channel")
    assert page.get(url + "?kind=abroad").status_code == 404
    for do in ("choose", "try", "save"):
        assert page.post(url, {"kind": "abroad", "do": do}).status_code == 404
    assert page.post(url, {"kind": "post", "do": "nonsense"}).status_code == 404


def test_each_company_has_settings_of_its_own(page, company, kind, file):
    other = firm("Outra Lda")
    save(other, kind, host="theirs", password=SECRET)
    assert "theirs" not in page.get(reverse("einvoice-channel") + "?kind=post").content.decode()
    assert not file.exists()


def test_whoever_may_not_change_options_does_not_open_the_page(client, company, kind):
    clerk = log_in(client, company, "company.view_optionvalue", "einvoices.send_transmission")
    assert clerk.get(reverse("einvoice-channel")).status_code == 403


def test_the_folders_are_tried_by_writing_into_them(page, company, file):
    url = reverse("einvoice-channel")
    text = page.post(url, {"kind": "folder", "do": "try"}, follow=True).content.decode()
    assert "can be written to" in text
    assert sorted(path.name for path in (file.parent / "outbox").iterdir()) == []
    (file.parent / "outbox").rmdir()
    (file.parent / "outbox").write_bytes(b"")
    text = page.post(url, {"kind": "folder", "do": "try"}, follow=True).content.decode()
    assert "cannot be used" in text


def test_fetch_now_makes_one_job_however_often_it_is_pressed(page, company, wire):
    for _n in range(2):
        page.post(reverse("einvoice-fetch"))
    assert Job.objects.filter(kind="ronda.einvoices.tasks.exchange_with_channel").count() == 1
    assert not queue_fetching(company, by="anna")
    assert "Fetch now" in page.get(reverse("einvoice-desk")).content.decode()
    choose(company, channel="")
    assert "Fetch now" not in page.get(reverse("einvoice-desk")).content.decode()
    Job.objects.all().delete()
    page.post(reverse("einvoice-fetch"))
    assert not Job.objects.exists()
