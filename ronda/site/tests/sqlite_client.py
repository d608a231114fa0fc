"""A client process of the database: `python -m … DATABASE NAME TRANSACTIONS`, starts at a line on stdin."""

import sys

import django
from django.conf import settings


def database(path: str) -> dict[str, object]:
    return {
        "ENGINE": "ronda.site.sqlite",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=20000",
        },
    }


def number_once(using: str, client: str) -> None:
    """Read the counter, add one, write it and a row that carries it."""
    from django.db import connections, transaction  # noqa: PLC0415 -- settings come first

    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        (last,) = cursor.execute("SELECT last FROM counter").fetchone()
        cursor.execute("UPDATE counter SET last = %s", [last + 1])
        cursor.execute("INSERT INTO taken (number, client) VALUES (%s, %s)", [last + 1, client])


if __name__ == "__main__":
    settings.configure(DATABASES={"default": database(sys.argv[1])})
    django.setup()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for _n in range(int(sys.argv[3])):
        number_once("default", sys.argv[2])
