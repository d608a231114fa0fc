"""What is shipped for running Ronda as a service: safe settings, the same versions, nothing secret."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"


def unit():
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(DEPLOY / "ronda.service")
    return parser


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def steps():
    """The instructions of the Dockerfile, continued lines joined."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("User", "ronda"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("CapabilityBoundingSet", ""),
        ("UMask", "0077"),
        ("StateDirectory", "ronda"),
        ("KillMode", "mixed"),
    ],
)
def test_the_service_runs_without_rights_it_does_not_need(name, value):
    assert unit()["Service"][name] == value


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_calls_the_service_well_protected():
    done = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=30",
            "--no-pager",
            str(DEPLOY / "ronda.service"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr


def test_the_image_does_not_run_as_root_and_knows_no_secret():
    given = [(name, value) for name, value in steps() if name != "FROM"]
    bases = [value.split()[0] for name, value in steps() if name == "FROM"]

    assert set(bases) == {"python:3.13-slim"}
    assert [value for name, value in given if name == "USER"] == ["ronda"]
    text = (DEPLOY / "Dockerfile").read_text()
    assert not re.search(r"(PASSWORD|SECRET|PASSPHRASE|TOKEN)", text)
    assert ":latest" not in text


def test_the_image_installs_the_version_of_the_project():
    wanted = re.search(r'"(psycopg\[binary,pool\]==[\d.]+)"', (ROOT / "pyproject.toml").read_text())[1]

    assert wanted in (DEPLOY / "Dockerfile").read_text()


def test_the_files_the_image_is_made_from_hold_no_data():
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()

    assert {"var", ".git", ".venv", "*.sqlite3*", "deploy/.env"} <= set(ignored)


def test_web_and_worker_start_after_the_database_is_up_to_date():
    services = compose()["services"]

    assert sorted(services) == ["postgres", "prepare", "web", "worker"]
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}
        assert services[name]["restart"] == "unless-stopped"
    assert services["prepare"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert "/readyz" in " ".join(services["web"]["healthcheck"]["test"])


def test_the_services_have_no_rights_and_no_password_is_written_down():
    services = compose()["services"]

    for name in ("prepare", "web", "worker"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
        assert services[name]["security_opt"] == ["no-new-privileges:true"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["postgres"]
    for service in services.values():
        for name, value in service["environment"].items():
            assert "PASS" not in name or value.startswith("${"), name
