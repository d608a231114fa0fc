"""Tables of customers and what hangs on them: bad input told by row and column, choices, undo, resume."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ronda.company.domain.cells import guarded, without_guard
from ronda.company.imports import running
from ronda.company.imports.declare import CREATE, UPDATE, UPSERT, importer_for
from ronda.company.imports.exporting import table_rows, write_csv
from ronda.company.imports.running import check_batch, run_batch
from ronda.company.imports.starting import choose_columns, confirm_import, start_import
from ronda.company.imports.undoing import undo
from ronda.company.models import AuditEntry, ImportBatch
from ronda.parties.models import BillingAccount, Contact, Family, Party, PartyKey, PaymentTerms
from ronda.parties.services import create_party

pytestmark = pytest.mark.django_db
State = ImportBatch.State
CONTACTS = "Customer;Name;Role;E-mail\nC000001;Ada Neri;management;ada@example.org\n"


def checked(company, kind, content, *, name="table.csv", mode=UPSERT):
    data = content if isinstance(content, bytes) else content.encode()
    batch = start_import(company, kind, SimpleUploadedFile(name, data), name=name, by="anna")
    batch = choose_columns(batch, batch.mapping, by="anna", mode=mode, in_background=False)
    return check_batch(batch)


def brought_in(company, kind, content, **facts):
    batch = checked(company, kind, content, **facts)
    assert batch.state == State.CHECKED, batch.errors
    return run_batch(confirm_import(batch, by="anna", in_background=False))


def told(batch):
    return [(row, field, read) for row, field, read, _reason, _warning in batch.errors]


@pytest.fixture
def rossi(company):
    return create_party(company, name="Rossi", by="test", city="Roma", email="rossi@example.org")


def test_a_contact_comes_in_by_the_form_of_its_workspace(company, rossi):
    batch = brought_in(company, "contact", CONTACTS)

    contact = Contact.objects.get()
    assert (batch.created, contact.party, contact.role, contact.email) == (
        1,
        rossi,
        "management",
        "ada@example.org",
    )
    assert AuditEntry.objects.filter(action__startswith="company.import").exists()


@pytest.mark.parametrize("header", ["Customer;Name;Role", "Cliente;Nome;Ruolo", "Client;Nom;Rôle"])
def test_headers_and_choices_are_read_in_every_language(company, rossi, header):
    roles = {"Role": "Management", "Ruolo": "direzione", "Rôle": "direction"}
    batch = checked(company, "contact", f"{header}\nC000001;Ada Neri;{roles[header.split(';')[2]]}\n")

    assert (batch.created, batch.refused) == (1, 0), batch.errors
    assert set(batch.mapping) == {"party", "name", "role"}


def test_a_blank_cell_keeps_and_the_word_for_empty_clears(company, rossi):
    brought_in(company, "contact", CONTACTS)

    batch = brought_in(company, "contact", "Customer;Name;E-mail;Position\nC000001;Ada Neri;;Buyer\n")
    assert (batch.changed, Contact.objects.get().email) == (1, "ada@example.org")

    for word in ("(vuoto)", "(vide)", "(empty)"):
        Contact.objects.update(email="x@example.org")
        brought_in(company, "contact", f"Customer;Name;E-mail\nC000001;Ada Neri;{word}\n")
        assert Contact.objects.get().email == ""


def test_what_must_not_be_empty_is_not_cleared(company, rossi):
    batch = checked(company, "contact", "Customer;Name\nC000001;(vuoto)\n")

    assert told(batch) == [(2, "Name", "(vuoto)")]


@pytest.mark.parametrize(("mode", "counts"), [(UPSERT, (1, 1, 0)), (CREATE, (1, 0, 1)), (UPDATE, (0, 1, 1))])
def test_new_and_known_rows_are_written_as_chosen(company, rossi, mode, counts):
    brought_in(company, "contact", CONTACTS)
    table = "Customer;Name;E-mail\nC000001;Ada Neri;new@example.org\nC000001;Bea Blu;bea@example.org\n"

    batch = brought_in(company, "contact", table, mode=mode)

    assert (batch.created, batch.changed, batch.summary["skipped"]) == counts
    assert Contact.objects.count() == 1 + counts[0]


@pytest.mark.parametrize("mode", [CREATE, UPDATE])
def test_customers_are_added_or_changed_only_as_chosen(company, rossi, mode):
    table = "Code;Name;City\nC000001;Rossi;Milano\nK2;Verdi;Pavia\n"

    batch = brought_in(company, "customers", table, mode=mode)

    assert batch.summary["skipped"] == 1
    assert Party.objects.get(code="C000001").city == ("Roma" if mode == CREATE else "Milano")
    assert Party.objects.filter(code="K2").exists() is (mode == CREATE)


def test_codes_of_another_company_do_not_exist(company, rossi):
    from ronda.company.services import create_company  # noqa: PLC0415 -- only here

    other = create_company(name="Altra Srl", country="IT", by="test")
    create_party(other, name="Segreto", by="test", code="X9")

    batch = checked(company, "contact", "Customer;Name\nX9;Ada\nSegreto;Bea\n")

    assert (batch.created, batch.refused, Contact.objects.count()) == (0, 2, 0)
    assert told(batch) == [(2, "Customer", "X9"), (3, "Customer", "Segreto")]


def test_a_name_that_two_customers_have_is_asked_for_by_code(company, rossi):
    create_party(company, name="Rossi", by="test", city="Pavia", code="R2")

    batch = checked(company, "contact", "Customer;Name\nRossi;Ada\n")

    assert told(batch) == [(2, "Customer", "Rossi")]
    assert "code" in batch.errors[0][3]


def test_the_same_key_twice_in_a_file_is_refused_at_the_second(company, rossi):
    batch = checked(company, "contact", "Customer;Name\nC000001;Ada\nC000001;Ada\n")

    assert (batch.created, told(batch)) == (1, [(3, "", "")])
    assert "row 2" in batch.errors[0][3]


def test_days_and_numbers_that_are_none_name_row_and_column(company, rossi):
    table = "Code;Name;discount %\nK1;Verdi;1.2.3\nK2;Neri;12.5\n"
    batch = checked(company, "customers", table)
    assert told(batch) == [(2, "discount %", "1.2.3")]

    batch = checked(company, "paymentterms", "Code;Name;Days after the document\nT9;Thirty;some\n")
    assert told(batch) == [(2, "Days after the document", "some")]


def test_blank_lines_repeated_headers_and_another_encoding_are_read(company):
    table = "Code;Name;City;City\n\nK1;Società Però;Forlì;x\n;;;\nK2;Verdi;Pavia;\n".encode("cp1252")

    batch = brought_in(company, "customers", table)

    assert (batch.created, batch.rows) == (2, 2)
    assert Party.objects.get(code="K1").name == "Società Però"
    assert "same header" in " ".join(batch.summary["notes"])


def test_too_many_rows_are_refused_before_any_is_tried(company, monkeypatch):
    from ronda.company.domain.table_rows import TableLimits  # noqa: PLC0415
    from ronda.company.imports import reading  # noqa: PLC0415 -- only here

    whole = reading.read_table
    monkeypatch.setattr(
        reading, "read_table", lambda stream, name, **facts: whole(stream, name, TableLimits(rows=6), **facts)
    )
    batch = checked(company, "customers", "Code;Name\n" + "".join(f"K{n};Firm {n}\n" for n in range(9)))

    assert batch.state == State.FAILED
    assert "Split it" in batch.errors[0][3]
    assert not Party.objects.exists()


def test_nothing_is_half_written_when_a_row_is_wrong(company, rossi):
    from ronda.company.imports.starting import HasErrors  # noqa: PLC0415 -- only here

    batch = checked(
        company, "contact", "Customer;Name;E-mail\nC000001;Ada;ada@example.org\nC000001;Bea;not a mail\n"
    )

    assert told(batch) == [(3, "E-mail", "not a mail")]
    with pytest.raises(HasErrors):
        confirm_import(batch, by="anna", in_background=False)
    assert not Contact.objects.exists()


def test_texts_that_look_like_formulas_go_out_guarded_and_come_back_as_they_were(company):
    for text in ("=1+1", "'=1+1", "''+x", "-5", "@x", "'plain", "plain", ""):
        assert without_guard(guarded(text)) == text
    create_party(company, name="=cmd()|calc", by="test", code="F1", phone="")
    importer = importer_for("customers", company)
    file = io.BytesIO()
    write_csv(file, table_rows(importer, company, Party.objects.all()), language="it")
    assert b";'=cmd()|calc;" in file.getvalue()

    batch = checked(company, "customers", file.getvalue())

    assert (batch.created, batch.changed, batch.unchanged) == (0, 0, 1), batch.errors


def test_undo_of_changes_puts_back_what_nobody_changed_since(company, rossi):
    other = create_party(company, name="Verdi", by="test", city="Pavia")
    terms = PaymentTerms.objects.create(company=company, code="T9", name="Nine", days=[9])
    family = Family.objects.create(company=company, name="Good ones")
    table = (
        "Code;Name;City;Payment terms;Families\n"
        f"{rossi.code};Rossi and Sons;Lodi;T9;Good ones\n{other.code};Verdi;Como;T9;\n"
    )
    before = BillingAccount.objects.get(party=rossi).terms_id
    batch = brought_in(company, "customers", table)
    assert (batch.changed, BillingAccount.objects.get(party=rossi).terms) == (2, terms)
    assert list(rossi.families.all()) == [family]
    Party.objects.filter(pk=other.pk).update(city="Varese")

    undo(batch, by="anna")

    batch.refresh_from_db()
    rossi.refresh_from_db()
    assert (rossi.name, rossi.city, list(rossi.families.all())) == ("Rossi", "Roma", [])
    assert BillingAccount.objects.get(party=rossi).terms_id == before
    assert PartyKey.objects.filter(party=rossi, kind=PartyKey.Kind.NAME).get().value == "rossi"
    assert Party.objects.get(pk=other.pk).city == "Varese"
    assert [name for _kind, name, _reason in batch.summary["kept"]] == ["Verdi"]


def test_undo_names_a_record_that_was_used_since_and_leaves_it(company):
    batch = brought_in(company, "family", "Name\nUsed\nUnused\n")
    party = create_party(company, name="Rossi", by="test", families=[Family.objects.get(name="Used")])

    undo(batch, by="anna")

    batch.refresh_from_db()
    assert list(Family.objects.values_list("name", flat=True)) == ["Used"]
    assert [name for _kind, name, _reason in batch.summary["kept"]] == ["Used"]
    assert party.families.count() == 1


def test_an_interrupted_import_goes_on_where_it_was(company, rossi, monkeypatch):
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 2)
    rows = "".join(f"C000001;Person {n}\n" for n in range(6))
    batch = checked(company, "contact", f"Customer;Name\n{rows}")
    batch = confirm_import(batch, by="anna", in_background=False)

    class Killed(Exception):
        pass

    def kill(done, total):
        if done >= 4:
            raise Killed

    with pytest.raises(Killed):
        run_batch(batch, tell=kill)
    assert Contact.objects.count() == 4

    batch = run_batch(ImportBatch.objects.get(pk=batch.pk))

    assert (batch.state, batch.created, Contact.objects.count()) == (State.DONE, 6, 6)


def test_repeated_cells_are_read_once_and_each_wrong_one_is_told(company):
    family = Family.objects.create(company=company, name="Uffici")
    rows = "".join(f"K{n};Ditta {n};Milano;Uffici\n" for n in range(1, 4))
    batch = brought_in(company, "customers", f"Codice;Ragione sociale;Comune;Famiglie\n{rows}")

    assert batch.created == 3
    assert set(Party.objects.values_list("city", flat=True)) == {"Milano"}
    assert [list(party.families.all()) for party in Party.objects.all()] == [[family]] * 3

    said = ["x", "10", "x", "10", ""]
    wrong = "".join(f"W{n};Officina {n}0;{discount}\n" for n, discount in enumerate(said))
    batch = checked(company, "customers", f"Codice;Ragione sociale;Sconto\n{wrong}")

    assert [(row, read) for row, _field, read in told(batch)] == [(2, "x"), (4, "x")]
    assert batch.created == 3


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks SQLite how it looks")
def test_p30_numbers_in_use_are_found_by_their_index_however_many_customers_there_are(company):
    with CaptureQueriesContext(connection) as told_queries:
        brought_in(company, "customers", "Codice;Ragione sociale;Partita IVA\nK1;Ditta;00743110157\n")

    asked = [
        query["sql"]
        for query in told_queries
        if query["sql"].startswith("SELECT") and '"parties_party"."tax_id" IN' in query["sql"]
    ]
    assert asked
    for sql in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql.replace('%', '%%')}")
            plan = [row[3] for row in cursor.fetchall()]
        assert any("tax_id=?" in step for step in plan), plan
