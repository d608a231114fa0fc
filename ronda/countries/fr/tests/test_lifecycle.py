import re
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ronda.countries.fr.data import lifecycle as data
from ronda.countries.fr.domain.lifecycle import (
    Collected,
    InvoiceReference,
    LifecycleEvent,
    NotAStatus,
    Party,
    Reason,
    StatusNotWritable,
    answers_after,
    check_status,
    collected_by_rate,
    collected_total,
    day_of,
    event_of,
    read_status,
    seller_answers_after,
    state_of,
    status_message,
    still_to_tell,
    write_status,
)
from ronda.countries.fr.domain.lifecycle.reader import PARIS
from ronda.einvoices.domain.states import State
from ronda.kernel.errors import Refusal
from tests.support.schematron import STANDARDS, Judge, missing

SCHEMA = STANDARDS / "fr/xp-z12-012/cdar-xsd/CrossDomainAcknowledgementAndResponse_100pD22B.xsd"
SAMPLES = sorted((STANDARDS / "fr/xp-z12-012/samples").glob("*CDV*.xml"))
needs_schema = pytest.mark.skipif(not SCHEMA.exists(), reason="the CDAR schema is not in ../shared/standards")
needs_rules = pytest.mark.skipif(bool(missing("cdar")), reason=missing("cdar"))

SELLER = Party("SE", "732829320", "Nettoyage Dupré SARL", "732829320")
BUYER = Party("BY", "552100554", "Ateliers Martin SAS", "552100554_COMPTA")
INVOICE = InvoiceReference("FA-2026-0042", date(2026, 9, 30), "380", SELLER.identifier)
AT = datetime(2026, 10, 15, 9, 30, tzinfo=PARIS)


def said(status, day=1, message="", collected=()):
    return LifecycleEvent(status, datetime(2026, 10, day, 12, tzinfo=UTC), message, tuple(collected))


def message(status, **given):
    row = data.STATUSES[status]
    issuer, recipient = {"seller": (SELLER, BUYER), "buyer": (BUYER, SELLER)}.get(
        row.set_by, (Party("WK"), SELLER)
    )
    if status in data.NEED_REASON and "reasons" not in given:
        given["reasons"] = [Reason(data.REASONS_OF[status][0], action="NIN", note="Voir la commande 12")]
    if status == "212":
        given.setdefault("collected", [Collected(Decimal(20), Decimal("60.00"))])
    return status_message(status, INVOICE, issuer=issuer, recipient=recipient, at=AT, **given)


# What a message says


@needs_schema
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_the_official_sample_is_read_whole(sample: Path):
    [found] = read_status(sample.read_bytes())

    assert (found.status, found.invoice.number, found.invoice.issued_on) == (
        "212",
        "F202500003",
        date(2025, 7, 1),
    )
    assert found.collected == (Collected(Decimal("20.00"), Decimal(12000)),)
    assert (found.issuer.role, found.issuer.identifier) == ("SE", "100000009")
    assert [one.role for one in found.recipients] == ["BY", "DFH"]
    assert (day_of(found.at), found.notices) == (date(2025, 8, 2), ())


@pytest.mark.parametrize("status", data.STATUSES)
def test_what_was_written_is_read_again_the_same(status):
    sent = message(status, note="Première ligne & <suite>")

    [found] = read_status(write_status(sent))

    assert (found.identifier, found.status, found.at) == (sent.identifier, status, AT)
    assert found.invoice == INVOICE
    assert [(one.code, one.action, one.note) for one in found.reasons] == [
        (one.code, one.action, one.note) for one in sent.reasons
    ]
    assert (found.collected, found.recipients, found.note) == (sent.collected, sent.recipients, sent.note)
    assert (found.label, found.phase) == (data.STATUSES[status].names["fr"], data.STATUSES[status].phase)


@needs_rules
def test_every_status_we_write_passes_the_schema_and_the_official_rules():
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    with Judge() as judge:
        for status in data.STATUSES:
            written = write_status(message(status))
            assert schema.validate(etree.fromstring(written)), (status, schema.error_log)
            assert judge.failures("cdar", written) == [], status
        for status, codes in data.REASONS_OF.items():
            for code in codes:
                written = write_status(message(status, reasons=[Reason(code, action="PIN")]))
                assert judge.failures("cdar", written) == [], (status, code)
        refund = [Collected(Decimal("5.5"), Decimal("-10.10")), Collected(Decimal(20), Decimal("-0.01"))]
        assert judge.failures("cdar", write_status(message("212", collected=refund))) == []


@needs_rules
def test_the_official_rules_name_what_our_check_names():
    broken = write_status(message("210")).replace(b"TX_TVA_ERR", b"IRR_ANTIVIRUS")

    with Judge() as judge:
        assert [one.rule for one in judge.failures("cdar", broken)] == ["BR-FR-CDV-CL-09_MDT-113_210"]
    [read] = read_status(broken)
    assert [one.code for one in check_status(read)] == ["BR-FR-CDV-CL-09"]


BREAKS = [
    ("205", rb"(<ram:TypeCode>)380", rb"\g<1>325", "BR-FR-04"),
    ("205", rb'<ram:GlobalID schemeID="0002">552100554</ram:GlobalID>', b"", "BR-FR-CDV-07"),
    ("205", rb'<ram:URIID schemeID="0225">732829320</ram:URIID>', b"", "BR-FR-CDV-08"),
    ("205", rb"<ram:FormattedIssueDateTime>.*?</ram:FormattedIssueDateTime>", b"", "BR-FR-CDV-11"),
    ("205", rb"REGULATED", b"ELSEWHERE", "BR-FR-CDV-CL-01"),
    ("207", rb"<ram:ReasonCode>.*?</ram:ReasonCode>", b"", "BR-FR-CDV-15"),
    ("207", rb">NIN<", b">NON<", "BR-FR-CDV-CL-10"),
    ("208", rb">JUSTIF_ABS<", b">QTE_ERR<", "BR-FR-CDV-CL-09"),
    ("212", rb">MEN<", b">MPA<", "BR-FR-CDV-14"),
]


@needs_rules
def test_what_the_official_rules_refuse_our_check_refuses_by_the_same_name():
    with Judge() as judge:
        for status, pattern, instead, rule in BREAKS:
            broken = re.sub(pattern, instead, write_status(message(status)))
            official = {one.rule.split("_")[0] for one in judge.failures("cdar", broken)}
            [read] = read_status(broken)

            assert official == {one.code for one in check_status(read)} == {rule}


@pytest.mark.parametrize(
    ("status", "given", "rule"),
    [
        ("210", {"reasons": []}, "BR-FR-CDV-15"),
        ("210", {"reasons": [Reason("QTE_ERR")]}, "BR-FR-CDV-CL-09"),
        ("207", {"reasons": [Reason("QTE_ERR", action="XYZ")]}, "BR-FR-CDV-CL-10"),
        ("212", {"collected": []}, "BR-FR-CDV-14"),
        ("212", {"collected": [Collected(Decimal(22), Decimal(1))]}, "BR-FR-16"),
        ("212", {"collected": [Collected(Decimal(20), Decimal("0.001"))]}, "BR-FR-DEC-01"),
    ],
)
def test_a_status_that_would_be_rejected_is_not_written(status, given, rule):
    with pytest.raises(StatusNotWritable) as refused:
        write_status(message(status, **given))
    assert [one.code for one in refused.value.facts["findings"]] == [rule]


def test_a_recipient_without_an_address_is_named():
    nowhere = status_message("205", INVOICE, issuer=BUYER, recipient=Party("SE", "732829320", "Dupré"), at=AT)

    [finding] = check_status(nowhere)

    assert (finding.code, finding.field) == ("BR-FR-CDV-08", "party.recipient_code")


def test_a_status_we_do_not_know_is_kept():
    [found] = read_status(write_status(message("205")).replace(b">205<", b">228<"))

    assert (found.status, [one.code for one in found.notices]) == ("228", ["unknown_status"])
    assert state_of([said("203"), event_of(found)]) is State.DELIVERED
    assert data.name_of("228", "fr") == "228"


def test_a_platform_that_reports_on_the_transport_does_not_name_itself():
    named = status_message("203", INVOICE, issuer=Party("WK", "999999999", "PA"), recipient=SELLER, at=AT)

    [found] = read_status(write_status(named))

    assert found.issuer == Party("WK")


def test_rates_are_written_with_two_decimals():
    assert b"<ram:ValuePercent>20.00<" in write_status(message("212"))


@pytest.mark.parametrize("odd", ["NaN", "1e999999", "Infinity", "\u0661\u0662", "", "1 200", "--1", "9" * 40])
def test_an_amount_that_is_none_is_left_out_and_noticed(odd):
    broken = write_status(message("212")).replace(b">60.00<", f">{odd}<".encode())

    [found] = read_status(broken)

    assert (found.collected, [one.code for one in found.notices]) == ((), ["odd_amount"])
    assert state_of([event_of(found)]) is State.COLLECTED


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("20261015093000", datetime(2026, 10, 15, 9, 30, tzinfo=PARIS)),
        ("2026-10-15T09:30:00", datetime(2026, 10, 15, 9, 30, tzinfo=PARIS)),
        ("2026-10-15T07:30:00Z", datetime(2026, 10, 15, 7, 30, tzinfo=UTC)),
        ("2026-10-15", datetime(2026, 10, 15, tzinfo=PARIS)),
        ("20261399", None),
        ("soon", None),
    ],
)
def test_moments_are_read_in_the_forms_platforms_use(text, read):
    sent = write_status(message("205")).replace(f"{AT:%Y%m%d%H%M%S}".encode(), text.encode())

    [found] = read_status(sent)

    assert (found.at, bool(found.notices)) == (read, read is None)


def test_names_exist_in_three_languages_for_all_codes():
    for names in [row.names for row in data.STATUSES.values()] + [
        *data.REASONS.values(),
        *data.ACTIONS.values(),
    ]:
        assert set(names) == {"fr", "it", "en"}
        assert all(names.values())
    assert {code for codes in data.REASONS_OF.values() for code in codes} == set(data.REASONS)


def test_another_document_is_refused_with_its_name():
    with pytest.raises(NotAStatus) as refused:
        read_status(b"<Invoice/>")
    assert refused.value.facts["root"] == "Invoice"


def test_three_thousand_mangled_messages_are_read_or_refused():
    whole = [write_status(message(status)) for status in ("212", "210", "203")]
    places = iter(range(1, 10**9, 7919))
    read = refused = 0
    for number in range(3000):
        content = bytearray(whole[number % 3])
        for _change in range(1 + number % 4):
            place = next(places) % len(content)
            match number % 5:
                case 0:
                    content[place] = next(places) % 256
                case 1:
                    del content[place : place + 1 + number % 40]
                case 2:
                    content[place:place] = content[: number % 90]
                case 3:
                    content[place : place + 1] = b"&<>\x00\xff9"[number % 6 : number % 6 + 1]
                case _:
                    content = content[:place] or bytearray(b"<")
        try:
            for found in read_status(bytes(content)):
                state_of([event_of(found)])
                check_status(found)
            read += 1
        except Refusal:
            refused += 1
    assert (read > 0, refused > 2000, read + refused) == (True, True, 3000)


def test_messages_whose_words_are_mangled_are_read_or_refused():
    """Well-formed, so that the reading is tried and not the parser: any text of it says something else."""
    read = refused = 0
    for number in range(1500):
        content = write_status(message(("212", "210", "203")[number % 3]))
        texts = [found.span() for found in re.finditer(rb"(?<=>)[^<>\s][^<>]*(?=<)", content)]
        start, end = texts[number * 7 % len(texts)]
        said = (b"", b"9" * 400, b"-1.005", b"20261399", b"\xc3\xa8", b"0" * (number % 50))[number % 6]
        try:
            for found in read_status(content[:start] + said + content[end:]):
                state_of([event_of(found)])
                check_status(found)
            read += 1
        except Refusal:
            refused += 1
    assert (read > 1000, read + refused) == (True, 1500)


# R42: the set alone decides


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([], State.SENT),
        (["200"], State.TAKEN),
        (["200", "201", "202"], State.TAKEN),
        (["200", "202", "203"], State.DELIVERED),
        (["200", "221"], State.REJECTED),
        (["200", "221", "202", "203"], State.DELIVERED),
        (["200", "203", "204"], State.DELIVERED),
        (["203", "205"], State.ACCEPTED),
        (["203", "206"], State.DISPUTED),
        (["203", "208"], State.DISPUTED),
        (["203", "208", "209"], State.DELIVERED),
        (["203", "207", "205"], State.ACCEPTED),
        (["203", "205", "211"], State.ACCEPTED),
        (["203", "205", "212"], State.COLLECTED),
        (["203", "210"], State.REFUSED),
        (["200", "213"], State.REJECTED),
        (["501"], State.REJECTED),
        (["200", "203", "299", "601"], State.DELIVERED),
    ],
)
def test_r42_one_set_of_statuses_has_one_state_in_every_order(statuses, state):
    events = [said(code, day, f"m{day}") for day, code in enumerate(statuses, 1)]

    orders = permutations(events)
    assert {state_of([*order, *order[:2]]) for order in orders} == {state}


@given(
    st.lists(
        st.builds(
            said,
            st.sampled_from([*data.STATUSES, "228", "999", ""]),
            st.integers(1, 5),
            st.sampled_from(["", "a", "b"]),
            st.just(()) | st.just((Collected(Decimal(20), Decimal(5)),)),
        ),
        max_size=7,
    ),
    st.randoms(use_true_random=False),
)
def test_r42_order_and_repetition_change_nothing(events, random):
    mixed = events + events[: len(events) // 2]
    random.shuffle(mixed)

    assert state_of(mixed) is state_of(events)
    assert answers_after(mixed) == answers_after(events)
    assert collected_total(mixed) == collected_total(events)


def test_a_collection_given_back_whole_is_no_collection():
    paid = said("212", 3, "m3", [Collected(Decimal(20), Decimal(120))])
    back = said("212", 4, "m4", [Collected(Decimal(20), Decimal(-120))])

    assert state_of([said("205", 2), paid]) is State.COLLECTED
    assert state_of([said("205", 2), paid, back]) is State.ACCEPTED
    assert state_of([said("205", 2), paid, back, paid]) is State.ACCEPTED


def test_a_message_that_arrives_twice_counts_once_even_when_read_differently():
    first = said("212", 3, "m3", [Collected(Decimal(20), Decimal(120))])
    again = said("212", 4, "m3", [Collected(Decimal(20), Decimal(120))])

    assert collected_total([first, again]) == {Decimal(20): Decimal(120)}
    assert collected_total([again, first]) == {Decimal(20): Decimal(120)}


def test_what_a_buyer_may_answer_follows_from_what_was_said():
    assert answers_after([said("203")]) == ("204", "205", "206", "207", "208", "210", "211")
    assert answers_after([said("203"), said("204", 2)]) == ("205", "206", "207", "208", "210", "211")
    assert answers_after([said("204"), said("205", 2)]) == ("207", "211")
    assert answers_after([said("204"), said("208", 2)]) == ("205", "206", "207", "210")
    assert answers_after([said("210", 2), said("203")]) == ()
    assert seller_answers_after([said("208", 2)]) == ("209", "212")
    assert seller_answers_after([said("213", 2)]) == ()


# 212: parts that add up

RATES = st.sampled_from([Decimal(text) for text in data.VAT_RATES])
CENTS = st.integers(1, 2_000_000).map(lambda cents: Decimal(cents) / 100)


def test_a_partial_payment_is_split_over_the_rates_to_the_cent():
    gross = {Decimal(20): Decimal("120.00"), Decimal(10): Decimal("55.00")}

    first = collected_by_rate(gross, before=Decimal(0), receipt=Decimal("100.00"))
    second = collected_by_rate(gross, before=Decimal(100), receipt=Decimal("75.00"))

    assert first == (Collected(Decimal(20), Decimal("68.57")), Collected(Decimal(10), Decimal("31.43")))
    assert second == (Collected(Decimal(20), Decimal("51.43")), Collected(Decimal(10), Decimal("23.57")))


def test_a_refund_and_a_credit_note_are_negative():
    gross = {Decimal(20): Decimal("120.00"), Decimal(10): Decimal("55.00")}
    credit = {rate: -amount for rate, amount in gross.items()}

    refund = collected_by_rate(gross, before=Decimal("175.00"), receipt=Decimal("-75.00"))

    assert refund == (Collected(Decimal(20), Decimal("-51.43")), Collected(Decimal(10), Decimal("-23.57")))
    assert collected_by_rate(credit, before=Decimal(0), receipt=Decimal(-175)) == (
        Collected(Decimal(20), Decimal("-120.00")),
        Collected(Decimal(10), Decimal("-55.00")),
    )


@settings(max_examples=150)
@given(
    st.dictionaries(RATES, CENTS, min_size=1, max_size=5),
    st.lists(st.integers(-500_000, 900_000).map(lambda cents: Decimal(cents) / 100), max_size=12),
)
def test_any_sequence_of_receipts_and_refunds_adds_up_at_every_rate(gross, receipts):
    before, sums = Decimal(0), dict.fromkeys(gross, Decimal(0))
    total = sum(gross.values())
    for receipt in [*receipts, total - sum(receipts)]:
        parts = collected_by_rate(gross, before=before, receipt=receipt)
        assert sum(part.amount for part in parts) == receipt
        assert all((part.amount > 0) == (receipt > 0) for part in parts)
        for part in parts:
            sums[part.rate] += part.amount
        before += receipt
    assert sums == gross


@given(
    st.dictionaries(RATES, st.integers(-9999, 9999).map(lambda n: Decimal(n) / 100), min_size=1, max_size=5)
)
def test_rates_of_both_signs_add_up_too(gross):
    total = sum(gross.values())
    if not total:
        return
    half = (total / 2).quantize(Decimal("0.01"))
    sums = dict.fromkeys(gross, Decimal(0))
    for before, receipt in ((Decimal(0), half), (half, total - half)):
        for part in collected_by_rate(gross, before=before, receipt=receipt):
            sums[part.rate] += part.amount
    assert sums == gross


@given(
    st.dictionaries(RATES, CENTS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(-50_000, 90_000), st.booleans()), max_size=10),
)
def test_statuses_sent_now_and_then_tell_everything_once(gross, moves):
    received, events = Decimal(0), []
    moves = [*moves, (int(sum(gross.values()) * 100) - sum(cents for cents, _tell in moves), True)]
    for number, (cents, tell) in enumerate(moves):
        received += Decimal(cents) / 100
        parts = still_to_tell(gross, received=received, told=collected_total(events)) if tell else ()
        if parts:
            events.append(said("212", 1, f"m{number}", parts))
        if tell:
            assert still_to_tell(gross, received=received, told=collected_total(events)) == ()
    told = {rate: amount for rate, amount in collected_total(events).items() if amount}
    assert told == gross


def test_a_receipt_of_an_invoice_of_zero_is_refused():
    with pytest.raises(ValueError, match="zero"):
        collected_by_rate({}, before=Decimal(0), receipt=Decimal(1))
