from types import SimpleNamespace

import pytest

from ronda.countries.it.exchange.channel import ChannelSettingsError
from ronda.countries.it.exchange.kinds import open_pec, open_rest, open_sdicoop, register_channels
from ronda.countries.it.exchange.pec import Pec, PecSettings
from ronda.countries.it.exchange.rest import RestSettings
from ronda.countries.it.exchange.sdicoop import SdicoopSettings
from ronda.countries.it.tests.test_sdi_pec import RECEIPT, SDI, FakeImap, certified, mail
from ronda.einvoices import door

COMPANY = SimpleNamespace(pk=3, country="IT")
PEC = """[pec]
address = "aria@pec.example"
username = "aria"
password = "geheim"
smtp_host = "smtp.pec.example"
imap_host = "imap.pec.example"
"""


@pytest.fixture
def folder(settings, tmp_path):
    settings.EINVOICES_ROOT = tmp_path
    (tmp_path / "3").mkdir()
    return tmp_path / "3"


def write(folder, text):
    (folder / "sdi.toml").write_text(text)


def test_every_setting_of_every_channel_can_be_written_down(folder):
    write(
        folder,
        PEC
        + 'senders = ["x@pec.example"]\nneed_certificate = false\nsmtp_port = 25\ntimeout = 5\n'
        + '[rest]\nbase_url = "https://i.example"\nheaders = { Authorization = "Bearer x" }\n'
        + "read_timeout = 2.5\n"
        + '[sdicoop]\nurl = "https://s.example"\ncertificate = "/c"\nkey = "/k"\n'
        + 'authorities = "/a"\nspool = "/s"\n',
    )
    expected = PecSettings(
        "aria@pec.example", "aria", "geheim", "smtp.pec.example", "imap.pec.example",
        senders=("x@pec.example",), need_certificate=False, smtp_port=25, timeout=5,
    )  # fmt: skip
    assert open_pec(COMPANY)._settings == expected
    rest = RestSettings("https://i.example", {"Authorization": "Bearer x"}, read_timeout=2.5)
    assert open_rest(COMPANY)._settings == rest
    found = open_sdicoop(COMPANY)._settings
    assert (type(found), found.url, str(found.spool)) == (SdicoopSettings, "https://s.example", "/s")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "[pec]"),
        ("[rest]", "[pec]"),
        ("[pec", "sdi.toml"),
        (PEC.replace("address", "adress"), "address, adress"),
        (PEC + 'smtp_port = "25"', "smtp_port"),
        (PEC + "smtp_port = true", "smtp_port"),
        (PEC + "senders = [1]", "senders"),
    ],
)
def test_settings_that_cannot_work_are_named_without_their_secrets(folder, text, named):
    write(folder, text)
    with pytest.raises(ChannelSettingsError) as refused:
        open_pec(COMPANY)
    assert (named in str(refused.value.message), "geheim" in str(refused.value.message)) == (True, False)


def test_a_company_without_settings_is_told_where_to_write_them(folder):
    with pytest.raises(ChannelSettingsError) as refused:
        open_rest(COMPANY)
    assert str(folder / "sdi.toml") in str(refused.value.message)


def test_the_address_sdi_assigned_is_used_from_then_on(folder):
    write(folder, PEC)
    channel = open_pec(COMPANY)
    assert channel._settings.recipient == "sdi01@pec.fatturapa.it"
    imap = FakeImap(certified(mail((RECEIPT, b"<a/>"))))
    list(Pec(channel._settings, imap.connect, channel._on_assigned).fetch())
    assert open_pec(COMPANY)._settings.recipient == SDI
    (folder / "sdi-address").write_text("somebody@example.org")
    assert open_pec(COMPANY)._settings.recipient == "sdi01@pec.fatturapa.it"


def test_an_italian_company_may_choose_the_channels_and_a_french_one_not(folder, monkeypatch):
    monkeypatch.setattr(door, "_channels", {})
    register_channels()
    codes = ["", "sdi_pec", "sdi_rest", "sdi_coop", "sdi_practice"]
    assert [code for code, _label in door.channel_choices()] == codes
    write(folder, PEC)
    assert isinstance(door.open_channel(COMPANY, "sdi_pec"), Pec)
    with pytest.raises(door.NoChannel):
        door.open_channel(SimpleNamespace(pk=3, country="FR"), "sdi_pec")
