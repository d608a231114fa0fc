# ruff: noqa: DTZ001 -- a spreadsheet knows no time zones
import io
import random
import zipfile
from datetime import date, datetime, time
from decimal import Decimal

import pytest
import xlsxwriter

from ronda.company.domain.table_rows import BrokenTable, TableLimits, TableTooLarge
from ronda.company.domain.tables import EmptyTable, UnknownTableKind, column_letters, read_table
from ronda.company.domain.xlsx_tables import ErrorCell, ProtectedTable, UnknownSheet
from ronda.kernel.errors import Refusal


def csv_table(text, encoding="utf-8", **options):
    return read_table(io.BytesIO(text.encode(encoding)), "clienti.csv", **options)


def workbook(fill, *names):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheets = [book.add_worksheet(name) for name in names or ("Foglio1",)]
    fill(book, *sheets)
    book.close()
    stream.seek(0)
    return stream


def rows(table):
    return [(row.number, row.cells) for row in table.rows]


def with_sheet(stream, change):
    """The workbook with its first sheet's XML changed."""
    changed = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == "xl/worksheets/sheet1.xml" else data)
    changed.seek(0)
    return changed


# --- text ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_encoding_is_found(encoding):
    table = csv_table("Città;Età\nForlì;3\n", encoding)

    assert (table.headers, rows(table), table.encoding) == (("Città", "Età"), [(2, ("Forlì", "3"))], encoding)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_though_the_others_stand_in_cells(delimiter):
    text = 'Nome;Importo;Note\n"a,b";"1.234,50";x\n"c,d";"2,00";y|z, w\n'.replace(";", delimiter)
    text = text.replace("y|z, w", "yzw") if delimiter in "|," else text
    table = csv_table(text)

    assert table.delimiter == delimiter
    assert next(table.rows).cells == ("a,b", "1.234,50", "x")


def test_excel_says_the_delimiter_in_a_line_of_its_own():
    table = csv_table("sep=,\nA,B\n1,2;3\n")

    assert (table.delimiter, table.headers, rows(table)) == (",", ("A", "B"), [(3, ("1", "2;3"))])


def test_blank_rows_are_dropped_and_numbers_are_those_of_the_file():
    table = csv_table('A;B\n\n;;\n"due\nrighe";x\n ; \n3;y\n')

    assert rows(table) == [(4, ("due\nrighe", "x")), (7, ("3", "y"))]


def test_short_rows_are_filled_and_cells_beyond_the_headers_are_a_problem_of_the_row():
    table = csv_table("A;B\n1\n1;2;;\n1;2;3\n")
    found = list(table.rows)

    assert [row.cells for row in found] == [("1", ""), ("1", "2"), ("1", "2")]
    assert [[problem.code for problem in row.problems] for row in found] == [
        [],
        [],
        ["company.table_cell_beyond_headers"],
    ]


def test_blank_and_repeated_headers_get_names_of_their_own():
    table = csv_table("Nome;;nome;nome (2);\n1;2;3;4;\n")

    assert table.headers == ("Nome", "Column B", "nome (3)", "nome (2)")
    assert len(table.notes) == 2


def test_a_title_above_the_headers_is_passed_over():
    table = csv_table("Elenco clienti;;\n\nNome;Città;Note\nRossi;Roma;x\n")

    assert (table.headers, table.header_row, rows(table)) == (
        ("Nome", "Città", "Note"),
        3,
        [(4, ("Rossi", "Roma", "x"))],
    )
    chosen = csv_table("Elenco;clienti\nNome;Città\nRossi;Roma\n", header_row=2)
    assert (chosen.headers, rows(chosen)) == (("Nome", "Città"), [(3, ("Rossi", "Roma"))])


def test_a_quotation_mark_left_open_is_refused_with_its_line():
    table = csv_table('A;B\n1;2\n3;"4\n5;6\n', header_row=1)

    with pytest.raises(BrokenTable) as refused:
        list(table.rows)
    assert refused.value.facts["line"] == 3


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"", "a.csv", EmptyTable),
        (b"\n\n;;\n", "a.csv", EmptyTable),
        (b"A;B\0\n", "a.csv", BrokenTable),
        (b"A;B\n", "a.pdf", UnknownTableKind),
        (b"A;B\n", "a.xlsx", BrokenTable),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "a.xlsx", ProtectedTable),
        (b"PK\x03\x04", "a.xlsx", BrokenTable),
    ],
)
def test_what_is_no_table_is_refused(data, name, refusal):
    with pytest.raises(refusal):
        read_table(io.BytesIO(data), name)


def test_limits_of_bytes_rows_and_columns_are_kept():
    with pytest.raises(TableTooLarge):
        csv_table("A;B\n" * 100, limits=TableLimits(file_bytes=100))
    with pytest.raises(TableTooLarge):
        csv_table("A;B;C\n1;2;3\n", limits=TableLimits(columns=2))
    with pytest.raises(TableTooLarge):
        list(csv_table("A\n" + "1\n" * 11, limits=TableLimits(rows=10)).rows)
    assert len(list(csv_table("A\n" + "1\n" * 10, limits=TableLimits(rows=10)).rows)) == 10


# --- spreadsheets ---


def test_values_of_a_spreadsheet_come_exact_and_typed():
    def fill(book, sheet):
        day, moment = (
            book.add_format({"num_format": "dd/mm/yyyy"}),
            book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        )
        sheet.write_row(0, 0, ["Nome", "Importo", "Giorno", "Momento", "Ora", "Sì"])
        sheet.write_row(2, 0, [" Rossi ", 0.1 + 0.2])
        sheet.write_datetime(2, 2, datetime(2026, 2, 28), day)
        sheet.write_datetime(2, 3, datetime(2026, 2, 28, 10, 30), moment)
        sheet.write_datetime(2, 4, time(10, 30), book.add_format({"num_format": "hh:mm"}))
        sheet.write_boolean(2, 5, True)  # noqa: FBT003 -- the library takes it so

    assert rows(read_table(workbook(fill), "a.xlsx")) == [
        (3, ("Rossi", Decimal("0.3"), date(2026, 2, 28), datetime(2026, 2, 28, 10, 30), time(10, 30), True))
    ]


def test_the_first_sheet_that_holds_something_is_read_unless_another_is_named():
    def fill(book, first, second, third):
        second.write_column(0, 0, ["A", "1"])
        third.write_column(0, 0, ["B", "2"])

    stream = workbook(fill, "Vuoto", "Clienti", "Fornitori")
    table = read_table(stream, "a.xlsx")

    assert (table.sheet_names, table.sheet, table.headers) == (
        ("Vuoto", "Clienti", "Fornitori"),
        "Clienti",
        ("A",),
    )
    assert read_table(stream, "a.xlsx", sheet="Fornitori").headers == ("B",)
    with pytest.raises(UnknownSheet):
        read_table(stream, "a.xlsx", sheet="Altro")


def test_errors_are_problems_of_their_row_and_formulas_never_calculated_are_noted():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["A", "B"])
        sheet.write_formula(1, 0, "=NA()", None, "#N/A")
        sheet.write_number(1, 1, 5)
        sheet.write_formula(2, 1, "=B2*2", None, "")
        sheet.write_number(2, 0, 1)

    table = read_table(workbook(fill), "a.xlsx")
    found = list(table.rows)

    assert [(row.number, row.cells) for row in found] == [(2, ("", Decimal(5))), (3, (Decimal(1), ""))]
    assert [(type(problem), problem.facts) for problem in found[0].problems] == [
        (ErrorCell, {"row": 2, "column": "A", "read": "#N/A"})
    ]
    assert len(table.notes) == 2


def test_merged_headers_leave_columns_with_names():
    def fill(book, sheet):
        sheet.write(0, 0, "Nome")
        sheet.merge_range("B1:C1", "Indirizzo")
        sheet.write_row(1, 0, ["Rossi", "via Po", "Roma"])

    table = read_table(workbook(fill), "a.xlsx")

    assert (table.headers, rows(table)) == (
        ("Nome", "Indirizzo", "Column C"),
        [(2, ("Rossi", "via Po", "Roma"))],
    )


@pytest.mark.parametrize(
    "corner",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b'<c   r = "xfd1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c r="A1"><v>1</v></c>' * 5000 + b'</row><row r="99999"><c r="A99999"><v>1</v></c>',
        b"<c><v>1</v></c>" * 4000 + b'</row><row r="9999"><c><v>1</v></c>',
    ],
)
def test_a_cell_in_the_last_corner_does_not_fill_the_memory(corner):
    stream = workbook(lambda book, sheet: sheet.write_row(0, 0, ["A", "B"]))
    hostile = with_sheet(stream, lambda data: data.replace(b"</row>", corner + b"</row>", 1))

    with pytest.raises(TableTooLarge):
        read_table(hostile, "a.xlsx", TableLimits(cells=1_000_000))


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused():
    stream = workbook(lambda book, sheet: sheet.write(0, 0, "A"))
    bomb = with_sheet(stream, lambda data: data.replace(b"</sheetData>", b" " * 3_000_000 + b"</sheetData>"))

    with pytest.raises(TableTooLarge):
        read_table(bomb, "a.xlsx", TableLimits(unpacked_bytes=2_000_000))


def test_damaged_spreadsheets_end_in_rows_or_in_refusals():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["Nome", "Importo"])
        sheet.write_row(1, 0, ["Rossi", 12.5])
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")

    sound, chance, read = workbook(fill).getvalue(), random.Random(7), 0
    for _turn in range(200):
        at, size = chance.randrange(1200), chance.randrange(1, 20)
        damage = bytes(chance.randrange(256) for _ in range(size))
        stream = with_sheet(io.BytesIO(sound), lambda data, at=at, cut=size, damage=damage: data[:at] + damage + data[at + cut :])  # fmt: skip  # noqa: E501
        try:
            read += len(list(read_table(stream, "a.xlsx").rows))
        except Refusal:
            continue
    assert read > 0


def test_letters_of_columns_are_those_of_the_spreadsheet():
    assert [column_letters(position) for position in (1, 26, 27, 702, 703, 16384)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]
