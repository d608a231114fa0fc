from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ronda.company.domain.cron import InvalidCron, parse_cron
from ronda.company.domain.file_kinds import kind_of

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("line", "after", "expected"),
    [
        ("0 3 * * *", (2026, 3, 2, 9, 0), "2026-03-03T02:00"),
        ("*/20 9-10 * * *", (2026, 3, 2, 9, 20), "2026-03-02T08:40"),
        ("0 0 29 2 *", (2026, 3, 1, 0, 0), "2028-02-28T23:00"),
        ("0 12 1 * 1", (2026, 3, 2, 12, 0), "2026-03-09T11:00"),
        ("15 8 * * 7", (2026, 3, 2, 8, 0), "2026-03-08T07:15"),
        ("5/30 0 31 12 *", (2026, 12, 31, 0, 5), "2026-12-30T23:35"),
        # 02:30 does not exist on 29 March: it runs when the clock has moved on.
        ("30 2 * * *", (2026, 3, 28, 12, 0), "2026-03-29T01:30"),
        # 02:30 comes twice on 25 October: it runs the first time only.
        ("30 2 * * *", (2026, 10, 24, 12, 0), "2026-10-25T00:30"),
    ],
)
def test_a_cron_line_is_read_in_wall_time(line, after, expected):
    run = parse_cron(line).next_after(datetime(*after, tzinfo=ROME), ROME)

    assert run == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_time_that_comes_twice_runs_once():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert parse_cron("30 2 * * *").next_after(first, ROME).astimezone(ROME).date() == date(2026, 10, 26)


@pytest.mark.parametrize("line", ["", "* * * *", "60 * * * *", "* 9-8 * * *", "a * * * *", "*/0 * * * *"])
def test_a_wrong_cron_line_is_refused(line):
    with pytest.raises(InvalidCron):
        parse_cron(line)


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(InvalidCron):
        parse_cron("0 0 31 2 *").next_after(datetime(2026, 1, 1, tzinfo=UTC), ROME)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (
            b"PK\x03\x04" + b"[Content_Types].xml" + b"xl/workbook.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (b"PK\x03\x04notes.txt", "application/zip"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "application/xml"),
        (bytes.fromhex("308006092a864886f70d010702a080"), "application/pkcs7-mime"),
        (b"Ciao, perch\xc3\xa9", "text/plain"),
        (b"perch\xe9 in Latin-1", "text/plain"),
        (b'<?xml version="1.0"?><svg onload="x()">', "image/svg+xml"),
        (b"  <!DOCTYPE html><p>", "text/html"),
        (b"MZ\x90\x00", "application/x-executable"),
        (b"#!/bin/sh\n", "application/x-executable"),
        (b"MZ means Mozambique in addresses", "text/plain"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "image/heic"),
        (b"job 7\n%PDF-1.4\n", "application/pdf"),
        (b"", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(head, expected):
    assert kind_of(head) == expected
