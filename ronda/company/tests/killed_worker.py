"""A worker in a process of its own, to be killed: `python -m … DATABASE`."""

import sys
import threading

import django
from django.conf import settings


def configure(database: str) -> None:
    settings.configure(
        SECRET_KEY="test",
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django_tasks",
            "ronda.workspace",
            "ronda.company",
        ],
        AUTH_USER_MODEL="company.User",
        DATABASES={
            "default": {
                "ENGINE": "ronda.site.sqlite",
                "NAME": database,
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            }
        },
        TASKS={"default": {"BACKEND": "ronda.company.jobs.backend.LeasedBackend"}},
        RONDA_JOB_LEASE=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()


if __name__ == "__main__":
    configure(sys.argv[1])
    from ronda.company.jobs import worker  # models exist only after configure()

    worker.run(threading.Event(), poll=0.05)
