"""A small installation moves to a real PostgreSQL server and is restored there, in processes of their own."""

import json
import os
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from ronda.operations.services.moving import BadAddress, ExactSum, address
from tests.support.postgres import on_postgres
from tools.postgres import programs

pytestmark = pytest.mark.slow
only_once = pytest.mark.skipif(on_postgres(), reason="starts from SQLite: once is enough")

# Contracts, documents, payments, credit notes of two firms: made once for all tests here.
DEMO = {"RONDA_DEMO_SIZE": "small"}


def ronda(environment, *words):
    """Exit status, last line and everything that was said."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONDA_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "ronda.site.cli", *words],
        cwd=settings.BASE_DIR,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip().rpartition("\n")[2], done.stdout + done.stderr


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """An installation on SQLite with the small demonstration."""
    folder = tmp_path_factory.mktemp("old")
    code, _last, said = ronda({"RONDA_VAR": str(folder), **DEMO}, "demo")
    assert code == 0, said
    return {"RONDA_VAR": str(folder)}


@pytest.fixture
def server(postgres_environment):
    """What a statement on the server needs; databases made by `empty` go at the end."""
    made = []

    def empty():
        name = f"move_{uuid.uuid4().hex[:12]}"
        with session(postgres_environment) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        made.append(name)
        return name

    yield empty
    with session(postgres_environment) as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        for (name,) in rows:
            if name.startswith(tuple(made)):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def session(given, name=""):
    return psycopg.connect(
        host=given["RONDA_PG_HOST"],
        port=given["RONDA_PG_PORT"],
        user=given["RONDA_PG_USER"],
        password=given["RONDA_PG_PASSWORD"] or None,
        dbname=name or given["RONDA_PG_NAME"],
        autocommit=True,
    )


def url_of(given, name):
    host, user, port = given["RONDA_PG_HOST"], given["RONDA_PG_USER"], given["RONDA_PG_PORT"]
    return f"postgresql://{user}@/{name}?host={host}&port={port}"


def scalar(given, name, statement):
    with session(given, name) as connection:
        return connection.execute(statement).fetchone()[0]


@only_once
def test_an_installation_moves_to_postgres_whole_and_is_restored_there(
    old, server, postgres_environment, tmp_path
):
    name = server()
    url = url_of(postgres_environment, name)
    before = settings_file(old).read_bytes()
    _a_wrong_copy_leaves_nothing(old, postgres_environment, name)

    code, last, said = ronda(old, "move", "--to-postgres", url)

    assert code == 0, said
    assert last.startswith("moved ")
    assert ", verified ok, seconds " in last
    assert settings_file(old).read_bytes() == before
    there = {"RONDA_VAR": old["RONDA_VAR"], "RONDA_DATABASE_URL": url}
    documents = counted(old, "billing_document")
    assert scalar(postgres_environment, name, "SELECT count(*) FROM billing_document") == documents
    code, last, said = ronda(there, "check-data")
    assert (code, last) == (0, "companies 2, problems 0"), said
    # The next key follows, texts are found by their index, and nothing moves into a database in use.
    with session(postgres_environment, name) as connection:
        highest = connection.execute("SELECT max(id) FROM company_auditentry").fetchone()[0]
        given = connection.execute("SELECT nextval(pg_get_serial_sequence('company_auditentry', 'id'))")
        assert given.fetchone()[0] > highest
        indexes = connection.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%_words'")
        assert "billing_document_words" in {row[0] for row in indexes.fetchall()}
    code, _last, said = ronda(old, "move", "--to-postgres", url)
    assert (code, "holds tables already" in said) == (2, True), said

    _backs_up_drills_and_restores(there, postgres_environment, name, tmp_path)


def _a_wrong_copy_leaves_nothing(old, given, name):
    """A move that was cut off begins anew; whatever is written differently is found, and nothing is kept."""
    with session(given, name) as connection:
        connection.execute("CREATE TABLE ronda_move (begun timestamptz)")
        connection.execute("CREATE TABLE billing_document (half text)")
        connection.execute(SPOIL)

    code, _last, said = ronda(old, "move", "--to-postgres", url_of(given, name))

    assert (code, "company_company" in said) == (2, True), said
    assert scalar(given, name, "SELECT count(*) FROM company_company") == 0
    with session(given, name) as connection:
        connection.execute("DROP EVENT TRIGGER spoil")


def _backs_up_drills_and_restores(there, given, name, tmp_path):
    """On the server: a backup, a drill that passes, and a real restore that puts everything back."""
    there = {
        **there,
        "RONDA_PG_PROGRAMS": str(programs() / "bin"),
        "RONDA_BACKUPS": str(tmp_path / "backups"),
    }
    code, last, said = ronda(there, "backup")
    assert code == 0, said
    file = last.split()[1].rstrip(",")
    code, last, said = ronda(there, "restore", "--drill", file)
    assert (code, last.split(":")[0]) == (0, "drill passed"), said
    documents = scalar(given, name, "SELECT count(*) FROM billing_document")
    with session(given, name) as connection:
        connection.execute("DELETE FROM company_auditentry")
        connection.execute("UPDATE company_company SET name = 'Lost'")

    with session(given, name):
        code, _last, said = ronda(there, "restore", file, "--yes")
        assert (code, "Ronda is running" in said) == (2, True), said
        assert scalar(given, name, "SELECT count(*) FROM company_company WHERE name = 'Lost'") == 2
    code, last, said = ronda(there, "restore", file, "--yes")

    assert (code, last.split()[0]) == (0, "restored"), said
    assert scalar(given, name, "SELECT count(*) FROM company_company WHERE name = 'Lost'") == 0
    assert scalar(given, name, "SELECT count(*) FROM billing_document") == documents
    aside = [line.split(": ")[1] for line in said.splitlines() if line.startswith("Kept: move_")]
    assert scalar(given, aside[0], "SELECT count(*) FROM company_company WHERE name = 'Lost'") == 2
    code, last, said = ronda(there, "check-data")
    assert (code, last) == (0, "companies 2, problems 0"), said
    scratch = (
        "SELECT count(*) FROM pg_database WHERE datname LIKE 'ronda_drill%' OR datname LIKE '%_restored_%'"
    )
    assert scalar(given, "postgres", scratch) == 0


def settings_file(environment):
    return Path(environment["RONDA_VAR"]) / "ronda.sqlite3"


def counted(environment, table):
    with closing(sqlite3.connect(settings_file(environment))) as database:
        return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 -- our own word


# A trigger on the table of companies as soon as there is one: it changes every name that comes in.
SPOIL = """
CREATE FUNCTION spoil_name() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.name := 'spoilt ' || NEW.name; RETURN NEW; END $$;
CREATE FUNCTION spoil_table() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.company_company')
     AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'spoil') THEN
    CREATE TRIGGER spoil BEFORE INSERT ON company_company FOR EACH ROW EXECUTE FUNCTION spoil_name();
  END IF; END $$;
CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION spoil_table();
"""


@pytest.mark.parametrize("given", ["http://example.org/x", "postgresql://anna@server", "nonsense"])
def test_an_address_that_names_no_database_is_refused(given):
    with pytest.raises(BadAddress):
        address(given)


def test_decimals_are_added_as_they_are_written():
    exact = ExactSum()
    for value in (0.1, 0.2, 100.1, None, 22):
        exact.step(value, 2)

    assert json.dumps(exact.finalize()) == '"122.40"'
