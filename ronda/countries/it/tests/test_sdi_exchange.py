import io
import random
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from ronda.countries.it.domain.sdi import Kind, NotAReceipt, judge, read_receipt, state_of
from ronda.countries.it.domain.sdi.exchange import Conduct, Exchange, Faults, Lost, PlainMemory, Rules
from ronda.countries.it.exchange.simulator import schema_from
from ronda.countries.it.tests.sdi_invoices import OPENING, invoice, name
from ronda.countries.it.tests.test_sdi_messages import SCHEMAS, needs_standards, schema
from ronda.einvoices.domain.states import State
from ronda.kernel.errors import Refusal

SCHEMA = (
    Path(__file__).resolve().parents[5]
    / "shared" / "standards" / "it" / "fatturapa" / "FatturaPA_v1.2.3_local.xsd"
)  # fmt: skip
needs_schema = pytest.mark.skipif(
    not SCHEMA.exists(), reason=f"the XSD 1.2.3 of FatturaPA is not at {SCHEMA}"
)


def exchange(faults=None, **rules):
    return Exchange(Rules(OPENING, **rules), PlainMemory(), faults)


def fetched(found, steps=20):
    """All messages after some days: (name, receipt or None where it is none)."""
    found.advance(steps)
    messages = []
    for parcel in found.waiting():
        found.drop(parcel.number)
        try:
            messages.append((parcel.name, read_receipt(parcel.content, parcel.name)))
        except Refusal:
            messages.append((parcel.name, None))
    return messages


def kinds(found, steps=20):
    return [receipt.kind.value for _name, receipt in fetched(found, steps)]


def codes(found):
    return [error.code for _name, receipt in fetched(found) for error in receipt.errors]


@pytest.mark.parametrize(
    ("facts", "conduct", "expected", "state"),
    [
        ({}, None, ["RC"], State.DELIVERED),
        ({"recipient": "0000000"}, None, ["MC"], State.AVAILABLE),
        ({"recipient": "0000000", "pec": "bianchi@pec.example"}, None, ["RC"], State.DELIVERED),
        ({"recipient": "XXXXXXX"}, None, ["MC"], State.AVAILABLE),
        ({}, Conduct.LATE, ["MC", "RC"], State.DELIVERED),
        ({}, Conduct.REFUSES, ["RC"], State.DELIVERED),
        ({}, Conduct.UNKNOWN, ["NS"], State.REJECTED),
        ({"form": "FPA12"}, None, ["RC", "NE"], State.ACCEPTED),
        ({"form": "FPA12"}, Conduct.REFUSES, ["RC", "NE"], State.REFUSED),
        ({"form": "FPA12"}, Conduct.SILENT, ["RC", "DT"], State.EXPIRED),
        ({"form": "FPA12"}, Conduct.ATTESTED, ["MC", "AT"], State.AVAILABLE),
        ({"form": "FPA12"}, Conduct.AVAILABLE, ["MC"], State.TAKEN),
    ],
)
def test_every_recipient_is_answered_for_in_its_way(facts, conduct, expected, state):
    public = facts.get("form") == "FPA12"
    facts = {"recipient": "UF1234" if public else "ABC1234"} | facts
    found = exchange(recipients={facts["recipient"]: conduct} if conduct else {})
    taken = found.submit(name(1), invoice(**facts))

    messages = fetched(found)
    assert [receipt.kind.value for _name, receipt in messages] == expected
    assert {(receipt.sdi_id, receipt.file_name) for _name, receipt in messages} == {(taken.sdi_id, name(1))}
    assert messages[0][0] == f"IT01234567890_00001_{expected[0]}_001.xml"
    receipts = [receipt for _name, receipt in messages]
    assert state_of(receipts, sent=True, consumer=False, public_body=public) is state


def test_answers_come_on_their_day_of_the_logical_clock():
    found = exchange(recipients={"UF1234": Conduct.SILENT})
    found.submit(name(1), invoice(form="FPA12", recipient="UF1234"))
    assert kinds(found, 0) == []
    assert kinds(found, 1) == ["RC"]
    assert kinds(found, 14) == []
    assert kinds(found, 1) == ["DT"]
    assert found.now.date() == date(2026, 3, 18)


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("fattura.xml", invoice(), "00001"),
        ("IT01234567890_toolong.xml", invoice(), "00001"),
        (name(1), b"", "00106"),
        (name(1), b"x" * (5 * 1024 * 1024 + 1), "00003"),
        (name(1), b"<a", "00200"),
        (name(1), b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "00200"),
        (name(1), b"<a/>", "00200"),
        (name(1) + ".p7m", b"\x30\x03\x02\x01", "00106"),
        ("IT01234567890_1.zip", b"no archive", "00106"),
        (name(1), invoice(recipient="ABC123"), "00427"),
        (name(1), invoice(form="FPR99"), "00428"),
        (name(1), invoice("7", "7"), "00409"),
        (name(1), invoice(day="2026-03-03"), "00403"),
    ],
)
def test_an_unsound_file_is_rejected_with_the_code_of_sdi(file, content, code):
    found = exchange()
    found.submit(file, content)
    assert codes(found) == [code]


def test_a_date_of_tomorrow_is_rejected_today_and_taken_tomorrow():
    found = exchange()
    found.submit(name(1), invoice(day="2026-03-03"))
    assert kinds(found, 1) == ["NS"]
    found.submit(name(2), invoice(day="2026-03-03"))
    assert kinds(found, 1) == ["RC"]


def test_an_exchange_that_stands_for_months_knows_what_day_it_is():
    months_later = OPENING.replace(month=9)
    found = exchange(clock=lambda: months_later)
    found.submit(name(1), invoice(day="2026-09-02"))
    [(_file, receipt)] = fetched(found, 1)
    assert (receipt.kind, receipt.received_at) == (Kind.DELIVERED, months_later)


def test_a_name_is_used_up_even_by_a_rejected_file_but_a_number_is_not():
    found = exchange()
    found.submit(name(1), invoice(recipient="ABC123"))
    found.submit(name(1), invoice())
    assert codes(found) == ["00427", "00002"]
    found.submit(name(2), invoice())
    assert kinds(found) == ["RC"]


def test_the_same_invoice_under_another_name_is_a_duplicate_and_a_credit_note_is_not():
    found = exchange()
    found.submit(name(1), invoice("7"))
    found.submit(name(2), invoice("7"))
    found.submit(name(3), invoice("7", kind="TD04"))
    found.submit(name(4), invoice("7", day="2025-12-31"))
    assert sorted(kinds(found)) == ["NS", "RC", "RC", "RC"]


def test_the_firms_own_checks_and_the_schema_are_asked():
    found = exchange(check=lambda content: [("00423", "Prezzo totale")] if b"Canone" in content else [])
    found.submit(name(1), invoice())
    assert codes(found) == ["00423"]
    found = exchange(check=lambda _content: [("R43", "Cliente anonimo\x00")])
    found.submit(name(1), invoice())
    assert codes(found) == ["00200"]
    found = exchange(schema=lambda _content: ["x"] * 51)
    found.submit(name(1), invoice())
    assert codes(found) == ["00201"]


@needs_schema
def test_the_official_schema_decides_about_the_form():
    found = exchange(schema=schema_from(SCHEMA))
    found.submit(name(1), invoice())
    assert kinds(found) == ["RC"]
    found.submit(name(2), invoice("8").replace(b"<Divisa>EUR</Divisa>", b"<Divisa>EURO</Divisa>"))
    assert set(codes(found)) == {"00200"}


def test_an_archive_is_answered_for_invoice_by_invoice():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name(1), invoice("1"))
        archive.writestr(name(2), invoice("2", recipient="ABC123"))
        archive.writestr("leggimi.txt", "x")
    found = exchange()
    taken = found.submit("IT01234567890_00009.zip", packed.getvalue())
    receipts = {receipt.file_name: receipt for _name, receipt in fetched(found)}
    assert {file: (receipt.kind.value, receipt.archive_sdi_id) for file, receipt in receipts.items()} == {
        name(1): ("RC", taken.sdi_id),
        name(2): ("NS", taken.sdi_id),
        "leggimi.txt": ("NS", taken.sdi_id),
    }


def test_an_invoice_to_oneself_comes_back_with_its_metadata():
    found = exchange(own_codes=frozenset({"ABC1234"}))
    found.submit(name(1), invoice())
    assert [(file, receipt.kind if receipt else None) for file, receipt in fetched(found)] == [
        ("IT01234567890_00001_RC_001.xml", Kind.DELIVERED),
        (name(1), None),
        ("IT01234567890_00001_MT_001.xml", Kind.METADATA),
    ]


def test_a_suppliers_invoice_arrives_under_a_harmless_name():
    found = exchange()
    found.hand_in("../../IT99_1.xml", invoice(), "ABC1234")
    assert [file for file, _receipt in fetched(found, 0)] == ["IT99_1.xml", "IT99_1_MT_001.xml"]


def test_what_was_lost_on_the_way_can_be_handed_over_again_and_counts_once():
    found = exchange(Faults(lost_before=1, lost_after=1))
    assert [found.submit(name(1), invoice()).lost for _try in range(3)] == [Lost.BEFORE, Lost.AFTER, Lost.NO]
    receipts = [receipt for _name, receipt in fetched(found)]
    assert sorted(receipt.kind.value for receipt in receipts) == ["NS", "RC"]
    verdict = judge(receipts, sent=True, consumer=False, public_body=False)
    assert (verdict.state, verdict.contradictory) == (State.DELIVERED, False)


def test_copies_garbage_wrong_order_and_delay_come_as_ordered():
    found = exchange(Faults(copies=2, newest_first=True, garbage=1, delay=3))
    found.submit(name(1), invoice(form="FPA12", recipient="UF1234"))
    assert fetched(found, 3) == []
    messages = fetched(found, 10)
    outcome, delivery = "IT01234567890_00001_NE_001.xml", "IT01234567890_00001_RC_001.xml"
    assert [file for file, _receipt in messages] == [
        "illeggibile_2.xml", outcome, outcome, "illeggibile_1.xml", delivery, delivery,
    ]  # fmt: skip
    assert [receipt is None for _file, receipt in messages] == [True, False, False, True, False, False]
    receipts = [receipt for _file, receipt in messages if receipt]
    assert state_of(receipts, sent=True, consumer=False, public_body=True) is State.ACCEPTED


def test_new_faults_begin_to_count_afresh():
    found = exchange(Faults(lost_before=1))
    found.submit(name(1), invoice())
    found.faults = replace(found.faults, lost_before=1)
    assert found.submit(name(1), invoice()).lost is Lost.BEFORE
    assert found.submit(name(1), invoice()).lost is Lost.NO


@needs_standards
@pytest.mark.parametrize("conduct", Conduct)
@pytest.mark.parametrize(("form", "recipient"), [("FPR12", "ABC1234"), ("FPA12", "UF1234")])
def test_every_answer_is_valid_against_the_schemas_of_sdi(conduct, form, recipient):
    found = exchange(recipients={recipient: conduct}, own_codes=frozenset({recipient}))
    found.submit(name(1), invoice(form=form, recipient=recipient))
    found.advance(20)
    for parcel in found.waiting():
        if "_00001_" in parcel.name:
            family = read_receipt(parcel.content, parcel.name).family
            judge_of = schema(SCHEMAS[family, True])
            assert judge_of.validate(etree.fromstring(parcel.content)), (parcel.name, judge_of.error_log)


def test_five_hundred_damaged_files_and_names_are_all_answered():
    chance = random.Random(42)
    found = exchange(own_codes=frozenset({"ABC1234"}))
    names = [name(1), name(2) + ".p7m", "IT01234567890_3.zip", "a/../b", "\x00", "è" * 90, "." * 60]
    for turn in range(500):
        content = bytearray(invoice(str(turn), form=chance.choice(["FPR12", "FPA12"])))
        for _damage in range(chance.randint(0, 3)):
            at = chance.randrange(len(content))
            content[at : at + chance.randrange(40)] = chance.choice([b"", b"\x00", b"<", b"</", b"A" * 300])
        file = name(turn + 10) if turn % 2 else chance.choice(names)
        assert found.submit(file, bytes(content)).sdi_id
        found.hand_in(file, bytes(content), chance.choice(["ABC1234", "A"]))
    receipts = [receipt for _file, receipt in fetched(found) if receipt]
    answered = {receipt.sdi_id for receipt in receipts if receipt.kind is not Kind.METADATA}
    assert (len(answered), {receipt.kind.value for receipt in receipts}) == (500, {"NS", "RC", "MT"})


def test_an_invoice_is_no_receipt():
    with pytest.raises(NotAReceipt):
        read_receipt(invoice(), name(1))
