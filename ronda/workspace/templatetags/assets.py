"""Template tags for the built browser files: addresses with content hashes, and icons of the sprite."""

import json
import time
from functools import lru_cache
from pathlib import Path

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

DIST = Path(__file__).resolve().parent.parent.parent / "static" / "dist"


@lru_cache(maxsize=4)
def _files(manifest: Path, _changed_ns: int) -> dict[str, str]:
    files: dict[str, str] = json.loads(manifest.read_text())["files"]
    return files


def built_name(name: str) -> str:
    """The hashed file name of `name` in the built folder.

    Before the first build it is the plain name: pages still render, without style and script, so that
    tests of pages need no front-end build.
    """
    manifest = DIST / "manifest.json"
    changed = _changed(manifest, int(time.monotonic()))
    return _files(manifest, changed).get(name, name) if changed else name


@lru_cache(maxsize=2)
def _changed(manifest: Path, _second: int) -> int:
    """When the manifest was last written, asked once a second: a page has hundreds of icons."""
    try:
        return manifest.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file: `{% asset 'app.js' %}`."""
    return _address(built_name(name))


@lru_cache(maxsize=64)
def _address(built: str) -> str:
    return static(f"dist/{built}")


@register.simple_tag
def icon(name: str, extra_class: str = "") -> SafeString:
    """A decorative icon of the sprite, drawn in the text's colour: `{% icon 'search' %}`.

    Names are those of src/icons.json; hidden from screen readers, so a button with nothing else needs
    an aria-label.
    """
    return _drawn(asset("icons.svg"), name, extra_class)


@lru_cache(maxsize=1024)
def _drawn(sprite: str, name: str, extra_class: str) -> SafeString:
    classes = f"icon {extra_class}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        classes,
        sprite,
        name,
    )
