"""Tests on PostgreSQL.

`make test` runs all on SQLite, and what is marked `postgres` once more on a PostgreSQL server. By hand:

    .venv/bin/python -m tools.postgres run .venv/bin/pytest -m postgres
"""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings

from tools.postgres import NoPostgres, temporary_server


def on_postgres() -> bool:
    """Whether this run's own database is PostgreSQL."""
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get("RONDA_TEST_DATABASE") == "postgres" and not on_postgres():
        raise pytest.UsageError(
            "RONDA_TEST_DATABASE=postgres needs a server: "
            ".venv/bin/python -m tools.postgres run .venv/bin/pytest -m postgres"
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what only PostgreSQL can do to the run that has it."""
    if on_postgres():
        return
    for item in items:
        mark = item.get_closest_marker("postgres")
        if mark and mark.kwargs.get("only"):
            item.add_marker(pytest.mark.skip(reason="only on PostgreSQL: runs in that part of make test"))


@pytest.fixture(scope="session")
def postgres_environment() -> Iterator[dict[str, str]]:
    """RONDA_PG_* of a running server, for tests that start processes of their own on PostgreSQL."""
    given = {name: value for name, value in os.environ.items() if name.startswith("RONDA_PG_")}
    if given.get("RONDA_PG_NAME"):
        yield given
        return
    try:
        with temporary_server() as server:
            yield server.environment
    except NoPostgres as problem:
        pytest.skip(f"no PostgreSQL server: {problem}")
