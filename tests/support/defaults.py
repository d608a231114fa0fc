"""How tests run: deterministic examples, a cheap password hash, files in a folder that goes away."""

import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

hypothesis_settings.register_profile(
    "ronda",
    derandomize=True,  # the same examples on every computer: a red test stays red
    deadline=None,  # a slow computer is no defect
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("ronda")


def pytest_configure(config: pytest.Config) -> None:
    database = connections["default"]
    if database.vendor == "sqlite":
        # Parallel processes each get their own; pytest-django knows only the name of Django's own engine.
        database.settings_dict["TEST"]["NAME"] = ":memory:"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    files = tempfile.TemporaryDirectory(prefix="ronda-test-files-")
    config.add_cleanup(files.cleanup)
    settings.MEDIA_ROOT = Path(files.name)
    settings.EMAIL_FILE_PATH = Path(files.name) / "mail"
    settings.EINVOICES_ROOT = Path(files.name) / "einvoices"
