"""When `make run` does its steps again, and when it does not."""

import pytest

from tools import bootstrap


@pytest.fixture
def project(tmp_path, monkeypatch):
    for name in ("ROOT", "VENV", "FRONTEND", "BUNDLES"):
        monkeypatch.setattr(bootstrap, name, tmp_path if name == "ROOT" else tmp_path / name.lower())
        (tmp_path / name.lower()).mkdir()
    return tmp_path


def test_a_stamp_follows_names_and_contents_but_not_age_or_order(project):
    one, two = project / "one", project / "two"
    one.write_text("1")
    two.write_text("2")
    before = bootstrap.digest([one, two])
    one.touch()
    assert bootstrap.digest([two, one]) == before

    two.write_text("3")
    assert bootstrap.digest([one, two]) != before

    two.write_text("2")
    two.rename(project / "three")
    assert bootstrap.digest([one, project / "three"]) != before


def test_installed_browser_packages_are_no_source_of_the_bundles(project):
    (project / "frontend" / "node_modules" / "htmx.org").mkdir(parents=True)
    (project / "frontend" / "node_modules" / "htmx.org" / "index.js").write_text("x")
    (project / "frontend" / "app.ts").write_text("x")

    assert bootstrap.frontend_sources() == [project / "frontend" / "app.ts"]


def test_a_failed_command_tells_its_last_lines_and_the_remedy():
    command = ["sh", "-c", "for n in $(seq 100); do echo line $n; done; exit 3"]
    with pytest.raises(bootstrap.CannotSetUp) as told:
        bootstrap.call(command, remedy="Do this.")

    lines = str(told.value).splitlines()
    assert (lines[1], lines[-2], lines[-1]) == ("line 76", "line 100", "Do this.")


def test_a_missing_command_tells_the_remedy_too():
    with pytest.raises(bootstrap.CannotSetUp, match="Install it"):
        bootstrap.call(["no-such-command-here"], remedy="Install it.")


@pytest.mark.parametrize(("said", "found"), [("v20.20.2", True), ("v18.19.0", False), ("", False)])
def test_nodejs_of_the_system_is_taken_from_version_20_on(tmp_path, monkeypatch, said, found):
    for name in ("node", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert (bootstrap.system_node() is not None) is found
