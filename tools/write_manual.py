"""Write the parts of the manual that follow from the code.

    python -m tools.write_manual

docs/options.md is written whole from the declarations of options. In docs/algorithms.md each table between
`<!-- table NAME -->` and `<!-- end -->` is computed anew. In docs/how-to the brackets after a word of the
screen, `**Save** [...]`, get its Italian and French translation.
tests/test_documentation.py is red when any is old.
"""

import dataclasses
import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import django
import polib
from django.utils import translation

from tools.manual_tables import TABLES, Rows, markdown

ROOT = Path(__file__).resolve().parent.parent
ALGORITHMS = ROOT / "docs" / "algorithms.md"
OPTIONS = ROOT / "docs" / "options.md"
HOW_TO = sorted((ROOT / "docs" / "how-to").glob("*.md"))
TABLE = re.compile(r"(<!-- table (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
WORD = re.compile(r"\*\*([^*\n]+)\*\* \[[^\]\n]*\]")
INTRODUCTION = """# Options

Written by `python -m tools.write_manual` from the declarations in the code; do not edit it by hand.

The screen is at `/settings/`. The nearest value wins: that of the workstation, of its branch, of the company,
of the installation, then the default. The page says where each value comes from and who changed it. Every
change is in the operations log with the value before and after.
"""


def with_tables(text: str) -> str:
    """The text with every marked table computed anew; KeyError names a table nobody computes."""
    known = tables()
    return TABLE.sub(lambda found: f"{found[1]}\n{markdown(known[found[2]]())}\n\n{found[3]}", text)


def tables() -> dict[str, Callable[[], Rows]]:
    """Every table by name."""
    # They import apps' neighbours: only once Django is ready.
    importlib.import_module("tools.manual_contracts")
    importlib.import_module("tools.manual_documents")
    return TABLES


@cache
def messages(language: str) -> dict[str, str]:
    """What the screens say in a language, by the English sentence."""
    path = ROOT / "ronda" / "locale" / language / "LC_MESSAGES" / "django.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}


def with_words(text: str) -> str:
    """The text with every marked word of the screen translated; KeyError names a word no screen says."""

    def translated(found: re.Match[str]) -> str:
        said = [_translation(found[1], language) for language in ("it", "fr")]
        return f"**{found[1]}** [{said[0]} / {said[1]}]"

    return WORD.sub(translated, text)


def _translation(word: str, language: str) -> str:
    known = messages(language)
    if word in known:
        return known[word] or word
    # Names of records are kept in small letters and shown with a capital.
    small = known[word[0].lower() + word[1:]]
    return small[0].upper() + small[1:] if small else word


def options_manual() -> str:
    """The page of all options, in English, in the order of the settings page."""
    from ronda.company import options  # noqa: PLC0415 -- imports models

    options.discover()
    parts = [INTRODUCTION]
    with translation.override("en"):
        for code, group in sorted(options.GROUPS.items()):
            if "tests" in group.__module__.split("."):
                continue
            parts.append(f"## {group.label} (`{code}`)\n")  # type: ignore[attr-defined]
            if group.help:  # type: ignore[attr-defined]
                parts.append(f"{group.help}\n")  # type: ignore[attr-defined]
            parts.append(f"May be set for: {_places(group.scope)}.\n")  # type: ignore[attr-defined]
            parts.append(markdown([("option", "name", "default", "meaning"), *_rows(group)]) + "\n")
    return "\n".join(parts)


def _rows(group: Any) -> Iterator[Sequence[object]]:
    for declared in dataclasses.fields(group):
        facts = declared.metadata
        offered = facts.get("choices", ())
        offered = offered() if callable(offered) else offered
        choices = {key: str(label) for key, label in offered}
        meaning = [str(facts["help_text"])] if facts["help_text"] else []
        if choices:
            meaning.append("Choices: " + "; ".join(choices.values()) + ".")
        limits = [f"{word} {facts[name]}" for name, word in _LIMITS if name in facts]
        if limits:
            meaning.append("Limits: " + ", ".join(limits) + ".")
        if facts["scope"]:
            meaning.append(f"May be set for: {_places(facts['scope'])}.")
        yield facts["label"], f"`{declared.name}`", _in_words(declared.default, choices), " ".join(meaning)


def _places(scope: Sequence[str]) -> str:
    """The places an option may be set for, in words."""
    *first, last = scope
    return f"{', '.join(first)} or {last}" if first else last


_LIMITS = (("min_value", "at least"), ("max_value", "at most"), ("max_length", "characters at most"))


def _in_words(value: Any, choices: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(choices.get(one, str(one)) for one in value) or "nothing"
    return choices.get(value) or str(value) or "empty"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
    django.setup()
    for path, text in (
        (ALGORITHMS, with_tables(ALGORITHMS.read_text(encoding="utf-8"))),
        (OPTIONS, options_manual()),
        *((path, with_words(path.read_text(encoding="utf-8"))) for path in HOW_TO),
    ):
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
