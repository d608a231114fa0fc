"""The built browser files in templates."""

import json
import os
import re
from pathlib import Path

import pytest

from ronda.workspace.templatetags import assets


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assets, "DIST", tmp_path)
    return tmp_path


def _build(dist: Path, **files: str) -> None:
    (dist / "manifest.json").write_text(json.dumps({"stamp": "x", "files": files}))


def test_an_asset_is_its_hashed_file(dist: Path) -> None:
    _build(dist, **{"app.js": "app-1A2B3C4D.js"})
    assert assets.asset("app.js").endswith("/dist/app-1A2B3C4D.js")


def test_before_the_first_build_pages_still_render(dist: Path) -> None:
    assert assets.asset("app.js").endswith("/dist/app.js")


def test_a_new_build_is_seen_without_a_restart(dist: Path) -> None:
    _build(dist, **{"app.js": "app-OLD.js"})
    assert assets.built_name("app.js") == "app-OLD.js"
    _build(dist, **{"app.js": "app-NEW.js"})
    os.utime(dist / "manifest.json", ns=(1, 1))
    assets._changed.cache_clear()  # a second later
    assert assets.built_name("app.js") == "app-NEW.js"


def test_an_icon_is_hidden_from_screen_readers_and_points_into_the_sprite(dist: Path) -> None:
    _build(dist, **{"icons.svg": "icons-9.svg"})
    markup = assets.icon("search")
    assert 'aria-hidden="true"' in markup
    assert "/dist/icons-9.svg#search" in markup


def test_an_icon_name_cannot_leave_its_attribute(dist: Path) -> None:
    assert '"><script>' not in assets.icon('"><script>')


def test_every_icon_a_page_asks_for_is_in_the_sprite() -> None:
    root = Path(assets.__file__).parents[2]
    listed = json.loads((root.parent / "frontend" / "src" / "icons.json").read_text())
    known = {entry.split("=")[0] for entry in listed}
    asked = {
        (name, path.name)
        for path in [*root.rglob("*.html"), *root.rglob("workspace.py"), *root.rglob("pages.py")]
        for name in re.findall(r"""(?:\bicon=|% icon )["']([a-z0-9-]+)["']""", path.read_text())
    }
    assert {(name, path) for name, path in asked if name not in known} == set()
